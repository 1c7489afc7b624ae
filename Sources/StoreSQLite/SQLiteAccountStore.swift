public import Basics
public import Store

/// Accounts, credentials and the audit trail in SQLite.
public final class SQLiteAccountStore: AccountStore {
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) { self.database = database }

    public func commit(_ changes: [IdentityChange], audit: AuditEntry?) async throws(GateError) {
        let chain = database.auditChain
        try await database.write { connection throws(GateError) in
            for change in changes { try IdentityWriter(connection: connection).apply(change) }
            if let audit {
                let head = try IdentityReader(connection: connection).auditHead()
                try IdentityWriter(connection: connection).append(chain.seal(audit, after: head))
            }
        }
    }

    public func touch(_ touches: Touches) async throws(GateError) {
        if touches.isEmpty { return }
        try await database.write { connection throws(GateError) in
            try IdentityWriter(connection: connection).touch(touches)
        }
    }

    public func loadIdentity() async throws(GateError) -> IdentityState {
        try await read { reader throws(GateError) in
            IdentityState(
                accounts: try reader.accounts(), teams: try reader.teams(), tokens: try reader.tokens(of: nil),
                sessions: try reader.sessions(of: nil))
        }
    }
    public func accounts() async throws(GateError) -> [Account] {
        try await read { reader throws(GateError) in try reader.accounts() }
    }
    public func account(named name: AccountName) async throws(GateError) -> Account? {
        try await read { reader throws(GateError) in try reader.account(key: name.key) }
    }
    public func account(_ id: UUID) async throws(GateError) -> Account? {
        try await read { reader throws(GateError) in try reader.account(id: id) }
    }
    public func teams() async throws(GateError) -> [Team] {
        try await read { reader throws(GateError) in try reader.teams() }
    }
    public func tokens(of account: UUID?) async throws(GateError) -> [Token] {
        try await read { reader throws(GateError) in try reader.tokens(of: account) }
    }
    public func sessions(of account: UUID?) async throws(GateError) -> [Session] {
        try await read { reader throws(GateError) in try reader.sessions(of: account) }
    }
    public func session(_ digest: Digest32) async throws(GateError) -> Session? {
        try await read { reader throws(GateError) in try reader.session(digest) }
    }
    public func invitations() async throws(GateError) -> [Invitation] {
        try await read { reader throws(GateError) in try reader.invitations() }
    }
    public func invitation(_ digest: Digest32) async throws(GateError) -> Invitation? {
        try await read { reader throws(GateError) in try reader.invitation(digest) }
    }
    public func bootstrapSecret() async throws(GateError) -> BootstrapSecret? {
        try await read { reader throws(GateError) in try reader.bootstrapSecret() }
    }
    public func auditHead() async throws(GateError) -> AuditHead {
        try await read { reader throws(GateError) in try reader.auditHead() }
    }
    public func auditTail(_ limit: Int) async throws(GateError) -> [AuditRecord] {
        try await read { reader throws(GateError) in try reader.auditTail(max(0, min(limit, 1_000))) }
    }

    public var load: StoreLoad { database.load }

    public func verifyAudit(head: AuditHead?) async throws(GateError) -> AuditVerdict {
        var verifier = AuditChain.Verifier(database.auditChain, expected: head)
        var last = Int.min
        // By pages, so that a long trail does not keep a reading thread to itself.
        while true {
            let after = last
            let page = try await read { reader throws(GateError) in try reader.audit(after: after, limit: 1_000) }
            for record in page where !verifier.add(record) { return verifier.verdict() }
            guard let newest = page.last else { return verifier.verdict() }
            last = newest.sequence
        }
    }

    private func read<Value: Sendable>(
        _ work: @escaping @Sendable (IdentityReader) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await database.read { connection throws(GateError) in try work(IdentityReader(connection: connection)) }
    }
}
