import Basics
import Testing

@testable import Secrets

/// A hash in a compose file, where `$` begins a variable.
struct ComposeTextTests {
    private static let path = "services/qwen/docker-compose.yml"
    private static let rule = LocationRule(
        path: path, kind: .yaml, key: "/services/qwen/environment/TOKEN", value: .hash)

    private struct Shelf: FactSource {
        var files: [String: [UInt8]] = [:]

        func expand(_ pattern: String) -> [String] { [pattern] }
        func facts(of path: String) -> FileFacts {
            files[path].map { FileFacts(.bytes($0), mode: 0o600) } ?? FileFacts(.missing)
        }
        func verify(_ token: Secret, against hash: Secret) -> Bool { SharedHash.verify(token, against: hash) }
    }

    @Test("What is written is what Compose reads", arguments: ["", "a", "$2b$04$abc", "$", "a$$b", "$$$"])
    func roundTrip(value: String) { #expect(ComposeText.value(ComposeText.written(value)) == value) }

    @Test("A variable is no value", arguments: ["$A", "a$", "${A}", "$$$A"])
    func variables(text: String) { #expect(ComposeText.value(text) == nil) }

    @Test("A hash without doubled signs is misread, a sync doubles them, and then it is right")
    func sync() throws {
        let hash = try SharedHash.make(of: Secret("token-of-the-test"), cost: 4)
        var file = CredentialFile()
        file.set(Credential(rawToken: Secret("token-of-the-test"), bcryptHash: hash, locations: [Self.rule]))
        var shelf = Shelf()
        shelf.files[Self.path] = Array(
            "services:\n  qwen:\n    environment:\n      TOKEN: \(hash.reveal()) # c\n".utf8)
        var audit = Audit(shelf)
        let misread = AuditRow.State.misread([DotenvObjection(reader: .composeV2, reason: .expandsVariables)])
        #expect(audit.rows(of: file).last?.states == [misread])
        let plan = SyncPlan(file, from: shelf)
        guard case .content(let bytes)? = plan.changes.first?.replacement else {
            Issue.record("nothing is written")
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(hash.reveal().replacing("$", with: "$$")) && text.hasSuffix(" # c\n"))
        shelf.files[Self.path] = bytes
        audit = Audit(shelf)
        #expect(audit.rows(of: file).allSatisfy { $0.isOK })
        #expect(SyncPlan(file, from: shelf).changes.isEmpty)
    }
}
