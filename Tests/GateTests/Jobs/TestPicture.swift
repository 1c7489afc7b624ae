import TestSupport
import Wire

@testable import Gate
@testable import Pictures

/// Small pictures, and forms to send them with.
enum TestPicture {
    /// Four bytes for each pixel, from its place.
    static func pixels(_ width: Int, _ height: Int, seed: Int = 0) -> [UInt8] {
        (0..<(width * height * 4)).map { UInt8(truncatingIfNeeded: $0 / 4 * 7 + $0 % 4 * 50 + seed) }
    }

    /// A PNG with alpha.
    static func png(_ width: Int = 12, _ height: Int = 8, seed: Int = 0, text: String? = nil) throws -> [UInt8] {
        try png(width, height, pixels: pixels(width, height, seed: seed), text: text)
    }

    static func png(_ width: Int, _ height: Int, pixels: [UInt8], text: String? = nil) throws -> [UInt8] {
        let bitmap = try unsafe Bitmap(width: width, height: height, components: 4) { out in
            for at in out.indices { unsafe out[at] = pixels[at] }
            return 1
        }
        let texts = text.map { [PNGText(kind: .plain, keyword: [97], payload: Array("a\0\($0)".utf8))] } ?? []
        let file = try PNGFile.encode(bitmap, texts: texts)
        return file.array
    }

    /// The pixels of a file, four bytes each; and whether it has a channel for alpha.
    static func decoded(_ file: [UInt8]) throws -> (pixels: [UInt8], hasAlpha: Bool) {
        let span = file.span
        let header = try PictureHeader(span)
        return (try header.decode(span, components: 4, limits: PictureLimits()).pixels, header.alpha == .channel)
    }

    static func texts(_ file: [UInt8]) throws -> [String] {
        let span = file.span
        return try PNGFile(span).texts.map { String(decoding: $0.payload, as: UTF8.self) }
    }

    /// A header that promises these sides, and nothing behind it.
    static func promise(_ width: Int, _ height: Int) -> [UInt8] {
        func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
        return PNGFile.signature + PNGFile.chunk("IHDR", big(width) + big(height) + [8, 6, 0, 0, 0])
            + PNGFile.chunk("IDAT", [0]) + PNGFile.chunk("IEND", [])
    }
}

extension GateWorld {
    /// Sends a form with a file as `image`.
    func upload(
        _ path: String, _ file: [UInt8], _ fileName: String, as name: String,
        _ fields: [(String, String)] = []
    ) async throws -> Answer {
        let writer = try MultipartWriter(boundary: "frontier")
        var body: [UInt8] = []
        for field in fields { body += try writer.field(field.0, field.1) }
        body += try writer.fileHead("image", fileName: fileName, contentType: "image/png") + file + writer.fileEnd
        return try await ask(.post, path, as: name, ["Content-Type": writer.contentType], bytes: body + writer.end)
    }
}
