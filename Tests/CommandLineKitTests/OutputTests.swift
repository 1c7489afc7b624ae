import Basics
import Testing

@testable import CommandLineKit

struct DisplayWidthTests {
    @Test(
        "Wide characters and emoji take two columns, marks none",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("画像", 4), ("ﾊﾝ", 2), ("한국", 4), ("🎨", 2), ("👩‍🎨", 2),
            ("🇫🇷", 2),
            ("❤️", 2), ("❤", 1), ("a\u{200B}b", 2), ("…", 1), ("\u{1F}", 0),
        ] as [(String, Int)])
    func width(text: String, columns: Int) { #expect(text.displayWidth == columns) }

    @Test("A cut text fits and says that it was cut")
    func truncates() {
        for text in ["plain text", "画像画像画像", "a🎨b🎨c", "👩‍🎨👩‍🎨"] {
            for width in 0...12 {
                let cut = text.truncated(toWidth: width)
                #expect(cut.displayWidth <= width)
                #expect(cut == text || width == 0 || cut.hasSuffix("…"))
            }
        }
    }

    @Test("Controls and direction marks cannot reach a terminal")
    func controls() {
        #expect("a\u{1B}[31m\n\t\u{202E}b\u{9B}".visibleControls == "a\\u{1b}[31m\\n\\t\\u{202e}b\\u{9b}")
        #expect("plain é 画".visibleControls == "plain é 画")
    }
}

struct TableTests {
    private func sample() -> Table {
        var table = Table([.init("NAME", canShrink: true), .init("SIZE", .right), .init("NOTE", canShrink: true)])
        table.append(["画像.png", "12", "a note that is rather long"])
        table.append(["b\nc", "3456"])
        return table
    }

    @Test("Columns line up by display width, and nothing is cut in a pipe")
    func aligns() {
        #expect(
            sample().render() == """
                NAME      SIZE  NOTE
                画像.png    12  a note that is rather long
                b\\nc      3456

                """)
    }

    @Test("On a terminal the widest columns that may shrink do", arguments: 26...44)
    func shrinks(width: Int) {
        for line in sample().render(width: width).split(separator: "\n") {
            #expect(String(line).displayWidth <= width)
        }
    }
}

struct ProgressBarTests {
    @Test("A bar shows share, amounts and time left")
    func renders() {
        let bar = ProgressBar("model", done: 512 << 20, total: 2 << 30, unit: .bytes, elapsed: .seconds(10))
        #expect(bar.render(width: 60) == "model [#####------------------]  25%  512.0 MB/2.0 GB  0:30")
        #expect(bar.render(width: 20) == "model [#-----]  25%")
        #expect(bar.render(width: 9) == "mod…  25%")
        #expect(ProgressBar("files", done: 3, elapsed: .seconds(61)).render(width: 40) == "files  3  1:01")
        #expect(ProgressBar("x", done: 9, total: 4).render(width: 30).contains("100%"))
    }

    @Test("No width is ever passed, and odd totals do no harm")
    func fits() {
        for width in 0...120 {
            for (done, total) in [(0, 0), (0, 10), (5, 10), (10, 10), (-3, 10), (1, nil)] as [(Int, Int?)] {
                let bar = ProgressBar("画像 label", done: done, total: total, elapsed: .seconds(4_000))
                #expect(bar.render(width: width).displayWidth <= width)
            }
        }
    }

    @Test("Nothing is drawn where there is no terminal, nor under --quiet")
    func onlyOnTerminals() {
        for (isTerminal, quiet, expected) in [(false, false, false), (true, true, false), (true, false, true)] {
            let error = MemorySink(isTerminal: isTerminal)
            var options = GlobalOptions()
            options.quiet = quiet
            var writer = ProgressWriter(
                Terminal(program: "sample", options: options, output: MemorySink(), error: error))
            writer.update(ProgressBar("x", done: 1, total: 2))
            writer.finish()
            #expect(!error.text.isEmpty == expected)
        }
    }

    @Test("A bar is drawn at most ten times a second, the full one always")
    func isThrottled() {
        let error = MemorySink(isTerminal: true)
        var writer = ProgressWriter(Terminal(program: "sample", output: MemorySink(), error: error))
        for step in 0...100 {
            writer.update(ProgressBar("x", done: step, total: 100, elapsed: .milliseconds(step)))
        }
        #expect(error.text.split(separator: "\r").count == 2)
        #expect(error.text.contains("100%"))
    }
}
