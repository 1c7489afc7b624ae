/// One stored file; times in nanoseconds since 1970.
struct StoredFile {
    var bytes: [UInt8]
    var modified: UInt64
    var created: UInt64
}

/// One name in a folder.
struct FileEntry {
    let name: String
    let isDirectory: Bool
    let size: Int
    let modified: UInt64
    let created: UInt64
}

/// The worker's folders `input`, `output`, `temp` and `user`.
///
/// Paths are relative and clean: parts without `.` and `..`, joined by `/`.
protocol FileTree: AnyObject {
    func read(_ path: String) -> StoredFile?
    /// True for a file, false for a folder.
    func exists(_ path: String) -> Bool
    /// Makes the folders on the way. False when there is no room.
    func write(_ path: String, _ bytes: [UInt8], at time: UInt64) -> Bool
    func remove(_ path: String) -> Bool
    func move(_ from: String, to: String) -> Bool
    func isDirectory(_ path: String) -> Bool
    func makeDirectory(_ path: String)
    /// Sorted by name; nil when there is no such folder.
    func list(_ directory: String) -> [FileEntry]?
}

extension FileTree {
    /// Removes everything below a folder.
    func clear(_ directory: String) {
        for entry in list(directory) ?? [] {
            let path = directory + "/" + entry.name
            if entry.isDirectory { clear(path) } else { _ = remove(path) }
        }
    }

    /// Files below a folder with paths relative to it, depth first in name order.
    func files(below directory: String, recursive: Bool) -> [(path: String, entry: FileEntry)]? {
        guard let entries = list(directory) else { return nil }
        var found: [(String, FileEntry)] = []
        for entry in entries where !entry.isDirectory { found.append((entry.name, entry)) }
        for entry in entries where entry.isDirectory && recursive {
            for (path, inner) in files(below: directory + "/" + entry.name, recursive: true) ?? [] {
                found.append((entry.name + "/" + path, inner))
            }
        }
        return found
    }
}

/// Files in memory, up to a limit in bytes.
final class MemoryFileTree: FileTree {
    private var files: [String: StoredFile] = [:]
    private var directories: Set<String> = []
    private var stored = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func read(_ path: String) -> StoredFile? { files[path] }

    func exists(_ path: String) -> Bool { files[path] != nil }

    func write(_ path: String, _ bytes: [UInt8], at time: UInt64) -> Bool {
        let old = files[path]
        guard stored - (old?.bytes.count ?? 0) + bytes.count <= limit else { return false }
        stored += bytes.count - (old?.bytes.count ?? 0)
        files[path] = StoredFile(bytes: bytes, modified: time, created: old?.created ?? time)
        if let slash = path.lastIndex(of: "/") { makeDirectory(String(path[..<slash])) }
        return true
    }

    func remove(_ path: String) -> Bool {
        guard let file = files.removeValue(forKey: path) else { return false }
        stored -= file.bytes.count
        return true
    }

    func move(_ from: String, to: String) -> Bool {
        guard from != to else { return files[from] != nil }
        guard let file = files.removeValue(forKey: from) else { return false }
        if let lost = files.updateValue(file, forKey: to) { stored -= lost.bytes.count }
        if let slash = to.lastIndex(of: "/") { makeDirectory(String(to[..<slash])) }
        return true
    }

    func isDirectory(_ path: String) -> Bool { directories.contains(path) }

    func makeDirectory(_ path: String) {
        var path = path
        while directories.insert(path).inserted, let slash = path.lastIndex(of: "/") { path = String(path[..<slash]) }
    }

    func list(_ directory: String) -> [FileEntry]? {
        guard directories.contains(directory) else { return nil }
        let prefix = directory + "/"
        func name(_ path: String) -> String? {
            guard path.hasPrefix(prefix) else { return nil }
            let rest = path.dropFirst(prefix.count)
            return rest.isEmpty || rest.contains("/") ? nil : String(rest)
        }
        var entries: [FileEntry] = []
        for (path, file) in files {
            guard let name = name(path) else { continue }
            entries.append(
                FileEntry(
                    name: name, isDirectory: false, size: file.bytes.count, modified: file.modified,
                    created: file.created))
        }
        for path in directories {
            guard let name = name(path) else { continue }
            entries.append(FileEntry(name: name, isDirectory: true, size: 0, modified: 0, created: 0))
        }
        return entries.sorted { $0.name < $1.name }
    }
}

/// Files below a real folder; the system's clock stamps them.
final class DiskFileTree: FileTree {
    private let root: String
    private let limit: Int

    /// - Parameter limit: Largest file read, in bytes.
    init(root: String, limit: Int) {
        (self.root, self.limit) = (root, limit)
        DiskFiles.makeDirectories(root)
    }

    private func place(_ path: String) -> String { root + "/" + path }

    func read(_ path: String) -> StoredFile? {
        guard let info = DiskFiles.info(place(path)), let bytes = DiskFiles.read(place(path), limit: limit) else {
            return nil
        }
        return StoredFile(bytes: bytes, modified: info.modified, created: info.created)
    }

    func exists(_ path: String) -> Bool { DiskFiles.info(place(path)).map { !$0.isDirectory } ?? false }

    func write(_ path: String, _ bytes: [UInt8], at time: UInt64) -> Bool {
        if let slash = path.lastIndex(of: "/") { makeDirectory(String(path[..<slash])) }
        return DiskFiles.write(place(path), bytes)
    }

    func remove(_ path: String) -> Bool { DiskFiles.remove(place(path)) }

    func move(_ from: String, to: String) -> Bool {
        if let slash = to.lastIndex(of: "/") { makeDirectory(String(to[..<slash])) }
        return DiskFiles.move(place(from), place(to))
    }

    func isDirectory(_ path: String) -> Bool { DiskFiles.info(place(path))?.isDirectory ?? false }

    func makeDirectory(_ path: String) { DiskFiles.makeDirectories(place(path)) }

    func list(_ directory: String) -> [FileEntry]? {
        DiskFiles.list(place(directory))?.compactMap { name in
            DiskFiles.info(place(directory + "/" + name)).map {
                FileEntry(
                    name: name, isDirectory: $0.isDirectory, size: $0.size, modified: $0.modified,
                    created: $0.created)
            }
        }
    }
}
