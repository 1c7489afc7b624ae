internal import Glibc

/// Whether a file that belongs outside a folder lies in it. Git could take it away: `git clean -fd` removes what it does not
/// track, backups among it.
public enum WorkTree {
    /// The folder with the `.git` entry that a path lies in or below; nil when there is none.
    ///
    /// Links are followed; of a path that is not there yet, the part that is. A work tree whose `.git` lies elsewhere
    /// (`GIT_DIR`) is not found.
    public static func holding(_ path: String) -> String? {
        guard var here = real(path) else { return nil }
        while true {
            var facts = stat()
            if unsafe lstat(here == "/" ? "/.git" : here + "/.git", &facts) == 0 { return here }
            guard here != "/", let slash = here.lastIndex(of: "/") else { return nil }
            here = slash == here.startIndex ? "/" : String(here[..<slash])
        }
    }

    /// Whether a file lies, or would lie, in a folder or below it, by whatever name.
    public static func lies(_ path: String, in folder: String) -> Bool {
        guard let place = real(path), let folder = real(folder) else { return false }
        return folder == "/" || place.hasPrefix(folder + "/")
    }

    /// Absolute; without links as far as it is there, and with the rest as it is written.
    private static func real(_ path: String) -> String? {
        var known = path.hasPrefix("/") ? path : "./" + path
        var rest = ""
        while true {
            if let real = unsafe realpath(known.isEmpty ? "/" : known, nil) {
                defer { unsafe free(real) }
                let here = unsafe String(cString: real)
                return rest.isEmpty ? here : (here == "/" ? "" : here) + rest
            }
            guard let slash = known.lastIndex(of: "/") else { return nil }
            rest = known[slash...] + rest
            known = String(known[..<slash])
        }
    }
}
