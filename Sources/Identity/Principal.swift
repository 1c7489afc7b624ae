public import Basics
public import Store

/// By what somebody showed who they are.
public enum Credential: Sendable, Hashable {
    case token(UUID, kind: Token.Kind, scopes: Scopes)
    case session(Digest32, surface: Surface)
    /// A process on this host, known to the kernel by its user id, at the console's Unix socket.
    case console(uid: Int)
}

/// An account in the light of one credential. Immutable, shared by all loops: a change makes a new one.
public final class Principal: Sendable {
    public let account: UUID
    public let name: String
    public let role: Role
    public let teams: Set<UUID>
    public let credential: Credential
    /// The earliest end of account, token and session; nil without one. A session's idle end is not in it.
    public let expires: Timestamp?
    public let isDisabled: Bool
    public let mustChangePassword: Bool

    public init(_ account: Account, by credential: Credential, expires: Timestamp? = nil) {
        (self.account, name, role, teams) = (account.id, account.name.text, account.role, account.teams)
        (self.credential, isDisabled) = (credential, account.disabled)
        mustChangePassword = account.mustChangePassword
        self.expires = [account.expires, expires].compactMap { $0 }.min()
    }

    /// The administrator of the host itself, who has no account.
    ///
    /// - Parameter uid: Already compared with the gate's own and root's by the caller.
    public static func console(uid: Int) -> Principal { Principal(consoleUID: uid) }

    private init(consoleUID uid: Int) {
        (account, name, role, teams) = (UUID(random: [UInt8](repeating: 0, count: 16)), "console", .admin, [])
        (credential, expires, isDisabled, mustChangePassword) = (.console(uid: uid), nil, false, false)
    }

    /// How the audit trail names them.
    public var actor: AuditActor {
        if case .console(let uid) = credential { return .console(uid: uid) }
        return .account(account)
    }
}
