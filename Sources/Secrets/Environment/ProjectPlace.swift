public import Basics
internal import Glibc

/// Where a file that somebody named by its path belongs: a project's folder, and the path below it.
public struct ProjectPlace: Sendable, Hashable {
    public enum Failure: Error, Sendable, Hashable {
        case noName
        /// The folder that should hold the file is not there.
        case noFolder
        case outside(root: String)

        public var phrase: Phrase {
            switch self {
            case .noName: EnvMessages.noName()
            case .noFolder: EnvMessages.noFolder()
            case .outside(let root): EnvMessages.outside(["root": root])
            }
        }
    }

    /// Absolute, without links.
    public let root: String
    /// Relative to the root; the file need not be there.
    public let path: String

    /// The root is found by the names as they are typed: a link on the way, which a stranger's project may hold, leads to
    /// no other root, and whoever opens the path refuses it when it leads out.
    ///
    /// - Parameters:
    ///   - file: As typed, relative to the current folder.
    ///   - root: Nil takes the nearest folder above the file that holds `.secrets` or `.git`, else the file's own.
    public init(_ file: String, root: String? = nil) throws(Failure) {
        let last = file.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        guard !last.isEmpty, last != ".", last != "..", let here = Self.real(".") else { throw .noName }
        let parts = Self.parts(file, from: here)
        guard let name = parts.last, Self.real(Self.joined(parts.dropLast())) != nil else { throw .noFolder }
        let folder = Array(parts.dropLast())
        let top: [String]
        if let root {
            guard let real = Self.real(root) else { throw .outside(root: root) }
            let spellings = [Self.parts(root, from: here), Self.parts(real, from: here)]
            guard let spelling = spellings.first(where: { folder.starts(with: $0) }) else {
                throw .outside(root: root)
            }
            top = spelling
        } else {
            top = Self.project(above: folder) ?? folder
        }
        guard let real = Self.real(Self.joined(top)) else { throw .noFolder }
        self.root = real
        path = (folder.dropFirst(top.count) + [name]).joined(separator: "/")
    }

    private static func project(above folder: [String]) -> [String]? {
        for count in stride(from: folder.count, through: 0, by: -1) {
            let parts = Array(folder.prefix(count))
            let here = joined(parts)
            if !isLink(here), exists("\(here)/.secrets") || exists("\(here)/.git") { return parts }
        }
        return nil
    }

    /// The names from `/` on, without `.` and `..`.
    private static func parts(_ typed: String, from here: String) -> [String] {
        var parts: [String] = []
        for part in (typed.hasPrefix("/") ? typed : "\(here)/\(typed)").split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
        }
        return parts
    }

    private static func joined(_ parts: some Sequence<String>) -> String { "/" + parts.joined(separator: "/") }

    private static func isLink(_ path: String) -> Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0 && facts.isLink
    }

    private static func exists(_ path: String) -> Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0
    }

    private static func real(_ path: String) -> String? {
        guard let real = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
