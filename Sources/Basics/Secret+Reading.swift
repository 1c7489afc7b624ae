/// Why bytes cannot be a secret.
public enum SecretError: Error, Sendable, Hashable { case empty, tooLong(limit: Int), notText }

extension Secret {
    /// Longest secret read from a file or an input, in bytes, line end included.
    public static let longest = 65_536

    /// Reads what an editor, `echo` or a secrets mount left in a file: a byte order mark in front and one line end (LF or
    /// CRLF) behind are not part of it, every other byte is.
    ///
    /// - Throws: `notText` for NUL or bytes that are not UTF-8, which no header or password could carry.
    public init(reading bytes: [UInt8], limit: Int = Secret.longest) throws(SecretError) {
        guard bytes.count <= limit else { throw .tooLong(limit: limit) }
        var content = bytes[...]
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        if content.last == 0x0A {
            content.removeLast()
            if content.last == 0x0D { content.removeLast() }
        }
        guard !content.isEmpty else { throw .empty }
        guard !content.contains(0), let text = String(validating: content, as: UTF8.self) else { throw .notText }
        self.init(text)
    }
}
