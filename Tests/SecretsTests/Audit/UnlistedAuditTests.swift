import Basics
import Testing

@testable import Secrets

/// Places that a search found and the source of truth does not list.
struct UnlistedAuditTests {
    private static let token = AuditTests.token
    private static let hash = AuditTests.hash

    private static func finding(
        _ path: String, _ key: String?, _ value: String, _ credential: String?, form: LocationRule.Value = .raw,
        what: Finding.What = .secret, isListed: Bool = false
    ) -> Finding {
        let kind: LocationRule.Kind = key == nil ? .tokenFile : .dotenv
        return Finding(
            path: path, kind: kind, key: key, what: what, evidence: [.name], shown: nil, neededBy: nil,
            isListed: isListed,
            proposal: credential.map {
                Proposal(credential: $0, rule: LocationRule(path: path, kind: kind, key: key, value: form))
            }, value: DotenvValue(Array(value.utf8)))
    }

    private static func states(
        _ files: [String: String], _ found: [Finding], _ credentials: [Credential]? = nil
    ) -> [String] {
        var shelf = Shelf()
        for (path, text) in files { shelf.files[path] = FileFacts(.bytes(Array(text.utf8)), mode: 0o600) }
        var file = CredentialFile()
        for credential in credentials ?? [Credential(rawToken: Secret(token), bcryptHash: Secret(hash))] {
            file.set(credential)
        }
        var audit = Audit(shelf)
        return audit.rows(of: file, found: found).filter { $0.path != CredentialFile.path }.map { row in
            "\(row.credential ?? "-") \(row.path) " + row.states.map(\.code).joined(separator: " ")
        }
    }

    @Test("A found place is judged like a listed one, and unlisted beside")
    func judged() {
        let files = [
            "a.env": "COMFYUI_RAW_TOKEN=\(Self.token)\n", "b.env": "COMFYUI_RAW_TOKEN=another-token\n",
            "c.token": Self.hash, "d.token": "\(Self.hash)x", "e.env": "COMFYUI_RAW_TOKEN=your_token_here\n",
        ]
        let found = [
            Self.finding("a.env", "COMFYUI_RAW_TOKEN", Self.token, "default"),
            Self.finding("b.env", "COMFYUI_RAW_TOKEN", "another-token", "default"),
            Self.finding("c.token", nil, Self.hash, "default", form: .hash),
            Self.finding("d.token", nil, "\(Self.hash)x", "default", form: .hash),
            Self.finding("e.env", "COMFYUI_RAW_TOKEN", "", "default", what: .placeholder),
            Self.finding("f.env", "COMFYUI_RAW_TOKEN", "", "default", what: .missing),
            Self.finding("a.env", "COMFYUI_RAW_TOKEN", Self.token, "default", isListed: true),
        ]
        #expect(
            Self.states(files, found) == [
                "default a.env unlisted", "default b.env different unlisted", "default c.token unlisted",
                "default d.token malformed unlisted", "default e.env placeholder unlisted",
                "default f.env missing unlisted",
            ])
    }

    @Test("Aliases that no credential names are compared with each other")
    func aliases() {
        func states(_ values: String...) -> [String] {
            let keys = ["HF_TOKEN", "HUGGINGFACE_TOKEN", "HUGGING_FACE_HUB_TOKEN"]
            let places = zip(keys, values).map { ("\($0).env", $0, $1) }
            return Self.states(
                Dictionary(uniqueKeysWithValues: places.map { ($0.0, "\($0.1)=\($0.2)\n") }),
                places.map { Self.finding($0.0, $0.1, $0.2, "huggingface") }
            ).map { $0.split(separator: " ").dropFirst(2).joined(separator: " ") }
        }
        #expect(states("hf_one", "hf_one", "hf_one") == ["unlisted", "unlisted", "unlisted"])
        #expect(states("hf_one", "hf_two", "hf_one") == [String](repeating: "different unlisted", count: 3))
        #expect(states("hf_one", "your_token_here", "hf_one") == ["unlisted", "placeholder unlisted", "unlisted"])
        #expect(states("hf_one") == ["unlisted"])
    }

    @Test("Aliases of a credential that is there are compared with it")
    func named() {
        let credential = Credential(name: "huggingface", rawToken: Secret("hf_one"), bcryptHash: nil)
        let files = ["a.env": "HF_TOKEN=hf_one\n", "b.env": "HUGGINGFACE_TOKEN=hf_two\n"]
        let found = [
            Self.finding("a.env", "HF_TOKEN", "hf_one", "huggingface"),
            Self.finding("b.env", "HUGGINGFACE_TOKEN", "hf_two", "huggingface"),
        ]
        #expect(
            Self.states(files, found, [credential]) == [
                "huggingface a.env unlisted", "huggingface b.env different unlisted",
            ])
    }

    @Test("A dotenv file without a key means the keys of the credential's own family")
    func families() {
        let text = "HF_TOKEN=hf_one\nCOMFYUI_RAW_TOKEN=\(Self.token)\n"
        let rule = LocationRule(path: ".env", kind: .dotenv)
        let credentials = [
            Credential(rawToken: Secret(Self.token), bcryptHash: Secret(Self.hash), locations: [rule]),
            Credential(name: "huggingface", rawToken: Secret("hf_one"), bcryptHash: nil, locations: [rule]),
        ]
        #expect(Self.states([".env": text], [], credentials) == ["default .env ok", "huggingface .env ok"])
    }

    @Test("A secret of one instance is told only when something is off, and never compared")
    func single() {
        let files = ["a.env": "A_PASSWORD='word'\n", "b.env": "B_PASSWORD=\"p$ss\"\n", "c.token": "t0ken"]
        let found = [
            Self.finding("a.env", "A_PASSWORD", "word", nil), Self.finding("b.env", "B_PASSWORD", "p$ss", nil),
            Self.finding("c.token", nil, "t0ken", nil),
            Self.finding("d.env", "D_PASSWORD", "", nil, what: .missing),
        ]
        #expect(Self.states(files, found) == ["- b.env misread", "- d.env missing"])
    }

    @Test("bcrypt runs once for each pair, however many places there are")
    func once() {
        var shelf = Shelf()
        var found: [Finding] = []
        for index in 0..<20 {
            shelf.files["\(index).token"] = FileFacts(
                .bytes(Array((index % 2 == 0 ? Self.hash : AuditTests.other).utf8)))
            found.append(Self.finding("\(index).token", nil, "", "default", form: .hash))
        }
        var file = CredentialFile()
        let names = ["default", "a", "b"]
        for name in names {
            file.set(Credential(name: name, rawToken: Secret(Self.token), bcryptHash: Secret(Self.hash)))
        }
        var audit = Audit(shelf)
        #expect(audit.rows(of: file, found: found).count == 26)
        #expect(shelf.count.withLock { $0 } == 1)
    }

    @Test("A credential default under its name is shown where it stands")
    func place() throws {
        let file = try CredentialFile(parsing: Array(#"{"credentials": {"default": {"raw_token": "x"}}}"#.utf8))
        var audit = Audit(Shelf())
        #expect(
            audit.rows(of: file).map(\.key) == ["/credentials/default/raw_token", "/credentials/default/bcrypt_hash"])
    }

    @Test("A JSON member whose parent is not there is missing")
    func missing() {
        let rule = LocationRule(path: "a.json", kind: .json, key: "/a/b/c", value: .raw)
        let credential = Credential(rawToken: Secret(Self.token), bcryptHash: Secret(Self.hash), locations: [rule])
        #expect(Self.states(["a.json": "{}"], [], [credential]) == ["default a.json missing"])
        #expect(Self.states(["a.json": #"{"a": 1}"#], [], [credential]) == ["default a.json unreadable"])
    }
}
