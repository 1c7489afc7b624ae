public import Basics
public import Store

/// `AccountStore` without a disk; it can be told to fail, to test what callers do then.
public final class InMemoryAccountStore: AccountStore {
    private let tables = Locked(IdentityTables())
    private let chain: AuditChain

    public init(auditKey: [UInt8] = [UInt8](repeating: 7, count: 32)) { chain = AuditChain(key: auditKey) }

    /// Every later call throws this; nil ends it.
    public func fail(with failure: GateError?) { tables.withLock { $0.failure = failure } }

    /// Lets a test edit the trail behind the store's back.
    public func tamper(_ body: @Sendable (inout [AuditRecord]) -> Void) { tables.withLock { body(&$0.audit) } }

    public func commit(_ changes: [IdentityChange], audit: AuditEntry?) async throws(GateError) {
        try change { tables throws(GateError) in
            for change in changes { try tables.apply(change) }
            if let audit { tables.audit.append(chain.seal(audit, after: tables.head)) }
        }
    }

    public func touch(_ touches: Touches) async throws(GateError) {
        try change { tables throws(GateError) in
            for (id, time) in touches.tokens {
                guard let last = tables.tokens[id].map({ $0.lastUsed }), last.map({ $0 < time }) ?? true else {
                    continue
                }
                tables.tokens[id]?.lastUsed = time
            }
            for (digest, use) in touches.sessions {
                guard let known = tables.sessions[digest], known.lastUsed < use.lastUsed else { continue }
                tables.sessions[digest]?.lastUsed = use.lastUsed
                tables.sessions[digest]?.idleExpiry = use.idleExpiry
            }
        }
    }

    public func loadIdentity() async throws(GateError) -> IdentityState {
        try read {
            IdentityState(
                accounts: $0.list(), teams: $0.teamList(), tokens: $0.tokens(of: nil), sessions: $0.sessions(of: nil))
        }
    }
    public func accounts() async throws(GateError) -> [Account] { try read { $0.list() } }
    public func account(named name: AccountName) async throws(GateError) -> Account? {
        try read { $0.accounts.values.first { $0.name == name } }
    }
    public func account(_ id: UUID) async throws(GateError) -> Account? { try read { $0.accounts[id] } }
    public func teams() async throws(GateError) -> [Team] { try read { $0.teamList() } }
    public func tokens(of account: UUID?) async throws(GateError) -> [Token] { try read { $0.tokens(of: account) } }
    public func sessions(of account: UUID?) async throws(GateError) -> [Session] {
        try read { $0.sessions(of: account) }
    }
    public func session(_ digest: Digest32) async throws(GateError) -> Session? { try read { $0.sessions[digest] } }
    public func invitations() async throws(GateError) -> [Invitation] {
        try read { $0.invitations.values.sorted { ($0.created, $0.id) < ($1.created, $1.id) } }
    }
    public func invitation(_ digest: Digest32) async throws(GateError) -> Invitation? {
        try read { $0.invitations.values.first { $0.digest == digest } }
    }
    public func bootstrapSecret() async throws(GateError) -> BootstrapSecret? { try read { $0.bootstrap } }
    public func auditHead() async throws(GateError) -> AuditHead { try read { $0.head } }
    public func auditTail(_ limit: Int) async throws(GateError) -> [AuditRecord] {
        try read { Array($0.audit.suffix(max(0, min(limit, 1_000)))) }
    }
    /// Nothing ever waits, and each change is a transaction of its own.
    public var load: StoreLoad {
        let count = tables.withLock { $0.changes }
        return StoreLoad(waiting: 0, capacity: 0, transactions: count, items: count)
    }
    public func verifyAudit(head: AuditHead?) async throws(GateError) -> AuditVerdict {
        var verifier = AuditChain.Verifier(chain, expected: head)
        for record in try read({ $0.audit }) where !verifier.add(record) { break }
        return verifier.verdict()
    }

    private func read<Value: Sendable>(_ body: (IdentityTables) -> Value) throws(GateError) -> Value {
        let result: Result<Value, GateError> = tables.withLock { tables in
            tables.failure.map { .failure($0) } ?? .success(body(tables))
        }
        return try result.get()
    }

    /// All of `body` or nothing.
    private func change(_ body: (inout IdentityTables) throws(GateError) -> Void) throws(GateError) {
        let result: Result<Void, GateError> = tables.withLock { tables in
            if let failure = tables.failure { return .failure(failure) }
            tables.changes += 1
            var draft = tables
            do throws(GateError) { try body(&draft) } catch { return .failure(error) }
            tables = draft
            return .success(())
        }
        try result.get()
    }
}
