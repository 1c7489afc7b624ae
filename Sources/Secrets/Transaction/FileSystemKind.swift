/// File systems that need not keep owner and mode: what they are called, and what helps.
///
/// Numbers: statfs(2), linux/magic.h.
public struct FileSystemKind: Hashable, Sendable {
    /// `9p`, `cifs`, `nfs`, `fuse`, `fat`, `ntfs`, `vmshare`.
    public let code: String
    let name: String
    let remedy: String

    public init?(magic: Int64) {
        switch magic {
        case 0x0102_1997:
            code = "9p"
            name = "9p (a Windows drive under WSL, or a shared folder)"
            remedy =
                "mount the drive with the option `metadata` in /etc/wsl.conf (section automount), or move the files to "
                + "the Linux system's own disk"
        case 0xFF53_4D42, 0xFE53_4D42, 0x517B:
            code = "cifs"
            name = "CIFS"
            remedy = "mount the share with `file_mode=0600,dir_mode=0700` and the right `uid` and `gid`"
        case 0x6969:
            code = "nfs"
            name = "NFS"
            remedy = "let the server map this user to the files' owner, or run this as that owner"
        case 0x6573_5546:
            code = "fuse"
            name = "FUSE (a shared folder of Docker Desktop, drvfs, sshfs)"
            remedy =
                "move the files to the Linux system's own disk or a Docker volume, or restrict the folder on the host"
        case 0x4D44, 0x2011_BAB0:
            code = "fat"
            name = "FAT"
            remedy = "mount it with `fmask=0177,dmask=0077` and the right `uid` and `gid`"
        case 0x7366_746E, 0x5346_544E:
            code = "ntfs"
            name = "NTFS"
            remedy = "mount it with `permissions`, or with `fmask=0177,dmask=0077` and the right `uid` and `gid`"
        case 0x786F_4256, 0xBACB_ACBC:
            code = "vmshare"
            name = "a shared folder of a virtual machine"
            remedy = "restrict the folder on the host, or move the files to the machine's own disk"
        default: return nil
        }
    }

    func warning(path: String) -> TransactionWarning {
        TransactionWarning(
            kind: .modesNotKept,
            message: "\(path) lies on \(name), which does not keep owner and mode: others may be able to read secrets "
                + "there. Remedy: \(remedy).")
    }
}
