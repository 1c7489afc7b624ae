public import Basics

/// What is known of one file; whoever looks at the disk makes it, the audit judges it.
public struct FileFacts: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case bytes([UInt8])
        case missing
        /// A link leads out of the project's folder.
        case outside
        /// No file, or the system refuses to read it; its own words.
        case unreadable(String)
        /// More bytes than are read.
        case tooLarge(limit: Int)

        /// Why there are no bytes although something is there; nil otherwise.
        public var obstacle: Phrase? {
            switch self {
            case .bytes, .missing: nil
            case .outside: AuditMessages.outsideReason()
            case .unreadable(let words): Phrase(verbatim: words)
            case .tooLarge(let limit): AuditMessages.tooLarge(["limit": "\(limit)"])
            }
        }
    }

    public var content: Content
    /// Permission bits; nil when the file is not there.
    public var mode: UInt16?
    /// False where the file system cannot keep them: a Windows drive in WSL, a share.
    public var keepsModes: Bool
    /// Permission bits of the folder, known of the source of truth's only.
    public var folderMode: UInt16?
    /// Git has it in its index.
    public var isTracked: Bool
    /// Device and inode: equal for two names of one file; nil when it is not there.
    public var inode: [UInt64]?
    /// The content, where somebody has parsed it already.
    var dotenv: DotenvFile?

    public init(
        _ content: Content, mode: UInt16? = nil, keepsModes: Bool = true, isTracked: Bool = false,
        inode: [UInt64]? = nil
    ) {
        (self.content, self.mode, self.keepsModes, self.isTracked) = (content, mode, keepsModes, isTracked)
        self.inode = inode
    }

    /// Somebody beside the owner can read it.
    var isExposed: Bool { keepsModes && (mode ?? 0) & 0o077 != 0 }
}

/// Where an audit gets its facts.
public protocol FactSource {
    /// The files a path of a rule means, relative to the root, sorted; a path without wildcards means itself.
    func expand(_ pattern: String) -> [String]
    func facts(of path: String) -> FileFacts
    /// The path without links; a path that leads nowhere stays as it is.
    func resolved(_ path: String) -> String
    /// Whether the hash is the token's; takes bcrypt's time, so each pair is asked for once.
    func verify(_ token: Secret, against hash: Secret) -> Bool
}

extension FactSource {
    /// For a source that has no links.
    public func resolved(_ path: String) -> String { path }
}
