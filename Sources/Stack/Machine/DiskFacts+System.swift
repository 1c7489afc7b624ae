internal import CLinux
internal import Glibc

extension DiskFacts {
    /// The file system that holds a path; nil where the path cannot be opened. Blocks, on a dead network drive for long.
    public static func look(_ path: String) -> DiskFacts? {
        let descriptor = unsafe gate_open(path, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var room = statvfs()
        guard unsafe fstatvfs(descriptor, &room) == 0 else { return nil }
        let block = Int(room.f_frsize)
        return DiskFacts(
            path: path, size: Int(room.f_blocks) * block, free: Int(room.f_bavail) * block,
            kind: kind(magic: gate_file_system_of(descriptor)))
    }

    /// Kinds on which something of ours fails or is slow: statfs(2), linux/magic.h.
    static func kind(magic: Int64) -> String? {
        switch magic {
        case 0x0102_1997: "9p"
        case 0xFF53_4D42, 0xFE53_4D42, 0x517B: "cifs"
        case 0x6969: "nfs"
        case 0x6573_5546: "fuse"
        case 0x7366_746E, 0x5346_544E: "ntfs"
        case 0x4D44, 0x2011_BAB0: "fat"
        default: nil
        }
    }
}
