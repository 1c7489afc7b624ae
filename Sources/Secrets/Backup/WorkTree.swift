internal import Glibc

/// Whether Git could take a file away: `git clean -fd` removes what it does not track, backups among it.
public enum WorkTree {
    /// The folder with the `.git` entry that a path lies in or below; nil when there is none.
    ///
    /// Links are followed; of a path that is not there yet, the part that is. A work tree whose `.git` lies elsewhere
    /// (`GIT_DIR`) is not found.
    public static func holding(_ path: String) -> String? {
        var here: String
        var rest = path.hasPrefix("/") ? path : "./" + path
        while true {
            if let real = unsafe realpath(rest.isEmpty ? "/" : rest, nil) {
                here = unsafe String(cString: real)
                unsafe free(real)
                break
            }
            guard let slash = rest.lastIndex(of: "/") else { return nil }
            rest = String(rest[..<slash])
        }
        while true {
            var facts = stat()
            if unsafe lstat(here == "/" ? "/.git" : here + "/.git", &facts) == 0 { return here }
            guard here != "/", let slash = here.lastIndex(of: "/") else { return nil }
            here = slash == here.startIndex ? "/" : String(here[..<slash])
        }
    }
}
