import Basics
import TestSupport
import Testing

@testable import Secrets

struct EnvRebuildTests {
    private static let schema = EnvSchema([
        .init("TOKEN"), .init("HASH", .hash), .init("ON", .boolean), .init("HF", aliases: ["OLD_HF"]),
    ])
    private static let hash = AuditTests.other
    private static let example = """
        # Tokens
        TOKEN=your_token_here
        HASH=
        ON=true  # logins

        HF=your_token_here
        PORT=8188

        """

    private static func rebuild(
        _ current: String?, example: String? = example, _ sources: String..., truth: EnvTruth = EnvTruth(),
        schema: EnvSchema = schema
    ) throws -> EnvRebuild {
        try EnvRebuild(
            current: current.map { Array($0.utf8) }, example: example.map { .init("example", Array($0.utf8)) },
            sources: sources.enumerated().map { .init("old\($0.offset)", Array($0.element.utf8)) }, truth: truth,
            schema: schema)
    }

    private static func text(_ rebuild: EnvRebuild) -> String { String(decoding: rebuild.file.bytes, as: UTF8.self) }

    private static func origins(_ rebuild: EnvRebuild) -> [String: EnvRebuild.Origin] {
        Dictionary(uniqueKeysWithValues: rebuild.choices.map { ($0.key, $0.origin) })
    }

    @Test("A lost file is made from the example; what nobody knows is empty")
    func lost() throws {
        let made = try Self.rebuild(nil)
        #expect(made.base == .example && !made.isReplaced)
        #expect(
            Self.text(made)
                == Self.example.replacing("TOKEN=your_token_here", with: "TOKEN=").replacing(
                    "HF=your_token_here", with: "HF="))
        #expect(
            Self.origins(made) == ["TOKEN": .nobody, "HASH": .nobody, "ON": .example, "HF": .nobody, "PORT": .example])
        let nothing = try Self.rebuild(nil, example: nil)
        #expect(nothing.base == .nothing && Self.text(nothing) == "TOKEN=\nHASH=\nON=\nHF=\n")
    }

    @Test("The first sound value counts: source of truth, the file, old files in order, the example")
    func order() throws {
        var file = CredentialFile()
        file.set(
            Credential(
                rawToken: Secret(AuditTests.token), bcryptHash: Secret(AuditTests.hash),
                locations: [LocationRule(path: ".env", kind: .dotenv, key: "HASH", value: .hash)]))
        let truth = EnvTruth(file, path: ".env", from: EnvShelf())
        let made = try Self.rebuild(
            "TOKEN=your_token_here\nHASH='\(Self.hash)'\nON=maybe\n", "TOKEN=<token>\nON=no\nHF=first\n",
            "TOKEN=t2\nON=yes\nHF=second\nPORT=1\n", truth: truth)
        #expect(
            Self.text(made) == "TOKEN=t2\nHASH='\(AuditTests.hash)'\nON=no\nHF=first\nPORT=1\n")
        #expect(
            Self.origins(made) == [
                "TOKEN": .source("old1"), "HASH": .truth, "ON": .source("old0"), "HF": .source("old0"),
                "PORT": .source("old1"),
            ])
    }

    @Test("Only what changes changes: line ends, a mark, comments, export, order and a missing last line end stay")
    func bytes() throws {
        let current = "\u{FEFF}# mine\r\nexport ON=true   # yes\r\n\r\n HF = x\r\nPORT=\"1\"\r\nTOKEN=changeme"
        let made = try Self.rebuild(current, "TOKEN=t0k3n\nHASH='\(Self.hash)'\nON=false\nHF=other\nPORT=2\n")
        #expect(
            Self.text(made)
                == current.replacing("TOKEN=changeme", with: "TOKEN=t0k3n") + "\r\nHASH='\(Self.hash)'")
        let same = try Self.rebuild(Self.text(made))
        #expect(same.file.bytes == made.file.bytes)
    }

    @Test("A placeholder or a broken value that nobody knows better stays as it was")
    func nobody() throws {
        let current = "TOKEN=your_token_here\nHASH=word\nON=maybe\nHF=\nPORT=8188\nTAIL=\n"
        let made = try Self.rebuild(current, "TOKEN=<x>\nHASH=$2b$12$short\n")
        #expect(Self.text(made) == current.replacing("ON=maybe", with: "ON=true"))
    }

    @Test("An older name gives its value to the key, and is not added itself")
    func alias() throws {
        let made = try Self.rebuild("TOKEN=t\nHASH='\(Self.hash)'\nON=1\nPORT=1\n", "OLD_HF=hf_old\n")
        #expect(Self.text(made).hasSuffix("PORT=1\nHF=hf_old\n"))
        let own = try Self.rebuild("OLD_HF=hf_own\n", example: nil)
        #expect(Self.text(own) == "OLD_HF=hf_own\nTOKEN=\nHASH=\nON=\nHF=hf_own\n")
    }

    @Test("Keys that neither example nor schema knows are kept behind a comment")
    func others() throws {
        let made = try Self.rebuild(nil, "MINE=1\nTOKEN=t\nAGAIN='a b'\nEMPTY=\n", "MINE=2\nLAST=x\n")
        #expect(
            Self.text(made).hasSuffix("PORT=8188\n# Kept from an older file:\nMINE=1\nAGAIN='a b'\nEMPTY=\nLAST=x\n"))
        let again = try Self.rebuild(Self.text(made), "MINE=1\nTOKEN=t\nAGAIN='a b'\nEMPTY=\n", "MINE=2\nLAST=x\n")
        #expect(again.file.bytes == made.file.bytes)
    }

    @Test("A hash without quotes gets some, other values that readers see differently are copied as they stand")
    func spellings() throws {
        let source = "HASH=\(Self.hash)\nURL=http://h:${PORT}/\nMODEL=\\\\wsl\\x y\nQ=\"p$ss#word\"\n"
        let made = try Self.rebuild(nil, source)
        let text = Self.text(made)
        #expect(text.contains("HASH='\(Self.hash)'\n"))
        for line in source.split(separator: "\n").dropFirst() { #expect(text.contains("\n\(line)\n"), "\(line)") }
        // The file's own hash is mended too.
        #expect(Self.text(try Self.rebuild("HASH=\(Self.hash)\n", example: nil)).hasPrefix("HASH='\(Self.hash)'\n"))
    }

    @Test("Lines for which Compose refuses a file become comments")
    func silenced() throws {
        let current = "\u{FEFF}foo bar=1\nTOKEN=\"t\" x y=1\nHASH='\(Self.hash)'\n=y\nON=1\nHF=h\nPORT=1\n"
        let made = try Self.rebuild(current)
        #expect(made.base == .current)
        #expect(made.silenced == [1, 2, 4])
        #expect(made.file.problems.allSatisfy { if case .invalid = $0.kind { false } else { true } })
        #expect(Self.text(made).hasPrefix("\u{FEFF}# foo bar=1\n"))
        #expect(made.file.keys == ["TOKEN", "HASH", "ON", "HF", "PORT"])
    }

    @Test("From a torn file comes what is whole, and it is told that it was torn")
    func torn() throws {
        let (nul, hash) = ("\u{0}", Self.hash)
        let cases: [(name: String, bytes: [UInt8], token: String?, hf: String?)] = [
            ("open quote", Array("TOKEN=\"abc\nHASH='\(hash)'\nHF=hf\n".utf8), nil, "hf"),
            ("swallowed", Array("TOKEN=\"abc\nHASH='\(hash)'\nHF=\"hf\"\n".utf8), nil, "hf"),
            ("zeros", Array("HASH='\(hash)'\nHF=hf\nTOKEN=ab\(nul)\(nul)\(nul)".utf8), nil, "hf"),
            ("bytes", Array("HASH='\(hash)'\nHF=hf\nTOKEN=a".utf8) + [0xFF, 0x0A], nil, "hf"),
            ("UTF-16", utf16("TOKEN=t\r\nHASH='\(hash)'\r\nHF=hf"), "t", "hf"),
        ]
        for (name, bytes, token, hf) in cases {
            let made = try EnvRebuild(
                current: bytes, example: .init("e", Array(Self.example.utf8)), schema: Self.schema)
            #expect(made.base == .example && made.isReplaced, "\(name)")
            let origins = Self.origins(made)
            #expect(origins["TOKEN"] == (token == nil ? .nobody : .current), "\(name)")
            #expect(origins["HF"] == (hf == nil ? .nobody : .current), "\(name)")
            #expect(origins["HASH"] == .current, "\(name)")
            let bare = try EnvRebuild(current: bytes, schema: Self.schema)
            #expect(bare.base == .nothing && bare.isReplaced, "\(name)")
        }
        let blank = try Self.rebuild("\u{FEFF} \n\r\n")
        #expect(blank.base == .example && !blank.isReplaced)
    }

    @Test("A value at the very end of a file gives way to a longer one that begins like it")
    func cut() throws {
        let rest = "HASH='\(Self.hash)'\nON=1\nPORT=1\nHF=h\n"
        #expect(Self.text(try Self.rebuild(rest + "TOKEN=abc", "TOKEN=abcdef\n")).hasSuffix("TOKEN=abcdef"))
        #expect(Self.text(try Self.rebuild(rest + "TOKEN=abc\n", "TOKEN=abcdef\n")).hasSuffix("TOKEN=abc\n"))
        #expect(Self.text(try Self.rebuild(rest + "TOKEN=abc", "TOKEN=xyz\n")).hasSuffix("TOKEN=abc"))
        #expect(Self.text(try Self.rebuild(rest + "TOKEN=abc", "TOKEN=abcdef\n", "TOKEN=abc\n")).hasSuffix("TOKEN=abc"))
    }

    @Test("Reading begins anew so often and no more")
    func restarts() {
        for count in [EnvReading.restarts - 1, EnvReading.restarts, EnvReading.restarts + 1] {
            let text = (0..<count).map { "A\($0)=\"x\nB\($0)=1\n" }.joined() + "C=\"\nEND=1\n"
            let reading = EnvReading(Array(text.utf8))
            #expect(reading.assignments(of: "END").isEmpty == (count > EnvReading.restarts), "\(count)")
        }
    }

    @Test("A difference shows plain values, and of secrets a fingerprint")
    func difference() throws {
        let schema = EnvSchema([
            .init("TOKEN"), .init("ON", .boolean), .init("URL", .url), .init("USER", isSecret: false),
        ])
        let current = "TOKEN=old-secret-token\nON=true\nURL=http://a:pw@h/\nUSER=new-secret-token\nFOO=bar-1234567890\n"
        let made = try EnvRebuild(
            current: nil, sources: [.init("old", Array(current.replacing("old-", with: "new-").utf8))], schema: schema)
        let difference = EnvDifference(from: Array(current.utf8), to: made, schema: schema, truth: EnvTruth())
        #expect(
            difference.rows.map { "\($0.key) \($0.change)" }.sorted() == [
                "FOO same", "ON same", "TOKEN changed", "URL same", "USER same",
            ])
        let values = difference.rows.flatMap { [$0.before, $0.after] }.compactMap(\.self)
        #expect(values.filter { $0 == "true" }.count == 2)
        for secret in ["secret-token", "pw@", "bar-1234567890"] {
            #expect(!values.contains { $0.contains(secret) }, "\(secret)")
        }
    }
}
