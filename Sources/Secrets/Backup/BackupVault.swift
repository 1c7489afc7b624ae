public import Basics
internal import Glibc

/// The backups of one project: where they lie, who can open them, how long they stay.
public struct BackupVault: Sendable {
    public let folder: BackupFolder
    /// Opens the backups; made with the first one.
    public let identity: String
    /// `age1…` lines of further people or machines that can open them; need not be there.
    public let recipients: String
    public var retention = BackupRetention()
    /// Makes an identity, or goes on with one, that does not open the older backups.
    public var beginsAnew = false
    /// The project's folder without links.
    public let root: String

    /// - Parameters:
    ///   - root: The project's folder.
    ///   - folder: Instead of the place that `BackupPlaces` names.
    ///   - identity: Instead of the file that `BackupPlaces` names.
    /// - Throws: `noHome`, `file`.
    public init(
        root: String, environment: [String: String], folder: String? = nil, identity: String? = nil
    ) throws(BackupError) {
        guard let real = unsafe realpath(root, nil) else { throw .file(FileFailure.last(root, "resolve").error()) }
        defer { unsafe free(real) }
        self.root = unsafe String(cString: real)
        let places = try BackupPlaces(environment: environment, root: self.root)
        self.folder = BackupFolder(path: folder ?? places.folder)
        self.identity = identity ?? places.identity
        recipients = places.identity.replacing(".identity", with: ".recipients")
    }

    public struct Kept: Sendable {
        public let name: BackupName
        /// An identity was made: without a copy of it elsewhere no backup outlives this disk.
        public let madeIdentity: Bool
    }

    /// Seals files of the project as they are now; those that are not there are passed over. Backups that are too old go.
    ///
    /// - Parameter paths: Relative to the root.
    /// - Returns: Nil when there is nothing to keep.
    /// - Throws: Before anything is changed; then there is no new backup. `identityLost`, `identityForeign` unless
    ///   `beginsAnew`, also when there is nothing to keep.
    public func keep(
        _ paths: [String], of source: any FactSource, reason: BackupReason, now: Timestamp
    ) throws(BackupError) -> Kept? {
        let keys = try keys()
        if !beginsAnew { try judge(keys) }
        let members = Self.members(paths, source, now)
        guard !members.isEmpty else { return nil }
        let (recipients, isNew) = try sealers(keys, now)
        let name = try folder.write(members, root: root, reason: reason, at: now, recipients: recipients)
        try folder.remove(retention.expired(backups(), at: now))
        return Kept(name: name, madeIdentity: isNew)
    }

    /// Seals what a change has left, in the place of what the one before it had left.
    ///
    /// - Parameter hadSource: Whether the change found a sound source of truth. Otherwise a lost one may lie in the older
    ///   state alone, which then stays as a backup like others.
    /// - Returns: Nil when there is nothing to keep.
    public func keepLatest(
        _ paths: [String], of source: any FactSource, hadSource: Bool, now: Timestamp
    ) throws(BackupError) -> Kept? {
        let members = Self.members(paths, source, now)
        guard !members.isEmpty else { return nil }
        let (recipients, isNew) = try sealers(keys(), now)
        let older = try latest()
        let time = older.map { max(now, $0.time.advanced(byMilliseconds: 1)) } ?? now
        let name = try folder.write(members, root: root, reason: .latest, at: time, recipients: recipients)
        if let older, hadSource || !mayHold(CredentialFile.path, older) { try folder.remove([older]) }
        return Kept(name: name, madeIdentity: isNew)
    }

    private static func members(
        _ paths: [String], _ source: any FactSource, _ now: Timestamp
    ) -> [TarArchive.Member] {
        Set(paths).sorted().compactMap { path in
            let facts = source.facts(of: path)
            guard case .bytes(let bytes) = facts.content else { return nil }
            return TarArchive.Member(
                path: path, mode: UInt32(facts.mode ?? 0o600), modified: now.seconds, bytes: bytes)
        }
    }

    private func mayHold(_ path: String, _ name: BackupName) -> Bool {
        guard let backup = try? read(name) else { return true }
        return backup.files.contains { $0.path == path }
    }

    // MARK: Finding

    /// What was there before each change, and what somebody kept, the newest first.
    public func backups() throws(BackupError) -> [BackupName] {
        let names = try folder.list()
        let latest = names.first { $0.reason == .latest }
        return names.filter { $0 != latest }
    }

    /// What the last change left.
    public func latest() throws(BackupError) -> BackupName? { try folder.list().first { $0.reason == .latest } }

    /// The newest that holds these files as a change or a person left them: from it lost ones come back.
    public func newest(holding paths: [String]) throws(BackupError) -> BackupName? {
        let reasons = ["latest", "backup", "env-backup"]
        for name in try folder.list() where reasons.contains(name.reason.text) {
            let held = Set(try read(name).files.map(\.path))
            if held.isSuperset(of: paths) { return name }
        }
        return nil
    }

    public func read(_ name: BackupName) throws(BackupError) -> Backup {
        guard let bytes = try content(identity) else { throw .noIdentity(identity) }
        let identities: [AgeIdentity]
        do throws(AgeError) {
            identities = try AgeIdentity.parse(bytes)
        } catch {
            throw .seal(error)
        }
        return try folder.read(name, identities: identities)
    }

    private static let notMade = FileMessages.noBackup

    /// Whoever backups are sealed for.
    private struct Keys {
        var others: [AgeRecipient] = []
        /// None where the file is not there.
        var own: [AgeIdentity] = []
    }

    private func keys() throws(BackupError) -> Keys {
        var keys = Keys()
        let identity = try content(identity)
        do throws(AgeError) {
            if let bytes = try? content(recipients) {
                for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
                where !line.hasPrefix("#") && !line.allSatisfy(\.isWhitespace) {
                    keys.others.append(try AgeRecipient(parsing: line))
                }
            }
            if let identity { keys.own = try AgeIdentity.parse(identity) }
        } catch {
            throw .seal(error)
        }
        return keys
    }

    /// An identity that was lost, or replaced, is noticed while it can still be brought back. With further recipients it
    /// need not lie on this machine.
    private func judge(_ keys: Keys) throws(BackupError) {
        guard keys.others.isEmpty, let newest = try folder.list(orElse: Self.notMade).first else { return }
        guard !keys.own.isEmpty else { throw .identityLost(identity, folder: folder.path) }
        do throws(BackupError) {
            guard try !folder.fits(newest, identities: keys.own, orElse: Self.notMade) else { return }
        } catch .seal {
            // One that is damaged says nothing of the identity.
            return
        }
        throw .identityForeign(identity, folder: folder.path)
    }

    private func sealers(_ keys: Keys, _ now: Timestamp) throws(BackupError) -> ([AgeRecipient], isNew: Bool) {
        let found = keys.others + keys.own.map(\.recipient)
        guard found.isEmpty else { return (found, false) }
        let made = AgeIdentity.make()
        do throws(GateError) {
            try PrivateFile.create(identity, made.fileText(created: now), mode: 0o600, makesFolder: true)
        } catch {
            throw .file(error)
        }
        return ([made.recipient], true)
    }

    /// Nil when there is no such file.
    private func content(_ path: String) throws(BackupError) -> [UInt8]? {
        do throws(GateError) {
            return try PrivateFile.read(path, limit: AgeIdentity.fileLimit)?.bytes
        } catch {
            throw .file(error)
        }
    }
}
