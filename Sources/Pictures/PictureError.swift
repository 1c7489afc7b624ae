/// Why a picture cannot be had; the numbers are a process's exit codes.
public enum PictureError: Int32, Error, Sendable, Hashable, CaseIterable {
    /// Neither PNG nor JPEG nor WebP.
    case unknownFormat = 10
    /// It ends early, or cannot be decoded.
    case damaged = 11
    /// More pixels or memory than `PictureLimits`, or than the format that was asked for can hold.
    case tooLarge = 12
    /// Picture and mask differ in width or height.
    case unequalSizes = 13
}

/// What is decoded at most.
public struct PictureLimits: Sendable, Hashable {
    public var pixels = 67_108_864
    /// Pixels of width, and of height.
    public var side = 65_535
    /// Bytes of all decoded pixels that one task has in memory at the same time.
    public var memory = 268_435_456

    public init() {}

    /// - Parameter pixelSize: Bytes in memory for each pixel.
    func check(_ width: Int, _ height: Int, pixelSize: Int) throws(PictureError) {
        guard width > 0, height > 0 else { throw .damaged }
        guard width <= side, height <= side, width <= pixels / height, width <= memory / (height * pixelSize) else {
            throw .tooLarge
        }
    }
}
