import Basics
import Testing

@testable import Secrets

struct SealedSecretTests {
    /// The least that argon2id takes: tests need no strength.
    static func parameters(_ byte: UInt8 = 7) -> SealingParameters {
        guard
            let parameters = SealingParameters(
                salt: [UInt8](repeating: byte, count: 16), operations: 1, memory: 8)
        else { preconditionFailure("no parameters") }
        return parameters
    }

    static func key(_ passphrase: String = "correct horse", _ salt: UInt8 = 7) throws -> SealingKey {
        try SealingKey.passphrase(Secret(passphrase), parameters(salt))
    }

    private static func reason(_ body: () throws -> Void) -> SealError.Reason? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SealError)?.reason
        }
    }

    @Test("What a key sealed it opens, of any length", arguments: [0, 1, 127, 128, 129, 4_095, 4_096])
    func roundTrip(count: Int) throws {
        let token = Secret(String(repeating: "é", count: count / 2) + (count.isMultiple(of: 2) ? "" : "a"))
        for key in [try Self.key(), try SealingKey.file(Array(SealingKey.makeFile().reveal().utf8), mode: 0o400)] {
            let sealed = try SealedSecret(sealing: token, with: key)
            let text = sealed.text
            #expect(text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x24 && $0 != 0x5C })
            let read = try SealedSecret(parsing: text)
            #expect(read == sealed)
            #expect(read.text == text)
            #expect(try read.opened(by: key) == token)
            #expect(try SealedSecret(sealing: token, with: key).text != text)
        }
    }

    @Test("A token is as long as the limit at most, and its length shows only in steps")
    func lengths() throws {
        let key = try Self.key()
        let long = Secret(String(repeating: "a", count: 4_097))
        #expect(Self.reason { _ = try SealedSecret(sealing: long, with: key) } == .tooLong(limit: 4_096))
        let counts = try [0, 127, 128, 255].map { count in
            try SealedSecret(sealing: Secret(String(repeating: "a", count: count)), with: key).text.utf8.count
        }
        #expect(counts[0] == counts[1] && counts[2] == counts[3] && counts[1] < counts[2])
    }

    @Test("Another key opens nothing, and the reason says which key is wanted")
    func otherKeys() throws {
        let file = try SealingKey.file(Array(SealingKey.makeFile().reveal().utf8), mode: nil)
        let otherFile = try SealingKey.file(Array(SealingKey.makeFile().reveal().utf8), mode: 0o600)
        let byWord = try SealedSecret(sealing: Secret("t"), with: Self.key())
        let byFile = try SealedSecret(sealing: Secret("t"), with: file)
        let cases: [(SealedSecret, SealingKey, SealError.Reason)] = [
            (byWord, try Self.key("wrong"), .wrongPassphrase), (byWord, try Self.key("correct horse", 8), .otherSalt),
            (byWord, file, .passphraseWanted), (byFile, otherFile, .wrongKeyFile),
            (byFile, try Self.key(), .keyFileWanted),
        ]
        for (sealed, key, reason) in cases { #expect(Self.reason { _ = try sealed.opened(by: key) } == reason) }
    }

    @Test("A text with any character changed, or cut off anywhere, is refused")
    func damage() throws {
        for key in [try Self.key(), try SealingKey.file(Array(SealingKey.makeFile().reveal().utf8), mode: 0o400)] {
            let text = Array(try SealedSecret(sealing: Secret("token"), with: key).text.utf8)
            for place in text.indices {
                for bit in 0..<7 {
                    var damaged = text
                    damaged[place] ^= 1 << UInt8(bit)
                    let opened = try? SealedSecret(parsing: String(decoding: damaged, as: UTF8.self)).opened(by: key)
                    #expect(opened == nil, "bit \(bit) of \(place)")
                }
                let cut = String(decoding: text[..<place], as: UTF8.self)
                #expect((try? SealedSecret(parsing: cut).opened(by: key)) == nil, "cut off at \(place)")
            }
            #expect((try? SealedSecret(parsing: String(decoding: text, as: UTF8.self) + "A")) == nil)
        }
    }

    @Test("A right key tells damage from a wrong key")
    func damagedBox() throws {
        let key = try Self.key()
        var text = try SealedSecret(sealing: Secret("token"), with: key).text
        let last = text.suffix(2).first == "A" ? "B" : "A"
        text.replaceSubrange(
            text.index(text.endIndex, offsetBy: -20)..<text.index(text.endIndex, offsetBy: -19), with: last)
        #expect([nil, .damaged].contains(Self.reason { _ = try SealedSecret(parsing: text).opened(by: key) }))
    }

    @Test("Versions of newer programs and absurd limits are refused before anything is computed")
    func limits() throws {
        let text = try SealedSecret(sealing: Secret("token"), with: Self.key()).text
        let parts = text.split(separator: ":").map(String.init)
        func changed(_ index: Int, _ word: String) -> String {
            var parts = parts
            parts[index] = word
            return parts.joined(separator: ":")
        }
        let cases: [(String, SealError.Reason?)] = [
            (text, nil), (changed(1, "2"), .unknownVersion), (changed(1, "x"), .malformed),
            (changed(0, "open"), .malformed),
            (changed(2, "argon2i"), .malformed), (changed(3, "16"), nil), (changed(3, "17"), .limits),
            (changed(3, "01"), .malformed), (changed(3, "0"), .malformed), (changed(4, "7"), .limits),
            (changed(4, "2097152"), nil), (changed(4, "2097153"), .limits), (changed(4, "99999999999"), .malformed),
            (changed(5, "AAAA"), .malformed), (changed(6, "AAAA"), .malformed), (changed(7, "AAAA"), .malformed),
            ("", .malformed), (String(repeating: "sealed:", count: 2_000), .malformed),
        ]
        for (text, reason) in cases { #expect(Self.reason { _ = try SealedSecret(parsing: text) } == reason) }
        let made = SealingParameters.make()
        #expect(made.operations == 3 && made.memory == 256 << 10 && made.salt.count == 16)
        #expect(SealingParameters.make() != made)
    }

    @Test("A key file is one line that nobody else may read")
    func keyFile() throws {
        let text = SealingKey.makeFile().reveal()
        #expect(SealingKey.makeFile().reveal() != text)
        let sealed = try SealedSecret(sealing: Secret("t"), with: .file(Array(text.utf8), mode: 0o400))
        for spelling in [text, String(text.dropLast()), text.dropLast() + "\r\n"] {
            let key = try SealingKey.file(Array(spelling.utf8), mode: 0o600)
            #expect(try sealed.opened(by: key) == Secret("t"))
        }
        for mode: UInt16 in [0o440, 0o404, 0o644, 0o601] {
            #expect(
                Self.reason { _ = try SealingKey.file(Array(text.utf8), mode: mode) } == .keyFileExposed(mode: mode))
        }
        for wrong in ["", "x", "comfygate-key-1:", "comfygate-key-1:AAAA\n", text + text, "\n" + text] {
            #expect(Self.reason { _ = try SealingKey.file(Array(wrong.utf8), mode: nil) } == .keyFileMalformed)
        }
        #expect(Self.reason { _ = try Self.key("") } == .emptyPassphrase)
    }

    @Test("Every message is whole in both languages")
    func words() { #expect(Message.faults(in: SealMessages.all) == []) }
}
