public import Basics

/// One shared credential and everywhere it must stand.
public struct Credential: Sendable, Hashable {
    /// `default`, or the name under `credentials`.
    public let name: String
    /// Nil when it is not there, or sealed.
    public var rawToken: Secret? {
        didSet { if rawToken != nil { sealedToken = nil } }
    }
    /// The raw token as `SealedSecret` writes it. One of the two at most: setting one takes the other away.
    public var sealedToken: String? {
        didSet { if sealedToken != nil { rawToken = nil } }
    }
    public var bcryptHash: Secret?
    public var description: String
    /// As the file has them; older files leave out the zone.
    public var createdAt: String?
    public var rotatedAt: String?
    public var locations: [LocationRule]
    /// Who takes it; kept as the file has them.
    public internal(set) var consumers: [Consumer] = []
    /// What a rotation has replaced.
    public var previous: PreviousValue?
    /// Consumers that nobody has seen with the new value yet, by name: a rotation was stopped.
    public var pending: [String] = []
    public internal(set) var policy: RotationPolicy?

    public init(
        name: String = CredentialFile.defaultName, rawToken: Secret?, sealedToken: String? = nil,
        bcryptHash: Secret? = nil, description: String = "", createdAt: String? = nil, rotatedAt: String? = nil,
        locations: [LocationRule] = []
    ) {
        (self.name, self.rawToken, self.bcryptHash, self.description) = (name, rawToken, bcryptHash, description)
        self.sealedToken = sealedToken
        (self.createdAt, self.rotatedAt, self.locations) = (createdAt, rotatedAt, locations)
    }

    /// Whether a bcrypt hash belongs to it: not to one that is only ever copied as it is.
    public var wantsHash: Bool {
        bcryptHash != nil || locations.isEmpty || locations.contains { $0.value ?? .hash == .hash }
    }

    /// Whether the raw token must be known: one that is only known by its hash can be copied as such.
    public var wantsToken: Bool { bcryptHash == nil || locations.contains { $0.value == .raw } }
}

/// The source of truth, `.secrets/comfyui_auth_tokens.conf`: JSON with one credential in its own members, which is
/// called `default`, and more under `credentials`.
///
/// Members that nobody here knows survive a change, and so does the order. The older spelling `targets` of `locations` is
/// read and written as `locations`.
public struct CredentialFile: Sendable, Hashable {
    public static let defaultName = "default"
    public static let path = ".secrets/comfyui_auth_tokens.conf"
    /// Bytes of a file, at most.
    public static let limit = 1_048_576
    /// What is written. Every 1.x is read.
    static let version = "1.1"

    private var document: JSONObject
    /// In the order of the file, `default` first.
    public private(set) var credentials: [Credential]

    /// A file with nothing in it.
    public init() {
        document = ["version": .string(Self.version)]
        credentials = []
    }

    /// - Throws: What is wrong, and where; never a value.
    public init(parsing bytes: [UInt8]) throws(CredentialFileError) {
        guard bytes.count <= Self.limit else { throw CredentialFileError(.tooLarge(limit: Self.limit), at: "") }
        let json: JSON
        do {
            // An editor on Windows may have put a mark in front.
            json = try JSON(parsing: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes)
        } catch {
            throw CredentialFileError(.notJSON("\(error)"), at: "")
        }
        guard let document = json.object else { throw CredentialFileError(.notAnObject, at: "") }
        if let version = document["version"], version.string?.hasPrefix("1.") != true, version.string != "1" {
            throw CredentialFileError(.unknownVersion, at: "version")
        }
        var credentials: [Credential] = []
        if document.keys.contains(where: Self.members.contains) {
            credentials.append(try Credential(document, name: Self.defaultName, at: ""))
        }
        if let named = document["credentials"] {
            guard let named = named.object else { throw CredentialFileError(.notAnObject, at: "credentials") }
            for (name, value) in named.members {
                guard Self.isName(name) else { throw CredentialFileError(.badName, at: "credentials.\(name)") }
                guard name != Self.defaultName || credentials.isEmpty else {
                    throw CredentialFileError(.doubleDefault, at: "credentials.default")
                }
                guard let object = value.object else {
                    throw CredentialFileError(.notAnObject, at: "credentials.\(name)")
                }
                credentials.append(try Credential(object, name: name, at: "credentials.\(name)."))
            }
        }
        (self.document, self.credentials) = (document, credentials)
    }

    /// Members that make a document or an object a credential.
    private static let members: Set<String> = ["raw_token", "sealed_token", "bcrypt_hash", "locations", "targets"]

    /// Lower-case letters, digits, `-` and `_`, 1 to 64 of them, the first a letter or digit.
    public static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count), name.utf8.first != 0x2D, name.utf8.first != 0x5F else { return false }
        return name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
        }
    }

    public subscript(name: String) -> Credential? { credentials.first { $0.name == name } }

    /// Adds a credential or replaces the one of its name.
    public mutating func set(_ credential: Credential) {
        precondition(Self.isName(credential.name))
        document["version"] = .string(Self.version)
        let standsOnTop = document.keys.contains(where: Self.members.contains)
        if credential.name == Self.defaultName, document["credentials"]?[Self.defaultName] == nil {
            credential.write(to: &document)
        } else {
            var named = document["credentials"]?.object ?? JSONObject()
            var object = named[credential.name]?.object ?? JSONObject()
            credential.write(to: &object)
            named[credential.name] = .object(object)
            document["credentials"] = .object(named)
        }
        if let index = credentials.firstIndex(where: { $0.name == credential.name }) {
            credentials[index] = credential
        } else if credential.name == Self.defaultName, !standsOnTop {
            credentials.insert(credential, at: 0)
        } else {
            credentials.append(credential)
        }
    }

    /// The document, indented, with a line end.
    public var bytes: [UInt8] {
        var bytes = Array(JSON.object(document).pretty().utf8)
        if bytes.last != 0x0A { bytes.append(0x0A) }
        return bytes
    }
}

extension Credential {
    fileprivate init(_ object: JSONObject, name: String, at place: String) throws(CredentialFileError) {
        func text(_ member: String) throws(CredentialFileError) -> String? {
            guard let value = object[member], value != .null else { return nil }
            guard let text = value.string else { throw CredentialFileError(.notText, at: place + member) }
            return text
        }
        let (token, sealed) = (try text("raw_token"), try text("sealed_token"))
        guard token == nil || sealed == nil else {
            throw CredentialFileError(.openAndSealed, at: place + "sealed_token")
        }
        let member = object["locations"] == nil ? "targets" : "locations"
        var locations: [LocationRule] = []
        if let list = object[member] {
            guard let list = list.array else { throw CredentialFileError(.noList, at: place + member) }
            for (index, element) in list.enumerated() {
                // Older files name themselves among the places.
                if element.string == CredentialFile.path { continue }
                locations.append(try LocationRule(element, at: "\(place)\(member)[\(index)]"))
            }
        }
        var consumers: [Consumer] = []
        if let list = object["consumers"] {
            guard let list = list.array else { throw CredentialFileError(.noList, at: place + "consumers") }
            for (index, element) in list.enumerated() {
                consumers.append(try Consumer(element, at: "\(place)consumers[\(index)]"))
            }
        }
        self.init(
            name: name, rawToken: token.map { Secret($0) }, sealedToken: sealed,
            bcryptHash: try text("bcrypt_hash").map { Secret($0) }, description: try text("description") ?? "",
            createdAt: try text("created_at"), rotatedAt: try text("rotated_at"), locations: locations)
        self.consumers = consumers
        previous = try Self.previous(object["previous"], at: place + "previous")
        pending = object["pending"]?.array?.compactMap(\.string) ?? []
        if let rotate = try text("rotate") {
            let grace = try text("grace")
            guard grace == nil || grace.flatMap({ Duration(parsing: $0) }) != nil,
                let policy = RotationPolicy(rotate, grace: grace.flatMap { Duration(parsing: $0) })
            else { throw CredentialFileError(.badPolicy, at: place + "rotate") }
            self.policy = policy
        }
    }

    private static func previous(_ json: JSON?, at place: String) throws(CredentialFileError) -> PreviousValue? {
        guard let json, json != .null else { return nil }
        guard let until = json["until"]?.string.flatMap({ Timestamp(rfc3339: $0) }) else {
            throw CredentialFileError(.notTime, at: place + ".until")
        }
        let (token, sealed) = (json["raw_token"]?.string, json["sealed_token"]?.string)
        guard token == nil || sealed == nil else {
            throw CredentialFileError(.openAndSealed, at: place + ".sealed_token")
        }
        return PreviousValue(
            rawToken: token.map { Secret($0) }, sealedToken: sealed,
            bcryptHash: json["bcrypt_hash"]?.string.map { Secret($0) }, until: until)
    }

    fileprivate func write(to object: inout JSONObject) {
        func set(_ member: String, _ text: String?) {
            if let text { object[member] = .string(text) } else if object[member] != nil { object[member] = .null }
        }
        set("created_at", createdAt)
        set("rotated_at", rotatedAt)
        set("raw_token", rawToken?.reveal())
        object["sealed_token"] = sealedToken.map { .string($0) }
        set("bcrypt_hash", bcryptHash?.reveal())
        if !description.isEmpty || object["description"] != nil { object["description"] = .string(description) }
        object["previous"] = previous.map { previous in
            var old: JSONObject = ["raw_token": previous.rawToken.map { .string($0.reveal()) } ?? .null]
            if let sealed = previous.sealedToken { old["sealed_token"] = .string(sealed) }
            old["bcrypt_hash"] = previous.bcryptHash.map { .string($0.reveal()) } ?? .null
            old["until"] = .string(previous.until.rfc3339)
            return .object(old)
        }
        object["pending"] = pending.isEmpty ? nil : .array(pending.map { .string($0) })
        object["targets"] = nil
        object["locations"] = .array(locations.map(\.json))
    }
}
