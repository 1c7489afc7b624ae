import Testing

@testable import Pictures

/// As Pillow's `PngImageFile.text` and `PngInfo.add_text` together have it.
struct PNGTextTests {
    private func texts(_ chunks: [(String, [UInt8])], behind: [(String, [UInt8])] = []) throws -> [String] {
        let file = Samples.png(1, 1, depth: 8, type: 0, rows: [0, 0], chunks: chunks, behind: behind)
        return try Samples.file(file).texts.map { text in
            let shown = text.payload.map { $0 == 0 ? "|" : String(UnicodeScalar($0)) }.joined()
            return (text.kind == .international ? "i:" : "t:") + shown
        }
    }

    private func bytes(_ text: String) -> [UInt8] { text.utf8.map { $0 == UInt8(ascii: "|") ? 0 : $0 } }

    @Test("Packed texts are unpacked, later ones beat earlier ones in their place, and texts behind the pixels count")
    func gathered() throws {
        let found = try texts(
            [
                ("tEXt", bytes("a|1")), ("zTXt", bytes("b||") + Packing.packed(bytes("two"))), ("tEXt", bytes("a|3")),
                ("iTXt", bytes("c|") + [1, 0] + bytes("en|k|") + Packing.packed(bytes("four"))),
            ], behind: [("tEXt", bytes("d|5"))])
        #expect(found == ["t:a|3", "t:b|two", "i:c|||en|k|four", "t:d|5"])
    }

    @Test("What is no text is passed over")
    func broken() throws {
        #expect(try texts([("tEXt", bytes("alone"))]) == ["t:alone|"])
        #expect(try texts([("tEXt", bytes("|nameless")), ("tEXt", [])]) == [])
        #expect(try texts([("zTXt", bytes("z||junk"))]) == ["t:z|"])
        for payload in ["x", "x|", "x|||", "x|||en|", "x||\u{1}en|k|v"] {
            #expect(try texts([("iTXt", bytes(payload))]) == (payload == "x||\u{1}en|k|v" ? ["i:x|||en|k|v"] : []))
        }
        #expect(try texts([("iTXt", bytes("x|") + [1, 0] + bytes("||junk"))]) == [])
        #expect(try texts([("iTXt", bytes("x|||||") + [0xFF])]) == [])
        #expect(throws: PictureError.damaged) { try texts([("zTXt", bytes("z|") + [1] + bytes("junk"))]) }
    }

    @Test("A text that unpacks to more than its limit makes the picture a damaged one", arguments: [-1, 0, 1])
    func bomb(more: Int) throws {
        let payload = bytes("z||") + Packing.packed([UInt8](repeating: 0x61, count: TextGathering.packedLimit + more))
        guard more > 0 else { return #expect(try texts([("zTXt", payload)]).count == 1) }
        #expect(throws: PictureError.damaged) { try texts([("zTXt", payload)]) }
    }
}
