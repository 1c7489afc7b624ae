import Basics
import Foundation

@testable import Secrets

/// What real programs saw in dotenv files; recorded by `scripts/test-dotenv --record`.
struct RealReaders {
    struct Case: Sendable {
        let file: [UInt8]
        let environment: [String: String]
        /// By program; nil when it refused the file. A key without a value is missing.
        let answers: [String: [[UInt8]: [UInt8]]?]
    }

    static let programs: [String: DotenvReader] = [
        "composeV1": .composeV1, "composeV2": .composeV2, "dockerRun": .dockerRun, "pythonDotenv": .pythonDotenv,
        "pythonDotenvOld": .pythonDotenvOld, "rawLine": .rawLine, "dash": .posixShell, "bash": .posixShell,
        "busybox": .posixShell,
    ]

    let cases: [Case]

    /// - Parameter path: By default the recording beside the tests.
    init(path: String? = nil) throws {
        let recording = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../Fixtures/dotenv-readers.json")
        let data = try Data(contentsOf: path.map { URL(filePath: $0) } ?? recording.standardized)
        let document = try JSON(parsing: Array(data))
        cases = Self.members(document["cases"]).map(Self.readCase)
    }

    private static func members(_ value: JSON?) -> [JSON] {
        if case .array(let elements) = value { elements } else { [] }
    }

    private static func readCase(_ value: JSON) -> Case {
        var environment: [String: String] = [:]
        var answers: [String: [[UInt8]: [UInt8]]?] = [:]
        if case .object(let members) = value["environment"] {
            for (name, value) in members.members { environment[name] = value.string ?? "" }
        }
        if case .object(let members) = value["answers"] {
            for (program, answer) in members.members {
                guard case .object(let values) = answer else {
                    answers[program] = .some(nil)
                    continue
                }
                var found: [[UInt8]: [UInt8]] = [:]
                for (key, value) in values.members { found[bytes(key)] = value.string.map(bytes) }
                answers[program] = found
            }
        }
        return Case(file: bytes(value["file"]?.string ?? ""), environment: environment, answers: answers)
    }

    /// U+0000 to U+00FF are bytes; U+2039, a byte, a count, U+203A are a run.
    private static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\u{2039}", let byte = scalars.popFirst() {
                let count = scalars.prefix { $0 != "\u{203A}" }
                scalars = scalars.dropFirst(count.count + 1)
                bytes += [UInt8](repeating: UInt8(truncatingIfNeeded: byte.value), count: Int(String(count)) ?? 0)
            } else {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            }
        }
        return bytes
    }
}
