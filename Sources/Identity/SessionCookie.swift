public import Basics
public import Store

/// How long browser logins live.
public struct SessionLimits: Sendable, Hashable {
    /// Without use.
    public var idleSeconds: Int64 = 7 * 86_400
    /// In all.
    public var absoluteSeconds: Int64 = 30 * 86_400
    /// For one account; the oldest ends when one more begins.
    public var perAccount = 50

    public init() {}
}

/// The name and attributes of a session's cookie.
///
/// | | at the root | under a base path |
/// |---|---|---|
/// | TLS | `__Host-comfygate` | `__Secure-comfygate_HASH` |
/// | plain | `comfygate_HASH` | `comfygate_HASH` |
///
/// `HASH` is 8 hexadecimal digits of the base path's SHA-256, so that two gates under one host keep apart where no prefix
/// can; the console adds `_console`. Prefixes: RFC 6265bis, section 4.1.3.
public struct SessionCookie: Sendable, Hashable {
    public let name: String
    public let path: String
    public let isSecure: Bool

    /// - Parameter basePath: Empty or `/` at the root, else like `/comfy`, without a slash at the end.
    public init(basePath: String, isSecure: Bool, surface: Surface) {
        let path = basePath.isEmpty ? "/" : basePath
        let hash = Hex.encode(Array(Digest.sha256(Array(path.utf8)).prefix(4)))
        let word = surface == .console ? "comfygate_console" : "comfygate"
        name =
            switch (isSecure, path == "/") {
            case (true, true): "__Host-\(word)"
            case (true, false): "__Secure-\(word)_\(hash)"
            case (false, _): "\(word)_\(hash)"
            }
        (self.path, self.isSecure) = (path, isSecure)
    }

    /// The value of a `Set-Cookie` header.
    ///
    /// - Parameter maximumAge: Seconds until the absolute end.
    public func set(_ secret: Secret, maximumAge: Int64) -> String {
        "\(name)=\(secret.reveal()); Max-Age=\(max(0, maximumAge)); \(attributes)"
    }

    /// The value of a `Set-Cookie` header that makes the browser forget it.
    public var clear: String { "\(name)=; Max-Age=0; \(attributes)" }

    private var attributes: String { "Path=\(path); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")" }

    /// A fresh session id: 256 random bits in base62, 43 characters.
    public static func makeSecret() -> Secret { Secret(Base62.encode(RandomBytes.make(32))) }
}
