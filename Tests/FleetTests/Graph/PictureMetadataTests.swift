import Basics
import ComfyAPI
import Fleet
import Testing

struct PictureMetadataTests {
    static let graph: JSONObject = ["1": node("SaveImage", ["filename_prefix": "né/\u{1F600}", "images": ["2", 0]])]

    /// Chunks with their checksums judged by an independent, bitwise sum.
    static func chunks(_ png: [UInt8]) throws -> [(type: String, data: [UInt8])] {
        var out: [(String, [UInt8])] = []
        var at = 8
        while at < png.count {
            try #require(at + 12 <= png.count)
            let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            try #require(at + 12 + length <= png.count)
            var sum: UInt32 = 0xFFFF_FFFF
            for byte in png[at + 4..<at + 8 + length] {
                sum ^= UInt32(byte)
                for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
            }
            #expect(png[at + 8 + length..<at + 12 + length].reduce(0) { $0 << 8 | UInt32($1) } == ~sum)
            out.append((String(decoding: png[at + 4..<at + 8], as: UTF8.self), Array(png[at + 8..<at + 8 + length])))
            at += 12 + length
        }
        return out
    }

    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in Array(type.utf8) + data {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
        func big(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
        return big(UInt32(data.count)) + Array(type.utf8) + data + big(~sum)
    }

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func text(_ keyword: String, _ text: String) -> [UInt8] { Array(keyword.utf8) + [0] + Array(text.utf8) }

    @Test(
        .enabled(if: Recordings.isSharedPresent, "the recordings are not beside the repository; set COMFYGATE_SHARED"))
    func aRecordedPictureKeepsAllButItsGraph() throws {
        for flavour in Recordings.flavours {
            let png = try Recordings.shared("\(flavour.rawValue)/output_with_metadata.png")
            let (out, report) = PictureMetadata.rewrite(png, prompt: Self.graph, attempt: Account.attempt)
            #expect(report == PictureMetadata.Report(format: .png, prompts: 1))
            let (before, after) = (try Self.chunks(png), try Self.chunks(out))
            #expect(before.map(\.type) == after.map(\.type))
            for (old, new) in zip(before, after) {
                guard old.type == "tEXt", old.data.starts(with: "prompt\0".utf8) else {
                    #expect(old.data == new.data)
                    continue
                }
                #expect(new.data.allSatisfy { $0 < 0x80 })
                #expect(try JSON(parsing: Array(new.data.dropFirst(7))) == .object(Self.graph))
            }
            // Any cut gives the same.
            for size in [1, 7, 64, 1_000] {
                var metadata = PictureMetadata(prompt: Self.graph, attempt: Account.attempt)
                var parts: [UInt8] = []
                for start in stride(from: 0, to: png.count, by: size) {
                    parts += metadata.push(Array(png[start..<min(start + size, png.count)]))
                }
                parts += metadata.finish()
                #expect(parts == out)
                #expect(metadata.report == report)
            }
            // A picture cut short passes as far as it came.
            for count in [0, 5, 8, 12, 40, png.count - 3] {
                _ = PictureMetadata.rewrite(Array(png.prefix(count)), prompt: Self.graph, attempt: Account.attempt)
            }
        }
    }

    @Test func everyKindOfTextChunkIsMet() throws {
        let token = Account.attempt.token
        let png =
            Self.signature + Self.chunk("IHDR", [1, 2, 3]) + Self.chunk("iTXt", Self.text("prompt", "\0\0\0\0{}"))
            + Self.chunk("zTXt", Self.text("prompt", "zz")) + Self.chunk("comf", Self.text("prompt", token))
            + Self.chunk("tEXt", Self.text("parameters", "a \(token)/b cg_01010101010101010101010101010101.png"))
            + Self.chunk("tEXt", Self.text("prompter", "x")) + Self.chunk("zTXt", Self.text("other", "zz"))
            + Self.chunk("IDAT", Array(token.utf8)) + Self.chunk("IEND", [])
        let (out, report) = PictureMetadata.rewrite(png, prompt: Self.graph, attempt: Account.attempt)
        let chunks = try Self.chunks(out)
        #expect(chunks.map(\.type) == ["IHDR", "tEXt", "tEXt", "comf", "tEXt", "tEXt", "zTXt", "IDAT", "IEND"])
        #expect(report == PictureMetadata.Report(format: .png, prompts: 3, blanked: 2, left: 1))
        let zeros = String(repeating: "0", count: 32)
        #expect(chunks[4].data == Self.text("parameters", "a \(zeros)/b cg_\(zeros).png"))
        #expect(chunks[7].data == Array(token.utf8))
    }

    @Test(arguments: [0, 4_194_303, 4_194_304, 4_194_305])
    func textsUpToALimitAreLookedInto(length: Int) throws {
        let filler = String(repeating: "x", count: max(length - 32 - 2, 0))
        let data = length == 0 ? [] : Self.text("p", filler + Account.attempt.token)
        let png = Self.signature + Self.chunk("tEXt", data)
        let (out, report) = PictureMetadata.rewrite(png, prompt: Self.graph, attempt: Account.attempt)
        #expect(out.count == png.count)
        #expect(report.blanked == (length == 0 || length > PictureMetadata.longestText ? 0 : 1))
        #expect(report.left == (length > PictureMetadata.longestText ? 1 : 0))
    }

    @Test(arguments: [1, 3, 31, 32, 33, 36, 100, 1_000])
    func inOtherFilesNamesAreOverwrittenInPlace(size: Int) {
        let (id, token) = (Account.attempt.id, Account.attempt.token)
        let text = "RIFF....WEBP \(token)/a \(id) 'cg_0123456789abcdef0123456789abcdef.png' end \(token.prefix(31))"
        let file = Array(text.utf8)
        var metadata = PictureMetadata(prompt: Self.graph, attempt: Account.attempt)
        var out: [UInt8] = []
        for start in stride(from: 0, to: file.count, by: size) {
            out += metadata.push(Array(file[start..<min(start + size, file.count)]))
        }
        out += metadata.finish()
        let zeros = String(repeating: "0", count: 32)
        #expect(
            String(decoding: out, as: UTF8.self)
                == "RIFF....WEBP \(zeros)/a 00000000-0000-0000-0000-000000000000 'cg_\(zeros).png' end \(token.prefix(31))"
        )
        #expect(metadata.report == PictureMetadata.Report(format: .plain, blanked: 3))
    }

    @Test func filesWithChecksumsAreLeftAndReported() {
        for start in [Array("OggS".utf8), [0x1A, 0x45, 0xDF, 0xA3]] {
            let file = start + Array("0123 \(Account.attempt.token)".utf8)
            let (out, report) = PictureMetadata.rewrite(file, prompt: Self.graph, attempt: Account.attempt)
            #expect(out == file)
            #expect(report.format == .checksummed)
            #expect(report.left == 1)
        }
    }
}
