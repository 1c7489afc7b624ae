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

    /// In how many commits a file with the value was written, for each value.
    ///
    /// - Complexity: The old files are read once, however many values there are.
    func commits(holding values: [(value: DotenvValue, path: String)]) -> [Int] {
        let wanted = values.map { $0.value.reveal() }
        var found = [Set<Int>](repeating: [], count: values.count)
        let search = ValueSearch(wanted.map { $0.count >= Self.shortest ? $0 : [] })
        for blob in blobs {
            for index in search.found(in: blob.bytes) { found[index].formUnion(blob.commits) }
            for (index, value) in wanted.enumerated() where (4..<Self.shortest).contains(value.count) {
                guard blob.paths.contains(values[index].path) else { continue }
                if ValueSearch.contains(blob.bytes, value) { found[index].formUnion(blob.commits) }
            }
        }
        return found.map(\.count)
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

/// Looks for many values in one pass over a text, by their first eight bytes.
private struct ValueSearch {
    private let values: [[UInt8]]
    private var starts: [UInt64: [Int]] = [:]
    /// By the first two bytes: most places of a text are passed over by one look.
    private var isStart = [Bool](repeating: false, count: 65_536)

    /// - Parameter values: Those of less than eight bytes are never found.
    init(_ values: [[UInt8]]) {
        self.values = values
        for (index, value) in values.enumerated() where value.count >= 8 {
            starts[value.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, default: []].append(index)
            isStart[Int(value[0]) << 8 | Int(value[1])] = true
        }
    }

    func found(in bytes: [UInt8]) -> Set<Int> {
        guard !starts.isEmpty, bytes.count >= 8 else { return [] }
        var found: Set<Int> = []
        let text = bytes.span
        var window = bytes.prefix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        for end in 7..<text.count {
            window = window << 8 | UInt64(text[end])
            guard isStart[Int(window >> 48)], let candidates = starts[window] else { continue }
            for index in candidates where !found.contains(index) && Self.stands(values[index], in: bytes, at: end - 7) {
                found.insert(index)
            }
        }
        return found
    }

    static func contains(_ bytes: [UInt8], _ value: [UInt8]) -> Bool {
        bytes.count >= value.count && (0...(bytes.count - value.count)).contains { stands(value, in: bytes, at: $0) }
    }

    private static func stands(_ value: [UInt8], in bytes: [UInt8], at start: Int) -> Bool {
        guard bytes.count - start >= value.count else { return false }
        let (text, part) = (bytes.span, value.span)
        for index in 0..<value.count where text[start + index] != part[index] { return false }
        return true
    }
}
