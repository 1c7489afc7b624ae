/// `/proc/PID/mountinfo`: what is mounted where in one process's view (proc_pid_mountinfo(5)).
struct MountTable {
    /// Mount points whose file or folder is gone from where it was mounted from: a single file that was replaced by a rename.
    /// Whoever looks through the mount sees the old one for ever.
    let stale: [String]

    init(_ text: String) {
        stale = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count > 4, fields[3].hasSuffix("//deleted") else { return nil }
            return Self.unescaped(fields[4])
        }
    }

    /// Blanks, tabs, line ends and backslashes are written as three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x5C, rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
