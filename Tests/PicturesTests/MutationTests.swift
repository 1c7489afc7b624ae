import Testing

@testable import Pictures

/// What is ours reads any bytes without a trap; what the C libraries do with them is a child process's matter.
struct MutationTests {
    private static func originals() throws -> [[UInt8]] {
        let bitmap = try Samples.soft(6, 5, components: 4)
        let texts = [PNGText(kind: .plain, keyword: [97], payload: [97, 0, 98])]
        let png = try Samples.png(bitmap, texts: texts)
        let more = Samples.png(
            2, 1, depth: 8, type: 3, rows: [0, 0, 1],
            chunks: [
                ("iCCP", Array("a\0\0b".utf8)), ("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [255, 0]),
                ("zTXt", Array("k\0\0".utf8) + Packing.packed([1, 2, 3])),
                ("iTXt", Array("k\0\u{1}\0l\0t\0".utf8) + Packing.packed([65])),
            ])
        let jpeg = try Samples.made(.preview(.jpeg, quality: 50, dropsAlpha: true), png)
        let profile = Array("ICC_PROFILE\0".utf8) + [1, 1, 7, 8, 9]
        let withProfile = Array(jpeg[..<2]) + [0xFF, 0xE2, 0, UInt8(profile.count + 2)] + profile + jpeg[2...]
        let webp = try Samples.made(.preview(.webp, quality: 50, dropsAlpha: false), png)
        return [png, more, withProfile, webp]
    }

    @Test("Changed, cut and lengthened files are read or refused", arguments: 0..<4)
    func mutated(which: Int) throws {
        let original = try Self.originals()[which]
        var dice = Samples.Dice(state: UInt64(which) &+ 77)
        for _ in 0..<4_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let at = Int.random(in: 0..<bytes.count, using: &dice)
                switch dice.next() % 4 {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: dice.next())
                case 1: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][Int(dice.next() % 5)]
                case 2: bytes.removeSubrange(at...); if bytes.isEmpty { bytes = [0] }
                default: bytes.insert(contentsOf: original.prefix(Int(dice.next() % 20)), at: at)
                }
            }
            if let file = try? Samples.file(bytes) {
                #expect(file.texts.allSatisfy { $0.payload.starts(with: $0.keyword + [0]) })
                #expect(file.key.map { $0.count == 3 } ?? true)
            }
            for format in [PictureFormat.png, .jpeg, .webp] {
                if case .plain(let profile) = Samples.profile(bytes, format) {
                    #expect(!profile.isEmpty && profile.count < bytes.count)
                }
            }
            _ = Samples.format(bytes)
        }
    }
}
