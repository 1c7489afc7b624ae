internal import CJPEG

/// JPEG files by libjpeg, baseline, without alpha.
enum JPEGCodec {
    /// - Parameter quality: 1 to 100, as libjpeg counts.
    static func encode(_ picture: Picture, quality: Int) -> [UInt8] {
        var size = 0
        let rows = picture.rows(alpha: false)
        let made = unsafe gate_jpeg_encode(
            rows, Int32(picture.width), Int32(picture.height), Int32(min(max(quality, 1), 100)), &size)
        guard let bytes = unsafe made else { return [] }
        defer { unsafe gate_jpeg_free(bytes) }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: size))
    }

    /// Nil when the bytes are no JPEG, broken, or hold more than `limit` pixels.
    static func decode(_ bytes: [UInt8], limit: Int) -> Picture? {
        var width: Int32 = 0
        var height: Int32 = 0
        guard bytes.starts(with: [0xFF, 0xD8]), unsafe gate_jpeg_size(bytes, bytes.count, &width, &height) == 1,
            width > 0, height > 0, Int(width) <= limit / Int(height)
        else { return nil }
        var rgb = [UInt8](repeating: 0, count: Int(width) * Int(height) * 3)
        let capacity = rgb.count
        guard unsafe gate_jpeg_decode(bytes, bytes.count, &rgb, capacity) == 1 else { return nil }
        return Picture(width: Int(width), height: Int(height)) { x, y in
            let at = (y * Int(width) + x) * 3
            return Picture.Pixel(r: rgb[at], g: rgb[at + 1], b: rgb[at + 2])
        }
    }
}
