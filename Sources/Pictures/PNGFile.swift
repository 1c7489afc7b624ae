internal import CPictures
internal import CZlib

/// The chunks of a PNG file around its pixels (RFC 2083), read by us and not by libpng.
struct PNGFile: Hashable {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    let width: Int
    let height: Int
    let alpha: PictureHeader.Alpha
    /// The one transparent colour of a picture without alpha, where one byte a component can name it.
    private(set) var key: [UInt8]?
    /// The payload of `iCCP`.
    private(set) var profile: [UInt8]?
    /// By keyword; a later one of the same keyword takes the place of the earlier.
    private(set) var texts: [PNGText] = []

    /// Bytes of a colour profile that is kept.
    private static let profileLimit = 4 << 20

    /// - Throws: `damaged`.
    init(_ bytes: Span<UInt8>) throws(PictureError) {
        guard bytes.count >= 33, bytes.has(12, "IHDR"), let width = bytes.big32(16), let height = bytes.big32(20) else {
            throw .damaged
        }
        (self.width, self.height) = (width, height)
        let (depth, type) = (bytes[24], bytes[25])
        var palette = 0..<0
        var transparency = 0..<0
        var gathered = TextGathering()
        var at = 8
        while let length = bytes.big32(at), length <= bytes.count - at - 12 {
            let payload = (at + 8)..<(at + 8 + length)
            let kind = String(decoding: bytes.bytes((at + 4)..<(at + 8)), as: UTF8.self)
            switch kind {
            case "PLTE": palette = payload
            case "tRNS": transparency = payload
            case "iCCP" where length <= Self.profileLimit: profile = bytes.bytes(payload)
            case "tEXt": try gathered.add(.plain, bytes.bytes(payload))
            case "zTXt": try gathered.add(.packed, bytes.bytes(payload))
            case "iTXt": try gathered.add(.international, bytes.bytes(payload))
            default: break
            }
            guard kind != "IEND" else { break }
            at += 12 + length
        }
        texts = gathered.texts
        switch type {
        case 4: alpha = depth == 16 ? .channel : .implied
        case 6: alpha = .channel
        case 0, 3: alpha = transparency.isEmpty ? .none : .implied
        default: alpha = transparency.isEmpty ? .none : .key
        }
        key = Self.key(bytes, depth: Int(depth), type: type, palette: palette, transparency: transparency)
    }

    private static func key(
        _ bytes: Span<UInt8>, depth: Int, type: UInt8, palette: Range<Int>, transparency: Range<Int>
    ) -> [UInt8]? {
        guard [1, 2, 4, 8].contains(depth), !transparency.isEmpty else { return nil }
        let at = transparency.lowerBound
        switch type {
        case 0:
            let most = 1 << depth - 1
            guard transparency.count >= 2, let level = bytes.big16(at), level <= most else { return nil }
            return [UInt8](repeating: UInt8(level * 255 / most), count: 3)
        case 2:
            guard transparency.count >= 6 else { return nil }
            let parts = [0, 2, 4].compactMap { bytes.big16(at + $0) }
            return parts.allSatisfy { $0 <= 255 } ? parts.map(UInt8.init) : nil
        case 3:
            // Only when exactly one entry is transparent, and wholly.
            var found: Int?
            for place in transparency {
                guard bytes[place] != 255 else { continue }
                guard bytes[place] == 0, found == nil else { return nil }
                found = place - at
            }
            guard let found, (found + 1) * 3 <= palette.count else { return nil }
            return bytes.bytes((palette.lowerBound + found * 3)..<(palette.lowerBound + found * 3 + 3))
        default: return nil
        }
    }

    // MARK: Pixels

    /// 1, or 0 when it is damaged.
    static func decode(
        _ file: UnsafeBufferPointer<UInt8>, components: Int, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) -> Int32 {
        unsafe gate_png_read(file.baseAddress, file.count, Int32(components), pixels.baseAddress, pixels.count)
    }

    /// - Parameters:
    ///   - key: One transparent colour of a picture without alpha.
    ///   - profile: A colour profile as it is.
    static func encode(
        _ bitmap: Bitmap, key: [UInt8]? = nil, profile: ColorProfile? = nil, texts: [PNGText] = []
    ) throws(PictureError) -> EncodedPicture {
        var chunks: [UInt8] = []
        switch profile {
        case .packed(let payload): chunks += chunk("iCCP", payload)
        case .plain(let bytes): chunks += chunk("iCCP", Array("ICC Profile\0\0".utf8) + Packing.packed(bytes))
        case nil: break
        }
        for text in texts { chunks += chunk(text.kind == .international ? "iTXt" : "tEXt", text.payload) }
        if let key, bitmap.components == 3 { chunks += chunk("tRNS", key.flatMap { [0, $0] }) }
        var size = 0
        // ComfyUI writes masks at level 4; others at 6, which takes twice the time for a twentieth less.
        let made = unsafe gate_png_write(
            bitmap.pixels, UInt32(bitmap.width), UInt32(bitmap.height), Int32(bitmap.components), 4, chunks,
            chunks.count, &size)
        guard let start = unsafe made else { throw .tooLarge }
        return unsafe EncodedPicture(adopting: start, count: size)
    }

    static func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + payload
        let check = unsafe crc32(crc32(0, nil, 0), body, UInt32(body.count))
        return big(UInt32(payload.count)) + body + big(UInt32(truncatingIfNeeded: check))
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}
