import Testing
import Wire

@testable import Fleet

struct SniffedTypeTests {
    private static func type(_ text: String, isComplete: Bool = true) -> String {
        let bytes = Array(text.utf8)
        return SniffedType.of(bytes.span, isComplete: isComplete)
    }

    @Test(arguments: [
        ("GIF89a", "image/gif"), ("fLaC\u{0}", "audio/flac"), ("RIFF\u{1}\u{2}\u{3}\u{4}WAVEfmt ", "audio/wav"),
        ("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ", "image/webp"), ("OggS\u{0}\u{2}", "audio/ogg"),
        ("\u{0}\u{0}\u{0}\u{18}ftypisom\u{0}\u{0}\u{2}\u{0}isommp41", "video/mp4"),
        ("PK\u{3}\u{4}", "application/octet-stream"), ("a\u{0}b", "application/octet-stream"),
        ("{\"a\": 1}", "text/plain; charset=utf-8"), ("", "text/plain; charset=utf-8"),
    ])
    func whatABrowserMayShowComesFromOneTable(text: String, expected: String) { #expect(Self.type(text) == expected) }

    @Test(arguments: [
        "<html>", "<HTML lang=en>", "<!DOCTYPE html><p>", "<!doctype HTML>", " \n\t<script>alert(1)</script>",
        "\u{FEFF}<body>", "<!-- x --><p>hi", "<!-- x", "<!-->", "<h1>", "<iframe src=x>", "<a href=x>", "<br/>",
        "<meta charset=utf-7>", "<!-- a --> \n <!-- b --><div>", "<?xml version=\"1.0\"?><html xmlns=\"x\">",
        "<?xml version=\"1.0\"?><!DOCTYPE html>", "<!-- x -->plain",
    ])
    func whatBeginsAsAPageIsAPage(text: String) { #expect(Self.type(text) == SniffedType.html) }

    @Test(arguments: [
        "<svg xmlns=\"http://www.w3.org/2000/svg\">", "<SVG>", "<svg", "<?xml version=\"1.0\"?>\n<svg>",
        "<!-- by hand -->\n<svg>", "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\">", "<svg:svg>",
        "<?xml version=\"1.0\"?><!-- c --><!DOCTYPE svg><svg>", "\u{FEFF}<?xml?><svg>",
    ])
    func whatBeginsAsADrawingIsADrawing(text: String) { #expect(Self.type(text) == SniffedType.svg) }

    @Test(arguments: [
        "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"?><feed>", "<?xml", "<!DOCTYPE note [<!ENTITY x 'y'>",
    ])
    func otherXMLIsXML(text: String) { #expect(Self.type(text) == SniffedType.xml) }

    @Test(arguments: [
        "a <script>", "< html>", "<3 you", "<lora:detail:1>", "<think>", "1 < 2", "<", "<>", "text\n<html>",
    ])
    func otherTextStaysText(text: String) { #expect(Self.type(text) == InlineMedia.plainText.rawValue) }

    /// White space up to the end of what was looked at may stand in front of anything.
    @Test func textThatDoesNotShowItsBeginningIsNotShown() {
        let blank = String(repeating: " ", count: InlineMedia.prefixBytes)
        #expect(Self.type(blank, isComplete: false) == SniffedType.html)
        #expect(Self.type(blank, isComplete: true) == InlineMedia.plainText.rawValue)
        #expect(Self.type(blank.dropLast(4) + "<scr", isComplete: false) == SniffedType.html)
        #expect(Self.type(String(repeating: "x", count: 512), isComplete: false) == InlineMedia.plainText.rawValue)
        let comment = "<!--" + String(repeating: "x", count: 508)
        #expect(Self.type(comment, isComplete: false) == SniffedType.html)
    }
}
