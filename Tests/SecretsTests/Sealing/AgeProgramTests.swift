import Basics
import Foundation
import Loop
import TestSupport
import Testing

@testable import Secrets

/// Against Debian's `age`, and against files that it made.
struct AgeProgramTests {
    static let isInstalled = (try? ChildProcess("age", ["--version"]).run())?.isSuccess == true
    static let hasTerminal = isInstalled && (try? ChildProcess("python3", ["--version"]).run())?.isSuccess == true
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/age")
        .standardized.path
    /// Public vectors (C2SP/CCTV, age/testdata), for whoever has them.
    static let vectors = ProcessInfo.processInfo.environment["COMFYGATE_AGE_VECTORS"]

    private static func fixture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(fixtures)/\(name)")))
    }

    private static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        let result = try ChildProcess("age", arguments).run(input: input)
        try #require(result.isSuccess, "\(String(decoding: result.errors, as: UTF8.self))")
        return result.output
    }

    @Test("Files that age made are opened")
    func recorded() throws {
        let plain = try Self.fixture("plain")
        let mine = try AgeIdentity.parse(Self.fixture("identity.txt"))
        let other = try AgeIdentity.parse(Self.fixture("other.txt"))
        for name in ["one.age", "two.age", "armored.age"] {
            #expect(try AgeFile.open(Self.fixture(name), identities: mine) == plain, "\(name)")
        }
        #expect(try AgeFile.open(Self.fixture("two.age"), identities: other) == plain)
        #expect(throws: AgeError.noMatch) { try AgeFile.open(Self.fixture("one.age"), identities: other) }
        #expect(try AgeFile.open(Self.fixture("empty.age"), identities: mine) == [])
        let sealed = try Self.fixture("passphrase.age")
        #expect(try AgeFile.open(sealed, passphrase: Secret("correct horse")) == plain)
    }

    @Test("An identity file is written as age-keygen writes it")
    func identityFile() throws {
        let bytes = try Self.fixture("identity.txt")
        let identity = try #require(try AgeIdentity.parse(bytes).first)
        let created = Timestamp(year: 2026, month: 11, day: 21, hour: 16, minute: 28, second: 21)
        #expect(Array(identity.fileText(created: created).reveal().utf8) == bytes)
    }

    @Test("An armored file that is changed or cut off is refused, and never read wrongly")
    func armor() throws {
        let mine = try AgeIdentity.parse(Self.fixture("identity.txt"))
        let (armored, plain) = (try Self.fixture("armored.age"), try Self.fixture("plain"))
        for place in armored.indices {
            for bit in 0..<8 {
                var damaged = armored
                damaged[place] ^= 1 << UInt8(bit)
                let opened = try? AgeFile.open(damaged, identities: mine)
                // A line end may become white space at the very end.
                #expect(opened == nil || opened == plain && place == armored.count - 1, "bit \(bit) of byte \(place)")
            }
            let opened = try? AgeFile.open(Array(armored[..<place]), identities: mine)
            #expect(opened == nil || place == armored.count - 1, "cut off at \(place)")
        }
        let windows = String(decoding: armored, as: UTF8.self).replacing("\n", with: "\r\n")
        #expect(try AgeFile.open(Array(" \r\n\n\(windows)\r\n ".utf8), identities: mine) == plain)
    }

    @Test(
        "What we seal age opens, and what age seals we open",
        .enabled(if: isInstalled, "age is not installed: apt-get install age"),
        arguments: [0, 1, 65_535, 65_536, 65_537, 131_072])
    func bothWays(count: Int) throws {
        let folder = TemporaryFolder()
        let (me, friend) = (AgeIdentity.make(), AgeIdentity.make())
        let file = folder.file("identity", Array(me.fileText(created: .now()).reveal().utf8))
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let ours = try AgeFile.seal(plain, to: [friend.recipient, me.recipient])
        #expect(try Self.run(["-d", "-i", file], input: ours) == plain)
        let theirs = try Self.run(["-r", me.recipient.text, "-r", friend.recipient.text], input: plain)
        #expect(try AgeFile.open(theirs, identities: [friend]) == plain)
        let armored = try Self.run(["-a", "-r", me.recipient.text], input: plain)
        #expect(try AgeFile.open(armored, identities: [me]) == plain)
    }

    @Test(
        "Passphrases, too",
        .enabled(if: hasTerminal, "age or python3 is not installed: apt-get install age python3"))
    func passphrases() throws {
        let folder = TemporaryFolder()
        let plain = Array("KEY=value\n".utf8)
        let ours = folder.file("ours.age", try AgeFile.seal(plain, passphrase: Secret("a word"), workFactor: 10))
        let input = folder.file("plain", plain)
        func answer(_ arguments: [String]) throws -> Bool {
            let helper = Self.fixtures + "/answer-prompts.py"
            return try ChildProcess("python3", [helper, "a word", "age"] + arguments).run().isSuccess
        }
        #expect(try answer(["-d", "-o", folder.path("opened"), ours]))
        #expect(Array(try Data(contentsOf: URL(filePath: folder.path("opened")))) == plain)
        #expect(try answer(["-p", "-o", folder.path("theirs.age"), input]))
        let theirs = Array(try Data(contentsOf: URL(filePath: folder.path("theirs.age"))))
        #expect(try AgeFile.open(theirs, passphrase: Secret("a word")) == plain)
    }

    /// Compressed ones, and those for identities of other kinds, are passed over.
    @Test("The public vectors are judged as they say", .enabled(if: vectors != nil, "COMFYGATE_AGE_VECTORS names none"))
    func publicVectors() throws {
        let folder = try #require(Self.vectors)
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            guard let middle = bytes.indices.dropLast().first(where: { bytes[$0] == 10 && bytes[$0 + 1] == 10 }) else {
                continue
            }
            var facts: [String: [String]] = [:]
            for line in String(decoding: bytes[..<middle], as: UTF8.self).split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":") else { continue }
                facts[String(line[..<colon]), default: []].append(String(line[colon...].dropFirst(2)))
            }
            let keys = (facts["identity"] ?? []).joined(separator: "\n")
            let identities = (try? AgeIdentity.parse(Array(keys.utf8))) ?? []
            guard facts["compressed"] == nil, keys.isEmpty == identities.isEmpty else { continue }
            let file = Array(bytes[(middle + 2)...])
            let passphrases = facts["passphrase"] ?? []
            let opened =
                passphrases.isEmpty
                ? try? AgeFile.open(file, identities: identities)
                : passphrases.lazy.compactMap { try? AgeFile.open(file, passphrase: Secret($0)) }.first
            let digest = opened.map { Hex.encode(Digest.sha256($0)) }
            let expected = facts["expect"] == ["success"] ? facts["payload"]?.first : nil
            #expect(digest == expected, "\(name): \(facts["comment"] ?? [])")
            count += 1
        }
        #expect(count > 80)
    }
}
