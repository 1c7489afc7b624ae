public import Basics
public import Store

/// Changes accounts and credentials: rules, then the store's commit, then word to every loop, then the answer.
///
/// Who may call what is `Policy`'s business and decided before; the rules here hold for everybody. `by` is for the audit
/// trail. Everything throws `GateError`: those of the store, `invalidArgument`, and what is said at each call.
public final class IdentityService: Sendable {
    let store: any AccountStore
    let passwords: PasswordGate
    public let settings: IdentitySettings
    let clock: WallClock
    private let turnstile = Turnstile()
    private let onChange: @Sendable (IdentityDelta) async -> Void

    /// - Parameter onChange: Returns once every loop has applied the delta; called in the order of the commits. It must do its
    ///   work even when the task it runs in is cancelled: the change is in the store already.
    public init(
        store: any AccountStore, passwords: PasswordGate, settings: IdentitySettings = IdentitySettings(),
        clock: @escaping WallClock = { .now() }, onChange: @escaping @Sendable (IdentityDelta) async -> Void
    ) {
        (self.store, self.passwords, self.settings, self.clock) = (store, passwords, settings, clock)
        self.onChange = onChange
    }

    /// What an `IdentitySnapshot` begins with; taken before the first request.
    public func load() async throws(GateError) -> IdentityState { try await store.loadIdentity() }

    /// A decided change.
    struct Change {
        var steps: [IdentityChange] = []
        var items: [IdentityDelta.Item] = []
        /// Nil for what nobody asked for.
        var audit: AuditEntry?
    }

    /// Reads and decides in `body`, commits, tells the loops; one change at a time.
    func change<Value: Sendable>(
        _ body: (inout Change) async throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await turnstile.pass { () async throws(GateError) -> Value in
            var change = Change()
            let value = try await body(&change)
            if change.steps.isEmpty { return value }
            try await store.commit(change.steps, audit: change.audit)
            if !change.items.isEmpty { await onChange(IdentityDelta(change.items)) }
            return value
        }
    }

    func entry(_ action: String, _ subject: String, by actor: AuditActor, _ detail: JSON = [:]) -> AuditEntry {
        AuditEntry(time: clock(), actor: actor, action: action, subject: subject, detail: detail)
    }

    func existing(_ id: UUID) async throws(GateError) -> Account {
        guard let account = try await store.account(id) else { throw StoreRules.noAccount }
        return account
    }

    /// Passwords that were tried since the start.
    public var loginCounts: PasswordGate.Counts { passwords.counts }

    /// What waits to be stored, and what was.
    public var storeLoad: StoreLoad { store.load }

    // MARK: Housekeeping

    /// Stores the uses the loops have gathered and tells each loop what the others saw; every 60 s.
    public func touch(_ touches: Touches) async throws(GateError) {
        if touches.isEmpty { return }
        try await store.touch(touches)
        await onChange(IdentityDelta([.touched(touches)]))
    }

    /// Ends what has expired: sessions, invitations, guests, accounts whose grace is over. Call `touch` first.
    ///
    /// - Returns: The accounts that are gone, whose jobs and files must go too.
    @discardableResult
    public func sweep() async throws(GateError) -> [Account] {
        try await change { change throws(GateError) in
            let now = clock()
            let gone = try await store.accounts().filter {
                ($0.expires.map { $0 <= now } ?? false) || ($0.removeAfter.map { $0 <= now } ?? false)
            }
            let sessions = try await store.sessions(of: nil).filter { $0.idleExpiry <= now || $0.absoluteExpiry <= now }
            change.steps = [.sweep(now)] + gone.map { .removeAccount($0.id) }
            change.items = sessions.map { .sessionRemoved($0.digest) } + gone.map { .accountRemoved($0.id) }
            if !gone.isEmpty {
                let ids = JSON.array(gone.map { .string($0.id.description) })
                change.audit = entry("account.sweep", "accounts", by: .system, ["accounts": ids])
            }
            return gone
        }
    }

    // MARK: Audit

    /// A record about something outside the store.
    ///
    /// - Parameters:
    ///   - action: A dotted name. `subject`: what was changed. Neither they nor `detail` may hold a secret.
    public func note(
        _ action: String, _ subject: String, by actor: AuditActor, _ detail: JSON
    ) async throws(GateError) {
        let record = entry(action, subject, by: actor, detail)
        try await turnstile.pass { () async throws(GateError) in try await store.commit([], audit: record) }
    }

    public func auditHead() async throws(GateError) -> AuditHead { try await store.auditHead() }
    public func auditTail(_ limit: Int = 100) async throws(GateError) -> [AuditRecord] {
        try await store.auditTail(limit)
    }
    public func verifyAudit(head: AuditHead? = nil) async throws(GateError) -> AuditVerdict {
        try await store.verifyAudit(head: head)
    }
}
