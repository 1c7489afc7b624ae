/// Which keys a dotenv file must hold, and what each value must look like.
public struct EnvSchema: Sendable, Hashable {
    /// What a value must look like.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// A bcrypt hash; see `HashVerdict`.
        case hash
        /// A raw token: anything but its hash.
        case raw
        case boolean, url, port, text
    }

    public struct Key: Sendable, Hashable {
        public let name: String
        public var form: Form
        public var isRequired: Bool
        /// Never shown but as a fingerprint.
        public var isSecret: Bool
        public var mayBeEmpty: Bool
        /// When there are any, one of them.
        public var values: [String]
        /// Names under which older files hold the same value.
        public var aliases: [String]
        public var description: String

        public init(
            _ name: String, _ form: Form = .text, isRequired: Bool = true, isSecret: Bool? = nil,
            mayBeEmpty: Bool = false, values: [String] = [], aliases: [String] = [], description: String = ""
        ) {
            (self.name, self.form, self.isRequired, self.mayBeEmpty) = (name, form, isRequired, mayBeEmpty)
            self.isSecret = isSecret ?? form.isSecretByNature
            (self.values, self.aliases, self.description) = (values, aliases, description)
        }
    }

    /// In the order in which a new file gets them.
    public private(set) var keys: [Key]

    public init(_ keys: [Key] = EnvSchema.standard) {
        self.keys = []
        for key in keys { set(key) }
    }

    /// What every installation of ComfyUI-Login needs, and the other names of its credentials.
    public static let standard: [Key] = [
        Key("CIVITAI_TOKEN"), Key("HF_TOKEN", aliases: ["HUGGINGFACE_TOKEN", "HUGGING_FACE_HUB_TOKEN"]),
        Key("QWEN_API_TOKEN", .raw), Key("COMFYUI_BEARER_TOKEN", .hash), Key("COMFYUI_LOGIN_ENABLED", .boolean),
        Key("COMFYUI_USERNAME", isSecret: false), Key("COMFYUI_PASSWORD"),
        Key("COMFYUI_API_TOKEN", .hash, isRequired: false), Key("COMFYUI_AUTH_TOKEN", .hash, isRequired: false),
        Key("COMFYUI_RAW_TOKEN", .raw, isRequired: false),
    ]

    public var required: [Key] { keys.filter(\.isRequired) }

    public subscript(name: String) -> Key? { keys.first { $0.name.utf8.elementsEqual(name.utf8) } }

    /// Adds a key, or replaces the one of its name where that stands.
    public mutating func set(_ key: Key) {
        if let index = keys.firstIndex(where: { $0.name == key.name }) {
            keys[index] = key
        } else {
            keys.append(key)
        }
    }

    /// Whether a value must not be shown: what the schema does not know may be anything.
    func hides(_ name: String) -> Bool { self[name]?.isSecret ?? true }

    /// Whether a value is a secret for certain: files with one are nobody else's to read.
    func guards(_ name: String) -> Bool { self[name]?.isSecret ?? Self.soundsSecret(name) }

    /// A name that people give to secrets: one of its words says so.
    static func soundsSecret(_ name: String) -> Bool {
        let words: Set<Substring> = ["TOKEN", "KEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"]
        return name.uppercased().split(separator: "_").contains(where: words.contains)
    }
}

extension EnvSchema.Form {
    fileprivate var isSecretByNature: Bool {
        switch self {
        case .hash, .raw, .text: true
        case .boolean, .url, .port: false
        }
    }
}
