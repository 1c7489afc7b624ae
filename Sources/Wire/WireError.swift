/// Why a peer's bytes are refused; each case ends the connection after its answer.
public enum WireError: Error, Hashable, Sendable {
    /// Against the grammar of RFC 9110/9112; the text names the rule for the log and the answer.
    case malformed(StaticReason)
    /// The request target is longer than the limit: 414.
    case targetTooLong
    /// Too many or too long header fields: 431.
    case headTooLarge
    /// A transfer coding or an expectation we do not know: 501.
    case notImplemented(StaticReason)
    /// Neither HTTP/1.0 nor HTTP/1.1: 505.
    case versionNotSupported
    /// A body, chunk or trailer over its limit: 413.
    case tooLarge

    /// Text that lives in the program, so that an error costs no allocation and carries nothing of the peer's.
    public struct StaticReason: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        private let text: StaticString
        public init(stringLiteral text: StaticString) { self.text = text }
        public var description: String { text.description }
        public static func == (left: Self, right: Self) -> Bool { left.description == right.description }
        public func hash(into hasher: inout Hasher) { hasher.combine(description) }
    }

    /// The answer a server gives before it closes.
    public var status: Status {
        switch self {
        case .malformed: .badRequest
        case .targetTooLong: .uriTooLong
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .notImplemented: .notImplemented
        case .versionNotSupported: .versionNotSupported
        case .tooLarge: .contentTooLarge
        }
    }

    /// One sentence for the answer's body.
    public var message: String {
        switch self {
        case .malformed(let reason), .notImplemented(let reason): reason.description
        case .targetTooLong: "The request target is too long."
        case .headTooLarge: "The header fields are too many or too long."
        case .versionNotSupported: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
        case .tooLarge: "The message body is too large."
        }
    }
}
