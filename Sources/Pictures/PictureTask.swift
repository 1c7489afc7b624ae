internal import CJPEG
internal import CWebP

/// What ComfyUI makes of a picture. Source: its `server.py`, `view_image` and `upload_mask`.
public enum PictureTask: Sendable, Hashable {
    /// A smaller file of the same picture, without its texts.
    ///
    /// - Parameters:
    ///   - quality: 0 to 100.
    ///   - dropsAlpha: JPEG has none in any case.
    case preview(PreviewFormat, quality: Int, dropsAlpha: Bool)
    /// The colours alone, as PNG.
    case colors
    /// Alpha alone, over black, as PNG.
    case alpha
    /// A picture with another's alpha, in the format of the name it gets.
    ///
    /// - Parameter originalSize: Bytes of the picture; those of the one with the alpha stand behind it.
    case mask(MaskFormat, originalSize: Int)

    public enum PreviewFormat: String, Sendable, Hashable { case webp, jpeg }
    public enum MaskFormat: String, Sendable, Hashable { case png, webp }

    /// How one process tells another; `init(words:)` reads it.
    public var words: [String] {
        switch self {
        case .preview(let format, let quality, let dropsAlpha):
            ["preview", format.rawValue, String(quality), dropsAlpha ? "colors" : "all"]
        case .colors: ["colors"]
        case .alpha: ["alpha"]
        case .mask(let format, let originalSize): ["mask", format.rawValue, String(originalSize)]
        }
    }

    public init?(words: [String]) {
        switch (words.first, words.count) {
        case ("preview", 4):
            guard let format = PreviewFormat(rawValue: words[1]), let quality = Int(words[2]),
                0...100 ~= quality, ["colors", "all"].contains(words[3])
            else { return nil }
            self = .preview(format, quality: quality, dropsAlpha: words[3] == "colors")
        case ("colors", 1): self = .colors
        case ("alpha", 1): self = .alpha
        case ("mask", 3):
            guard let format = MaskFormat(rawValue: words[1]), let size = Int(words[2]), size >= 0 else { return nil }
            self = .mask(format, originalSize: size)
        default: return nil
        }
    }

    public var mediaType: String {
        switch self {
        case .preview(let format, _, _): "image/\(format.rawValue)"
        case .colors, .alpha: "image/png"
        case .mask(let format, _): "image/\(format.rawValue)"
        }
    }

    public func run(
        _ bytes: Span<UInt8>, limits: PictureLimits = PictureLimits()
    ) throws(PictureError) -> EncodedPicture {
        switch self {
        case .preview(let format, let quality, let dropsAlpha):
            let header = try PictureHeader(bytes)
            // One transparent colour is lost, as Pillow loses it: the picture's mode is RGB already.
            let isSeenThrough = header.alpha == .channel || header.alpha == .implied
            let components = format == .webp && isSeenThrough && !dropsAlpha ? 4 : 3
            let bitmap = try header.decode(bytes, components: components, limits: limits)
            return try format == .webp ? bitmap.webp(quality: quality) : bitmap.jpeg(quality: quality)
        case .colors:
            let header = try PictureHeader(bytes)
            let bitmap = try header.decode(bytes, components: 3, limits: limits)
            let key = header.format == .png ? try PNGFile(bytes).key : nil
            return try PNGFile.encode(bitmap, key: key, profile: ColorProfile(of: bytes, header.format))
        case .alpha:
            let header = try PictureHeader(bytes)
            guard header.alpha == .channel else { return try PNGFile.encode(header.opaque(bytes, limits)) }
            var bitmap = try header.decode(bytes, components: 4, limits: limits)
            bitmap.blacken()
            return try PNGFile.encode(bitmap)
        case .mask(let format, let size):
            guard size <= bytes.count else { throw .damaged }
            let picture = bytes.extracting(0..<size)
            let mask = bytes.extracting(size..<bytes.count)
            return try Self.compose(picture, mask, format, limits)
        }
    }

    private static func compose(
        _ picture: Span<UInt8>, _ mask: Span<UInt8>, _ format: MaskFormat, _ limits: PictureLimits
    ) throws(PictureError) -> EncodedPicture {
        let (header, maskHeader) = (try PictureHeader(picture), try PictureHeader(mask))
        try limits.check(header.width, header.height, pixelSize: header.pixelSize(components: 4))
        try limits.check(maskHeader.width, maskHeader.height, pixelSize: maskHeader.pixelSize(components: 4))
        guard header.width == maskHeader.width, header.height == maskHeader.height else { throw .unequalSizes }
        var bitmap = try header.decode(picture, components: 4, limits: limits)
        bitmap.takeAlpha(of: try maskHeader.decode(mask, components: 4, limits: limits, held: 4))
        guard format == .png else { return try bitmap.webp(quality: 80) }
        let texts = header.format == .png ? try PNGFile(picture).texts : []
        return try PNGFile.encode(bitmap, profile: ColorProfile(of: picture, header.format), texts: texts)
    }
}

extension PictureHeader {
    /// The alpha of a picture that has none: opaque black. Pillow does not decode the picture for it, but that it opens a WebP
    /// at all says that it is whole.
    fileprivate func opaque(_ bytes: Span<UInt8>, _ limits: PictureLimits) throws(PictureError) -> Bitmap {
        if format == .webp { _ = try decode(bytes, components: 3, limits: limits) }
        try limits.check(width, height, pixelSize: 4)
        return try unsafe Bitmap(width: width, height: height, components: 4) { pixels in
            for at in stride(from: 3, to: pixels.count, by: 4) { unsafe pixels[at] = 255 }
            return 1
        }
    }
}

extension Bitmap {
    /// - Parameter quality: 0 to 100.
    func webp(quality: Int) throws(PictureError) -> EncodedPicture {
        guard width <= Int(WEBP_MAX_DIMENSION), height <= Int(WEBP_MAX_DIMENSION) else { throw .tooLarge }
        var size = 0
        let made = unsafe gate_webp_encode(
            pixels, Int32(width), Int32(height), Int32(components), Float(quality), &size)
        guard let start = unsafe made else { throw .tooLarge }
        return unsafe EncodedPicture(adopting: start, count: size)
    }

    /// - Parameter quality: 0 to 100.
    func jpeg(quality: Int) throws(PictureError) -> EncodedPicture {
        precondition(components == 3)
        var size = 0
        let made = unsafe gate_jpeg_encode(pixels, Int32(width), Int32(height), Int32(quality), &size)
        // Its sides end at 65,500.
        guard let start = unsafe made else { throw .tooLarge }
        return unsafe EncodedPicture(adopting: start, count: size)
    }
}
