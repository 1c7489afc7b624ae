import Basics
import Foundation
import FoundationXML
import Testing

struct MarkupEscapeTests {
    static func escaped(_ text: String, isKept: Bool = false) -> String {
        var out = ""
        MarkupEscape.append(text, isKept: isKept, to: &out)
        return out
    }

    @Test("Signs of markup have names that HTML and XML share")
    func signs() {
        #expect(Self.escaped("<a href=\"x\" b='y'> & ]]>") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt; &amp; ]]&gt;")
        #expect(Self.escaped("é œ 漢 🎨") == "é œ 漢 🎨")
    }

    @Test("What misleads is shown as unreadable, or kept as a number where it comes back")
    func misleading() {
        #expect(Self.escaped("evil\u{202E}gnp.exe\r\n") == "evil\u{FFFD}gnp.exe\u{FFFD}\n")
        #expect(Self.escaped("evil\u{202E}gnp.exe\r\n", isKept: true) == "evil&#8238;gnp.exe&#13;&#10;")
        #expect(Self.escaped("\u{0}\u{1B}\u{FFFF}", isKept: true) == "\u{FFFD}\u{FFFD}\u{FFFD}")
        #expect(MarkupEscape.line("a\r\nb\tc\u{1B}[31m\u{2028}<|`") == "a  b c\u{FFFD}[31m\u{FFFD}<|`")
    }

    @Test(
        "No character ends an element or an attribute, and every one of them is allowed in XML",
        arguments: [false, true])
    func everyCharacter(isKept: Bool) throws {
        for start in stride(from: UInt32(0), through: 0x10_FFFF, by: 0x1000) {
            var text = ""
            for value in start..<start + 0x1000 {
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let out = Self.escaped(text, isKept: isKept)
            #expect(!out.utf8.contains { "<>\"'".utf8.contains($0) })
            let document = "<a b=\"\(out)\">\(out)</a>"
            #expect(XMLParser(data: Data(document.utf8)).parse(), "from U+\(String(start, radix: 16))")
            #expect(MarkupEscape.line(text).utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        }
    }
}
