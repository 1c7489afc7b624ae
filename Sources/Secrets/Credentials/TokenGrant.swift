public import Basics

/// Whose a token of the gate is, and what it allows.
public struct TokenGrant: Sendable, Hashable {
    static let members: Set<String> = ["account", "scopes"]

    /// An account of the gate; made, for machines, when there is none.
    public let account: String
    /// As `comfygate token create --scopes` takes them.
    public let scopes: [String]

    init(_ object: JSONObject, at place: String) throws(CredentialFileError) {
        guard let account = object["account"]?.string, !account.isEmpty else { throw .init(.tokenAccount, at: place) }
        self.account = account
        guard let list = object["scopes"], list != .null else {
            scopes = ["generate", "read"]
            return
        }
        guard let words = list.array?.map(\.string), !words.isEmpty, !words.contains(nil) else {
            throw .init(.noList, at: place + ".scopes")
        }
        scopes = words.compactMap(\.self)
    }

    func write(to object: inout JSONObject) {
        object["account"] = .string(account)
        object["scopes"] = .array(scopes.map { .string($0) })
    }
}

/// A token that was made for a location: which one, and how to tell it, but not the token itself.
public struct MintedToken: Sendable, Hashable {
    static let members: Set<String> = ["token_id", "token_sha256"]

    /// In the gate.
    public let id: String
    /// 64 hexadecimal digits. The token has 256 random bits, so that its digest tells nothing of it.
    let digest: String

    public init(id: String, token: Secret) {
        self.id = id
        digest = Self.digest(Array(token.reveal().utf8))
    }

    init?(_ object: JSONObject) {
        guard let id = object["token_id"]?.string, let digest = object["token_sha256"]?.string else { return nil }
        (self.id, self.digest) = (id, digest)
    }

    func write(to object: inout JSONObject) {
        object["token_id"] = .string(id)
        object["token_sha256"] = .string(digest)
    }

    func isHeld(by bytes: [UInt8]) -> Bool { Self.digest(bytes) == digest }

    private static func digest(_ bytes: [UInt8]) -> String { Hex.encode(Digest.sha256(bytes)) }
}
