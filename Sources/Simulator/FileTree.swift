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
    /// The highest `00012` of the names `stem_00012_…` in a folder; 0 when there is none.
    func highestNumber(in directory: String, after stem: String) -> Int
}

extension FileTree {
    func highestNumber(in directory: String, after stem: String) -> Int {
        scanHighestNumber(in: directory, after: stem)
    }

    func scanHighestNumber(in directory: String, after stem: String) -> Int {
        (list(directory) ?? []).compactMap { OutputNaming.number(in: $0.name, after: stem) }.max() ?? 0
    }

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
    /// The names in each folder; true for folders.
    private var folders: [String: [String: Bool]] = [:]
    /// Numbers found so far, by folder and stem; a folder's are forgotten when a file leaves it.
    private var highest: [String: [String: Int]] = [:]
    private var stored = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func read(_ path: String) -> StoredFile? { files[path] }

    func exists(_ path: String) -> Bool { files[path] != nil }

    func write(_ path: String, _ bytes: [UInt8], at time: UInt64) -> Bool {
        let old = files[path]
        guard stored - (old?.bytes.count ?? 0) + bytes.count <= limit else { return false }
        stored += bytes.count - (old?.bytes.count ?? 0)
        insert(path, StoredFile(bytes: bytes, modified: time, created: old?.created ?? time))
        return true
    }

    private func insert(_ path: String, _ file: StoredFile) {
        files[path] = file
        let (folder, name) = Self.split(path)
        makeDirectory(folder)
        folders[folder]?[name] = false
        for (stem, number) in highest[folder] ?? [:] {
            guard let found = OutputNaming.number(in: name, after: stem), found > number else { continue }
            highest[folder]?[stem] = found
        }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    private func take(_ path: String) -> StoredFile? {
        guard let file = files.removeValue(forKey: path) else { return nil }
        let (folder, name) = Self.split(path)
        folders[folder]?[name] = nil
        highest[folder] = nil
        return file
    }

    func remove(_ path: String) -> Bool {
        guard let file = take(path) else { return false }
        stored -= file.bytes.count
        return true
    }

    func move(_ from: String, to: String) -> Bool {
        guard from != to else { return files[from] != nil }
        guard let file = take(from) else { return false }
        if let lost = files[to] { stored -= lost.bytes.count }
        insert(to, file)
        return true
    }

    func isDirectory(_ path: String) -> Bool { folders[path] != nil }

    func makeDirectory(_ path: String) {
        guard folders[path] == nil else { return }
        folders[path] = [:]
        guard !path.isEmpty else { return }
        let (folder, name) = Self.split(path)
        makeDirectory(folder)
        folders[folder]?[name] = true
    }

    func list(_ directory: String) -> [FileEntry]? {
        folders[directory]?.map { name, isDirectory in
            let file = files[FilePath.join(directory, name)]
            return FileEntry(
                name: name, isDirectory: isDirectory, size: file?.bytes.count ?? 0, modified: file?.modified ?? 0,
                created: file?.created ?? 0)
        }.sorted { $0.name < $1.name }
    }

    func highestNumber(in directory: String, after stem: String) -> Int {
        if let known = highest[directory]?[stem] { return known }
        let found = scanHighestNumber(in: directory, after: stem)
        if highest[directory, default: [:]].count > 1_000 { highest[directory] = nil }
        highest[directory, default: [:]][stem] = found
        return found
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
