internal import Glibc

/// Finds files below a root folder, one part of the path at a time and each by the descriptor of the folder before it.
///
/// Links are read, not followed by the kernel: none can lead out of the root, whoever exchanges folders meanwhile. As
/// `RESOLVE_BENEATH` of openat2(2), which older containers forbid; but an absolute link that stays below the root is taken.
struct PathWalk {
    /// As the kernel resolves links (path_resolution(7)).
    static let linkLimit = 40
    /// Bytes of a path (PATH_MAX).
    static let pathLimit = 4_096

    struct Place {
        let folder: Folder
        let name: String
        /// Relative to the root, without links.
        var path: String { folder.display(name) }
    }

    let root: Folder
    /// Without links and without a slash at its end, "" for `/`.
    private let rootPath: String
    /// One descriptor for each folder, by its path without links.
    private var folders: [String: Folder] = [:]

    /// - Parameter path: Any path of a folder.
    init(root path: String) throws(FileFailure) {
        guard let real = unsafe realpath(path, nil) else { throw .last(path, "resolve") }
        defer { unsafe free(real) }
        let resolved = unsafe String(cString: real)
        rootPath = resolved == "/" ? "" : resolved
        let opened = unsafe open(resolved, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw .last(path, "open") }
        root = Folder(descriptor: Descriptor(opened), path: "")
    }

    /// The folder that holds the file at the end of the path, which need not be there itself.
    ///
    /// - Parameter judgesFile: False takes whatever is at the end for the file itself, be it a link or a folder.
    mutating func find(_ path: String, judgesFile: Bool = true) throws(FileFailure) -> Place {
        guard Self.isSound(path) else { throw FileFailure(Self.printable(path), .badPath) }
        var rest = try parts(path, of: path)
        var way: [Folder] = []
        var links = 0
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                guard way.popLast() != nil else { throw FileFailure(path, .outsideRoot) }
                continue
            }
            let here = way.last ?? root
            if rest.isEmpty, !judgesFile { return Place(folder: here, name: part) }
            let facts: stat?
            do { facts = try here.entry(part) } catch { throw FileFailure(path, error.cause) }
            if let facts, facts.isLink {
                links += 1
                guard links <= Self.linkLimit else { throw FileFailure(path, .linkLoop) }
                let target = try read(link: part, in: here, of: path)
                if target.hasPrefix("/") { way = [] }
                rest += try parts(target, of: path)
                continue
            }
            if rest.isEmpty {
                guard facts?.isPlainFile ?? true else { throw FileFailure(path, .notAFile) }
                return Place(folder: here, name: part)
            }
            way.append(try folder(part, in: here, of: path))
        }
        throw FileFailure(path, .notAFile)
    }

    /// A folder by its path, "" for the root itself.
    mutating func folder(at path: String) throws(FileFailure) -> Folder {
        guard !path.isEmpty else { return root }
        // The folder of a name that need not be there.
        return try find(path + "/-", judgesFile: false).folder
    }

    private mutating func folder(_ name: String, in here: Folder, of path: String) throws(FileFailure) -> Folder {
        let own = here.display(name)
        if let known = folders[own] { return known }
        let opened = try here.open(name, O_RDONLY | O_DIRECTORY, as: path)
        let folder = Folder(descriptor: opened, path: own)
        folders[own] = folder
        return folder
    }

    /// The parts from the last to the first; those of an absolute path without the root's.
    private func parts(_ text: String, of path: String) throws(FileFailure) -> [String] {
        var text = Substring(text)
        if text.hasPrefix("/") {
            guard text.hasPrefix(rootPath + "/") else { throw FileFailure(path, .outsideRoot) }
            text = text.dropFirst(rootPath.count + 1)
        }
        return text.split(separator: "/").reversed().map(String.init)
    }

    private func read(link name: String, in folder: Folder, of path: String) throws(FileFailure) -> String {
        var bytes = [CChar](repeating: 0, count: Self.pathLimit + 1)
        let count = unsafe readlinkat(folder.descriptor.number, name, &bytes, bytes.count)
        guard count >= 0 else { throw .last(path, "read the link") }
        let text = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard Self.isSound(text) else { throw FileFailure(path, .badPath) }
        return text
    }

    /// Neither empty nor too long, and no byte that would cut a path short or confuse whoever reads a message.
    static func isSound(_ path: String) -> Bool {
        (1...pathLimit).contains(path.utf8.count) && !path.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }

    /// A path of unknown make, fit for a message.
    private static func printable(_ path: String) -> String {
        let text = String(decoding: path.utf8.prefix(200).map { $0 < 0x20 || $0 == 0x7F ? 0x3F : $0 }, as: UTF8.self)
        return text.isEmpty ? "An empty text" : text
    }
}
