internal import Basics
internal import Loop

/// What the history of a repository holds of certain files, and which values stand in it.
///
/// A value never becomes an argument of a program, which everybody on the machine could read: the old files are fetched
/// and searched here. A folder may come from strangers: nothing that its configuration names is run.
struct GitHistory {
    struct Limits {
        /// Milliseconds for each of the three calls.
        var time: UInt64 = 30_000
        /// Bytes of the list of commits.
        var list = 32 << 20
        /// Old files, bytes of one, and of all.
        var blobs = 4_000
        var blobBytes = 1 << 20
        var allBytes = 64 << 20
    }

    /// A value shorter than this is searched in the old versions of its own file only: short words stand everywhere.
    static let shortest = 8

    /// Files of other names that may have held the same secrets: renamed, or deleted since.
    private static let usual = [".env", ".env.*", "*.env", "PASSWORD", "*.token", "*.secret", ".secrets/**"]

    private let commits: [String: Set<Int>]
    private let blobs: [(paths: Set<String>, commits: Set<Int>, bytes: [UInt8])]
    /// Every old version was read.
    let isComplete: Bool

    /// - Parameters:
    ///   - root: The project's folder, in a work tree or below one.
    ///   - paths: Relative to it.
    /// - Returns: Nil where there is no repository, no Git, or no answer in time.
    init?(of paths: [String], below root: String, limits: Limits = Limits()) {
        guard let log = Self.log(paths, root, limits) else { return nil }
        var (commits, found): ([String: Set<Int>], [String: (paths: Set<String>, commits: Set<Int>)]) = ([:], [:])
        for (commit, change) in log {
            commits[change.path, default: []].insert(commit)
            if let blob = change.blob {
                found[blob, default: ([], [])].paths.insert(change.path)
                found[blob, default: ([], [])].commits.insert(commit)
            }
        }
        self.commits = commits
        let wanted = found.keys.sorted().prefix(limits.blobs)
        let contents = Self.contents(Array(wanted), root, limits)
        blobs = contents.compactMap { blob, bytes in found[blob].map { ($0.paths, $0.commits, bytes) } }
        isComplete = contents.count == found.count
    }

    /// In how many commits the file was written or removed.
    func commits(of path: String) -> Int { commits[path]?.count ?? 0 }

    /// In how many commits a file with the value was written.
    func commits(holding value: DotenvValue, at path: String) -> Int {
        let wanted = value.reveal()
        guard wanted.count >= 4 else { return 0 }
        var found: Set<Int> = []
        for blob in blobs where wanted.count >= Self.shortest || blob.paths.contains(path) {
            if !blob.commits.isSubset(of: found), Self.contains(blob.bytes, wanted) { found.formUnion(blob.commits) }
        }
        return found.count
    }

    private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, bytes.count >= wanted.count else { return false }
        let (text, part) = (bytes.span, wanted.span)
        for start in 0...(bytes.count - wanted.count) where text[start] == first {
            var length = 1
            while length < wanted.count, text[start + length] == part[length] { length += 1 }
            if length == wanted.count { return true }
        }
        return false
    }

    // MARK: - Git

    struct Change: Hashable {
        let path: String
        /// Nil for a removal.
        let blob: String?
    }

    private static func log(_ paths: [String], _ root: String, _ limits: Limits) -> [(Int, Change)]? {
        // On standard input there is room for any number of paths.
        let specs = paths.map { ":(literal)\($0)" } + usual.map { ":(glob)**/\($0)" }
        let git = GitFacts.command(
            [
                "log", "--all", "--stdin", "--full-history", "-m", "--no-renames", "--raw", "--no-abbrev", "-z",
                "--relative", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-mailmap", "--no-notes",
                "--no-color", "--format=%x02%H",
            ], below: root, time: limits.time, output: limits.list)
        let input = Array((["--"] + specs).joined(separator: "\n").utf8) + [0x0A]
        guard let result = try? git.run(input: input), result.isSuccess else { return nil }
        return parse(result.output)
    }

    /// Reads what `git log --raw -z` writes: `STX commit NUL`, then for each file `:mode mode blob blob status NUL path
    /// NUL`, a line end in front of the first.
    static func parse(_ output: [UInt8]) -> [(Int, Change)] {
        var changes: [(Int, Change)] = []
        var numbers: [String: Int] = [:]
        var commit = 0
        var blob: String??
        for part in output.split(separator: 0) {
            if let known = blob {
                changes.append((commit, Change(path: String(decoding: part, as: UTF8.self), blob: known)))
                blob = nil
                continue
            }
            let part = part.first == 0x0A ? part.dropFirst() : part
            if part.first == 0x02 {
                // With `-m` a merge comes once for each parent.
                commit = numbers[String(decoding: part, as: UTF8.self), default: numbers.count]
                numbers[String(decoding: part, as: UTF8.self)] = commit
            } else if part.first == UInt8(ascii: ":") {
                let words = part.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
                guard words.count >= 5 else { continue }
                // Links and submodules hold no content of their own.
                let isFile = words[1].hasPrefix("100")
                blob = .some(isFile && words[3].contains { $0 != "0" } ? words[3] : nil)
            }
        }
        return changes
    }

    /// The old versions that are not too large, as far as all of them together are not.
    private static func contents(_ blobs: [String], _ root: String, _ limits: Limits) -> [String: [UInt8]] {
        guard !blobs.isEmpty else { return [:] }
        let sizes = GitFacts.command(["cat-file", "--batch-check"], below: root, time: limits.time, output: 8 << 20)
        let all = Array(blobs.joined(separator: "\n").utf8) + [0x0A]
        guard let told = try? sizes.run(input: all), told.isSuccess else { return [:] }
        var (wanted, left): ([String], Int) = ([], limits.allBytes)
        for line in told.output.split(separator: 0x0A) {
            let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 3, words[1] == "blob", let size = Int(words[2]), size <= limits.blobBytes, size <= left
            else { continue }
            left -= size
            wanted.append(words[0])
        }
        guard !wanted.isEmpty else { return [:] }
        let reading = GitFacts.command(
            ["cat-file", "--batch"], below: root, time: limits.time, output: limits.allBytes + wanted.count * 128)
        guard let read = try? reading.run(input: Array(wanted.joined(separator: "\n").utf8) + [0x0A]), read.isSuccess
        else { return [:] }
        return batch(read.output)
    }

    /// Reads `name SP blob SP size LF content LF`, as often as it comes.
    static func batch(_ output: [UInt8]) -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        var index = 0
        while let end = output[index...].firstIndex(of: 0x0A) {
            let words = output[index..<end].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            index = end + 1
            guard words.count == 3, let size = Int(words[2]), size >= 0, size <= output.count - index else { continue }
            contents[words[0]] = Array(output[index..<index + size])
            index += size + 1
            if index >= output.count { break }
        }
        return contents
    }
}
