internal import Basics
internal import Loop

/// What Git knows of a folder.
public enum GitFacts {
    /// Paths below `root` in Git's index; nil where there is no work tree, or no Git. Blocks.
    ///
    /// A folder may come from strangers: nothing that its own configuration names is run.
    public static func tracked(below root: String) -> Set<String>? {
        let git = command(["ls-files", "-z", "--cached"], below: root, time: 60_000, output: 64 << 20)
        guard let result = try? git.run(), result.isSuccess else { return nil }
        return Set(result.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }

    /// Git without anything that a repository's configuration could have it run, and without a network: of a partial
    /// clone it would fetch what is not there, by programs that the configuration names.
    ///
    /// - Parameters:
    ///   - time: Milliseconds.
    ///   - output: Bytes.
    static func command(_ words: [String], below root: String, time: UInt64, output: Int) -> ChildProcess {
        var git = ChildProcess(
            "env",
            [
                "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
                "git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
            ] + words)
        git.folder = root
        git.timeLimit = time
        git.outputLimit = output
        return git
    }
}
