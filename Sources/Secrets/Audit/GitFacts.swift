internal import Basics
internal import Loop

/// What Git knows of a folder.
public enum GitFacts {
    /// Paths below `root` in Git's index; nil where there is no work tree, or no Git. Blocks.
    ///
    /// A folder may come from strangers: nothing that its own configuration names is run.
    public static func tracked(below root: String) -> Set<String>? {
        var git = ChildProcess(
            "git", ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "ls-files", "-z", "--cached"])
        git.folder = root
        git.outputLimit = 64 << 20
        guard let result = try? git.run(), result.isSuccess else { return nil }
        return Set(result.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }
}
