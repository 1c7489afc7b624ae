internal import Basics

/// Where a credential must stand, as the source of truth says it: a file, a key in it, and which form of the credential.
public struct LocationRule: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// `KEY=value` lines.
        case dotenv
        /// The value and nothing else but a line end.
        case tokenFile = "token_file"
        /// ComfyUI-Login's `PASSWORD`: the hash, a line end, the user's name.
        case login
        /// A member of a JSON document, by its pointer (RFC 6901).
        case json
        /// A scalar of a YAML document; names joined by `/`, as in a JSON pointer.
        case yaml
        /// A file that is mounted as a Docker secret: no line end.
        case dockerSecret = "docker_secret"

        /// Kinds whose files hold one value and need no key.
        var isWhole: Bool { self == .tokenFile || self == .login || self == .dockerSecret }
    }

    public enum Value: String, Sendable, Hashable, CaseIterable {
        /// The raw token.
        case raw
        /// Its bcrypt hash.
        case hash
        /// A token of the gate, made for this location alone.
        case token
    }

    /// Relative to the project's root, `/` between names; `*`, `?` and `**` stand for names.
    public let path: String
    public let kind: Kind
    /// A dotenv key, a JSON pointer or a YAML path. Nil for whole files, and for a dotenv file of which every known key of
    /// the credential's family is meant (see `KnownKeys`), the form that older files have.
    public let key: String?
    /// Nil for such a dotenv file alone.
    public let value: Value?
    /// The file keeps its inode when it is written: a container has it mounted by itself.
    public let inPlace: Bool
    /// For a token: whose it is in the gate, and what it allows.
    public var grant: TokenGrant?
    /// For a token: the one that was made for this location.
    public var minted: MintedToken?

    public init(path: String, kind: Kind, key: String? = nil, value: Value? = nil, inPlace: Bool = false) {
        (self.path, self.kind, self.key, self.value, self.inPlace) = (path, kind, key, value, inPlace)
    }

    /// What the name of a file says of its kind; older files say no more than the path.
    static func inferred(_ path: String) -> (kind: Kind, value: Value?) {
        let bytes = path.utf8Span.span
        var end = bytes.count
        while end > 0, bytes[end - 1] == UInt8(ascii: "/") { end -= 1 }
        var start = end
        while start > 0, bytes[start - 1] != UInt8(ascii: "/") { start -= 1 }
        let name = bytes.extracting(start..<end)
        if name.equals("PASSWORD") { return (.login, .hash) }
        if name.hasPrefix(".env.") || name.hasSuffix(".env") { return (.dotenv, nil) }
        if name.hasSuffix(".json") { return (.json, nil) }
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return (.yaml, nil) }
        return (.tokenFile, .hash)
    }
}

/// Environment variables that hold shared credentials in existing installations.
public enum KnownKeys {
    /// Keys that may share one value: a credential has the keys of one family.
    public enum Family: String, Sendable, Hashable, CaseIterable {
        /// Of the credential `default`, and of every other one that has no family of its name.
        case comfyui
        /// The aliases of one Hugging Face token.
        case huggingface

        public init(ofCredential name: String) { self = Self(rawValue: name) ?? .comfyui }

        /// The credential that a key of the family belongs to when nothing says otherwise.
        public var credential: String { self == .comfyui ? CredentialFile.defaultName : rawValue }
    }

    /// What stands in each key of a family.
    public static func values(of family: Family) -> [String: LocationRule.Value] {
        switch family {
        case .comfyui: comfyui
        case .huggingface: huggingface
        }
    }

    private static let comfyui: [String: LocationRule.Value] = [
        "COMFYUI_API_TOKEN": .hash, "COMFYUI_BEARER_TOKEN": .hash, "COMFYUI_AUTH_TOKEN": .hash,
        "COMFYUI_RAW_TOKEN": .raw, "QWEN_API_TOKEN": .raw,
    ]
    private static let huggingface: [String: LocationRule.Value] = [
        "HF_TOKEN": .raw, "HUGGINGFACE_TOKEN": .raw, "HUGGING_FACE_HUB_TOKEN": .raw,
    ]

    /// Nil for a key of no family.
    public static func family(of key: String) -> Family? { families[key] }

    /// What stands in each, of any family.
    public static let values: [String: LocationRule.Value] = Family.allCases.reduce(into: [:]) { all, family in
        all.merge(values(of: family)) { first, _ in first }
    }

    private static let families: [String: Family] = Family.allCases.reduce(into: [:]) { all, family in
        for key in values(of: family).keys { all[key] = family }
    }
}

extension LocationRule {
    /// Reads an element of `locations`: a path, or an object with `path`, `kind`, `key`, `value`, `in_place`.
    ///
    /// - Parameter place: Of the element in its document, for messages.
    init(_ json: JSON, at place: @autoclosure () -> String) throws(CredentialFileError) {
        if let path = json.string {
            let inferred = Self.inferred(path)
            if inferred.kind == .json || inferred.kind == .yaml { throw .init(.keyMissing, at: place()) }
            try Self.check(path, at: place())
            self.init(path: path, kind: inferred.kind, value: inferred.value)
            return
        }
        guard let object = json.object else { throw .init(.noLocation, at: place()) }
        if let other = object.members.first(where: { !Self.members.contains($0.key) })?.key {
            throw .init(.unknownMember(other), at: place())
        }
        guard let path = object["path"]?.string else { throw .init(.pathMissing, at: place()) }
        try Self.check(path, at: place() + ".path")
        let inferred = Self.inferred(path)
        let kind = try Self.choice(object["kind"], Kind.self, at: place() + ".kind") ?? inferred.kind
        let given = try Self.choice(object["value"], Value.self, at: place() + ".value")
        var key: String?
        if let member = object["key"] {
            guard let text = member.string, !text.isEmpty else { throw .init(.keyMissing, at: place() + ".key") }
            key = text
        }
        if kind.isWhole, key != nil { throw .init(.keyNotWanted, at: place() + ".key") }
        if kind == .json || kind == .yaml, key == nil { throw .init(.keyMissing, at: place()) }
        if kind == .login, given ?? .hash != .hash { throw .init(.loginHoldsHash, at: place() + ".value") }
        let value = given ?? key.flatMap { KnownKeys.values[$0] } ?? (kind == inferred.kind ? inferred.value : nil)
        if value == nil, kind != .dotenv || key != nil { throw .init(.valueMissing, at: place()) }
        var inPlace = false
        if let member = object["in_place"] {
            guard case .bool(let given) = member else { throw .init(.notTruth, at: place() + ".in_place") }
            inPlace = given
        }
        self.init(path: path, kind: kind, key: key, value: value, inPlace: inPlace)
        if value == .token {
            if NamePattern.isOne(path) { throw .init(.tokenPattern, at: place() + ".path") }
            grant = try TokenGrant(object, at: place())
            minted = MintedToken(object)
        } else if let other = object.members.first(where: { TokenGrant.members.contains($0.key) })?.key {
            throw .init(.notAToken(other), at: place())
        }
    }

    private static let members: Set<String> = Set(["path", "kind", "key", "value", "in_place"])
        .union(TokenGrant.members).union(MintedToken.members)

    var json: JSON {
        var object = JSONObject()
        object["path"] = .string(path)
        object["kind"] = .string(kind.rawValue)
        if let key { object["key"] = .string(key) }
        if let value { object["value"] = .string(value.rawValue) }
        if inPlace { object["in_place"] = true }
        grant?.write(to: &object)
        minted?.write(to: &object)
        return .object(object)
    }

    /// A path stays below the root whatever it says; this finds what could never be meant so.
    private static func check(_ path: String, at place: @autoclosure () -> String) throws(CredentialFileError) {
        let bytes = path.utf8Span.span
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\\") }) else { throw .init(.badPath, at: place()) }
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: "/") {
            let name = bytes.extracting(start..<end)
            if name.isEmpty || name.equals(".") || name.equals("..") { throw .init(.badPath, at: place()) }
            start = end + 1
        }
    }

    private static func choice<T: RawRepresentable<String> & CaseIterable>(
        _ json: JSON?, _ type: T.Type, at place: @autoclosure () -> String
    ) throws(CredentialFileError) -> T? {
        guard let json else { return nil }
        if let choice = json.string.flatMap(T.init(rawValue:)) { return choice }
        throw .init(.notOneOf(T.allCases.map(\.rawValue)), at: place())
    }
}
