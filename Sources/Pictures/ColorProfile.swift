/// What the colours of a picture mean (ICC), as its file has it.
enum ColorProfile: Hashable {
    /// The payload of a PNG's `iCCP`.
    case packed([UInt8])
    case plain([UInt8])

    /// Bytes of a profile that is kept.
    private static let limit = 4 << 20

    /// Nil when there is none, or it is not whole.
    init?(of bytes: Span<UInt8>, _ format: PictureFormat) {
        let found: [UInt8]?
        switch format {
        case .png:
            guard let profile = (try? PNGFile(bytes))?.profile else { return nil }
            self = .packed(profile)
            return
        case .jpeg: found = Self.jpeg(bytes)
        case .webp: found = Self.webp(bytes)
        }
        guard let found, !found.isEmpty else { return nil }
        self = .plain(found)
    }

    /// The parts of APP2 markers in the order of their numbers. Source: ICC.1:2022, annex B.4.
    private static func jpeg(_ bytes: Span<UInt8>) -> [UInt8]? {
        var parts: [UInt8: [UInt8]] = [:]
        var wanted: UInt8 = 0
        var size = 0
        var at = 2
        while at + 4 <= bytes.count, bytes[at] == 0xFF {
            let marker = bytes[at + 1]
            if marker == 0xFF {
                at += 1
                continue
            }
            guard marker != 0xDA, marker != 0xD9, let length = bytes.big16(at + 2), length >= 2,
                at + 2 + length <= bytes.count
            else { break }
            if marker == 0xE2, length > 16, bytes.has(at + 4, "ICC_PROFILE\0") {
                wanted = bytes[at + 17]
                parts[bytes[at + 16]] = bytes.bytes((at + 18)..<(at + 2 + length))
                size += length - 16
                guard size <= limit else { return nil }
            }
            at += 2 + length
        }
        guard wanted > 0, parts.count == Int(wanted) else { return nil }
        var out: [UInt8] = []
        for number in 1...wanted {
            guard let part = parts[number] else { return nil }
            out += part
        }
        return out
    }

    /// Source: the WebP container specification, `ICCP`.
    private static func webp(_ bytes: Span<UInt8>) -> [UInt8]? {
        var at = 12
        while let length = bytes.little32(at + 4), length <= bytes.count - at - 8 {
            if bytes.has(at, "ICCP") { return length <= limit ? bytes.bytes((at + 8)..<(at + 8 + length)) : nil }
            at += 8 + length + length & 1
        }
        return nil
    }
}
