internal import CLinux
internal import Glibc

/// Folders that belong to one user alone.
extension Folder {
    /// The folder with mode 0700, made together with those above it if need be.
    ///
    /// - Parameter followsLink: It may lie elsewhere; below a root that others write, it must not.
    init(makingPrivate path: String, followsLink: Bool = false) throws(FileFailure) {
        guard PathWalk.isSound(path) else { throw FileFailure("The folder", .badPath) }
        var parts = ""
        for part in path.split(separator: "/") {
            parts += parts.isEmpty && !path.hasPrefix("/") ? String(part) : "/\(part)"
            if unsafe mkdir(parts, 0o700) == 0 {
                // A power cut must not take the folder away from under what lies in it.
                let above = unsafe gate_open(parts + "/..", O_RDONLY | O_DIRECTORY, 0)
                if above >= 0 { try Descriptor(above).sync(as: parts, folder: true) }
                continue
            }
            // Some file systems are read-only or closed before they say that it is there.
            let code = gate_errno()
            var facts = stat()
            guard unsafe code == EEXIST || stat(parts, &facts) == 0 else { throw .last(parts, "make the folder", code) }
        }
        let opened = unsafe gate_open(path, O_RDONLY | O_DIRECTORY | (followsLink ? 0 : O_NOFOLLOW), 0)
        guard opened >= 0 else { throw .last(path, "open") }
        let descriptor = Descriptor(opened)
        let facts = try descriptor.facts(as: path)
        let kind = FileSystemKind(magic: gate_file_system_of(opened))
        if facts.permissions != 0o700, fchmod(opened, 0o700) != 0, kind == nil { throw .last(path, "change the mode") }
        self.init(descriptor: descriptor, path: path)
    }

    /// A folder that is there, as it is; nil when it is not.
    init?(existing path: String) throws(FileFailure) {
        guard PathWalk.isSound(path) else { throw FileFailure("The folder", .badPath) }
        let opened = unsafe gate_open(path, O_RDONLY | O_DIRECTORY, 0)
        if opened < 0, gate_errno() == ENOENT { return nil }
        guard opened >= 0 else { throw .last(path, "open") }
        self.init(descriptor: Descriptor(opened), path: path)
    }

    /// Puts a new file on the disk, whole or not at all: written beside its place, synced, renamed, the folder synced.
    ///
    /// - Throws: `EEXIST` when the name is taken.
    func add(_ name: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(FileFailure) {
        let path = display(name)
        var generator = SystemRandomNumberGenerator()
        let draft = TemporaryName.new(generator.next(), 0)
        let file = try create(draft, for: path)
        do throws(FileFailure) {
            try file.write(bytes, as: path)
            if mode != 0o600, fchmod(file.number, mode) != 0 { throw FileFailure.last(path, "change the mode") }
            try file.sync(as: path)
            try place(draft, name, as: path)
        } catch {
            try? remove(draft, as: path)
            throw error
        }
        try sync(as: path)
    }

    /// Renames without replacing; where the file system cannot, another's file of the same instant could be lost.
    private func place(_ draft: String, _ name: String, as path: String) throws(FileFailure) {
        do {
            try rename(draft, to: name, flags: GATE_RENAME_NOREPLACE, as: path)
        } catch  where error.isUnsupported {
            guard try entry(name, as: path) == nil else { throw FileFailure(path, .system(EEXIST, call: "rename")) }
            try rename(draft, to: name, as: path)
        }
    }
}
