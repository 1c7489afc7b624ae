/// One picture of 8-bit RGBA pixels; a plain colour needs no memory, so big empty pictures cost nothing.
struct Picture: Sendable {
    struct Pixel: Sendable, Hashable {
        var r: UInt8
        var g: UInt8
        var b: UInt8
        var a: UInt8 = 255
    }

    private enum Storage: Sendable {
        case plain(Pixel)
        /// Rows from the top, four bytes a pixel.
        case bytes([UInt8])
    }

    let width: Int
    let height: Int
    private let storage: Storage

    init(width: Int, height: Int, plain pixel: Pixel) {
        (self.width, self.height, storage) = (width, height, .plain(pixel))
    }

    /// - Parameter rgba: Exactly width * height * 4 bytes.
    init(width: Int, height: Int, rgba: [UInt8]) {
        precondition(rgba.count == width * height * 4)
        (self.width, self.height, storage) = (width, height, .bytes(rgba))
    }

    /// Paints pixel by pixel.
    init(width: Int, height: Int, _ pixel: (_ x: Int, _ y: Int) -> Pixel) {
        var bytes = [UInt8](repeating: 255, count: width * height * 4)
        var at = 0
        for y in 0..<height {
            for x in 0..<width {
                let value = pixel(x, y)
                bytes[at] = value.r
                bytes[at + 1] = value.g
                bytes[at + 2] = value.b
                bytes[at + 3] = value.a
                at += 4
            }
        }
        self.init(width: width, height: height, rgba: bytes)
    }

    subscript(x: Int, y: Int) -> Pixel {
        switch storage {
        case .plain(let pixel): return pixel
        case .bytes(let bytes):
            let at = (y * width + x) * 4
            return Pixel(r: bytes[at], g: bytes[at + 1], b: bytes[at + 2], a: bytes[at + 3])
        }
    }

    /// The colour when every pixel has it.
    var plainPixel: Pixel? { if case .plain(let pixel) = storage { pixel } else { nil } }

    var isOpaque: Bool {
        switch storage {
        case .plain(let pixel): return pixel.a == 255
        case .bytes(let bytes):
            for at in stride(from: 3, to: bytes.count, by: 4) where bytes[at] != 255 { return false }
            return true
        }
    }

    /// Rows from the top: three bytes a pixel, or four with alpha.
    func rows(alpha: Bool) -> [UInt8] {
        let pixelSize = alpha ? 4 : 3
        switch storage {
        case .plain(let pixel):
            let one = alpha ? [pixel.r, pixel.g, pixel.b, pixel.a] : [pixel.r, pixel.g, pixel.b]
            if Set(one).count == 1 { return [UInt8](repeating: pixel.r, count: width * height * pixelSize) }
            var row: [UInt8] = []
            row.reserveCapacity(width * pixelSize)
            for _ in 0..<width { row.append(contentsOf: one) }
            var all: [UInt8] = []
            all.reserveCapacity(row.count * height)
            for _ in 0..<height { all.append(contentsOf: row) }
            return all
        case .bytes(let bytes):
            if alpha { return bytes }
            var out = [UInt8](repeating: 0, count: width * height * 3)
            var to = 0
            for from in stride(from: 0, to: bytes.count, by: 4) {
                out[to] = bytes[from]
                out[to + 1] = bytes[from + 1]
                out[to + 2] = bytes[from + 2]
                to += 3
            }
            return out
        }
    }

    /// Bytes it holds in memory.
    var cost: Int { plainPixel == nil ? width * height * 4 : 0 }
}
