internal import Basics

/// The text in front of an age file: who can open it, and a code over it all.
///
/// Source: C2SP age, "Header". Read strictly: what is read is exactly what age would write for the same stanzas.
struct AgeHeader {
    /// One way to the file's key.
    struct Stanza {
        let type: String
        let arguments: [String]
        let body: [UInt8]
    }

    /// The first line, with its line end.
    static let version = Array("age-encryption.org/v1\n".utf8)
    /// Bytes, at most: room for some hundred recipients.
    static let limit = 65_536
    private static let columns = 64

    let stanzas: [Stanza]
    /// HMAC-SHA-256 over `authenticated`.
    let code: [UInt8]
    /// Everything up to the `---`, with it.
    let authenticated: ArraySlice<UInt8>
    /// Where the payload begins.
    let end: Int

    // MARK: Writing

    /// The bytes that the code is computed over.
    static func encode(_ stanzas: [Stanza]) -> [UInt8] {
        var out = version
        for stanza in stanzas {
            out += Array("-> \(([stanza.type] + stanza.arguments).joined(separator: " "))\n".utf8)
            var text = Array(AgeText.encode(stanza.body).utf8)[...]
            // A whole line is followed by another, be it empty: only a short one ends a body.
            repeat {
                out += text.prefix(columns)
                out.append(0x0A)
                if text.count < columns { break }
                text = text.dropFirst(columns)
            } while true
        }
        return out + Array("---".utf8)
    }

    static func code(over header: some Sequence<UInt8>, _ fileKey: KeyBytes) -> [UInt8] {
        Digest.hmacSHA256(key: HKDF.derive(from: fileKey, info: "header").bytes, Array(header))
    }

    // MARK: Reading

    /// - Throws: `notAge`, `header` with the line, `headerTooLong`.
    init(parsing bytes: [UInt8], limit: Int = Self.limit) throws(AgeError) {
        guard bytes.starts(with: Self.version) else { throw .notAge }
        var lines = Lines(bytes: bytes, limit: limit, at: Self.version.count)
        var stanzas: [Stanza] = []
        while true {
            let start = lines.at
            let line = try lines.next()
            if line.starts(with: "---".utf8) {
                guard !stanzas.isEmpty, line.dropFirst(3).first == 0x20,
                    let code = AgeText.decode(line.dropFirst(4)), code.count == 32
                else { throw lines.flaw }
                (self.stanzas, self.code, end) = (stanzas, code, lines.at)
                authenticated = bytes[..<(start + 3)]
                return
            }
            stanzas.append(try Self.stanza(line, &lines))
        }
    }

    private static func stanza(_ line: ArraySlice<UInt8>, _ lines: inout Lines) throws(AgeError) -> Stanza {
        guard line.starts(with: "-> ".utf8) else { throw lines.flaw }
        let words = line.dropFirst(3).split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw lines.flaw
        }
        let texts = words.map { String(decoding: $0, as: UTF8.self) }
        var body: [UInt8] = []
        var isLast = false
        while !isLast {
            let text = try lines.next()
            guard text.count <= columns, let part = AgeText.decode(text) else { throw lines.flaw }
            body += part
            isLast = text.count < columns
        }
        return Stanza(type: texts.first ?? "", arguments: Array(texts.dropFirst()), body: body)
    }

    /// Lines that end with LF; a header has no other.
    private struct Lines {
        let bytes: [UInt8]
        let limit: Int
        var at: Int
        var number = 1

        var flaw: AgeError { .header(line: number) }

        mutating func next() throws(AgeError) -> ArraySlice<UInt8> {
            number += 1
            let rest = bytes[at...].prefix(max(0, limit - at))
            guard let end = rest.firstIndex(of: 0x0A) else {
                throw bytes.count > limit ? .headerTooLong(limit: limit) : flaw
            }
            defer { at = end + 1 }
            return bytes[at..<end]
        }
    }
}
