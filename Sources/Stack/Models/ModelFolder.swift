internal import CLinux
internal import Glibc
internal import Loop

/// The files of weights below a folder. Blocks; reads a header of each.
public enum ModelFolder {
    /// Entries that are looked at; checkpoints are few, their folders too.
    private static let mostEntries = 50_000
    private static let deepest = 8

    /// Links to files are followed, for models are often shared that way; links to folders are not.
    public static func look(_ folder: String) -> [ModelFile] {
        var left = mostEntries
        var found: [ModelFile] = []
        look(folder, depth: 0, &left, &found)
        return found
    }

    private static func look(_ folder: String, depth: Int, _ left: inout Int, _ found: inout [ModelFile]) {
        guard depth < deepest else { return }
        for name in folderNames(at: folder).names.sorted() {
            guard left > 0 else { return }
            left -= 1
            let path = folder + "/" + name
            var entry = stat()
            guard unsafe lstat(path, &entry) == 0 else { continue }
            if entry.st_mode & S_IFMT == S_IFDIR {
                look(path, depth: depth + 1, &left, &found)
            } else if let file = file(path, name) {
                found.append(file)
            }
        }
    }

    private static func file(_ path: String, _ name: String) -> ModelFile? {
        // What is no plain file is not waited for.
        let descriptor = unsafe gate_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        let size = Int(facts.st_size)
        let state = ModelState.judge(name: name, size: size) { count in
            let (bytes, error) = readBytes(of: descriptor, at: 0, count: min(count, size))
            return error == 0 ? bytes : nil
        }
        return state.map { ModelFile(path: path, size: size, state: $0) }
    }
}
