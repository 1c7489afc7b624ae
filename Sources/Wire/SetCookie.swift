public import Basics

/// One Set-Cookie header. Source: RFC 6265, section 4.1; the name prefixes of its revision (6265bis).
public struct SetCookie: Sendable, Hashable {
    public enum SameSite: String, Sendable, Hashable { case strict = "Strict", lax = "Lax", none = "None" }

    public enum Failure: Error, Sendable, Hashable {
        /// Not a token.
        case invalidName
        /// Anything but `cookie-octet`: no space, quote, comma, semicolon, backslash, control or non-ASCII byte.
        case invalidValue
        /// Does not begin with `/`, or holds `;`, a control or non-ASCII byte.
        case invalidPath
        /// The browser would drop it: `__Host-` needs Secure and `Path=/`, `__Secure-` and SameSite=None need Secure.
        case droppedByBrowsers
        /// Name and value together are over 4,096 bytes.
        case tooLong
    }

    public var name: String
    public var value: String
    public var path: String
    public var isHTTPOnly: Bool
    public var isSecure: Bool
    public var sameSite: SameSite
    /// Seconds; 0 deletes the cookie, nil keeps it until the browser closes.
    public var maximumAge: Int?
    public var expires: Timestamp?

    public init(
        _ name: String, _ value: String, path: String = "/", isHTTPOnly: Bool = true, isSecure: Bool,
        sameSite: SameSite = .lax, maximumAge: Int? = nil, expires: Timestamp? = nil
    ) {
        (self.name, self.value, self.path) = (name, value, path)
        (self.isHTTPOnly, self.isSecure, self.sameSite) = (isHTTPOnly, isSecure, sameSite)
        (self.maximumAge, self.expires) = (maximumAge, expires)
    }

    /// The header that deletes this cookie: same name, path and attributes, or the browser keeps the old one.
    public var deleting: SetCookie {
        var copy = self
        (copy.value, copy.maximumAge, copy.expires) = ("", 0, Timestamp(seconds: 0))
        return copy
    }

    /// The value of the header.
    public func serialized() throws(Failure) -> String {
        guard !name.isEmpty, name.utf8.allSatisfy(Octet.isTokenByte) else { throw .invalidName }
        guard value.utf8.allSatisfy(Self.isCookieOctet) else { throw .invalidValue }
        guard name.utf8.count + value.utf8.count <= 4_096 else { throw .tooLong }
        guard path.utf8.first == ASCII.slash,
            path.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != ASCII.semicolon })
        else { throw .invalidPath }
        let lower = name.lowercased()
        guard isSecure || !(sameSite == .none || lower.hasPrefix("__secure-") || lower.hasPrefix("__host-")),
            path == "/" || !lower.hasPrefix("__host-")
        else { throw .droppedByBrowsers }
        var text = "\(name)=\(value); Path=\(path)"
        if let maximumAge { text += "; Max-Age=\(max(0, maximumAge))" }
        if let expires { text += "; Expires=\(HTTPDate.format(expires))" }
        if isHTTPOnly { text += "; HttpOnly" }
        if isSecure { text += "; Secure" }
        return text + "; SameSite=\(sameSite.rawValue)"
    }

    private static func isCookieOctet(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
        default: false
        }
    }
}
