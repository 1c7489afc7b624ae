import Basics
import Testing

@testable import YAML

struct YAMLReaderTests {
    private func read(_ text: String) throws(YAMLError) -> YAMLNode? { try YAMLReader.plain.read(Array(text.utf8)) }

    private func reason(_ text: String) -> YAMLError.Reason? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("A document becomes a tree with positions")
    func tree() throws {
        let root = try #require(try read("a: 1\nb:\n  - x\n  - 'y z'\n"))
        guard case .mapping(let entries) = root.content, entries.count == 2 else {
            Issue.record("no mapping")
            return
        }
        #expect(entries[0].key == "a")
        #expect(entries[0].value.content == .scalar("1", isPlain: true))
        #expect(entries[1].position == TextPosition(line: 2, column: 1))
        guard case .sequence(let items) = entries[1].value.content else {
            Issue.record("no sequence")
            return
        }
        #expect(items[1].content == .scalar("y z", isPlain: false))
        #expect(items[1].position == TextPosition(line: 4, column: 5))
    }

    @Test("A byte order mark and CRLF line ends change nothing")
    func editors() throws {
        let plain = try read("a: 1\nb: [2, 3]\n")
        #expect(try read("a: 1\r\nb: [2, 3]\r\n") == plain)
        #expect(try read("\u{FEFF}a: 1\nb: [2, 3]\n") == plain)
    }

    @Test("An empty document is no tree", arguments: ["", "# only a comment\n", "\u{FEFF}"])
    func empty(text: String) throws { #expect(try read(text) == nil) }

    @Test("A key without a value, null and ~ are no values; quoted ones are")
    func nulls() throws {
        let root = try #require(try read("a:\nb: null\nc: ~\nd: ''\ne: 'null'\n"))
        guard case .mapping(let entries) = root.content else { return }
        #expect(entries.map(\.value.isNull) == [true, true, true, false, false])
    }

    @Test("Aliases, tags, second documents, odd and duplicate keys are refused")
    func refuses() {
        #expect(reason("a: &x 1\nb: *x\n") == .alias)
        #expect(reason("a: !!int 1\n") == .tag)
        #expect(reason("a: !!seq [1]\n") == .tag)
        #expect(reason("a: 1\n---\nb: 2\n") == .secondDocument)
        #expect(reason("[a, b]: 1\n") == .complexKey)
        #expect(reason("a: 1\nb: 2\na: 3\n") == .duplicateKey("a", first: TextPosition(line: 1, column: 1)))
        #expect(reason("a: {x: 1, x: 2}\n") == .duplicateKey("x", first: TextPosition(line: 1, column: 5)))
    }

    @Test(
        "A text that is not YAML names line and column",
        arguments: [
            ("a: [1, 2\n", 2), ("a: 1\n  b: 2\n", 2), ("a: 'x\n", 2), ("a:\n\t- b\n", 2), ("\u{1}", 1),
            ("a: b: c\n", 1),
        ])
    func syntax(text: String, line: Int) {
        let error = #expect(throws: YAMLError.self) { try read(text) }
        #expect(error?.position.line == line)
        guard case .syntax = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("Bytes that are not UTF-8 are found")
    func encoding() {
        let error = #expect(throws: YAMLError.self) {
            try YAMLReader.plain.read(Array("a: 1\né: ".utf8) + [0xFF, 0x0A])
        }
        #expect(error == YAMLError(reason: .notUTF8, position: TextPosition(line: 2, column: 4)))
    }

    @Test("Mappings and sequences may nest 32 deep", arguments: [31, 32, 33, 5_000])
    func depth(count: Int) {
        let text = String(repeating: "[", count: count) + String(repeating: "]", count: count)
        #expect(reason(text) == (count > 32 ? .tooDeep(limit: 32) : nil))
    }

    @Test("A file may be exactly 1 MB", arguments: [-1, 0, 1])
    func size(over: Int) {
        let text = "#" + String(repeating: "x", count: YAMLReader.largest - 1 + over)
        #expect(reason(text) == (over > 0 ? .tooLarge(limit: YAMLReader.largest) : nil))
    }

    @Test("Whatever is cut from or thrown into a document, the reader answers")
    func survives() {
        let sample = Array("a: {b: [1, 'x', \"\\u00e9\"]}\nc: |\n  text\n? d\n: &e f\ng: !t h\n".utf8)
        var generator = SystemRandomNumberGenerator()
        for length in 0...sample.count { _ = try? YAMLReader.full.read(Array(sample.prefix(length))) }
        for _ in 0..<2_000 {
            var bytes = sample
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? YAMLReader.plain.read(bytes)
            _ = try? YAMLReader.full.read(bytes)
        }
    }

    // MARK: - As compose files are read

    private func full(_ text: String) throws(YAMLError) -> YAMLNode? { try YAMLReader.full.read(Array(text.utf8)) }

    @Test("An alias is what its anchor was, a tag is kept and changes nothing")
    func aliases() throws {
        let root = try #require(try full("a: &x [1, 2]\nb: *x\nc: !!str 3\nd: !own [1]\ne: !own {f: 1}\n"))
        #expect(root["b"]?.elements.compactMap(\.text) == ["1", "2"])
        #expect(root["c"]?.text == "3")
        #expect(root["d"]?.elements.compactMap(\.text) == ["1"])
        #expect(root["e"]?["f"]?.text == "1")
        #expect(root.entries.map(\.value.tag) == [nil, nil, "tag:yaml.org,2002:str", "!own", "!own"])
    }

    @Test("A merge takes over what is not written, the first of several wins")
    func merges() throws {
        let text = """
            base: &base {image: a, user: root}
            more: &more {user: nobody, tty: 1}
            one: {<<: *base, user: me}
            two: {<<: [*base, *more]}
            plain: {"<<": *base}
            """
        let root = try #require(try full(text))
        #expect(root["one"]?.entries.map(\.key) == ["user", "image"])
        #expect(root["one"]?["user"]?.text == "me")
        #expect(root["two"]?["user"]?.text == "root")
        #expect(root["two"]?["tty"]?.text == "1")
        #expect(root["plain"]?["image"]?.text == "a")
    }

    @Test("Aliases of nothing, merges of lists of texts and documents that grow are refused")
    func limits() {
        func reason(_ text: String) -> YAMLError.Reason? {
            do {
                _ = try full(text)
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(reason("a: *b\n") == .unknownAlias("b"))
        #expect(reason("a: &a [*a]\n") == .unknownAlias("a"))
        #expect(reason("a: {<<: [x]}\n") == .notMapping)
        var laughs = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for index in 1...9 {
            laughs +=
                "a\(index): &a\(index) [" + [String](repeating: "*a\(index - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(reason(laughs) == .tooMany(limit: 100_000))
    }
}

struct YAMLMessagesTests {
    @Test("Every message has its texts and a key of its own")
    func messages() { #expect(Message.faults(in: YAMLMessages.all) == []) }
}
