import Testing

@testable import Pictures

struct PictureLimitTests {
    /// Nil when it is within the limits.
    private func refusal(_ width: Int, _ height: Int, _ pixelSize: Int, _ limits: PictureLimits = PictureLimits())
        -> PictureError?
    {
        do throws(PictureError) { try limits.check(width, height, pixelSize: pixelSize) } catch { return error }
        return nil
    }

    @Test("Sides, pixels and memory are held at their limits")
    func edges() {
        #expect(refusal(65_534, 1, 4) == nil)
        #expect(refusal(65_535, 1, 4) == nil)
        #expect(refusal(65_536, 1, 4) == .tooLarge)
        #expect(refusal(1, 65_535, 4) == nil)
        #expect(refusal(1, 65_536, 4) == .tooLarge)
        // 64 Mpx are 8,192 by 8,192, and with four bytes each all of the memory.
        #expect(refusal(8_191, 8_192, 4) == nil)
        #expect(refusal(8_192, 8_192, 4) == nil)
        #expect(refusal(8_193, 8_192, 4) == .tooLarge)
        #expect(refusal(8_193, 8_192, 1) == .tooLarge)
        // A mask needs both pictures at the same time.
        #expect(refusal(8_191, 4_096, 8) == nil)
        #expect(refusal(8_192, 4_096, 8) == nil)
        #expect(refusal(8_193, 4_096, 8) == .tooLarge)
        #expect(refusal(0, 1, 3) == .damaged)
        #expect(refusal(1, 0, 3) == .damaged)
    }

    @Test("A picture's own numbers are held against the limits before anything is decoded", arguments: [9, 10, 11])
    func real(width: Int) throws {
        let file = try Samples.png(Samples.soft(width, 2, components: 4))
        let expected: PictureError? = width > 10 ? .tooLarge : nil
        for limits in [
            limits { $0.side = 10 }, limits { $0.pixels = 20 }, limits { $0.memory = 80 },
        ] {
            for task in [PictureTask.preview(.webp, quality: 50, dropsAlpha: false), .alpha] {
                var found: PictureError?
                do { _ = try Samples.made(task, file, limits) } catch { found = error as? PictureError }
                #expect(found == expected)
            }
        }
    }

    private func limits(_ change: (inout PictureLimits) -> Void) -> PictureLimits {
        var limits = PictureLimits()
        change(&limits)
        return limits
    }

    @Test("A header that promises the world costs nothing")
    func bomb() {
        let file = Samples.png(1_000_000_000, 1_000_000_000, depth: 8, type: 6, rows: [0])
        #expect(throws: PictureError.tooLarge) { try Samples.made(.colors, file) }
    }
}
