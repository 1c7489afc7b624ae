/// How a file is read when it is searched for secrets; told by its name alone, so that no other is opened.
public enum FileClass: Hashable, Sendable {
    case dotenv
    case json
    case yaml
    /// The whole file is the secret, if it is one line.
    case whole
    /// A private key or a certificate, if it looks like one.
    case key

    /// - Parameter isInSecrets: It lies below a folder `.secrets`.
    init?(of name: String, isInSecrets: Bool) {
        switch LocationRule.inferred(name).kind {
        case .dotenv: self = .dotenv
        case .json where Self.listsOfPackages.contains(name): return nil
        case .json: self = .json
        case .yaml: self = .yaml
        case .login: self = .whole
        case .tokenFile, .dockerSecret:
            let bytes = name.utf8Span.span
            if bytes.hasSuffix(".token") || bytes.hasSuffix(".secret") {
                self = .whole
            } else if [".pem", ".key", ".crt", ".cer"].contains(where: { bytes.hasSuffix($0) })
                || Self.keys.contains(name)
            {
                self = .key
            } else if isInSecrets, !Self.isPicture(name) {
                self = .whole
            } else {
                return nil
            }
        }
    }

    /// Large, and full of checksums.
    private static let listsOfPackages: Set<String> = [
        "package-lock.json", "npm-shrinkwrap.json", "composer-lock.json", "tokenizer.json", "vocab.json",
        "added_tokens.json", "special_tokens_map.json",
    ]
    private static let keys: Set<String> = [
        "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa", "keys.txt", "key.txt",
    ]

    private static func isPicture(_ name: String) -> Bool {
        [".png", ".jpg", ".jpeg", ".webp", ".zip", ".gz", ".gpg", ".age", ".pub", ".md"].contains {
            name.lowercased().hasSuffix($0)
        }
    }

    /// Folders that hold no configuration, and too many files.
    ///
    /// - Parameter names: What lies in the folder: `pyvenv.cfg` tells a virtual environment of any name.
    static func isPassedOver(folder: String) -> Bool { passedOver.contains(folder) }

    private static let passedOver: Set<String> = [
        ".git", ".hg", ".svn", ".jj", "node_modules", ".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox",
        ".mypy_cache", ".pytest_cache", ".ruff_cache", ".cache", ".build", "models", "checkpoints", "loras", "output",
        "outputs", "temp",
    ]
    /// Its presence makes the folder a virtual environment, whatever its name (PEP 405).
    static let environmentMark = "pyvenv.cfg"

    /// `compose.yaml`, `docker-compose.gpu.yml` and the like.
    public static func isCompose(_ name: String) -> Bool {
        guard name.hasSuffix(".yml") || name.hasSuffix(".yaml") else { return false }
        return name.hasPrefix("docker-compose") || name.hasPrefix("compose.") || name.hasPrefix("compose-")
    }
}
