import Basics
import ComfyAPI
@testable import Simulator
import TestSupport
import Testing

/// Files: names, folders, ranges, pictures and their metadata.
struct FileTests {
    private func run(_ bench: Bench, _ graph: JSON, extra: JSON = [:]) throws -> JSON {
        bench.post("/prompt", ["prompt": graph, "client_id": "a", "extra_data": extra])
        bench.settle()
        return try bench.json("/history").object?.members.last?.value ?? .null
    }

    private func save(_ prefix: String, count: Int = 1) -> JSON {
        [
            "1": [
                "class_type": "EmptyImage",
                "inputs": ["width": 12, "height": 8, "batch_size": JSON(count), "color": 0x102030],
            ],
            "2": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": .string(prefix)]],
        ]
    }

    @Test(arguments: [
        ("x", "", "x_00001_.png"), ("a/b/x", "a/b", "x_00001_.png"), ("%width%x%height%", "", "12x8_00001_.png"),
        ("%year%-%month%/s", "2026-11", "s_00001_.png"), ("b%batch_num%", "", "b0_00001_.png"),
        ("back\\slash", "", "back\\slash_00001_.png"),
    ])
    func prefixesBecomeFoldersAndNames(prefix: String, subfolder: String, name: String) throws {
        let bench = try Bench()
        let item = try run(bench, save(prefix))["outputs"]?["2"]?["images"]?[0]
        #expect(item == ["filename": .string(name), "subfolder": .string(subfolder), "type": "output"])
    }

    @Test(arguments: ["../x", "/etc/x", "a/../../x"]) func leavingTheOutputFolderFails(prefix: String) throws {
        let entry = try run(try Bench(), save(prefix))
        let error = entry["status"]?["messages"]?.array?.last?[1]
        #expect(error?["exception_type"] == "Exception")
        #expect(error?["exception_message"]?.string?.hasPrefix("**** ERROR: Saving image outside") == true)
    }

    @Test func countersGoOnFromTheHighestFile() throws {
        let bench = try Bench()
        _ = try run(bench, save("n", count: 3))
        bench.upload("/upload/image", [("image", [1], "n_00041_.png"), ("type", Array("output".utf8), nil)])
        bench.post("/free", ["free_memory": true])
        let item = try run(bench, save("n"))["outputs"]?["2"]?["images"]?[0]
        #expect(item?["filename"] == "n_00042_.png")
    }

    @Test func temporaryNamesStayWithTheirNode() throws {
        let bench = try Bench()
        func name(_ colour: Int) throws -> String {
            try run(bench, Graphs.basic(colour: colour))["outputs"]?["5"]?["images"]?[0]?["filename"]?.string ?? ""
        }
        let first = try name(1)
        let second = try name(2)
        #expect(first.hasPrefix("ComfyUI_temp_") && first.hasSuffix("_00001_.png") && first.count == 29)
        #expect(second == String(first.dropLast(11)) + "_00002_.png")
    }

    @Test func fullStorageFailsTheNode() throws {
        let bench = try Bench { $0.maximumStored = 40_000 }
        let size = bench.worker.files.read("input/example.png")?.bytes.count ?? 0
        bench.upload("/upload/image", [("image", [UInt8](repeating: 0, count: 40_000 - size), "fill.bin")])
        let error = try run(bench, save("x"))["status"]?["messages"]?.array?.last?[1]
        #expect(error?["exception_type"] == "OSError")
    }

    @Test func memoryTreeKeepsItsLimit() {
        for (count, fits) in [(99, true), (100, true), (101, false)] {
            let tree = MemoryFileTree(limit: 100)
            #expect(tree.write("a/b", [UInt8](repeating: 0, count: count), at: 0) == fits)
        }
        let tree = MemoryFileTree(limit: 100)
        for _ in 0..<5 { #expect(tree.write("a", [UInt8](repeating: 0, count: 80), at: 0)) }
        #expect(tree.remove("a") && tree.write("b", [UInt8](repeating: 0, count: 100), at: 0))
    }

    @Test func bothTreesBehaveAlike() {
        let folder = TemporaryFolder(isMade: false)
        let trees: [any FileTree] = [MemoryFileTree(limit: 1_000), DiskFileTree(root: folder.path, limit: 1_000)]
        for tree in trees {
            #expect(!tree.exists("a/b.txt") && tree.list("a") == nil)
            #expect(tree.write("a/b.txt", [1, 2], at: 5) && tree.write("a/c/d.txt", [3], at: 6))
            #expect(tree.exists("a/b.txt") && tree.read("a/b.txt")?.bytes == [1, 2])
            #expect(tree.list("a")?.map(\.name) == ["b.txt", "c"])
            #expect(tree.files(below: "a", recursive: true)?.map(\.path) == ["b.txt", "c/d.txt"])
            #expect(tree.move("a/b.txt", to: "e/f.txt") && !tree.exists("a/b.txt") && tree.isDirectory("e"))
            #expect(tree.remove("e/f.txt") && !tree.remove("e/f.txt"))
            #expect(tree.highestNumber(in: "n", after: "x") == 0)
            for name in ["x_00007_.png", "x_00003_.png", "y_00009_.png", "x_z_.png"] {
                #expect(tree.write("n/" + name, [1], at: 7))
            }
            #expect(tree.highestNumber(in: "n", after: "x") == 7)
            #expect(tree.write("n/x_00011.flac", [1], at: 8) && tree.highestNumber(in: "n", after: "x") == 11)
            #expect(tree.remove("n/x_00011.flac") && tree.highestNumber(in: "n", after: "x") == 7)
            tree.clear("n")
            tree.clear("a")
            #expect(!tree.exists("a/c/d.txt"))
        }
        withExtendedLifetime(folder) {}
    }

    @Test(
        arguments: [
            ("bytes=0-9", 0..<10), ("bytes=5-", 5..<20), ("bytes=-4", 16..<20), ("bytes=10-99", 10..<20),
            ("bytes=-99", 0..<20), ("bytes=19-19", 19..<20), ("bytes=20-", nil), ("bytes=9-3", nil), ("lines=1-2", nil),
            ("bytes=-0", nil), ("bytes=x-1", nil), ("bytes=", nil),
        ] as [(String, Range<Int>?)])
    func rangesAreReadAsRFC9110Says(text: String, range: Range<Int>?) {
        #expect(SimulatedResponse.byteRange(text, size: 20) == range)
    }

    @Test func conditionalRequestsAreAnswered() throws {
        let bench = try Bench()
        let first = bench.get("/view?filename=example.png&type=input")
        let tag = try #require(first.header("Etag"))
        let again = bench.send(
            "GET", "/view?filename=example.png&type=input", headers: [("If-None-Match", tag)])
        #expect(again.status == 304 && again.body.isEmpty)
    }

    @Test func bodiesHaveALimit() throws {
        for (count, status) in [(99, 500), (100, 500), (101, 413)] {
            let bench = try Bench { $0.maximumBody = 100 }
            let answer = bench.send("POST", "/prompt", body: [UInt8](repeating: 0x20, count: count))
            #expect(answer.status == status)
        }
    }

    // MARK: - Pictures

    @Test func savedPicturesCarryTheGraphAndTheWorkflow() throws {
        let bench = try Bench()
        let workflow: JSON = ["id": "wörk", "nodes": []]
        let entry = try run(bench, save("x"), extra: ["extra_pnginfo": ["workflow": workflow]])
        let bytes = bench.get("/view?filename=x_00001_.png").body
        let texts = PNGCodec.texts(bytes)
        #expect(texts.map(\.keyword) == ["prompt", "workflow"])
        #expect(try JSON(parsing: texts[0].text) == entry["prompt"]?[2])
        #expect(try JSON(parsing: texts[1].text) == workflow)
        let picture = try #require(PNGCodec.decode(bytes, limit: 1_000))
        #expect(picture.width == 12 && picture[3, 3] == Picture.Pixel(r: 0x10, g: 0x20, b: 0x30))
    }

    @Test func metadataCanBeSwitchedOff() throws {
        let bench = try Bench { $0.writesMetadata = false }
        _ = try run(bench, save("x"))
        #expect(PNGCodec.texts(bench.get("/view?filename=x_00001_.png").body) == [])
    }

    @Test(arguments: ComfyFlavour.allCases) func realPicturesAreRead(flavour: ComfyFlavour) throws {
        let bytes = try Fixtures.bytes("\(flavour.rawValue)/output_with_metadata.png")
        #expect(PNGCodec.texts(bytes).map(\.keyword) == ["prompt", "workflow"])
        #expect(PNGCodec.decode(bytes, limit: 1 << 20) != nil)
    }

    @Test func pictureLimitsAreKept() {
        let picture = Picture(width: 10, height: 10) { x, y in Picture.Pixel(r: UInt8(x), g: UInt8(y), b: 0) }
        for (limit, fits) in [(99, false), (100, true), (101, true)] {
            #expect((PNGCodec.decode(PNGCodec.encode(picture), limit: limit) != nil) == fits)
            #expect((JPEGCodec.decode(JPEGCodec.encode(picture, quality: 90), limit: limit) != nil) == fits)
        }
    }

    @Test func brokenPicturesAreNil() {
        let good = PNGCodec.encode(Picture(width: 9, height: 9) { x, _ in Picture.Pixel(r: UInt8(x), g: 0, b: 0) })
        let jpeg = JPEGCodec.encode(Picture(width: 9, height: 9, plain: Picture.Pixel(r: 1, g: 2, b: 3)), quality: 50)
        for count in stride(from: 0, to: good.count - 12, by: 3) {
            #expect(PNGCodec.decode(Array(good[..<count]), limit: 1_000) == nil)
            _ = PNGCodec.texts(Array(good[..<count]))
        }
        for count in 0..<20 { #expect(JPEGCodec.decode(Array(jpeg[..<count]), limit: 1_000) == nil) }
    }

    @Test func pixelsSurvivePNG() {
        for alpha in [false, true] {
            let picture = Picture(width: 7, height: 5) { x, y in
                Picture.Pixel(r: UInt8(x * 30), g: UInt8(y * 40), b: 9, a: alpha ? UInt8(x * 20) : 255)
            }
            let back = PNGCodec.decode(PNGCodec.encode(picture, alpha: alpha), limit: 100)
            #expect(back?.rows(alpha: true) == picture.rows(alpha: true))
        }
    }

    @Test func maskUploadsPutTheirAlphaOnTheOriginal() throws {
        let bench = try Bench()
        let text = PNGCodec.Text(keyword: "prompt", text: "{}")
        let original = Picture(width: 4, height: 4, plain: Picture.Pixel(r: 200, g: 100, b: 50))
        let mask = Picture(width: 4, height: 4) { x, _ in Picture.Pixel(r: 0, g: 0, b: 0, a: x < 2 ? 0 : 255) }
        bench.upload("/upload/image", [("image", PNGCodec.encode(original, texts: [text]), "o.png")])
        bench.upload(
            "/upload/mask",
            [
                ("image", PNGCodec.encode(mask, alpha: true), "m.png"),
                ("original_ref", Array(#"{"filename": "o.png", "type": "input"}"#.utf8), nil),
            ])
        let bytes = bench.get("/view?filename=m.png&type=input").body
        #expect(PNGCodec.texts(bytes) == [text])
        let picture = try #require(PNGCodec.decode(bytes, limit: 100))
        #expect(picture[0, 0] == Picture.Pixel(r: 200, g: 100, b: 50, a: 0))
        #expect(picture[3, 0].a == 255)
    }

    @Test func picturesTurnAndFlip() {
        let picture = Picture(width: 3, height: 2) { x, y in Picture.Pixel(r: UInt8(x), g: UInt8(y), b: 0) }
        #expect(picture.rotated(quarters: 1)[0, 0] == picture[0, 1])
        #expect(picture.rotated(quarters: 1)[1, 2] == picture[2, 0])
        let turned = (0..<4).reduce(picture) { turned, _ in turned.rotated(quarters: 1) }
        #expect(turned.rows(alpha: true) == picture.rows(alpha: true))
        #expect(picture.flipped(vertically: false)[0, 0] == picture[2, 0])
        #expect(picture.flipped(vertically: true)[0, 0] == picture[0, 1])
        #expect(picture.inverted.inverted.rows(alpha: true) == picture.rows(alpha: true))
    }
}
