internal import Basics

/// Where backups and the identity that opens them lie by default: outside the project, and apart from each other, so that
/// the backups may be copied elsewhere without the identity.
///
/// Source: XDG Base Directory Specification, 0.8; a variable that is no absolute path counts as not set.
public struct BackupPlaces: Sendable, Hashable {
    /// The folder of one project's backups.
    public let folder: String
    /// The identity file of all projects of this user, for mode 0600.
    public let identity: String

    /// - Parameter root: The real path of the project's folder: absolute, without links.
    /// - Throws: `noHome`.
    public init(environment: [String: String], root: String) throws(BackupError) {
        let state = try Self.base("XDG_STATE_HOME", ".local/state", environment)
        let configuration = try Self.base("XDG_CONFIG_HOME", ".config", environment)
        let mark = Hex.encode(Array(Digest.sha256(Array(root.utf8)).prefix(4)))
        folder = "\(state)/comfygate/backups/\(Self.lastName(root))-\(mark)"
        identity = "\(configuration)/comfygate/backup.identity"
    }

    private static func base(
        _ variable: String, _ folder: String, _ environment: [String: String]
    ) throws(BackupError) -> String {
        func absolute(_ name: String) -> String? {
            guard let path = environment[name], path.hasPrefix("/") else { return nil }
            let trimmed = path.reversed().drop { $0 == "/" }.reversed()
            return String(trimmed)
        }
        if let path = absolute(variable) { return path }
        guard let home = absolute("HOME") else { throw .noHome(variable) }
        return "\(home)/\(folder)"
    }

    /// For people: letters, digits, `.`, `-` and `_` of the folder's name, at most 64; what is unique is the mark.
    private static func lastName(_ root: String) -> String {
        let name = root.split(separator: "/").last ?? "root"
        let bytes = name.utf8.prefix(64).map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
