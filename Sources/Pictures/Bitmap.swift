internal import Glibc

/// Decoded pixels: 8 bits each of red, green, blue and, with four components, alpha, which colours are not multiplied with.
struct Bitmap: Hashable {
    let width: Int
    let height: Int
    /// 3 or 4.
    let components: Int
    /// Rows from the top without gaps.
    var pixels: [UInt8]

    /// Has `fill` write the pixels; it returns 0 when it cannot.
    init(
        width: Int, height: Int, components: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int32
    ) throws(PictureError) {
        (self.width, self.height, self.components) = (width, height, components)
        let size = width * height * components
        // Zeroed by the system, page by page, as they are written: nothing of the memory's past stays where a codec is lazy.
        pixels = [UInt8](repeating: 0, count: size)
        let done = unsafe pixels.withUnsafeMutableBufferPointer { unsafe fill($0) }
        guard done == 1 else { throw .damaged }
    }

    /// Alpha alone: every pixel black.
    mutating func blacken() {
        unsafe pixels.withUnsafeMutableBufferPointer { pixels in
            for at in stride(from: 0, to: pixels.count, by: 4) {
                unsafe pixels[at] = 0
                unsafe pixels[at + 1] = 0
                unsafe pixels[at + 2] = 0
            }
        }
    }

    /// Takes the alpha of another picture of the same size; both have four components.
    mutating func takeAlpha(of other: Bitmap) {
        precondition(components == 4 && other.components == 4 && pixels.count == other.pixels.count)
        unsafe pixels.withUnsafeMutableBufferPointer { pixels in
            unsafe other.pixels.withUnsafeBufferPointer { other in
                for at in stride(from: 3, to: pixels.count, by: 4) { unsafe pixels[at] = other[at] }
            }
        }
    }
}

/// A file in memory that a C library has allocated.
@safe public struct EncodedPicture: ~Copyable {
    private let start: UnsafeMutablePointer<UInt8>
    private let count: Int

    /// - Parameter start: From malloc; freed here.
    init(adopting start: UnsafeMutablePointer<UInt8>, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    deinit { unsafe free(start) }

    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(start: start, count: count))
    }

    public var array: [UInt8] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }
}
