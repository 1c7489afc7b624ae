public import Basics
public import Store

/// What one committed change means for those who answer requests; applied whole.
public struct IdentityDelta: Sendable, Hashable {
    public enum Item: Sendable, Hashable {
        /// A new or changed account; without its password hash.
        case account(Account)
        /// With all its credentials. Open sockets of the account must be closed.
        case accountRemoved(UUID)
        case token(Token)
        case tokenRemoved(Digest32)
        case session(Session)
        /// Open sockets of the session must be closed.
        case sessionRemoved(Digest32)
        case sessionsRemoved(of: UUID)
        /// Uses other loops have seen.
        case touched(Touches)
    }

    public let items: [Item]

    public init(_ items: [Item]) { self.items = items.map(Self.withoutHash) }

    private static func withoutHash(_ item: Item) -> Item {
        guard case .account(var account) = item else { return item }
        account.passwordHash = nil
        return .account(account)
    }
}
