import Basics
import Identity
import Testing

@testable import Secrets

/// Files that only a test knows.
private struct Shelf: FactSource {
    var files: [String: FileFacts] = [:]
    let count = Locked(0)

    func expand(_ pattern: String) -> [String] {
        guard let star = pattern.firstIndex(of: "*") else { return [pattern] }
        let (start, end) = (pattern[..<star], pattern[star...].dropFirst(2))
        return files.keys.filter { $0.hasPrefix(start) && $0.hasSuffix(end) }.sorted()
    }

    func facts(of path: String) -> FileFacts { files[path] ?? FileFacts(.missing) }

    func verify(_ token: Secret, against hash: Secret) -> Bool {
        count.withLock { $0 += 1 }
        return SharedHash.verify(token, against: hash)
    }
}

struct AuditTests {
    // The hash is the token's: a cost of 4 is enough for a test.
    static let token = "example-2025"
    static let hash: String = {
        guard let hash = try? SharedHash.make(of: Secret(token), cost: 4) else { preconditionFailure("no hash") }
        return hash.reveal()
    }()
    static let other = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"

    private static func file(_ locations: [LocationRule], hash: String = hash) -> CredentialFile {
        var file = CredentialFile()
        file.set(
            Credential(
                rawToken: Secret(token), bcryptHash: Secret(hash), locations: locations))
        return file
    }

    private static func facts(_ text: String, mode: UInt16 = 0o600, isTracked: Bool = false) -> FileFacts {
        FileFacts(.bytes(Array(text.utf8)), mode: mode, isTracked: isTracked)
    }

    private static func states(_ text: String, _ rule: LocationRule) -> [[AuditRow.State]] {
        var shelf = Shelf()
        shelf.files[CredentialFile.path] = facts("{}")
        shelf.files[rule.path] = facts(text)
        var audit = Audit(shelf)
        return audit.rows(of: file([rule])).dropFirst(2).map(\.states)
    }

    @Test("A dotenv key is right, older, foreign, eaten, or no hash at all")
    func dotenv() {
        let rule = LocationRule(path: ".env", kind: .dotenv, key: "COMFYUI_API_TOKEN", value: .hash)
        let expected: [(String, [AuditRow.State])] = [
            ("COMFYUI_API_TOKEN='\(Self.hash)'\n", [.ok]),
            ("A=1\r\nexport COMFYUI_API_TOKEN='\(Self.hash)'\r\n", [.ok]),
            ("COMFYUI_API_TOKEN='\(Self.other)'\n", [.different]),
            ("COMFYUI_API_TOKEN=$2b$12/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3Jj\n", [.malformed(.eaten(by: .compose))]),
            ("COMFYUI_API_TOKEN=your_token_here\n", [.malformed(.placeholder)]),
            ("COMFYUI_API_TOKEN=\n", [.malformed(.empty)]),
            ("COMFYUI_API_TOKEN=\(Self.token)\n", [.malformed(.word)]),
            ("OTHER=1\n", [.missing]),
            (
                "COMFYUI_API_TOKEN='\(Self.other)'\nA=1\nCOMFYUI_API_TOKEN='\(Self.hash)'\n",
                [.repeated(lines: [1, 3])]
            ),
        ]
        for (text, states) in expected { #expect(Self.states(text, rule) == [states]) }
    }

    @Test("A value that a reader takes for another is misread, and the reader is named")
    func misread() throws {
        let rule = LocationRule(path: ".env", kind: .dotenv, key: "K", value: .hash)
        let text = "K=\(Self.other)\n"
        var shelf = Shelf()
        shelf.files[".env"] = Self.facts(text)
        var audit = Audit(shelf)
        let row = try #require(audit.rows(of: Self.file([rule], hash: Self.other)).last)
        guard case .misread(let objections) = try #require(row.states.first) else {
            Issue.record("\(row.states)")
            return
        }
        #expect(objections.contains { $0.reader == .composeV2 })
        #expect(objections.contains { $0.reader == .posixShell })
        #expect(!objections.contains { $0.reader == .composeV1 })
    }

    @Test("A dotenv file without a key means every known key in it")
    func knownKeys() {
        let rule = LocationRule(path: ".env", kind: .dotenv)
        var shelf = Shelf()
        shelf.files[".env"] = Self.facts(
            "COMFYUI_RAW_TOKEN=\(Self.token)\nPORT=1\nCOMFYUI_BEARER_TOKEN='\(Self.hash)'\nQWEN_API_TOKEN=your_qwen_api_token_here\n"
        )
        var audit = Audit(shelf)
        let rows = audit.rows(of: Self.file([rule])).dropFirst(2)
        #expect(rows.map(\.key) == ["COMFYUI_RAW_TOKEN", "COMFYUI_BEARER_TOKEN", "QWEN_API_TOKEN"])
        #expect(rows.map(\.value) == [.raw, .hash, .raw])
        #expect(rows.map(\.states) == [[.ok], [.ok], [.placeholder]])
    }

    @Test("Whole files and JSON members are compared with the form that belongs there")
    func others() {
        let cases: [(String, LocationRule, [AuditRow.State])] = [
            ("\(Self.hash)\nadmin", LocationRule(path: "PASSWORD", kind: .login, value: .hash), [.ok]),
            (
                "\(Self.hash)\r\nadmin", LocationRule(path: "PASSWORD", kind: .login, value: .hash),
                [.malformed(.wrapped([.carriageReturn]))]
            ),
            (
                "\(Self.other)a\nadmin", LocationRule(path: "PASSWORD", kind: .login, value: .hash),
                [.malformed(.broken(.length(61)))]
            ),
            ("\(Self.hash)\n", LocationRule(path: "t", kind: .tokenFile, value: .hash), [.ok]),
            (
                "\u{FEFF}\(Self.hash)\n", LocationRule(path: "t", kind: .tokenFile, value: .hash),
                [.malformed(.wrapped([.byteOrderMark]))]
            ),
            ("\(Self.token)", LocationRule(path: "t", kind: .dockerSecret, value: .raw), [.ok]),
            ("\(Self.token)\n", LocationRule(path: "t", kind: .dockerSecret, value: .raw), [.different]),
            (
                "{\"a\": {\"t\": \"\(Self.token)\"}}",
                LocationRule(path: "a.json", kind: .json, key: "/a/t", value: .raw), [.ok]
            ),
            ("{\"a\": {}}", LocationRule(path: "a.json", kind: .json, key: "/a/t", value: .raw), [.missing]),
            (
                "{\"a\": {\"t\": \"\"}}", LocationRule(path: "a.json", kind: .json, key: "/a/t", value: .raw),
                [.placeholder]
            ),
        ]
        for (text, rule, states) in cases { #expect(Self.states(text, rule) == [states], "\(rule.path) \(text.count)") }
    }

    @Test("The source of truth is judged first")
    func source() {
        let expected: [(String?, String?, [[AuditRow.State]])] = [
            (Self.token, Self.hash, [[.ok], [.ok]]), (Self.token, Self.other, [[.ok], [.notTheHash]]),
            (
                Self.token, "$2b$12$03f3f6f91f4175e338c314f7bd96ebd3dd834b53c1813d69d830f",
                [[.ok], [.malformed(.broken(.saltEnd))]]
            ),
            (nil, nil, [[.missing], [.missing]]), (nil, Self.hash, [[.ok], [.ok]]),
            (Self.token, nil, [[.ok], [.missing]]),
            ("changeme", Self.hash, [[.placeholder], [.notTheHash]]),
        ]
        for (token, hash, states) in expected {
            var file = CredentialFile()
            file.set(Credential(rawToken: token.map { Secret($0) }, bcryptHash: hash.map { Secret($0) }))
            var audit = Audit(Shelf())
            let rows = audit.rows(of: file)
            #expect(rows.map(\.states) == states)
            #expect(rows.map(\.key) == ["/raw_token", "/bcrypt_hash"])
        }
    }

    @Test(
        "While the source is sealed its token is no fault, and a raw value is judged by the hash, once for each value")
    func sealed() throws {
        let key = try SealedSecretTests.key()
        let rules = ["a", "b", "c", "d", "e"].map { LocationRule(path: $0, kind: .tokenFile, value: .raw) }
        var shelf = Shelf()
        for (name, text) in zip(["a", "b", "c", "d", "e"], [Self.token, Self.token, "other", "your_token_here", ""]) {
            shelf.files[name] = Self.facts(text)
        }
        let sealed = try Self.file(rules).sealed(by: key)
        var audit = Audit(shelf)
        let rows = audit.rows(of: sealed)
        #expect(rows.map(\.states) == [[.sealed], [.ok], [.ok], [.ok], [.different], [.placeholder], [.placeholder]])
        #expect(rows.map(\.isOK) == [true, true, true, true, false, false, false])
        #expect(rows.first?.key == "/sealed_token")
        #expect(rows.first?.shown == nil)
        #expect(shelf.count.withLock { $0 } == 2)
        // Without a right hash nothing can be said.
        audit = Audit(shelf)
        let blind = audit.rows(of: try Self.file(rules, hash: "word").sealed(by: key))
        #expect(blind[2].states == [.unreadable(AuditMessages.incomparable())])
        var broken = sealed
        var credential = try #require(broken["default"])
        credential.sealedToken = "sealed:2:x"
        broken.set(credential)
        #expect(audit.rows(of: broken).first?.states == [.unreadable(SealError(.unknownVersion).phrase)])
    }

    @Test("Modes and Git are told beside the value, where the file system keeps modes")
    func exposure() {
        let rule = LocationRule(path: "t", kind: .tokenFile, value: .hash)
        let expected: [(FileFacts, [AuditRow.State])] = [
            (Self.facts(Self.hash, mode: 0o644), [.exposed(mode: 0o644)]),
            (Self.facts(Self.hash, mode: 0o640, isTracked: true), [.exposed(mode: 0o640), .tracked]),
            (Self.facts(Self.other, isTracked: true), [.different, .tracked]),
            (FileFacts(.bytes(Array(Self.hash.utf8)), mode: 0o777, keepsModes: false), [.ok]),
            (FileFacts(.missing), [.missing]), (FileFacts(.outside), [.outside]),
            (FileFacts(.unreadable("Permission denied")), [.unreadable(Phrase(verbatim: "Permission denied"))]),
        ]
        for (facts, states) in expected {
            var shelf = Shelf()
            shelf.files["t"] = facts
            var audit = Audit(shelf)
            #expect(audit.rows(of: Self.file([rule])).last?.states == states)
        }
    }

    @Test("Every message is whole in both languages, and every state has words")
    func words() {
        #expect(Message.faults(in: AuditMessages.all + PlaceMessages.all) == [])
        let states: [AuditRow.State] = [
            .ok, .missing, .sealed, .different, .malformed(.word), .placeholder, .notTheHash, .exposed(mode: 0o644),
            .tracked,
            .misread([DotenvObjection(reader: .composeV2, reason: .expandsVariables)]), .repeated(lines: [1, 2]),
            .outside, .unreadable(Phrase(verbatim: "x")),
        ]
        for language in Language.allCases {
            #expect(Set(states.map { $0.label.text(in: language) }).count == states.count)
            for state in states { #expect(state.reason(in: language)?.isEmpty != true) }
        }
        #expect(AuditRow.State.exposed(mode: 0o644).label.text(in: .english) == "mode 0644")
    }

    @Test("A pattern means every file it matches, and none is a row of its own")
    func patterns() {
        var shelf = Shelf()
        for name in ["a", "b"] { shelf.files["services/\(name)/.env"] = Self.facts("K=\(Self.token)\n") }
        let rules = [
            LocationRule(path: "services/*/.env", kind: .dotenv, key: "K", value: .raw),
            LocationRule(path: "none/*/.env", kind: .dotenv, key: "K", value: .raw),
        ]
        var audit = Audit(shelf)
        let rows = audit.rows(of: Self.file(rules)).dropFirst(2)
        #expect(rows.map(\.path) == ["services/a/.env", "services/b/.env", "none/*/.env"])
        #expect(rows.map(\.states) == [[.ok], [.ok], [.missing]])
    }

    @Test("Nothing shown gives a value away, equal values look equal, and bcrypt runs once for each pair")
    func shown() {
        var shelf = Shelf()
        shelf.files["a"] = Self.facts(Self.token)
        shelf.files["b"] = Self.facts(Self.token)
        shelf.files["c"] = Self.facts("another-token-of-length")
        shelf.files["d"] = Self.facts("short")
        let rules = ["a", "b", "c", "d"].map { LocationRule(path: $0, kind: .tokenFile, value: .raw) }
        var audit = Audit(shelf)
        let file = Self.file(rules)
        let rows = audit.rows(of: file)
        let shown = rows.dropFirst(2).map(\.shown)
        #expect(shown[0] == shown[1])
        #expect(shown[0] != shown[2])
        #expect(shown[0]?.hasPrefix("exam… ") == true)
        #expect(shown[3]?.hasPrefix("… ") == true)
        #expect(!"\(rows)".contains(Self.token))
        #expect(!"\(rows)".contains(Self.hash))
        _ = audit.rows(of: file)
        #expect(shelf.count.withLock { $0 } == 1)
    }
}
