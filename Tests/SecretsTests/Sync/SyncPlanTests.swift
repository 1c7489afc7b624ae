import Basics
import TestSupport
import Testing

@testable import Secrets

/// What would be written is what an audit then calls right.
struct SyncPlanTests {
    private static let token = "raw-token-of-the-test"
    private static let hash: String = {
        guard let hash = try? SharedHash.make(of: Secret(token), cost: 4) else { preconditionFailure("no hash") }
        return hash.reveal()
    }()

    private struct Shelf: FactSource {
        var files: [String: [UInt8]] = [:]
        var links: [String: String] = [:]

        func expand(_ pattern: String) -> [String] { [pattern] }
        func resolved(_ path: String) -> String { links[path] ?? path }
        func facts(of path: String) -> FileFacts {
            files[path].map { FileFacts(.bytes($0), mode: 0o600) } ?? FileFacts(.missing)
        }
        func verify(_ token: Secret, against hash: Secret) -> Bool { SharedHash.verify(token, against: hash) }
    }

    private static func file(
        _ locations: [LocationRule], name: String = CredentialFile.defaultName,
        in file: CredentialFile = CredentialFile()
    ) -> CredentialFile {
        var file = file
        file.set(
            Credential(name: name, rawToken: Secret(token), bcryptHash: Secret(hash), locations: locations))
        return file
    }

    private static func written(_ plan: SyncPlan) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: plan.changes.map { change in
                guard case .content(let bytes) = change.replacement else { return (change.path, "") }
                return (change.path, String(decoding: bytes, as: UTF8.self))
            })
    }

    @Test("Every kind of file is put right, and what is right stays")
    func kinds() {
        let (token, hash) = (Self.token, Self.hash)
        var shelf = Shelf()
        shelf.files = [
            ".env": Array("\u{FEFF}# main\r\nA=1\r\nCOMFYUI_API_TOKEN=$2b$12$old # c\r\n".utf8),
            "old.env": Array("COMFYUI_RAW_TOKEN=old\nOTHER=x".utf8),
            "PASSWORD": Array("eaten\nowner".utf8), "token": Array("x\n".utf8),
            "a.json": Array("{\"auth\": {\"token\": \"x\"}}\n".utf8), "a.yml": Array("auth: {token: x} # c\n".utf8),
            "right": Array((hash + "\n").utf8),
        ]
        let rules = [
            LocationRule(path: ".env", kind: .dotenv, key: "COMFYUI_API_TOKEN", value: .hash),
            LocationRule(path: "old.env", kind: .dotenv),
            LocationRule(path: "PASSWORD", kind: .login, value: .hash),
            LocationRule(path: "token", kind: .tokenFile, value: .raw),
            LocationRule(path: "a.json", kind: .json, key: "/auth/token", value: .raw),
            LocationRule(path: "a.yml", kind: .yaml, key: "/auth/token", value: .hash),
            LocationRule(path: "right", kind: .tokenFile, value: .hash),
            LocationRule(path: "new/.env", kind: .dotenv, key: "COMFYUI_BEARER_TOKEN", value: .hash),
        ]
        let plan = SyncPlan(Self.file(rules), from: shelf)
        #expect(plan.refusals == [])
        #expect(
            Self.written(plan) == [
                ".env": "\u{FEFF}# main\r\nA=1\r\nCOMFYUI_API_TOKEN='\(hash)' # c\r\n",
                "old.env": "COMFYUI_RAW_TOKEN=\(token)\nOTHER=x", "PASSWORD": "\(hash)\nowner", "token": "\(token)\n",
                "a.json": "{\"auth\": {\"token\": \"\(token)\"}}\n", "a.yml": "auth: {token: '\(hash)'} # c\n",
                "new/.env": "COMFYUI_BEARER_TOKEN='\(hash)'\n",
            ])
        #expect(plan.steps.filter(\.isNew).map(\.path) == ["new/.env"])
        // After it an audit finds nothing, and a second plan changes nothing.
        for (path, text) in Self.written(plan) { shelf.files[path] = Array(text.utf8) }
        var audit = Audit(shelf)
        #expect(audit.rows(of: Self.file(rules)).allSatisfy { $0.isOK })
        #expect(SyncPlan(Self.file(rules), from: shelf).changes.isEmpty)
    }

    @Test("Two keys of one file are one change")
    func together() {
        var shelf = Shelf()
        shelf.files[".env"] = Array("A=1\n".utf8)
        let rules = [
            LocationRule(path: ".env", kind: .dotenv, key: "X", value: .raw),
            LocationRule(path: ".env", kind: .dotenv, key: "Y", value: .hash, inPlace: true),
        ]
        let plan = SyncPlan(Self.file(rules), from: shelf)
        #expect(Self.written(plan) == [".env": "A=1\nX=\(Self.token)\nY='\(Self.hash)'\n"])
        #expect(plan.changes.map(\.inPlace) == [true])
    }

    @Test("One place that cannot be written stops all of it")
    func refused() {
        var shelf = Shelf()
        shelf.files = ["good": [], "bad.env": Array("A='open\n".utf8), "bad.json": Array("{".utf8)]
        let good = LocationRule(path: "good", kind: .tokenFile, value: .raw)
        let bad = [
            LocationRule(path: "bad.env", kind: .dotenv, key: "A", value: .raw),
            LocationRule(path: "bad.json", kind: .json, key: "/a", value: .raw),
            LocationRule(path: "none.yml", kind: .yaml, key: "/a", value: .raw),
            LocationRule(path: "none.env", kind: .dotenv),
            LocationRule(path: "good", kind: .tokenFile, value: .token),
            LocationRule(path: "good", kind: .tokenFile, value: .hash),
        ]
        #expect(!SyncPlan(Self.file([good]), from: shelf).changes.isEmpty)
        for rule in bad {
            let plan = SyncPlan(Self.file([good, rule]), from: shelf)
            #expect(plan.changes.isEmpty && plan.steps.isEmpty)
            #expect(plan.refusals.map(\.path) == [rule.path])
            #expect(plan.refusals.first?.reason.text(in: .french).isEmpty == false)
        }
    }

    @Test("A source of truth that is not sound is not copied")
    func source() {
        for hash in ["plain", "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"] {
            var file = CredentialFile()
            file.set(
                Credential(
                    rawToken: Secret(Self.token), bcryptHash: Secret(hash),
                    locations: [LocationRule(path: "t", kind: .tokenFile, value: .hash)]))
            let plan = SyncPlan(file, from: Shelf())
            #expect(plan.changes.isEmpty)
            #expect(plan.refusals.map(\.key) == ["/bcrypt_hash"])
        }
    }

    @Test func everyMessageIsWholeInBothLanguages() { #expect(Message.faults(in: SyncMessages.all) == []) }

    @Test(
        "Neither the source of truth nor what lies with it is a location, whatever name leads there",
        arguments: [
            ".secrets/comfyui_auth_tokens.conf", "a.link", ".secrets/changes.log", ".secrets/changes.log.1",
            ".secrets/.journal/lock", ".git/config", "services/qwen/.git/hooks/pre-commit",
        ])
    func reserved(path: String) {
        var shelf = Shelf()
        shelf.files[path] = Array("{}\n".utf8)
        shelf.links["a.link"] = CredentialFile.path
        let plan = SyncPlan(Self.file([LocationRule(path: path, kind: .tokenFile, value: .raw)]), from: shelf)
        #expect(plan.changes.isEmpty)
        #expect(plan.refusals.map(\.path) == [path])
        #expect(plan.refusals.first?.reason == SyncMessages.reserved())
    }

    @Test("A file whose name only looks like one of ours is a location")
    func notReserved() {
        for path in [".secrets/other.conf", ".github/.env", "a.git/.env"] {
            let plan = SyncPlan(
                Self.file([LocationRule(path: path, kind: .tokenFile, value: .raw)]), from: Shelf())
            #expect(plan.refusals == [] && plan.changes.map(\.path) == [path])
        }
    }

    @Test("A second name of the source of truth is no location")
    func hardLink() throws {
        let folder = TemporaryFolder()
        folder.file("truth", "{}".utf8)
        _ = ProgramRun.output(
            "/bin/sh",
            [
                "-c",
                "cd '\(folder.path)' && mkdir .secrets && mv truth \(CredentialFile.path) && ln \(CredentialFile.path) hard",
            ])
        let tree = try ProjectTree(root: folder.path)
        let plan = SyncPlan(Self.file([LocationRule(path: "hard", kind: .tokenFile, value: .raw)]), from: tree)
        #expect(plan.changes.isEmpty)
        #expect(plan.refusals.map(\.path) == ["hard"])
    }
}
