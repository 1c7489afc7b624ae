public import Basics

/// A file in an account's own folder, without its bytes.
public struct UserFile: Sendable, Hashable {
    public let path: UserPath
    public let size: Int
    public let created: Timestamp
    public let modified: Timestamp

    public init(path: UserPath, size: Int, created: Timestamp, modified: Timestamp) {
        (self.path, self.size, self.created, self.modified) = (path, size, created, modified)
    }
}

/// What one account may keep of its own.
public struct UserDataLimits: Sendable, Hashable {
    /// Bytes of one file.
    public var file = 32 << 20
    /// Bytes of all files, settings among them.
    public var total = 1 << 30
    public var files = 10_000
    /// Bytes of one setting's value.
    public var setting = 1 << 20
    public var settings = 4_096
    /// Bytes of all settings as one document: each page load reads it whole.
    public var allSettings = 8 << 20

    public init() {}
}

/// Durable memory of what people keep for themselves: workflows, settings, style sheets. What returns has been synced.
///
/// A folder is there as long as a file lies in it. The settings are the file `UserPath.settings`; whichever way they are
/// changed, there is one copy.
public protocol UserDataStore: Sendable {
    var limits: UserDataLimits { get }

    // MARK: Files

    /// All files below a folder, by the bytes of their paths; nil when there is no such folder. The account's own is
    /// always there; below a path that is a file there is nothing.
    func userFiles(of account: UUID, below folder: UserPath) async throws(GateError) -> [UserFile]?
    func userFile(of account: UUID, at path: UserPath) async throws(GateError) -> (file: UserFile, bytes: [UInt8])?
    /// Keeps a file under its path.
    ///
    /// - Throws: `alreadyExists` for a path that is taken and not to be overwritten; `invalidArgument` when a folder is
    ///   in the way, or for settings that are no JSON object; `requestTooLarge` and `userDataFull` at a limit.
    func write(
        _ bytes: [UInt8], of account: UUID, to path: UserPath, overwrites: Bool, at time: Timestamp
    ) async throws(GateError) -> UserFile
    /// False when there is no such file.
    func delete(of account: UUID, at path: UserPath) async throws(GateError) -> Bool
    /// Gives a file another path; nil when there is no such file. Throws as `write` does.
    func move(
        of account: UUID, from path: UserPath, to target: UserPath, overwrites: Bool, at time: Timestamp
    ) async throws(GateError) -> UserFile?

    // MARK: Settings

    /// In the order in which they were first set.
    func settings(of account: UUID) async throws(GateError) -> UserSettings
    /// JSON text; nil when it was never set.
    func setting(_ key: String, of account: UUID) async throws(GateError) -> [UInt8]?
    /// Sets each of these and leaves the others.
    ///
    /// - Throws: `requestTooLarge` and `userDataFull` at a limit, nothing being set.
    func set(_ settings: UserSettings, of account: UUID, at time: Timestamp) async throws(GateError)
}
