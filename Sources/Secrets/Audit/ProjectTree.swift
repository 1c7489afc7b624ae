public import Basics
internal import CLinux
internal import Glibc

/// A project's folder on disk, as an audit looks at it: nothing outside it is read, and nothing is changed.
public final class ProjectTree: FactSource {
    /// Bytes of a file that holds a credential.
    static let fileLimit = 1 << 20
    /// Entries that the wildcards of one path may look at.
    static let entryLimit = 100_000

    let root: String
    private var walk: PathWalk
    /// What a search has read, so that nobody reads it again; by paths without links.
    private var known: [String: FileFacts] = [:]
    /// Paths below the root that Git has in its index.
    public var tracked: Set<String>

    /// - Parameters:
    ///   - root: The project's folder.
    ///   - tracked: Paths below it that Git has in its index.
    /// - Throws: `location_…`, naming the folder, when it cannot be opened.
    public init(root: String, tracked: Set<String> = []) throws(GateError) {
        do {
            walk = try PathWalk(root: root)
        } catch {
            throw error.error(FileMessages.unread)
        }
        (self.root, self.tracked) = (root, tracked)
    }

    /// What a search has read of files is not read again.
    ///
    /// - Parameter files: By paths without links.
    func learn(_ files: [String: FileFacts]) { known = files }

    // MARK: - Facts

    public func facts(of path: String) -> FileFacts {
        // The folder's mode is known of the source of truth alone.
        if path != CredentialFile.path, var facts = known[path] {
            facts.isTracked = tracked.contains(path)
            return facts
        }
        do {
            let place = try walk.find(path)
            guard let entry = try place.folder.entry(place.name) else { return FileFacts(.missing) }
            let keepsModes = FileSystemKind(magic: gate_file_system_of(place.folder.descriptor.number)) == nil
            let content: FileFacts.Content
            do {
                let bytes = try place.folder.read(place.name, limit: Self.fileLimit)
                content = bytes.map { .bytes($0) } ?? .missing
            } catch {
                content = Self.content(error)
            }
            var facts = FileFacts(
                content, mode: UInt16(entry.permissions & 0o777), keepsModes: keepsModes,
                isTracked: tracked.contains(path) || tracked.contains(place.path),
                inode: [UInt64(entry.st_dev), UInt64(entry.st_ino)])
            if path == CredentialFile.path {
                facts.folderMode = UInt16(try place.folder.descriptor.facts(as: path).permissions & 0o777)
            }
            return facts
        } catch {
            return FileFacts(Self.content(error))
        }
    }

    private static func content(_ failure: FileFailure) -> FileFacts.Content {
        switch failure.cause {
        case .outsideRoot: .outside
        case .tooLarge(let limit): .tooLarge(limit: limit)
        case .system(ENOENT, _), .system(ENOTDIR, _): .missing
        default: .unreadable(failure.error(nil).message)
        }
    }

    /// A file's bytes; nil where there is none that can be read.
    public func bytes(of path: String) -> [UInt8]? {
        if case .bytes(let bytes) = facts(of: path).content { bytes } else { nil }
    }

    public func resolved(_ path: String) -> String {
        // No link was followed on the way.
        known[path] != nil ? path : (try? walk.find(path))?.path ?? path
    }

    /// Whether a folder is there, reached without leaving the root.
    public func isFolder(_ path: String) -> Bool { (try? walk.folder(at: path)) != nil }

    public func verify(_ token: Secret, against hash: Secret) -> Bool { SharedHash.verify(token, against: hash) }

    // MARK: - Wildcards

    /// `*` and `?` stand for characters of one name, `**` for any number of folders. As in a shell a wildcard does not
    /// stand for the dot in front of a hidden name, and `**` follows no links.
    public func expand(_ pattern: String) -> [String] {
        guard NamePattern.isOne(pattern) else { return [pattern] }
        let parts = pattern.split(separator: "/").map(String.init)
        var found: Set<String> = []
        var left = Self.entryLimit
        expand(parts[...], below: "", &left, &found)
        return found.sorted()
    }

    private func expand(_ parts: ArraySlice<String>, below path: String, _ left: inout Int, _ found: inout Set<String>)
    {
        guard let part = parts.first else { return }
        let rest = parts.dropFirst()
        func joined(_ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }
        guard NamePattern.isOne(part) else {
            let here = joined(part)
            if rest.isEmpty {
                if exists(here) { found.insert(here) }
            } else {
                expand(rest, below: here, &left, &found)
            }
            return
        }
        if part == "**", !rest.isEmpty { expand(rest, below: path, &left, &found) }
        for (name, isFolder, isLink) in entries(path, &left) {
            guard part == "**" ? !name.hasPrefix(".") : NamePattern(part).matches(name) else { continue }
            let here = joined(name)
            if part == "**" {
                if isFolder, !isLink { expand(parts, below: here, &left, &found) }
                if rest.isEmpty, !isFolder { found.insert(here) }
            } else if rest.isEmpty {
                if !isFolder { found.insert(here) }
            } else if isFolder || isLink {
                expand(rest, below: here, &left, &found)
            }
        }
    }

    /// A link that leads out is there: whoever asks for its facts learns of it.
    private func exists(_ path: String) -> Bool {
        do {
            let place = try walk.find(path)
            return try place.folder.entry(place.name) != nil
        } catch {
            return Self.content(error) != .missing
        }
    }

    private func entries(_ path: String, _ left: inout Int) -> [(name: String, isFolder: Bool, isLink: Bool)] {
        guard left > 0, let folder = try? walk.folder(at: path), let names = try? folder.names() else { return [] }
        var entries: [(String, Bool, Bool)] = []
        for name in names.sorted() {
            guard left > 0 else { break }
            left -= 1
            guard let entry = try? folder.entry(name) else { continue }
            entries.append((name, entry.isFolder, entry.isLink))
        }
        return entries
    }
}

/// One name with wildcards.
struct NamePattern {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    static func isOne(_ text: String) -> Bool { text.utf8.contains { $0 == 0x2A || $0 == 0x3F } }

    /// - Complexity: O(pattern × name), without recursion: a pattern of many stars costs no more.
    func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        if name.first == 0x2E, bytes.first != 0x2E { return false }
        var (at, place) = (0, 0)
        // Where to go on when the last star takes one byte more.
        var (star, starPlace): (Int?, Int) = (nil, 0)
        while place < name.count {
            if at < bytes.count, bytes[at] == 0x2A {
                (star, starPlace) = (at, place)
                at += 1
            } else if at < bytes.count, bytes[at] == 0x3F || bytes[at] == name[place] {
                at += 1
                place += 1
            } else if let last = star {
                starPlace += 1
                (at, place) = (last + 1, starPlace)
            } else {
                return false
            }
        }
        return bytes[at...].allSatisfy { $0 == 0x2A }
    }
}
