/// Why a peer's bytes end a WebSocket connection; answered by a close frame with `code`, then by closing.
public enum WebSocketError: Error, Hashable, Sendable {
    /// RSV bits without an extension that gives them a meaning.
    case reservedBits
    case reservedOpcode(UInt8)
    /// A length that a shorter form could hold, or one of 2^63 bytes and more.
    case badLength
    case fragmentedControl
    /// A control frame of more than 125 bytes.
    case longControl
    /// A client's frame without mask, or a server's frame with one.
    case badMask
    /// A continuation without a beginning, or a new message inside another.
    case badSequence
    /// A close frame of one byte, or with a code nobody may send.
    case badClose
    /// Text or a close reason that is not UTF-8.
    case badUTF8
    /// Compressed bytes that do not inflate to a whole message.
    case badDeflate
    /// A message over the limit, in bytes as the application sees them.
    case tooLarge(limit: Int)

    /// What to say in the close frame.
    public var code: WebSocketCloseCode {
        switch self {
        case .badUTF8, .badDeflate: .invalidPayload
        case .tooLarge: .messageTooBig
        default: .protocolError
        }
    }
}

/// Why a connection closed (RFC 6455, section 7.4, and the IANA registry).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let normal = Self(rawValue: 1000)
    public static let goingAway = Self(rawValue: 1001)
    public static let protocolError = Self(rawValue: 1002)
    public static let unsupportedData = Self(rawValue: 1003)
    /// Never on the wire: the close frame had no code.
    public static let none = Self(rawValue: 1005)
    /// Never on the wire: the connection ended without a close frame.
    public static let abnormal = Self(rawValue: 1006)
    public static let invalidPayload = Self(rawValue: 1007)
    public static let policyViolation = Self(rawValue: 1008)
    public static let messageTooBig = Self(rawValue: 1009)
    public static let missingExtension = Self(rawValue: 1010)
    public static let internalError = Self(rawValue: 1011)
    public static let serviceRestart = Self(rawValue: 1012)
    public static let tryAgainLater = Self(rawValue: 1013)
    public static let badGateway = Self(rawValue: 1014)

    /// True for codes that a frame may carry: the registered ones, and 3000 to 4999 for libraries and applications.
    public var isSendable: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
