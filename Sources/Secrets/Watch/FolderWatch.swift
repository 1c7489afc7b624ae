internal import CLinux
internal import Glibc

/// Waits until something in some folders may have changed: inotify where the kernel tells, looking now and then where it
/// does not.
public final class FolderWatch {
    /// Folders that can be watched at once; those beyond are looked at now and then.
    public static let limit = 4_096

    private let descriptor: Descriptor?
    private var known: Set<String> = []
    /// Some folder is on a file system whose changes the kernel does not hear of: a Windows drive in WSL, a share.
    public private(set) var polls = false

    public init() {
        let opened = gate_watch_descriptor()
        descriptor = opened >= 0 ? Descriptor(opened) : nil
        polls = opened < 0
    }

    /// Watches folders beside those that are watched; a folder that is not there yet is looked for at the next call.
    ///
    /// - Parameter folders: Paths that open(2) takes.
    public func add(_ folders: some Sequence<String>) {
        for folder in folders where !known.contains(folder) {
            guard let descriptor, known.count < Self.limit else {
                polls = true
                continue
            }
            let opened = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard opened >= 0 else { continue }
            let place = Descriptor(opened)
            if FileSystemKind(magic: gate_file_system_of(place.number)) != nil { polls = true }
            if unsafe gate_watch_add(descriptor.number, folder) >= 0 { known.insert(folder) } else { polls = true }
        }
    }

    /// - Parameter milliseconds: Longest wait.
    /// - Returns: Whether something was told; false when the time was over.
    public func wait(milliseconds: Int) -> Bool {
        guard let descriptor else {
            poll(nil, 0, Int32(clamping: milliseconds))
            return false
        }
        var place = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&place, 1, Int32(clamping: milliseconds)) > 0 else { return false }
        drain()
        return true
    }

    /// What is told does not matter: everything is looked at anyway. A folder that is gone is found by `add`.
    private func drain() {
        guard let descriptor else { return }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor.number, &bytes, bytes.count)
            guard count > 0 else { return }
            var at = 0
            // struct inotify_event: watch, mask, cookie, length (4 bytes each), and a name of that length.
            while at + 16 <= count {
                let mask = Self.number(bytes, at + 4)
                // The watch went with its folder: a new folder of the name needs a new one.
                if mask & 0x8000 != 0 { known = [] }
                at += 16 + Int(Self.number(bytes, at + 12))
            }
        }
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
    }
}
