public import Basics

/// How often a credential is renewed by itself: `"rotate": "every 90d"` in the source of truth.
public struct RotationPolicy: Sendable, Hashable {
    public let every: Duration
    /// How long the old value stays at hand.
    public let grace: Duration

    /// How long before the day it is told.
    public static let notice: Duration = .seconds(14 * 86_400)
    /// Shorter spans would keep containers restarting.
    static let shortest: Duration = .seconds(86_400)

    public init(every: Duration, grace: Duration = .seconds(86_400)) { (self.every, self.grace) = (every, grace) }

    /// - Parameter text: `every 90d`.
    init?(_ text: String, grace: Duration?) {
        guard text.hasPrefix("every "), let every = Duration(parsing: String(text.dropFirst(6))),
            every >= Self.shortest
        else { return nil }
        self.init(every: every, grace: grace ?? .seconds(86_400))
    }

    public enum State: Sendable, Hashable {
        /// Nothing to say until then.
        case fine(due: Timestamp)
        /// The day is near.
        case announced(due: Timestamp)
        case due
        /// Nobody knows how old the credential is.
        case unknownAge
    }

    /// - Parameter changed: When the credential got its present value.
    public func state(changed: Timestamp?, now: Timestamp) -> State {
        guard let changed else { return .unknownAge }
        let due = changed.advanced(byMilliseconds: every.milliseconds)
        if now >= due { return .due }
        // A span of a few days is not announced all the time.
        let notice = min(Self.notice, every / 2)
        return due <= now.advanced(byMilliseconds: notice.milliseconds) ? .announced(due: due) : .fine(due: due)
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 { components.seconds * 1_000 }
}

/// What a credential was before, as long as it is at hand.
public struct PreviousValue: Sendable, Hashable {
    public let rawToken: Secret?
    /// The raw token as `SealedSecret` writes it; then there is no `rawToken`.
    public let sealedToken: String?
    public let bcryptHash: Secret?
    /// Whoever accepts two values accepts this one until then.
    public let until: Timestamp

    public init(rawToken: Secret?, sealedToken: String? = nil, bcryptHash: Secret?, until: Timestamp) {
        (self.rawToken, self.sealedToken, self.bcryptHash, self.until) = (rawToken, sealedToken, bcryptHash, until)
    }
}
