public import Basics

/// What a client shows as `Authorization: Bearer`, and where it came from.
public struct Credential: Sendable, Hashable {
    public let token: Secret
    /// For the person who has to repair it: a variable's name, a file's path, `standard input`. No secret in it.
    public let source: String

    public init(_ token: Secret, source: String) { (self.token, self.source) = (token, source) }

    /// Reads a token file: the token alone, or the JSON of an installation's `comfyui_auth_tokens.conf`.
    ///
    /// Of the JSON, `bcrypt_hash` counts before `raw_token`: ComfyUI-Login compares bearer tokens with its stored hash.
    /// - Throws: What is wrong with the bytes; `notText` also for JSON that holds neither.
    public init(reading bytes: [UInt8], source: String) throws(SecretError) {
        let text = try Secret(reading: bytes)
        guard text.reveal().drop(while: \.isWhitespace).first == "{" else {
            self.init(text, source: source)
            return
        }
        guard let json = try? JSON(parsing: text.reveal()) else { throw .notText }
        for member in ["bcrypt_hash", "raw_token"] {
            guard let value = json[member]?.string, !value.isEmpty else { continue }
            self.init(Secret(value), source: "\(source), member \(member)")
            return
        }
        throw .notText
    }

    /// The field's value; a token that holds a control character would be cut, so it is refused where it is read.
    var field: String { "Bearer " + token.reveal() }
}
