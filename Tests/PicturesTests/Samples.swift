@testable import Pictures

/// Pictures for tests.
enum Samples {
    /// A small generator with a seed, so that a failure comes again.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    static func bitmap(
        _ width: Int, _ height: Int, components: Int, _ pixel: (_ x: Int, _ y: Int, _ component: Int) -> Int
    ) throws -> Bitmap {
        try unsafe Bitmap(width: width, height: height, components: components) { out in
            var at = 0
            for y in 0..<height {
                for x in 0..<width {
                    for component in 0..<components {
                        unsafe out[at] = UInt8(truncatingIfNeeded: pixel(x, y, component))
                        at += 1
                    }
                }
            }
            return 1
        }
    }

    /// Soft enough for lossy formats.
    static func soft(_ width: Int, _ height: Int, components: Int) throws -> Bitmap {
        try bitmap(width, height, components: components) { x, y, component in
            component == 3 ? 255 - y : 40 + x * 2 + y + component * 10
        }
    }

    static func noise(_ width: Int, _ height: Int, components: Int, seed: UInt64) throws -> Bitmap {
        var dice = Dice(state: seed)
        return try bitmap(width, height, components: components) { _, _, _ in Int(dice.next() & 255) }
    }

    /// A PNG file with these rows, each with its filter byte 0 in front of it.
    static func png(
        _ width: Int, _ height: Int, depth: UInt8, type: UInt8, rows: [UInt8], chunks: [(String, [UInt8])] = [],
        behind: [(String, [UInt8])] = []
    ) -> [UInt8] {
        func big(_ value: Int) -> [UInt8] {
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
        }
        var file = PNGFile.signature
        file += PNGFile.chunk("IHDR", big(width) + big(height) + [depth, type, 0, 0, 0])
        for chunk in chunks { file += PNGFile.chunk(chunk.0, chunk.1) }
        file += PNGFile.chunk("IDAT", Packing.packed(rows))
        for chunk in behind { file += PNGFile.chunk(chunk.0, chunk.1) }
        return file + PNGFile.chunk("IEND", [])
    }

    /// The bitmap as a PNG file.
    static func png(_ bitmap: Bitmap, texts: [PNGText] = []) throws -> [UInt8] {
        let file = try PNGFile.encode(bitmap, texts: texts)
        return file.array
    }

    static func decoded(_ file: [UInt8], components: Int = 4) throws -> Bitmap {
        let span = file.span
        let header = try PictureHeader(span)
        return try header.decode(span, components: components, limits: PictureLimits())
    }

    static func made(_ task: PictureTask, _ file: [UInt8], _ limits: PictureLimits = PictureLimits()) throws -> [UInt8]
    {
        let span = file.span
        let picture = try task.run(span, limits: limits)
        return picture.array
    }

    static func file(_ bytes: [UInt8]) throws -> PNGFile {
        let span = bytes.span
        return try PNGFile(span)
    }

    static func header(_ bytes: [UInt8]) throws -> PictureHeader {
        let span = bytes.span
        return try PictureHeader(span)
    }

    static func profile(_ bytes: [UInt8], _ format: PictureFormat) -> ColorProfile? {
        let span = bytes.span
        return ColorProfile(of: span, format)
    }

    static func format(_ bytes: [UInt8]) -> PictureFormat? {
        let span = bytes.span
        return PictureFormat(sniffing: span)
    }

    /// The largest difference of two components.
    static func distance(_ left: Bitmap, _ right: Bitmap) -> Int {
        guard left.pixels.count == right.pixels.count else { return .max }
        return zip(left.pixels, right.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}
