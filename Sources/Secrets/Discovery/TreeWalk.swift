internal import CLinux
internal import Glibc

/// A file of the project's folder that could hold a secret.
public struct WalkedFile {
    /// Relative to the root.
    public let path: String
    public let name: String
    public let kind: FileClass
    public let bytes: [UInt8]
    let mode: UInt16
    /// False where the file system cannot keep modes.
    let keepsModes: Bool
    /// Device and inode.
    let inode: [UInt64]
}

/// Goes through a project's folder and opens what could hold a secret by its name.
///
/// Folders and files are told apart by what the list of a folder says, so that nothing else is asked of the system; links
/// are not followed, for what they lead to inside the folder is met there.
struct TreeWalk {
    let limits: Discovery.Limits
    private var entriesLeft: Int
    private var keepsModes: [UInt64: Bool] = [:]
    /// What was not read; of a tree in which nothing can be read, the first ones.
    private(set) var leftOut: [LeftOut] = []
    private static let mostLeftOut = 100

    init(_ limits: Discovery.Limits) {
        self.limits = limits
        entriesLeft = limits.entries
    }

    /// - Throws: When the root itself cannot be read.
    mutating func run(root: Folder, _ visit: (WalkedFile) -> Void) throws(FileFailure) {
        try visitFolder(root, depth: 0, isInSecrets: false, visit)
    }

    private mutating func visitFolder(
        _ folder: Folder, depth: Int, isInSecrets: Bool, _ visit: (WalkedFile) -> Void
    ) throws(FileFailure) {
        var entries = try folder.entries(limit: entriesLeft)
        if entries.count >= entriesLeft { leave(folder.path, .tooMany) }
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
                    leave(folder.display(entry.name), depth < limits.depth ? .tooMany : .tooDeep)
                    continue
                }
                do throws(FileFailure) {
                    let opened = try folder.open(entry.name, O_RDONLY | O_DIRECTORY)
                    let inner = Folder(descriptor: opened, path: folder.display(entry.name))
                    try visitFolder(
                        inner, depth: depth + 1, isInSecrets: isInSecrets || entry.name == ".secrets", visit)
                } catch {
                    leave(folder.display(entry.name), .unreadable)
                }
            case .file:
                guard let kind = FileClass(of: entry.name, isInSecrets: isInSecrets) else { continue }
                if let walked = read(entry.name, kind, in: folder) { visit(walked) }
            case .other: continue
            }
        }
    }

    private mutating func read(_ name: String, _ kind: FileClass, in folder: Folder) -> WalkedFile? {
        let path = folder.display(name)
        do throws(FileFailure) {
            // Whatever has taken the file's place is not waited for.
            let opened = try folder.open(name, O_RDONLY | O_NONBLOCK)
            let facts = try opened.facts(as: path)
            guard facts.isPlainFile, facts.st_size > 0 else { return nil }
            // Larger ones hold data, and no reader of credentials takes them.
            guard facts.st_size <= limits.fileBytes else {
                if kind == .dotenv { leave(path, .tooLarge) }
                return nil
            }
            let bytes = try opened.read(limit: limits.fileBytes, as: path, facts)
            let device = UInt64(facts.st_dev)
            let keeps = keepsModes[device] ?? (FileSystemKind(magic: gate_file_system_of(opened.number)) == nil)
            keepsModes[device] = keeps
            return WalkedFile(
                path: path, name: name, kind: kind, bytes: bytes, mode: UInt16(facts.permissions & 0o777),
                keepsModes: keeps, inode: [UInt64(facts.st_dev), UInt64(facts.st_ino)])
        } catch {
            leave(path, .unreadable)
            return nil
        }
    }

    private mutating func leave(_ path: String, _ reason: LeftOut.Reason) {
        if leftOut.count < Self.mostLeftOut { leftOut.append(LeftOut(path: path, reason: reason)) }
    }
}

/// A file or folder that a search did not read.
public struct LeftOut: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case unreadable
        /// A dotenv file of more bytes than any has.
        case tooLarge
        case tooDeep
        /// The tree has more entries than are looked at.
        case tooMany
    }
    public let path: String
    public let reason: Reason

    public init(path: String, reason: Reason) { (self.path, self.reason) = (path, reason) }
}

extension Folder {
    enum EntryKind { case folder, file, other }

    /// The names in it with what they name, links as `other`; in no order.
    ///
    /// - Parameter limit: No more than so many.
    func entries(limit: Int) throws(FileFailure) -> [(name: String, kind: EntryKind)] {
        // The position belongs to the descriptor.
        lseek(descriptor.number, 0, SEEK_SET)
        var entries: [(String, EntryKind)] = []
        // Of one call; most folders need no second one but for its end.
        let room = 16_384
        try unsafe withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { (buffer) throws(FileFailure) in
            while entries.count < limit {
                let count = unsafe gate_list(descriptor.number, buffer.baseAddress, room)
                guard count >= 0 else { throw .last(path, "list") }
                if count == 0 { return }
                try unsafe read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), limit, into: &entries)
            }
        }
        return entries
    }

    /// - Parameter list: As getdents64(2) fills it: 16 bytes, the length of the entry, its type, its name with a NUL.
    private func read(
        _ list: UnsafeRawBufferPointer, _ limit: Int, into entries: inout [(String, EntryKind)]
    ) throws(FileFailure) {
        var start = 0
        while start < list.count, entries.count < limit {
            let end = unsafe start + Int(list.loadUnaligned(fromByteOffset: start + 16, as: UInt16.self))
            let (type, letters) = unsafe (list[start + 18], list[(start + 19)..<end])
            start = end
            let name = unsafe String(decoding: letters.prefix { $0 != 0 }, as: UTF8.self)
            if name == "." || name == ".." { continue }
            let kind: EntryKind =
                switch type {
                case 4: .folder
                case 8: .file
                case 0: try unknown(name)
                default: .other
                }
            entries.append((name, kind))
        }
    }

    /// Some file systems tell no types (readdir(3)).
    private func unknown(_ name: String) throws(FileFailure) -> EntryKind {
        guard let facts = try entry(name) else { return .other }
        return facts.isFolder ? .folder : facts.isPlainFile ? .file : .other
    }
}
