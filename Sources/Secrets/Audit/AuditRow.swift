public import Basics

/// What an audit found at one place where a credential stands or should stand.
public struct AuditRow: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case ok
        /// The file, or the key in it, is not there.
        case missing
        /// In the source of truth: the raw token is sealed.
        case sealed
        /// Another value than the source of truth's.
        case different
        /// What stands there could not be what belongs there.
        case malformed(HashVerdict)
        /// A text from an example, or nothing, stands where a raw token belongs.
        case placeholder
        /// In the source of truth: the hash is well-formed, but of another token.
        case notTheHash
        /// Others than the owner can read the file.
        case exposed(mode: UInt16)
        /// Others than the owner can list the source of truth's folder.
        case openFolder(mode: UInt16)
        /// Git knows the file: the value is, or will be, in its history.
        case tracked
        /// The right value is written, but these readers see something else.
        case misread([DotenvObjection])
        /// The key stands at several lines of the file.
        case repeated(lines: [Int])
        case outside
        case unreadable(Phrase)
        /// The source of truth does not have the place among its locations.
        case unlisted
    }

    /// Nil for a secret of one instance, which no other place has to equal.
    public let credential: String?
    /// Relative to the root.
    public let path: String
    public let kind: LocationRule.Kind
    /// The dotenv key, JSON pointer or YAML path, if the kind has one.
    public let key: String?
    public let value: LocationRule.Value?
    /// At least one; `ok` stands alone.
    public let states: [State]
    /// How the found value may be shown; nil when there is none.
    public let shown: String?
    /// Readers that see no value of this file as it is meant, for reasons of the file; the state does not count them.
    public let notes: [DotenvObjection]

    /// Nothing is to be done here; a sealed token is as it should be.
    public var isOK: Bool {
        guard states.count == 1 else { return false }
        return switch states[0] {
        case .ok, .sealed: true
        default: false
        }
    }

    init(
        _ credential: String?, _ path: String, _ kind: LocationRule.Kind, key: String? = nil,
        value: LocationRule.Value?, states: [State], shown: String? = nil, notes: [DotenvObjection] = []
    ) {
        (self.credential, self.path, self.kind, self.key) = (credential, path, kind, key)
        (self.value, self.shown, self.notes) = (value, shown, notes)
        self.states = states.isEmpty ? Self.fine : states
    }

    private static let fine: [State] = [.ok]
}

/// A secret as people may see it: enough to tell two apart, not enough to use or guess one.
struct Fingerprint {
    private let key: [UInt8]

    /// Without the key a fingerprint says nothing of the value; with the same key equal values look equal.
    init(key: [UInt8]) { self.key = key }

    /// Of a credential: the same for everybody who knows its hash, for nobody else, and new when it changes. Without one: new
    /// each time.
    init(of credential: Credential?) {
        let salt = credential?.bcryptHash.map { Array($0.reveal().utf8) } ?? RandomBytes.make(32)
        self.init(key: Digest.sha256(Array("fingerprint ".utf8) + salt))
    }

    /// The first characters of a long value, or none, and six hexadecimal digits.
    func callAsFunction(_ value: [UInt8]) -> String {
        let digits = Hex.encode(Array(Digest.hmacSHA256(key: key, value).prefix(3)))
        let isText = value.prefix(4).allSatisfy { (0x21...0x7E).contains($0) }
        let start = value.count >= 12 && isText ? String(decoding: value.prefix(4), as: UTF8.self) : ""
        return "\(start)… \(digits)"
    }
}

/// A fingerprint that remembers what it said: most places of a credential hold one of its two values.
struct FingerprintMemo {
    /// Values that are remembered.
    private static let most = 1_000

    private let fingerprint: Fingerprint
    private var known: [DotenvValue: String] = [:]

    init(_ fingerprint: Fingerprint) { self.fingerprint = fingerprint }

    mutating func callAsFunction(_ value: DotenvValue) -> String {
        if let text = known[value] { return text }
        let text = fingerprint(value.reveal())
        if known.count < Self.most { known[value] = text }
        return text
    }
}

extension Credential {
    /// How its values may be shown; nil for one that is not there.
    public var fingerprints: (token: String?, hash: String?) {
        let fingerprint = Fingerprint(of: self)
        return (
            rawToken.map { fingerprint(Array($0.reveal().utf8)) },
            bcryptHash.map { fingerprint(Array($0.reveal().utf8)) }
        )
    }
}
