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

    /// The state folder of transactions below the root.
    public var journal: String { root == "/" ? "/.secrets/.journal" : "\(root)/.secrets/.journal" }

    /// - Parameters:
    ///   - file: As typed, relative to the current folder.
    ///   - root: Nil takes the nearest folder above the file that holds `.secrets` or `.git`, else the file's own.
    public init(_ file: String, root: String? = nil) throws(Failure) {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, !name.isEmpty, name != ".", name != ".." else { throw .noName }
        let typed = file.dropLast(name.utf8.count)
        guard let folder = Self.real(typed.isEmpty ? "." : String(typed)) else { throw .noFolder }
        if let root {
            guard let real = Self.real(root) else { throw .outside(root: root) }
            self.root = real
        } else {
            self.root = Self.project(above: folder) ?? folder
        }
        guard let below = Self.path(of: folder, below: self.root) else { throw .outside(root: self.root) }
        path = below.isEmpty ? String(name) : "\(below)/\(name)"
    }

    private static func project(above folder: String) -> String? {
        var folder = folder[...]
        while true {
            let here = folder.isEmpty ? "/" : String(folder)
            if exists("\(folder)/.secrets") || exists("\(folder)/.git") { return here }
            guard let slash = folder.lastIndex(of: "/") else { return nil }
            folder = folder[..<slash]
        }
    }

    private static func path(of folder: String, below root: String) -> String? {
        if folder == root { return "" }
        let start = root == "/" ? root : root + "/"
        return folder.hasPrefix(start) ? String(folder.dropFirst(start.count)) : nil
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
