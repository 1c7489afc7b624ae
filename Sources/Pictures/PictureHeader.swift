internal import CJPEG
internal import CWebP

/// The formats that can be decoded.
public enum PictureFormat: String, Sendable, Hashable {
    case png, jpeg, webp

    /// By the first bytes; nil for anything else.
    public init?(sniffing bytes: Span<UInt8>) {
        func has(_ place: Int, _ wanted: [UInt8]) -> Bool {
            guard place + wanted.count <= bytes.count else { return false }
            return wanted.indices.allSatisfy { bytes[place + $0] == wanted[$0] }
        }
        if has(0, PNGFile.signature) {
            self = .png
        } else if has(0, [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has(0, Array("RIFF".utf8)), has(8, Array("WEBP".utf8)) {
            self = .webp
        } else {
            return nil
        }
    }

    public var mediaType: String { "image/\(rawValue)" }

    /// The format in which Pillow writes a file of this name; nil for one that is not written here.
    ///
    /// - Returns: Never JPEG: what is written by name has alpha, which JPEG has not.
    public init?(writing name: String) {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[dot...].lowercased() {
        case ".png", ".apng": self = .png
        case ".webp": self = .webp
        default: return nil
        }
    }
}

/// What a picture says of itself, before it is decoded.
struct PictureHeader: Hashable {
    enum Alpha: Hashable {
        case none
        /// A channel of its own beside three colours (mode `RGBA`).
        case channel
        /// Of grey with alpha, a palette's entries, or one level of grey: a transparent picture, but not in mode `RGBA`.
        case implied
        /// One of all colours is transparent, which only some ways of looking at the picture heed.
        case key
    }

    let format: PictureFormat
    let width: Int
    let height: Int
    let alpha: Alpha
    /// An animation, whose first picture counts.
    var moves = false

    init(_ bytes: Span<UInt8>) throws(PictureError) {
        guard let format = PictureFormat(sniffing: bytes) else { throw .unknownFormat }
        self.format = format
        switch format {
        case .png:
            let file = try PNGFile(bytes)
            (width, height, alpha) = (file.width, file.height, file.alpha)
        case .jpeg:
            var (wide, high): (Int32, Int32) = (0, 0)
            let done = unsafe bytes.withUnsafeBufferPointer {
                unsafe gate_jpeg_size($0.baseAddress, $0.count, &wide, &high)
            }
            guard done == 1 else { throw .damaged }
            (width, height, alpha) = (Int(wide), Int(high), .none)
        case .webp:
            var (wide, high, hasAlpha, isAnimated): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            let done = unsafe bytes.withUnsafeBufferPointer {
                unsafe gate_webp_facts($0.baseAddress, $0.count, &wide, &high, &hasAlpha, &isAnimated)
            }
            guard done == 1 else { throw .damaged }
            (width, height, alpha) = (Int(wide), Int(high), hasAlpha != 0 ? .channel : .none)
            moves = isAnimated != 0
        }
    }

    /// Bytes in memory for each pixel while it is decoded.
    ///
    /// An animation is decoded on two canvases before it is copied.
    func pixelSize(components: Int) -> Int { moves ? 12 : components }

    /// Decodes these bytes, which the header is of.
    ///
    /// - Parameters:
    ///   - components: 3 drops alpha; 4 makes it opaque where there is none.
    ///   - held: Bytes in memory for each pixel, beside this picture.
    func decode(
        _ bytes: Span<UInt8>, components: Int, limits: PictureLimits, held: Int = 0
    ) throws(PictureError) -> Bitmap {
        try limits.check(width, height, pixelSize: pixelSize(components: components) + held)
        let made = moves ? 4 : components
        let bitmap = try unsafe Bitmap(width: width, height: height, components: made) { pixels in
            unsafe bytes.withUnsafeBufferPointer { file in
                unsafe read(file, into: pixels, components: made)
            }
        }
        return made == components ? bitmap : try bitmap.withoutAlpha()
    }

    private func read(
        _ file: UnsafeBufferPointer<UInt8>, into pixels: UnsafeMutableBufferPointer<UInt8>, components: Int
    ) -> Int32 {
        let from = file.baseAddress
        let to = pixels.baseAddress
        switch format {
        case .png: return unsafe PNGFile.decode(file, components: components, into: pixels)
        case .jpeg: return unsafe gate_jpeg_pixels(from, file.count, Int32(components), to, pixels.count)
        case .webp where moves: return unsafe gate_webp_first_frame(from, file.count, Int32(width), Int32(height), to)
        case .webp:
            let stride = Int32(width * components)
            let done =
                unsafe components == 4
                ? WebPDecodeRGBAInto(from, file.count, to, pixels.count, stride)
                : WebPDecodeRGBInto(from, file.count, to, pixels.count, stride)
            return unsafe done == nil ? 0 : 1
        }
    }
}

extension Bitmap {
    /// The colours alone.
    func withoutAlpha() throws(PictureError) -> Bitmap {
        try unsafe Bitmap(width: width, height: height, components: 3) { out in
            var to = 0
            for from in stride(from: 0, to: pixels.count, by: 4) {
                unsafe out[to] = pixels[from]
                unsafe out[to + 1] = pixels[from + 1]
                unsafe out[to + 2] = pixels[from + 2]
                to += 3
            }
            return 1
        }
    }
}
