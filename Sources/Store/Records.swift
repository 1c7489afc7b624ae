public import Basics

/// How much an account may do; each role includes the ones before it.
public enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    case guest, user, `operator`, admin

    private var rank: Int {
        switch self {
        case .guest: 0
        case .user: 1
        case .operator: 2
        case .admin: 3
        }
    }
    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

/// What a token may be used for; the account's role limits it further.
public struct Scopes: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Submit and cancel jobs, upload inputs.
    public static let generate = Scopes(rawValue: 1)
    /// See the account's own jobs, files and events.
    public static let read = Scopes(rawValue: 2)
    /// Change what the account keeps: user data, settings, history.
    public static let manage = Scopes(rawValue: 4)
    /// Whatever the account's role allows above `user`.
    public static let admin = Scopes(rawValue: 8)
    public static let all: Scopes = [.generate, .read, .manage, .admin]

    private static let names: [(Scopes, String)] = [
        (.generate, "generate"), (.read, "read"), (.manage, "manage"), (.admin, "admin"),
    ]
    /// The names in a fixed order.
    public var names: [String] { Self.names.compactMap { contains($0.0) ? $0.1 : nil } }
    /// Nil for an unknown name.
    public init?(name: String) {
        guard let found = Self.names.first(where: { $0.1 == name }) else { return nil }
        self = found.0
    }
}

/// Which listener a session belongs to: a cookie of the editor is worth nothing on the console, and the reverse.
public enum Surface: String, Sendable, Hashable, CaseIterable { case gate, console }

/// A person or a machine.
public struct Account: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable { case person, machine }

    public let id: UUID
    public var name: AccountName
    public var kind: Kind
    public var role: Role
    public var teams: Set<UUID>
    /// A `crypt` hash; nil when nobody can log in with a password.
    public var passwordHash: String?
    public var mustChangePassword: Bool
    public var disabled: Bool
    public let created: Timestamp
    /// End of a guest's life; nil for all others.
    public var expires: Timestamp?
    /// When a removed account and its things are swept; it is disabled until then.
    public var removeAfter: Timestamp?

    public init(
        id: UUID = UUID(), name: AccountName, kind: Kind = .person, role: Role, teams: Set<UUID> = [],
        passwordHash: String? = nil, mustChangePassword: Bool = false, disabled: Bool = false, created: Timestamp,
        expires: Timestamp? = nil, removeAfter: Timestamp? = nil
    ) {
        (self.id, self.name, self.kind, self.role, self.teams) = (id, name, kind, role, teams)
        (self.passwordHash, self.mustChangePassword, self.disabled) = (passwordHash, mustChangePassword, disabled)
        (self.created, self.expires, self.removeAfter) = (created, expires, removeAfter)
    }
}

/// A group of accounts for shares and policies.
public struct Team: Sendable, Hashable {
    public let id: UUID
    public var name: AccountName
    public let created: Timestamp

    public init(id: UUID = UUID(), name: AccountName, created: Timestamp) {
        (self.id, self.name, self.created) = (id, name, created)
    }
}

/// An API credential; only the digest of its secret is kept.
public struct Token: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case regular
        /// Random, but of bcrypt's shape, for scripts written for ComfyUI-Login.
        case likeLogin = "like_login"
        /// The hash line of ComfyUI-Login's `PASSWORD` file; has an end date.
        case migration
    }

    public let id: UUID
    public let account: UUID
    public let label: String
    /// SHA-256 of the secret's bytes as they travel.
    public let digest: Digest32
    public let scopes: Scopes
    public let kind: Kind
    public let created: Timestamp
    public let expires: Timestamp?
    /// At most 60 s old.
    public var lastUsed: Timestamp?

    public init(
        id: UUID = UUID(), account: UUID, label: String, digest: Digest32, scopes: Scopes, kind: Kind = .regular,
        created: Timestamp, expires: Timestamp? = nil, lastUsed: Timestamp? = nil
    ) {
        (self.id, self.account, self.label, self.digest, self.scopes) = (id, account, label, digest, scopes)
        (self.kind, self.created, self.expires, self.lastUsed) = (kind, created, expires, lastUsed)
    }
}

/// A browser login; only the digest of its id is kept.
public struct Session: Sendable, Hashable {
    /// SHA-256 of the 256-bit id as it stands in the cookie.
    public let digest: Digest32
    public let account: UUID
    public let surface: Surface
    public let created: Timestamp
    /// At most 60 s old.
    public var lastUsed: Timestamp
    /// Moved on by use.
    public var idleExpiry: Timestamp
    /// Never moved.
    public let absoluteExpiry: Timestamp
    /// Shown to the account's owner, to tell sessions apart; both are cut to 200 bytes.
    public let userAgent: String
    public let address: String

    public init(
        digest: Digest32, account: UUID, surface: Surface, created: Timestamp, lastUsed: Timestamp,
        idleExpiry: Timestamp, absoluteExpiry: Timestamp, userAgent: String, address: String
    ) {
        (self.digest, self.account, self.surface, self.created) = (digest, account, surface, created)
        (self.lastUsed, self.idleExpiry, self.absoluteExpiry) = (lastUsed, idleExpiry, absoluteExpiry)
        (self.userAgent, self.address) = (userAgent, address)
    }

    /// A name for lists and for revoking: 16 hexadecimal digits of the digest, which is no secret.
    public var label: String { String(digest.description.prefix(16)) }
}

/// Lets somebody make one account of a given role, once.
public struct Invitation: Sendable, Hashable {
    public let id: UUID
    public let digest: Digest32
    public let role: Role
    public let team: UUID?
    public let created: Timestamp
    public let expires: Timestamp

    public init(
        id: UUID = UUID(), digest: Digest32, role: Role, team: UUID?, created: Timestamp, expires: Timestamp
    ) {
        (self.id, self.digest, self.role, self.team) = (id, digest, role, team)
        (self.created, self.expires) = (created, expires)
    }
}

/// Makes the first administrator; there is at most one.
public struct BootstrapSecret: Sendable, Hashable {
    public let digest: Digest32
    public let expires: Timestamp

    public init(digest: Digest32, expires: Timestamp) { (self.digest, self.expires) = (digest, expires) }
}
