internal import CPNG
internal import CZlib

/// PNG files (RFC 2083) by libpng's simplified interface, with text chunks set in by hand.
enum PNGCodec {
    struct Text: Hashable {
        let keyword: String
        let text: String
    }

    // PNG_FORMAT_RGB and PNG_FORMAT_RGBA are macros made of macros, which do not import.
    private static let formatRGB = PNG_FORMAT_FLAG_COLOR
    private static let formatRGBA = PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// - Parameter texts: One `tEXt` chunk each, in front of the pixels; both parts are ASCII here.
    static func encode(_ picture: Picture, alpha: Bool = false, texts: [Text] = []) -> [UInt8] {
        var image = unsafe png_image()
        unsafe gate_png_begin(&image)
        unsafe image.width = png_uint_32(picture.width)
        unsafe image.height = png_uint_32(picture.height)
        unsafe image.format = png_uint_32(alpha ? formatRGBA : formatRGB)
        let rows = picture.rows(alpha: alpha)
        var capacity = rows.count + rows.count / 8 + picture.height * 16 + 4_096
        let file = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let done = unsafe png_image_write_to_memory(&image, buffer.baseAddress, &capacity, 0, rows, 0, nil)
            count = done != 0 ? capacity : 0
        }
        guard !texts.isEmpty, file.count > 33 else { return file }
        // The header chunk IHDR ends at byte 33; text may follow at once.
        return Array(file[..<33]) + texts.flatMap { chunk("tEXt", Array($0.keyword.utf8) + [0] + Array($0.text.utf8)) }
            + file[33...]
    }

    /// Nil when the bytes are no PNG, broken, or hold more than `limit` pixels.
    static func decode(_ bytes: [UInt8], limit: Int) -> Picture? {
        guard bytes.starts(with: signature) else { return nil }
        var image = unsafe png_image()
        unsafe gate_png_begin(&image)
        defer { unsafe png_image_free(&image) }
        guard unsafe png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else { return nil }
        let (width, height) = unsafe (Int(image.width), Int(image.height))
        guard width > 0, height > 0, width <= limit / height else { return nil }
        unsafe image.format = png_uint_32(formatRGBA)
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        guard unsafe png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { return nil }
        return Picture(width: width, height: height, rgba: pixels)
    }

    /// The `tEXt` chunks in order; stops at the first damaged chunk.
    static func texts(_ bytes: [UInt8]) -> [Text] {
        var found: [Text] = []
        var at = 8
        while at + 12 <= bytes.count {
            let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - at - 12 else { break }
            let payload = bytes[(at + 8)..<(at + 8 + length)]
            if bytes[(at + 4)..<(at + 8)].elementsEqual("tEXt".utf8), let zero = payload.firstIndex(of: 0) {
                found.append(
                    Text(
                        keyword: String(decoding: payload[..<zero], as: UTF8.self),
                        text: String(decoding: payload[(zero + 1)...], as: UTF8.self)))
            }
            at += 12 + length
        }
        return found
    }

    private static func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + payload
        let check = unsafe crc32(crc32(0, nil, 0), body, UInt32(body.count))
        return bigEndian(UInt32(payload.count)) + body + bigEndian(UInt32(truncatingIfNeeded: check))
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        [
            UInt8(value >> 24), UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
            UInt8(truncatingIfNeeded: value),
        ]
    }
}
