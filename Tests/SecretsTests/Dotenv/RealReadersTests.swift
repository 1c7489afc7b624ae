import Foundation
import Testing

@testable import Secrets

/// The models of the readers against what the programs really answered.
struct RealReadersTests {
    @Test(arguments: RealReaders.programs.keys.sorted())
    func modelsSeeWhatTheProgramsSaw(program: String) throws {
        // `scripts/test-dotenv --draw` names a recording of its own here.
        let drawn = ProcessInfo.processInfo.environment["COMFYGATE_DOTENV_ANSWERS"]
        let recording = try RealReaders(path: drawn)
        let reader = try #require(RealReaders.programs[program])
        var compared = 0
        for asked in recording.cases {
            guard let answer = asked.answers[program] else { continue }
            let view = reader.read(asked.file, environment: asked.environment)
            let found =
                reader == .posixShell
                ? Self.shellDifferences(view, answer, asked.environment)
                : Self.differences(view, answer, anyKey: reader != .rawLine)
            #expect(found.isEmpty, "\(Self.shown(asked.file)) \(asked.environment): \(found.joined(separator: "; "))")
            compared += 1
        }
        // Not every program is asked about drawn files.
        #expect(compared > 0 || drawn != nil)
    }

    /// - Parameter anyKey: False for a program that was asked for plain names only.
    private static func differences(_ view: DotenvView, _ answer: [[UInt8]: [UInt8]]?, anyKey: Bool) -> [String] {
        guard let answer else { return view.refusal == nil ? ["the program refuses the file"] : [] }
        if let refusal = view.refusal { return ["refused for \(refusal), the program reads it"] }
        let keys = Set(view.keys.map { Array($0.utf8) }).union(answer.keys)
        return keys.filter { anyKey || DotenvBytes.isName($0) }.compactMap { key in
            let expected: DotenvReading = answer[key].map { .value(DotenvValue($0)) } ?? .absent
            return view[key] == expected ? nil : difference(key, view[key], answer[key])
        }
    }

    /// A shell's model may decline to tell; what it tells must be so.
    private static func shellDifferences(
        _ view: DotenvView, _ answer: [[UInt8]: [UInt8]]?, _ environment: [String: String]
    ) -> [String] {
        guard view.refusal == nil else { return [] }
        guard let answer else { return ["the shell gives up"] }
        let keys = Set(view.keys.map { Array($0.utf8) }).union(answer.keys)
        return keys.compactMap { key in
            switch view[key] {
            case .unreadable: return nil
            // The recording leaves out what a shell has of its own, and what it had from the environment.
            case .value(let value):
                let name = String(decoding: key, as: UTF8.self)
                if answer[key] == value.reveal() || ShellNames.own.contains(name) { return nil }
                return answer[key] == nil && environment[name].map { Array($0.utf8) } == value.reveal()
                    ? nil : difference(key, view[key], answer[key])
            case .absent: return answer[key] == nil ? nil : difference(key, view[key], answer[key])
            }
        }
    }

    private static func difference(_ key: [UInt8], _ reading: DotenvReading, _ answer: [UInt8]?) -> String {
        let seen = if case .value(let value) = reading { shown(value.reveal()) } else { "\(reading)" }
        return "\(shown(key)): model \(seen), program \(answer.map(shown) ?? "nothing")"
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        String(bytes.prefix(200).map { Character(Unicode.Scalar($0)) }).debugDescription
    }
}
