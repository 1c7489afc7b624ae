import Testing

@testable import Pictures

/// What was compared with ComfyUI 0.3.64 and Pillow 13, pixel by pixel, is written down here as rules.
struct PictureTaskTests {
    @Test(
        "A task is told in words and read again; other words are none",
        arguments: [
            PictureTask.preview(.webp, quality: 0, dropsAlpha: false), .preview(.jpeg, quality: 100, dropsAlpha: true),
            .colors, .alpha, .mask(.png, originalSize: 0), .mask(.webp, originalSize: 12_345),
        ])
    func words(task: PictureTask) {
        #expect(PictureTask(words: task.words) == task)
        #expect(PictureTask(words: task.words + ["x"]) == nil)
        #expect(PictureTask(words: Array(task.words.dropLast())) == nil)
    }

    @Test(arguments: [
        ["preview", "gif", "1", "all"], ["preview", "webp", "101", "all"], ["preview", "webp", "-1", "all"],
        ["preview", "webp", "1", "some"], ["mask", "jpeg", "1"], ["mask", "png", "-1"], ["x"], [],
    ])
    func unknownWords(words: [String]) { #expect(PictureTask(words: words) == nil) }

    @Test("What is written without loss is read as it was", arguments: 0..<24)
    func roundTrips(seed: Int) throws {
        let (width, height) = (1 + seed * 7 % 40, 1 + seed * 5 % 23)
        for components in [3, 4] {
            let bitmap = try Samples.noise(width, height, components: components, seed: UInt64(seed))
            let file = try Samples.png(bitmap)
            #expect(try Samples.decoded(file, components: components) == bitmap)
            let colors = try Samples.made(.colors, file)
            #expect(try Samples.decoded(colors, components: 3) == Samples.decoded(file, components: 3))
        }
    }

    @Test("A preview has the format, the size and nearly the colours", arguments: [3, 4])
    func previews(components: Int) throws {
        let bitmap = try Samples.soft(64, 48, components: components)
        let file = try Samples.png(bitmap)
        let webp = try Samples.made(.preview(.webp, quality: 90, dropsAlpha: false), file)
        #expect(Samples.format(webp) == .webp)
        #expect(try Samples.header(webp).alpha == (components == 4 ? .channel : .none))
        #expect(try Samples.distance(Samples.decoded(webp, components: components), bitmap) < 12)
        let jpeg = try Samples.made(.preview(.jpeg, quality: 90, dropsAlpha: true), file)
        #expect(Samples.format(jpeg) == .jpeg)
        let plain = components == 4 ? try bitmap.withoutAlpha() : bitmap
        #expect(try Samples.distance(Samples.decoded(jpeg, components: 3), plain) < 16)
        let dull = try Samples.made(.preview(.webp, quality: 90, dropsAlpha: true), file)
        #expect(try Samples.header(dull).alpha == .none)
        // A preview of a preview: every format is read that is written.
        for again in [webp, jpeg] {
            let made = try Samples.made(.preview(.jpeg, quality: 80, dropsAlpha: true), again)
            #expect(try Samples.header(made).width == 64)
        }
    }

    @Test("Alpha alone is black, and opaque where a picture has no channel for it")
    func alpha() throws {
        let bitmap = try Samples.soft(9, 7, components: 4)
        let mask = try Samples.decoded(Samples.made(.alpha, Samples.png(bitmap)))
        for at in 0..<(9 * 7) {
            #expect(mask.pixels[at * 4..<at * 4 + 4].elementsEqual([0, 0, 0, bitmap.pixels[at * 4 + 3]]))
        }
        // Grey with alpha and transparent palettes are not what ComfyUI looks for.
        let grey = Samples.png(2, 1, depth: 8, type: 4, rows: [0, 1, 2, 3, 4])
        let palette = Samples.png(
            2, 1, depth: 8, type: 3, rows: [0, 0, 1], chunks: [("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [0, 9])])
        for file in [grey, palette, try Samples.png(Samples.soft(2, 1, components: 3))] {
            #expect(try Samples.decoded(Samples.made(.alpha, file)).pixels == [0, 0, 0, 255, 0, 0, 0, 255])
        }
    }

    @Test("Every kind of PNG is seen as Pillow sees it", arguments: PNGKind.all)
    func kinds(kind: PNGKind) throws {
        let chunks = ["gAMA", "PLTE", "tRNS"].compactMap { name in kind.chunks[name].map { (name, $0) } }
        let file = Samples.png(2, 1, depth: kind.depth, type: kind.type, rows: [0] + kind.row, chunks: chunks)
        #expect(try Samples.decoded(file).pixels == kind.rgba)
        #expect(try Samples.decoded(file, components: 3) == Samples.decoded(file).withoutAlpha())
        #expect(try Samples.header(file).alpha == kind.alpha)
        let colors = try Samples.made(.colors, file)
        #expect(try Samples.file(colors).key == kind.key)
    }

    @Test("A mask's alpha takes the place of the picture's, and the texts stay")
    func masks() throws {
        let texts = [
            PNGText(kind: .plain, keyword: Array("prompt".utf8), payload: Array("prompt\0{}".utf8)),
            PNGText(kind: .international, keyword: Array("note".utf8), payload: Array("note\0\0\0fr\0clé\0été".utf8)),
        ]
        let bitmap = try Samples.noise(11, 6, components: 4, seed: 1)
        let picture = try Samples.png(bitmap, texts: texts)
        let mask = try Samples.noise(11, 6, components: 4, seed: 2)
        let made = try Samples.made(
            .mask(.png, originalSize: picture.count), picture + Samples.png(mask))
        #expect(try Samples.file(made).texts == texts)
        let seen = try Samples.decoded(made)
        for at in 0..<(11 * 6) {
            #expect(seen.pixels[at * 4..<at * 4 + 3] == bitmap.pixels[at * 4..<at * 4 + 3])
            #expect(seen.pixels[at * 4 + 3] == mask.pixels[at * 4 + 3])
        }
        // A mask without alpha makes the picture opaque.
        let opaque = try Samples.decoded(
            Samples.made(.mask(.png, originalSize: picture.count), picture + Samples.png(mask.withoutAlpha())))
        #expect(stride(from: 3, to: opaque.pixels.count, by: 4).allSatisfy { opaque.pixels[$0] == 255 })
        let webp = try Samples.made(.mask(.webp, originalSize: picture.count), picture + Samples.png(mask))
        #expect(try Samples.header(webp).alpha == .channel)
        for other in [(10, 6), (11, 7)] {
            let small = try Samples.png(Samples.soft(other.0, other.1, components: 4))
            #expect(throws: PictureError.unequalSizes) {
                try Samples.made(.mask(.png, originalSize: picture.count), picture + small)
            }
        }
        #expect(throws: PictureError.unknownFormat) {
            try Samples.made(.mask(.png, originalSize: picture.count), picture)
        }
        #expect(throws: PictureError.damaged) {
            try Samples.made(.mask(.png, originalSize: picture.count + 1), picture)
        }
    }

    @Test("A colour profile goes into PNGs, from whichever format it comes")
    func profiles() throws {
        let profile = Array("not really a profile, but nobody asks".utf8)
        let payload = Array("sRGB\0\0".utf8) + Packing.packed(profile)
        let png = Samples.png(1, 1, depth: 8, type: 2, rows: [0, 1, 2, 3], chunks: [("iCCP", payload)])
        #expect(try Samples.file(Samples.made(.colors, png)).profile == payload)
        #expect(try Samples.file(Samples.made(.alpha, png)).profile == nil)
        let plain = try Samples.made(.preview(.jpeg, quality: 90, dropsAlpha: true), png)
        #expect(Samples.profile(plain, .jpeg) == nil)
        // Two parts, the second first.
        func part(_ number: UInt8, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let body = Array("ICC_PROFILE\0".utf8) + [number, 2] + bytes
            return [0xFF, 0xE2, 0, UInt8(body.count + 2)] + body
        }
        let jpeg = Array(plain[..<2]) + part(2, profile[9...]) + part(1, profile[..<9]) + plain[2...]
        #expect(Samples.profile(jpeg, .jpeg) == .plain(profile))
        #expect(
            try Samples.file(Samples.made(.colors, jpeg)).profile == Array("ICC Profile\0\0".utf8)
                + Packing.packed(profile))
        let missing = Array(plain[..<2]) + part(2, profile[9...]) + plain[2...]
        #expect(Samples.profile(missing, .jpeg) == nil)
    }

    @Test(
        "What cannot be decoded says why",
        arguments: [
            ([], PictureError.unknownFormat), (Array("hello".utf8), .unknownFormat),
            (Array("GIF89a".utf8), .unknownFormat),
            (PNGFile.signature, .damaged), ([0xFF, 0xD8, 0xFF], .damaged),
            (Array("RIFF\u{4}\0\0\0WEBP".utf8), .damaged),
        ] as [([UInt8], PictureError)])
    func refusals(bytes: [UInt8], error: PictureError) {
        for task in [PictureTask.colors, .alpha, .preview(.webp, quality: 75, dropsAlpha: false)] {
            #expect(throws: error) { try Samples.made(task, bytes) }
        }
    }

    @Test("A picture that ends early is damaged", arguments: PictureTask.PreviewFormat.allFormats)
    func cut(format: String) throws {
        let png = try Samples.png(Samples.noise(40, 40, components: 3, seed: 5))
        let file =
            format == "png"
            ? png : try Samples.made(.preview(format == "jpeg" ? .jpeg : .webp, quality: 90, dropsAlpha: true), png)
        let cut = Array(file[..<(file.count * 2 / 3)])
        #expect(throws: PictureError.damaged) { try Samples.made(.colors, cut) }
    }

    @Test("A format that cannot hold the sides says so")
    func sides() throws {
        let limit = try Samples.png(Samples.soft(16_383, 1, components: 3))
        #expect(try Samples.made(.preview(.webp, quality: 1, dropsAlpha: true), limit).count > 0)
        let beyond = try Samples.png(Samples.soft(16_384, 1, components: 3))
        #expect(throws: PictureError.tooLarge) {
            try Samples.made(.preview(.webp, quality: 1, dropsAlpha: true), beyond)
        }
        let wide = try Samples.png(Samples.soft(65_501, 1, components: 3))
        #expect(throws: PictureError.tooLarge) { try Samples.made(.preview(.jpeg, quality: 1, dropsAlpha: true), wide) }
        #expect(try Samples.made(.colors, wide).count > 0)
    }
}

extension PictureTask.PreviewFormat { static let allFormats = ["png", "jpeg", "webp"] }
