import Basics
import TestSupport
import Testing

@testable import Secrets

struct EnvCheckTests {
    private static let hash = AuditTests.other
    /// Holds what the standard schema asks for.
    static let whole = """
        CIVITAI_TOKEN=c1v1t41
        HF_TOKEN=hf_abcdef
        QWEN_API_TOKEN=qwen-raw
        COMFYUI_BEARER_TOKEN='\(hash)'
        COMFYUI_LOGIN_ENABLED=true
        COMFYUI_USERNAME=admin
        COMFYUI_PASSWORD='Example/8!pw'

        """

    private static func findings(
        _ text: String, mode: UInt16 = 0o600, keepsModes: Bool = true, isTracked: Bool = false,
        truth: EnvTruth = EnvTruth(), schema: EnvSchema = EnvSchema()
    ) throws -> [EnvFinding] {
        let bytes = Array(text.utf8)
        let facts = FileFacts(.bytes(bytes), mode: mode, keepsModes: keepsModes, isTracked: isTracked)
        return EnvCheck(try DotenvFile(bytes), facts: facts, truth: truth, schema: schema).findings
    }

    private static func shown(_ findings: [EnvFinding]) -> [String] {
        findings.map { "\($0.severity) \($0.line.map(String.init) ?? "-") \($0.key ?? "-") \($0.code)" }
    }

    @Test("A whole file has nothing to find")
    func sound() throws { #expect(try Self.findings(Self.whole).isEmpty) }

    @Test("Each fault is found where it is")
    func faults() throws {
        let expected: [(more: String, [String])] = [
            ("EXTRA_KEY=\n", ["warning 8 EXTRA_KEY empty"]), ("EXTRA=\n", []),
            ("SECRET_KEY=auto_generated_secret_key\n", ["warning 8 SECRET_KEY placeholder"]),
            ("HF_TOKEN=hf_abcdef\n", ["warning 8 HF_TOKEN repeated"]),
            ("HF_TOKEN=hf_ghijkl\n", ["error 8 HF_TOKEN repeated"]),
            ("HF_TOKEN=your_token_here\n", ["error 8 HF_TOKEN repeated", "error 8 HF_TOKEN placeholder"]),
            ("foo bar\n", ["error 8 - invalidLine"]), ("foo bar=1\n", ["error 8 - invalidLine"]),
            ("=x\n", ["error 8 - invalidLine"]),
            ("X=\"open\n", ["error 8 - invalidLine"]), ("BARE", ["warning 8 - invalidLine"]),
            ("A=1\rB=2\n", ["warning 8 - invalidLine"]),
            ("MODEL_PATH=\\\\wsl\\x\n", ["warning 8 MODEL_PATH misread"]),
            ("API_KEY=a$bc\n", ["error 8 API_KEY misread"]), ("URL=http://h:${PORT}/\n", []),
            ("COMFYUI_API_TOKEN=plain\n", ["error 8 COMFYUI_API_TOKEN malformed"]),
            ("COMFYUI_RAW_TOKEN='\(Self.hash)'\n", ["error 8 COMFYUI_RAW_TOKEN malformed"]),
        ]
        for (more, findings) in expected {
            let found = Self.shown(try Self.findings(Self.whole + more)).filter { !$0.hasSuffix("notForShells") }
            #expect(found == findings, "\(more)")
        }
    }

    @Test("Of the required keys each may be missing, empty, a placeholder or of the wrong form")
    func required() throws {
        for key in EnvSchema().required {
            let lines = Self.whole.split(separator: "\n")
            let index = try #require(lines.firstIndex { $0.hasPrefix(key.name + "=") })
            func with(_ line: String?) throws -> [String] {
                var changed = lines.map(String.init)
                if let line { changed[index] = line } else { changed.remove(at: index) }
                return Self.shown(try Self.findings(changed.joined(separator: "\n") + "\n"))
            }
            #expect(try with(nil) == ["error - \(key.name) missing"])
            #expect(try with("\(key.name)=") == ["error \(index + 1) \(key.name) empty"])
            #expect(try with("\(key.name)=your_token_here") == ["error \(index + 1) \(key.name) placeholder"])
            #expect(try with(key.name) == ["warning \(index + 1) \(key.name) missing"])
        }
    }

    @Test("A mistyped or older name is told with the one that was meant")
    func nearMiss() throws {
        let mistyped = try Self.findings(Self.whole.replacing("CIVITAI_TOKEN", with: "CIVITAL_TOKEN"))
        #expect(Self.shown(mistyped) == ["error - CIVITAI_TOKEN missing", "warning 1 CIVITAL_TOKEN nearMiss"])
        #expect(mistyped[1].phrase.text(in: .english).contains("CIVITAI_TOKEN"))
        let older = try Self.findings(Self.whole.replacing("HF_TOKEN", with: "HUGGINGFACE_TOKEN"))
        #expect(Self.shown(older) == ["error - HF_TOKEN missing"])
        #expect(older[0].phrase.text(in: .french).contains("HUGGINGFACE_TOKEN"))
        // A key that is there cannot be meant.
        #expect(try Self.findings(Self.whole + "CIVITAL_TOKEN=x\n").isEmpty)
    }

    @Test("Others may read a file without secrets, and Git may have it")
    func exposure() throws {
        #expect(Self.shown(try Self.findings(Self.whole, mode: 0o644)) == ["error - - exposed"])
        #expect(try Self.findings(Self.whole, mode: 0o777, keepsModes: false).isEmpty)
        #expect(Self.shown(try Self.findings(Self.whole, isTracked: true)) == ["error - - tracked"])
        let none = EnvSchema([])
        let example = "HF_TOKEN=your_token_here\nPORT=8188\nAPI_KEY=\n"
        let found = try Self.findings(example, mode: 0o644, isTracked: true, schema: none)
        #expect(Self.shown(found) == ["warning 1 HF_TOKEN placeholder", "warning 3 API_KEY empty"])
    }

    @Test("A mark and Windows line ends are no fault of any key")
    func windows() throws {
        let text = "\u{FEFF}# settings\n" + Self.whole
        #expect(Self.shown(try Self.findings(text.replacing("\n", with: "\r\n"))) == ["note - - notForShells"])
        #expect(Self.shown(try Self.findings("\u{FEFF}" + Self.whole)).contains("warning 1 CIVITAI_TOKEN hiddenByMark"))
    }

    @Test("Text in another encoding is one fault, not hundreds")
    func encoding() throws {
        let bytes = utf16(Self.whole)
        let findings = EnvCheck(try DotenvFile(bytes), facts: FileFacts(.bytes(bytes), mode: 0o600)).findings
        #expect(findings.map(\.code).filter { $0 != .missing } == [.notText])
    }

    @Test("What the source of truth says is compared, unless it is not right itself")
    func truth() throws {
        var file = CredentialFile()
        file.set(
            Credential(
                rawToken: Secret(AuditTests.token), bcryptHash: Secret(AuditTests.hash),
                locations: [LocationRule(path: ".env", kind: .dotenv)]))
        let shelf = EnvShelf()
        let truth = EnvTruth(file, path: ".env", from: shelf)
        #expect(
            Self.shown(try Self.findings(Self.whole, truth: truth)) == [
                "error 3 QWEN_API_TOKEN different", "error 4 COMFYUI_BEARER_TOKEN different",
            ])
        let right = Self.whole.replacing("qwen-raw", with: AuditTests.token).replacing(Self.hash, with: AuditTests.hash)
        #expect(try Self.findings(right, truth: truth).isEmpty)
        file.set(Credential(rawToken: Secret("other"), bcryptHash: Secret(AuditTests.hash)))
        let unsound = EnvTruth(file, path: ".env", from: shelf)
        #expect(Self.shown(try Self.findings(Self.whole, truth: unsound)) == ["warning - - sourceUnsound"])
    }

    @Test("A location decides whose credential a file has; a key that two want has neither's")
    func locations() throws {
        let other = try SharedHash.make(of: Secret("forge-token"), cost: 4)
        var file = CredentialFile()
        file.set(
            Credential(
                rawToken: Secret(AuditTests.token), bcryptHash: Secret(AuditTests.hash),
                locations: [
                    LocationRule(path: "both.env", kind: .dotenv, key: "COMFYUI_API_TOKEN", value: .hash),
                    LocationRule(path: "both.env", kind: .dotenv, key: "OWN", value: .raw),
                ]))
        file.set(
            Credential(
                name: "forge", rawToken: Secret("forge-token"), bcryptHash: other,
                locations: [
                    LocationRule(path: "forge.env", kind: .dotenv, key: "MY_TOKEN", value: .raw, inPlace: true),
                    LocationRule(path: "forge.env", kind: .dotenv, key: "QWEN_API_TOKEN", value: .token),
                    LocationRule(path: "both.env", kind: .dotenv, key: "COMFYUI_API_TOKEN", value: .hash),
                ]))
        let forge = EnvTruth(file, path: "forge.env", from: EnvShelf())
        #expect(forge["MY_TOKEN"] == Secret("forge-token") && forge["COMFYUI_BEARER_TOKEN"] == other)
        #expect(forge["QWEN_API_TOKEN"] == nil && forge.isInPlace)
        let both = EnvTruth(file, path: "both.env", from: EnvShelf())
        #expect(both["COMFYUI_API_TOKEN"] == nil && both["QWEN_API_TOKEN"] == nil)
        #expect(both["OWN"] == Secret(AuditTests.token))
        let unnamed = EnvTruth(file, path: "x.env", from: EnvShelf())
        #expect(unnamed["QWEN_API_TOKEN"] == Secret(AuditTests.token) && !unnamed.isInPlace)
        // A sealed token leaves its hash.
        file.set(Credential(rawToken: nil, bcryptHash: Secret(AuditTests.hash)))
        let sealed = EnvTruth(file, path: "x.env", from: EnvShelf())
        #expect(sealed["COMFYUI_API_TOKEN"] == Secret(AuditTests.hash) && sealed["QWEN_API_TOKEN"] == nil)
        #expect(sealed.unsound.isEmpty)
    }

    @Test("No finding shows a value, nor a line that only looks like a key")
    func silence() throws {
        let token = "Zx9TornTokenOfSomebody"
        let text =
            "\(token)==\n\(token)=\n\(token)=1\n\(token)=2\nHF_TOKEN=\(token) x=\"\nQ=\"\(token)\n\(token) \(token)=\n"
        for finding in try Self.findings(text) {
            for language in Language.allCases {
                #expect(!(finding.phrase.text(in: language) + (finding.key ?? "")).contains(token), "\(finding.code)")
            }
        }
    }
}

/// As PowerShell writes it.
func utf16(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    return bytes
}

/// Knows no files.
struct EnvShelf: FactSource {
    func expand(_ pattern: String) -> [String] { [pattern] }
    func facts(of path: String) -> FileFacts { FileFacts(.missing) }
    func verify(_ token: Secret, against hash: Secret) -> Bool { SharedHash.verify(token, against: hash) }
}
