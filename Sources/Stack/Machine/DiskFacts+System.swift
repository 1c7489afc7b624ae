internal import CLinux
internal import Glibc
internal import Secrets

extension DiskFacts {
    /// The file system that holds a path; nil where the path cannot be opened. Blocks, on a dead network drive for long.
    public static func look(_ path: String) -> DiskFacts? {
        let descriptor = unsafe gate_open(path, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var room = statvfs()
        guard unsafe fstatvfs(descriptor, &room) == 0 else { return nil }
        // One that nobody can write to is full by nature.
        guard room.f_flag & UInt(ST_RDONLY) == 0 else { return nil }
        let block = Int(room.f_frsize)
        return DiskFacts(
            path: path, size: Int(room.f_blocks) * block, free: Int(room.f_bavail) * block,
            kind: FileSystemKind(magic: gate_file_system_of(descriptor))?.code)
    }
}
