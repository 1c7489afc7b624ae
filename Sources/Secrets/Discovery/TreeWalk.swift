internal import CLinux
internal import Glibc

/// A file of the project's folder that could hold a secret.
struct WalkedFile {
    /// Relative to the root.
    let path: String
    let name: String
    let file: FileClass
    let bytes: [UInt8]
    let mode: UInt16
    /// False where the file system cannot keep modes.
    let keepsModes: Bool
}

/// Goes through a project's folder and opens what could hold a secret by its name.
///
/// Folders and files are told apart by what the list of a folder says, so that nothing else is asked of the system; links
/// are not followed, for what they lead to inside the folder is met there.
struct TreeWalk {
    let limits: Discovery.Limits
    private var entriesLeft: Int
    private var keepsModes: [UInt64: Bool] = [:]
    /// Something was left out for a limit, or could not be read.
    private(set) var isCut = false

    init(_ limits: Discovery.Limits) {
        self.limits = limits
        entriesLeft = limits.entries
    }

    /// - Throws: When the root itself cannot be read.
    mutating func run(root: String, _ visit: (WalkedFile) -> Void) throws(FileFailure) {
        let walk = try PathWalk(root: root)
        try visitFolder(walk.root, depth: 0, isInSecrets: false, visit)
    }

    private mutating func visitFolder(
        _ folder: Folder, depth: Int, isInSecrets: Bool, _ visit: (WalkedFile) -> Void
    ) throws(FileFailure) {
        var entries = try folder.entries(limit: entriesLeft)
        if entries.count >= entriesLeft { isCut = true }
        entriesLeft -= entries.count
        if depth > 0, entries.contains(where: { $0.name == FileClass.environmentMark }) { return }
        entries.sort { $0.name < $1.name }
        for entry in entries {
            // A name that no location could say, or no terminal show.
            guard PathWalk.isSound(entry.name) else { continue }
            switch entry.kind {
            case .folder:
                guard !FileClass.isPassedOver(folder: entry.name) else { continue }
                guard depth < limits.depth, entriesLeft > 0 else {
                    isCut = true
                    continue
                }
                do throws(FileFailure) {
                    let opened = try folder.open(entry.name, O_RDONLY | O_DIRECTORY)
                    let inner = Folder(descriptor: opened, path: folder.display(entry.name))
                    try visitFolder(
                        inner, depth: depth + 1, isInSecrets: isInSecrets || entry.name == ".secrets", visit)
                } catch {
                    isCut = true
                }
            case .file:
                guard let file = FileClass(of: entry.name, isInSecrets: isInSecrets) else { continue }
                if let walked = read(entry.name, file, in: folder) { visit(walked) }
            case .other: continue
            }
        }
    }

    private mutating func read(_ name: String, _ file: FileClass, in folder: Folder) -> WalkedFile? {
        let path = folder.display(name)
        do throws(FileFailure) {
            // Whatever has taken the file's place is not waited for.
            let opened = try folder.open(name, O_RDONLY | O_NONBLOCK)
            let facts = try opened.facts(as: path)
            guard facts.isPlainFile, facts.st_size > 0 else { return nil }
            // Larger ones hold data, and no reader of credentials takes them.
            guard facts.st_size <= limits.fileBytes else { return nil }
            let bytes = try opened.read(limit: limits.fileBytes, as: path)
            let device = UInt64(facts.st_dev)
            let keeps = keepsModes[device] ?? (FileSystemKind(magic: gate_file_system_of(opened.number)) == nil)
            keepsModes[device] = keeps
            return WalkedFile(
                path: path, name: name, file: file, bytes: bytes, mode: UInt16(facts.permissions & 0o777),
                keepsModes: keeps)
        } catch {
            isCut = true
            return nil
        }
    }
}

extension Folder {
    enum EntryKind { case folder, file, other }

    /// The names in it with what they name, links as `other`; in no order.
    ///
    /// - Parameter limit: No more than so many.
    func entries(limit: Int) throws(FileFailure) -> [(name: String, kind: EntryKind)] {
        let copy = gate_duplicate(descriptor.number, 0)
        guard let list = unsafe fdopendir(copy) else {
            close(copy)
            throw .last(path, "list")
        }
        defer { unsafe closedir(list) }
        // The position belongs to all copies of the descriptor.
        unsafe rewinddir(list)
        var entries: [(String, EntryKind)] = []
        while entries.count < limit, let entry = unsafe readdir(list) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let kind: EntryKind =
                switch unsafe entry.pointee.d_type {
                case 4: .folder
                case 8: .file
                case 0: try unknown(name)
                default: .other
                }
            entries.append((name, kind))
        }
        return entries
    }

    /// Some file systems tell no types (readdir(3)).
    private func unknown(_ name: String) throws(FileFailure) -> EntryKind {
        guard let facts = try entry(name) else { return .other }
        return facts.isFolder ? .folder : facts.isPlainFile ? .file : .other
    }
}
