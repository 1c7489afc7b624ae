public import Basics

/// One step of a change; steps are applied in order, and a failing step undoes the whole change.
public enum IdentityChange: Sendable, Hashable {
    /// `alreadyExists` when the id or the name is taken; `notFound` for an unknown team.
    case insertAccount(Account)
    /// Replaces all but `created`; `notFound`, or `alreadyExists` when the new name is taken.
    case updateAccount(Account)
    /// With tokens, sessions and memberships; `notFound` when there is none.
    case removeAccount(UUID)
    /// `lastAdministrator` unless a person remains who is admin, not disabled, and has a password.
    case requireAdministrator

    case insertTeam(Team)
    case updateTeam(Team)
    /// Its members stay; `notFound` when there is none.
    case removeTeam(UUID)

    /// `alreadyExists` for a known digest or id; `notFound` for an unknown account.
    case insertToken(Token)
    case removeToken(UUID)

    case insertSession(Session)
    /// `notFound` when there is none.
    case removeSession(Digest32)
    /// All of the account's; none is no error.
    case removeSessions(of: UUID)

    case insertInvitation(Invitation)
    /// Takes the invitation away; `notFound` when it is unknown, used, or expired at that moment.
    case redeemInvitation(Digest32, at: Timestamp)
    case removeInvitation(UUID)

    /// Replaces the one before.
    case setBootstrap(BootstrapSecret)
    /// `notFound` when it is another, used, or expired at that moment.
    case redeemBootstrap(Digest32, at: Timestamp)
    /// Forgets sessions, invitations and the bootstrap secret that have expired by then.
    case sweep(Timestamp)
}

/// All that request handling needs to know at start.
public struct IdentityState: Sendable, Hashable {
    public var accounts: [Account]
    public var teams: [Team]
    public var tokens: [Token]
    public var sessions: [Session]

    public init(accounts: [Account] = [], teams: [Team] = [], tokens: [Token] = [], sessions: [Session] = []) {
        (self.accounts, self.teams, self.tokens, self.sessions) = (accounts, teams, tokens, sessions)
    }
}

/// Last uses gathered over 60 s, so that reading a page does not write to the disk.
public struct Touches: Sendable, Hashable {
    public struct SessionUse: Sendable, Hashable {
        public let lastUsed: Timestamp
        public let idleExpiry: Timestamp
        public init(lastUsed: Timestamp, idleExpiry: Timestamp) {
            (self.lastUsed, self.idleExpiry) = (lastUsed, idleExpiry)
        }
    }

    public var tokens: [UUID: Timestamp]
    public var sessions: [Digest32: SessionUse]

    public init(tokens: [UUID: Timestamp] = [:], sessions: [Digest32: SessionUse] = [:]) {
        (self.tokens, self.sessions) = (tokens, sessions)
    }

    public var isEmpty: Bool { tokens.isEmpty && sessions.isEmpty }

    /// Keeps the later of two uses.
    public mutating func merge(_ other: Touches) {
        tokens.merge(other.tokens) { max($0, $1) }
        sessions.merge(other.sessions) { $0.lastUsed < $1.lastUsed ? $1 : $0 }
    }
}

/// Durable memory of accounts, credentials and the audit trail; every implementation passes `AccountStoreTests`.
///
/// Failures of the store itself come with codes of `StoreErrors.swift`; those of a change with the codes named there.
public protocol AccountStore: Sendable {
    /// Applies all steps and the audit record in one transaction that is synced before this returns.
    ///
    /// - Parameter audit: Nil only for housekeeping (`sweep`) that nobody asked for.
    func commit(_ changes: [IdentityChange], audit: AuditEntry?) async throws(GateError)

    /// Stores last uses; unknown ids are passed over, and an older use never replaces a newer one.
    func touch(_ touches: Touches) async throws(GateError)

    func loadIdentity() async throws(GateError) -> IdentityState
    /// By name key, in order of the keys for the list.
    func accounts() async throws(GateError) -> [Account]
    func account(named name: AccountName) async throws(GateError) -> Account?
    func account(_ id: UUID) async throws(GateError) -> Account?
    func teams() async throws(GateError) -> [Team]
    /// Oldest first, as are the others.
    func tokens(of account: UUID?) async throws(GateError) -> [Token]
    func sessions(of account: UUID?) async throws(GateError) -> [Session]
    func session(_ digest: Digest32) async throws(GateError) -> Session?
    func invitations() async throws(GateError) -> [Invitation]
    func invitation(_ digest: Digest32) async throws(GateError) -> Invitation?
    func bootstrapSecret() async throws(GateError) -> BootstrapSecret?

    /// Number and code of the newest record; logged each minute, so that a cut tail can be found.
    func auditHead() async throws(GateError) -> AuditHead
    /// The newest records, oldest of them first.
    ///
    /// - Parameter limit: At most 1,000.
    func auditTail(_ limit: Int) async throws(GateError) -> [AuditRecord]
    /// What waits to be stored, and what was. Asks nobody.
    var load: StoreLoad { get }
    /// Walks the whole trail.
    ///
    /// - Parameter head: A head noted earlier, outside the store; without it a cut tail cannot be seen.
    func verifyAudit(head: AuditHead?) async throws(GateError) -> AuditVerdict
}
