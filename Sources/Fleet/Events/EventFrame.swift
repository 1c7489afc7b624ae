public import Basics

/// One message for event sockets; made once, however many get it.
public enum EventFrame: Sendable, Hashable {
    case text([UInt8])
    /// A preview in the two forms that clients ask for.
    case preview(withMetadata: [UInt8], plain: [UInt8])
    /// A picture that is a node's result and that no file holds, in the same two forms.
    case picture(withMetadata: [UInt8], plain: [UInt8])
    case binary([UInt8])

    /// A slow socket may do without it: the next one says the same and more.
    public var isDroppable: Bool {
        if case .preview = self { true } else { false }
    }
}

/// Which event sockets get a message.
public enum EventAudience: Sendable, Hashable {
    /// Those of the account that are registered under this client id.
    case client(UUID, id: String)
    case account(UUID)
    /// One socket, by the number its loop gave it: what is going on when it connects.
    case socket(UUID, number: UInt64)

    public var account: UUID {
        switch self {
        case .client(let account, _), .account(let account), .socket(let account, _): account
        }
    }
}

/// Messages on their way to sockets, in order.
public struct EventDelivery: Sendable, Hashable {
    public let audience: EventAudience
    public let frames: [EventFrame]

    public init(_ audience: EventAudience, _ frames: [EventFrame]) { (self.audience, self.frames) = (audience, frames) }
}
