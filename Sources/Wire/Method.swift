/// A request method, RFC 9110 section 9; case matters.
public struct Method: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    public static let get = Method(rawValue: "GET")
    public static let head = Method(rawValue: "HEAD")
    public static let post = Method(rawValue: "POST")
    public static let put = Method(rawValue: "PUT")
    public static let delete = Method(rawValue: "DELETE")
    public static let patch = Method(rawValue: "PATCH")
    public static let options = Method(rawValue: "OPTIONS")

    /// Reads only, by the protocol's promise.
    public var isSafe: Bool { self == .get || self == .head || self == .options }
    /// May be sent twice with the effect of once.
    public var isIdempotent: Bool { isSafe || self == .put || self == .delete }
}
