import Basics
import TestSupport
import Testing

@testable import Secrets

struct EnvRebuildPropertyTests {
    private static let keys = [
        "CIVITAI_TOKEN", "HF_TOKEN", "COMFYUI_BEARER_TOKEN", "COMFYUI_LOGIN_ENABLED", "PORT", "MY_KEY", "odd-key",
    ]
    private static let values = [
        "", "your_token_here", "true", "8188", "${PORT}", "\\\\wsl\\x", "p$ss", "a b", "Zx9-secret-token-1",
        "hf_secret_secret",
        AuditTests.other, AuditTests.hash, "'", "\"", "#", "a\\", "x=y",
    ]
    private static let noise = [
        "\n", "# note\n", "foo bar=1\n", "BARE\n", "=\n", "X=\"open\n", "\u{0}", "\r", "export ", "A=1 B=2\n",
    ]

    private static func file(_ dice: inout Dice) -> [UInt8] {
        var text = Bool.random(using: &dice) ? "" : "\u{FEFF}"
        let lineEnd = Int.random(in: 0..<3, using: &dice) == 0 ? "\r\n" : "\n"
        for _ in 0..<Int.random(in: 0...8, using: &dice) {
            if Int.random(in: 0..<8, using: &dice) == 0 { text += noise.randomElement(using: &dice) ?? "" }
            let quote = ["", "", "'", "\""].randomElement(using: &dice) ?? ""
            text += (keys.randomElement(using: &dice) ?? "") + "=" + quote + (values.randomElement(using: &dice) ?? "")
            text += quote + lineEnd
        }
        var bytes = Array(text.utf8)
        if Int.random(in: 0..<4, using: &dice) == 0 {
            bytes.removeLast(min(bytes.count, Int.random(in: 0..<20, using: &dice)))
        }
        return bytes
    }

    @Test("A second rebuild changes nothing, nothing sound is lost, and nothing secret is shown", arguments: 0..<8)
    func properties(portion: Int) throws {
        var dice = Dice(UInt64(portion) + 7)
        let schema = EnvSchema()
        for _ in 0..<40 {
            let current = Bool.random(using: &dice) ? Self.file(&dice) : nil
            let example = Bool.random(using: &dice) ? EnvRebuild.Input("example", Self.file(&dice)) : nil
            let sources = (0..<Int.random(in: 0...2, using: &dice)).map {
                EnvRebuild.Input("old\($0)", Self.file(&dice))
            }
            let inputs = [current, example?.bytes].compactMap(\.self) + sources.map(\.bytes)
            let told = Comment(rawValue: "\(inputs.map { String(decoding: $0, as: UTF8.self).debugDescription })")
            let made = try EnvRebuild(current: current, example: example, sources: sources, schema: schema)
            let again = try EnvRebuild(current: made.file.bytes, example: example, sources: sources, schema: schema)
            #expect(again.file.bytes == made.file.bytes, told)
            let result = EnvReading(made.file.bytes)
            #expect(result.isWhole, told)
            for reading in inputs.map({ EnvReading($0) }) {
                for key in reading.keys {
                    let isSound = reading.assignments(of: key).contains {
                        schema.verdict(on: $0.value, of: key, isTemplate: $0.isTemplate) == .sound
                    }
                    guard isSound else { continue }
                    let kept = result.assignments(of: key).contains {
                        schema.verdict(on: $0.value, of: key, isTemplate: $0.isTemplate) == .sound
                    }
                    #expect(kept || made.untouched.contains(key), told)
                }
            }
            for key in schema.required { #expect(!made.file.entries(of: key.name).isEmpty, told) }
            if made.base == .current, let current, made.silenced.isEmpty {
                #expect(Self.keepsText(current, made.file), told)
            }
            let difference = EnvDifference(from: current, to: made, schema: schema, truth: EnvTruth())
            let shown = difference.rows.flatMap { [$0.key, $0.before ?? "", $0.after ?? ""] }.joined(separator: "\n")
            for secret in Self.values where secret.count > 12 && secret != "your_token_here" {
                #expect(!shown.contains(secret), told)
            }
        }
    }

    /// Comments and blank lines are there in their order, and the mark too.
    private static func keepsText(_ old: [UInt8], _ new: DotenvFile) -> Bool {
        guard let before = try? DotenvFile(old) else { return false }
        func text(_ file: DotenvFile) -> [ArraySlice<UInt8>] {
            let texts = file.entries.filter { $0.kind == .comment || $0.kind == .blank }
            return texts.map { DotenvBytes.trimmedEnd(file.bytes[$0.range]) }
        }
        let texts = text(new).filter { !$0.starts(with: EnvText.announcement.utf8) }
        return before.hasByteOrderMark == new.hasByteOrderMark && texts.starts(with: text(before))
    }
}
