public import Basics
public import Wire

/// What a request shows about who sends it.
public enum PresentedCredential: Sendable, Hashable {
    case none
    /// `Authorization: Bearer …`, or `token=` where that is allowed.
    case bearer(Secret, inQuery: Bool)
    case session(Secret)
    /// An Authorization field that is not `Bearer` and one word.
    case malformed
}

/// Reads credentials from fields and query; a pure rule.
public struct CredentialReader: Sendable {
    public let cookieName: String

    public init(cookieName: String) { self.cookieName = cookieName }

    /// The Authorization field beats the query, the query beats the cookie: who sends one means it.
    public func read(_ fields: Fields, _ query: Query) -> PresentedCredential {
        let authorizations = fields.all("Authorization")
        if let authorization = authorizations.first {
            let words = authorization.split(separator: " ", omittingEmptySubsequences: true)
            guard authorizations.count == 1, words.count == 2, words[0].lowercased() == "bearer" else {
                return .malformed
            }
            return .bearer(Secret(String(words[1])), inQuery: false)
        }
        let tokens = query.all("token")
        if let token = tokens.first {
            guard tokens.count == 1, !token.isEmpty else { return .malformed }
            return .bearer(Secret(token), inQuery: true)
        }
        let cookies = Cookies(headers: fields.all("Cookie")).all(cookieName)
        // Two of one name: somebody planted one, and which is ours nobody can say.
        guard cookies.count == 1, let cookie = cookies.first, !cookie.isEmpty else { return .none }
        return .session(Secret(cookie))
    }
}
