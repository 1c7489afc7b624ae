import Testing
import Wire

struct MediaTypeTests {
    @Test(arguments: [
        ("text/html", "text/html"), (" Text/HTML ; Charset=UTF-8", "text/html"),
        ("application/problem+json;", "application/problem+json"),
        ("multipart/form-data; boundary=\"a\\\"b\"", "multipart/form-data"),
    ])
    func reads(text: String, essence: String) { #expect(MediaType(text)?.essence == essence) }

    @Test func readsParameters() throws {
        let type = try #require(MediaType("a/b; X=\"q\\\"\\\\;,\\z\";y=Z"))
        #expect(type["x"] == "q\"\\;,\\z")
        #expect(type["y"] == "Z")
        #expect(type["z"] == nil)
        #expect(MediaType("application/json; charset=utf-8")?.isJSON == true)
        #expect(MediaType("application/x+json")?.isJSON == true)
        #expect(MediaType("text/json5")?.isJSON == false)
    }

    @Test(arguments: [
        "", "/", "a", "a/", "/b", "a /b", "a/b c", "a/b/c", "a/b; x", "a/b; =y", "a/b; x=", "a/b; x=\"y", "a/b; x=y z",
        "a/b; x=1; X=2", "a/b, c/d", "a/b; x=\"\u{1}\"", "é/b",
    ])
    func refusesOtherText(text: String) { #expect(MediaType(text) == nil) }

    @Test(arguments: [31, 32, 33]) func limitsTheParameters(count: Int) {
        let text = "a/b" + (0..<count).map { ";p\($0)=1" }.joined()
        #expect((MediaType(text) != nil) == (count <= 32))
    }

    @Test(
        arguments: [
            ("index.html", "text/html; charset=utf-8"), ("a.b.PNG", "image/png"),
            ("x.js", "text/javascript; charset=utf-8"), ("x.mjs", "text/javascript; charset=utf-8"),
            ("f.woff2", "font/woff2"), ("none", nil), ("x.", nil), ("x.unknown", nil), (".png", "image/png"), ("", nil),
        ] as [(String, String?)])
    func namesFilesOfOurOwn(name: String, expected: String?) { #expect(MediaType.forFileName(name) == expected) }
}

struct InlineMediaTests {
    private static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
    static let webm = bytes(
        "\u{1A}\u{45}\u{DF}\u{A3}\u{9F}\u{42}\u{86}\u{81}\u{01}\u{42}\u{F7}\u{81}\u{01}"
            + "\u{42}\u{82}\u{84}webm\u{42}\u{87}\u{81}\u{04}"
    )

    @Test(
        arguments: [
            ("\u{89}PNG\r\n\u{1A}\n", .png), ("\u{FF}\u{D8}\u{FF}\u{E0}", .jpeg),
            ("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ", .webp), ("GIF87a", .gif), ("GIF89a", .gif),
            ("BM\u{3A}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{36}\u{0}\u{0}\u{0}\u{28}\u{0}\u{0}\u{0}\u{1}", .bmp),
            ("BM\u{1E}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{C}\u{0}\u{0}\u{0}", .bmp),
            ("BM and other words in a text", .plainText),
            ("\u{0}\u{0}\u{0}\u{18}ftypavif\u{0}\u{0}\u{0}\u{0}mif1miaf", .avif),
            ("\u{0}\u{0}\u{0}\u{18}ftypmif1\u{0}\u{0}\u{0}\u{0}mif1avif", .avif),
            ("\u{0}\u{0}\u{0}\u{18}ftypisom\u{0}\u{0}\u{2}\u{0}isommp41", .mp4),
            ("\u{0}\u{0}\u{0}\u{10}ftypmp42\u{0}\u{0}\u{0}\u{0}", .mp4),
            ("ID3\u{4}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}", .mp3), ("\u{FF}\u{FB}\u{90}\u{64}", .mp3),
            ("\u{FF}\u{F3}\u{40}\u{C4}", .mp3), ("OggS\u{0}\u{2}", .ogg), ("fLaC\u{0}", .flac),
            ("RIFF\u{1}\u{2}\u{3}\u{4}WAVEfmt ", .wav), ("hello\tworld\r\n", .plainText), ("", .plainText),
            ("<svg xmlns=", .plainText), ("<html><script>", .plainText), ("%PDF-1.7", .plainText),
        ] as [(String, InlineMedia)])
    func recognisesExactlyTheListByItsBytes(text: String, expected: InlineMedia) {
        #expect(InlineMedia(sniffing: Self.bytes(text).span, isComplete: true) == expected)
    }

    @Test func recognisesWebMButNotOtherMatroska() {
        #expect(InlineMedia(sniffing: Self.webm.span, isComplete: false) == .webm)
        var matroska = Self.webm
        matroska.replaceSubrange(15..<20, with: Array("\u{8}matroska".utf8))
        matroska[15] = 0x88
        #expect(InlineMedia(sniffing: matroska.span, isComplete: false) == nil)
        // Eight bytes for the header's size, as FFmpeg writes it.
        let long = Self.webm[..<4] + [1, 0, 0, 0, 0, 0, 0, 0x1F] + Self.webm[5...]
        #expect(InlineMedia(sniffing: Array(long).span, isComplete: false) == .webm)
    }

    @Test(arguments: [
        "\u{89}PNG\r\n\u{1A}", "RIFF\u{1}\u{2}\u{3}\u{4}AVI LIST",
        "\u{0}\u{0}\u{0}\u{18}ftypheic\u{0}\u{0}\u{0}\u{0}mif1heic",
        "\u{0}\u{0}\u{0}\u{18}ftypqt  \u{0}\u{0}\u{0}\u{0}qt  mp41",
        "\u{0}\u{0}\u{0}\u{8}ftypisom\u{0}\u{0}\u{0}\u{0}", "\u{1A}\u{45}\u{DF}\u{A3}", "\u{FF}\u{F1}\u{50}\u{80}",
        "\u{FF}\u{FB}\u{F0}\u{0}", "\u{FF}\u{FE}h\u{0}", "PK\u{3}\u{4}", "\u{7F}ELF", "a\u{0}b",
        "BM\u{3A}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{36}\u{0}\u{0}\u{0}\u{29}\u{0}\u{0}\u{0}\u{1}",
        "BM\u{3A}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{35}\u{0}\u{0}\u{0}\u{28}\u{0}\u{0}\u{0}\u{1}",
        "BM\u{3A}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{36}\u{0}\u{0}\u{0}\u{28}\u{0}\u{0}\u{0}\u{1}",
        "BM\u{3A}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{36}\u{0}\u{0}\u{0}\u{28}\u{0}\u{0}",
        "\u{1B}[31m", "\u{E9}t\u{E9}", "\u{C3}", "ID3\u{4}\u{0}\u{0}\u{80}\u{0}\u{1}\u{0}",
    ])
    func everythingElseIsADownload(text: String) {
        let bytes = Self.bytes(text)
        #expect(InlineMedia(sniffing: bytes.span, isComplete: true) == nil)
    }

    @Test func textMayEndInsideACharacterOnlyWhenThereIsMore() {
        let bytes = Array("aé€😀".utf8)
        for count in 0...bytes.count {
            let prefix = Array(bytes[..<count])
            #expect(InlineMedia(sniffing: prefix.span, isComplete: false) == .plainText)
            let isWhole = String(validating: prefix, as: UTF8.self) != nil
            #expect((InlineMedia(sniffing: prefix.span, isComplete: true) == .plainText) == isWhole)
        }
        #expect(InlineMedia(sniffing: ([0x61, 0x80, 0x80] as [UInt8]).span, isComplete: false) == nil)
    }
}

struct ContentDispositionTests {
    @Test(arguments: [
        ("a.png", "filename=\"a.png\""), ("a b;c=.png", "filename=\"a b;c=.png\""),
        ("é.png", "filename=\"_.png\"; filename*=UTF-8''%C3%A9.png"),
        ("50%.png", "filename=\"50_.png\"; filename*=UTF-8''50%25.png"), ("a\"b\\c/d", "filename=\"a_b_c_d\""),
        ("a\r\nX: y", "filename=\"a__X: y\""), ("../../etc", "filename=\"_.._.._etc\""),
        ("", "filename=\"_\""), (".htaccess", "filename=\"_.htaccess\""), ("gpj.\u{202E}exe", "filename=\"gpj._exe\""),
        ("a\u{0}\u{7F}\u{85}\u{2028}", "filename=\"a____\""),
    ])
    func writesNamesThatCannotEscape(name: String, expected: String) {
        #expect(ContentDisposition.header(.attachment, fileName: name) == "attachment; " + expected)
    }

    @Test(arguments: [199, 200, 201]) func keepsTheEndOfLongNames(count: Int) {
        let header = ContentDisposition.header(.inline, fileName: String(repeating: "a", count: count - 4) + ".png")
        #expect(header.hasSuffix(".png\""))
        #expect(header.utf8.count == "inline; filename=\"\"".utf8.count + min(count, 200))
    }
}

struct AcceptHeadersTests {
    @Test(
        arguments: [
            ("text/html,application/xhtml+xml,*/*;q=0.8", true), ("TEXT/HTML", true), ("text/html;q=0", false),
            ("text/html;q=0.000", false), ("text/html; level=1; q=0.5", true), ("*/*", false), (nil, false),
            ("", false), ("application/json", false), ("text/html;q=2", false), ("text/html;q=abc", false),
        ] as [(String?, Bool)])
    func pagesAreForBrowsers(header: String?, expected: Bool) { #expect(AcceptHeaders.namesHTML(header) == expected) }

    @Test(
        arguments: [
            ("gzip", true), ("gzip, deflate, br", true), ("x-GZIP;q=0.5", true), ("gzip;q=0", false),
            ("gzip;q=0, *", false), ("*", true), ("*;q=0", false), ("identity", false), ("br", false), (nil, false),
            ("", false),
            ("gzip;q=1.001", false), ("gzip;q=1.000", true), ("gzip;q=0.001", true), ("gzip;q=0.0001", false),
            ("gzip;q=.5", false), ("gzip;q=", false), ("gzip;q=0x", false), ("gzip ; Q = 1", true),
        ] as [(String?, Bool)])
    func compressesOnlyWhenAllowed(header: String?, expected: Bool) {
        #expect(AcceptHeaders.allowsGzip(header) == expected)
    }

    @Test(
        arguments: [
            (nil, "en"), ("", "en"), ("fr", "fr"), ("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("en-GB,en;q=0.9,fr;q=0.8", "en"),
            ("de, fr;q=0.1", "fr"), ("de", "en"), ("*", "en"), ("en;q=0.5, fr;q=0.6", "fr"),
            ("fr, en", "fr"), ("fr;q=0, *", "en"), ("en;q=0, *", "fr"), ("fry", "en"), ("junk;;;,fr;q=x", "en"),
        ] as [(String?, String)])
    func choosesTheLanguage(header: String?, expected: String) {
        #expect(AcceptHeaders.language(header, offered: ["en", "fr"]) == expected)
    }
}
