public import Basics
internal import Glibc

/// Where sealed backups lie: a folder with mode 0700, made when the first one is written, its files with mode 0600.
public struct BackupFolder: Sendable, Hashable {
    /// Milliseconds that a backup's time is moved at most, to give each its own name.
    private static let collisionLimit = 1_000

    public let path: String

    /// - Parameter path: Absolute, or relative to the current folder; looked at only when it is used.
    public init(path: String) { self.path = path }

    /// Seals files and puts them on the disk, whole or not at all. Blocks.
    ///
    /// - Parameters:
    ///   - files: Paths relative to the root.
    ///   - root: The project's folder, for people.
    ///   - time: Of the backup; a millisecond or more later when the name is taken.
    /// - Throws: `seal`, `archive`, `file`, `tooManyAtOnce`; then there is no new backup.
    @discardableResult
    public func write(
        _ files: [TarArchive.Member], root: String, reason: BackupReason, at time: Timestamp,
        recipients: [AgeRecipient]
    ) throws(BackupError) -> BackupName {
        let folder: Folder
        do throws(FileFailure) {
            folder = try Folder(makingPrivate: path, followsLink: true)
        } catch {
            throw .file(error.error(FileMessages.noBackup))
        }
        for delay in 0..<Self.collisionLimit {
            let name = BackupName(time: time.advanced(byMilliseconds: Int64(delay)), reason: reason)
            // Sealing costs more than a look.
            if let entry = try? folder.entry(name.text), entry.isPlainFile { continue }
            let backup = Backup(root: root, reason: reason, time: name.time, files: files)
            let bytes = try Self.sealed(backup, recipients)
            do throws(FileFailure) {
                try folder.add(name.text, bytes)
                return name
            } catch {
                if error.code == EEXIST { continue }
                throw .file(error.error(FileMessages.noBackup))
            }
        }
        throw .tooManyAtOnce
    }

    private static func sealed(_ backup: Backup, _ recipients: [AgeRecipient]) throws(BackupError) -> [UInt8] {
        var archive = try backup.archived()
        defer { Sodium.wipe(&archive) }
        do throws(AgeError) {
            return try AgeFile.seal(archive, to: recipients)
        } catch {
            throw .seal(error)
        }
    }

    /// The backups by their names, the newest first; none where there is no folder. Other files are passed over.
    public func list() throws(BackupError) -> [BackupName] { try list(orElse: Self.unread) }

    private static let unread = FileMessages.unread

    /// - Parameter ending: What the failure means for whoever asks.
    func list(orElse ending: Message) throws(BackupError) -> [BackupName] {
        do throws(FileFailure) {
            guard let folder = try Folder(existing: path) else { return [] }
            return try folder.names().compactMap { BackupName(parsing: $0) }.sorted(by: >)
        } catch {
            throw .file(error.error(ending))
        }
    }

    /// Opens a backup with the first identity that fits.
    ///
    /// - Throws: `notFound`, `file`, `seal`, `archive`, `manifest`, `unknownVersion`.
    public func read(_ name: BackupName, identities: [AgeIdentity]) throws(BackupError) -> Backup {
        let bytes = try sealed(name, orElse: Self.unread)
        var archive: [UInt8]
        do throws(AgeError) {
            archive = try AgeFile.open(bytes, identities: identities)
        } catch {
            throw .seal(error)
        }
        defer { Sodium.wipe(&archive) }
        return try Backup(reading: archive, name: name)
    }

    /// Whether one of the identities is among those that a backup was made for.
    ///
    /// - Throws: `notFound`, `file`, `seal`.
    func fits(
        _ name: BackupName, identities: [AgeIdentity], orElse ending: Message
    ) throws(BackupError) -> Bool {
        let bytes = try sealed(name, orElse: ending)
        do throws(AgeError) {
            return try AgeFile.fits(bytes, identities: identities)
        } catch {
            throw .seal(error)
        }
    }

    private func sealed(_ name: BackupName, orElse ending: Message) throws(BackupError) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(FileFailure) {
            // Somewhat more than the content: header and tags.
            bytes = try Folder(existing: path)?.read(name.text, limit: AgeFile.limit + 1 << 20)
        } catch {
            throw .file(error.error(ending))
        }
        guard let bytes else { throw .notFound(name.text) }
        return bytes
    }

    /// Removes backups, as `BackupRetention` says; one that is gone is no error.
    public func remove(_ names: [BackupName]) throws(BackupError) {
        do throws(FileFailure) {
            guard !names.isEmpty, let folder = try Folder(existing: path) else { return }
            for name in names { try folder.remove(name.text) }
            try folder.sync(as: path)
        } catch {
            throw .file(error.error(FileMessages.otherBackups))
        }
    }
}
