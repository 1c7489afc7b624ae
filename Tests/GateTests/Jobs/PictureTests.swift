import Basics
import ComfyAPI
import TestSupport
import Testing
import Wire

@testable import Gate

/// `/view` with `preview` and `channel`, and `/upload/mask`, as a client sees them.
struct PictureTests {
    @Test(
        "A picture of one's own comes smaller and in parts, and is a file like any other",
        arguments: ComfyFlavour.allCases)
    func views(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour) { world in
            let gate = world.gate
            let id = try await world.submit(JobWorld.graph(color: 0x20_40_60), as: "alice")
            let files = JobWorld.files(try await world.ended(id, as: "alice"))
            let file = try #require(files.first { $0.type == "output" })
            let target = JobWorld.view(file)
            for (query, type) in [
                ("preview=webp%3B75", "image/webp"), ("preview=webp;75", "image/webp"), ("preview=jpeg", "image/jpeg"),
                ("preview=gif;10", "image/webp"), ("preview=", "image/webp"), ("channel=rgb", "image/png"),
                ("channel=a", "image/png"), ("preview=jpeg;50&channel=rgba", "image/webp"),
            ] {
                let first = try await gate.ask(.get, "\(target)&\(query)", as: "alice")
                #expect(first.status == .ok && first.fields["Content-Type"] == type, "\(query): \(first.text)")
                #expect(first.fields["X-Content-Type-Options"] == "nosniff")
                #expect(first.fields["Content-Security-Policy"]?.hasPrefix("sandbox") == true)
                #expect(first.fields["Content-Disposition"]?.contains(file.filename) == true)
                let colors = try TestPicture.decoded(first.body).pixels.prefix(3)
                let wanted: [UInt8] = query == "channel=a" ? [0, 0, 0] : [0x20, 0x40, 0x60]
                #expect(zip(colors, wanted).allSatisfy { abs(Int($0) - Int($1)) < 12 }, "\(query): \(colors)")
                // The second time it lies there.
                let tag = try #require(first.fields["ETag"])
                let second = try await gate.ask(.get, "\(target)&\(query)", as: "alice", ["Range": "bytes=0-3"])
                #expect(second.status == .partialContent && second.body == Array(first.body.prefix(4)))
                #expect(second.fields["ETag"] == tag)
                try await gate.expect(.notModified, .get, "\(target)&\(query)", as: "alice", ["If-None-Match": tag])
                // To others there is no such file, whatever they want of it.
                try await gate.expect(.notFound, .get, "\(target)&\(query)", as: "bob")
            }
            // Words that ask for nothing.
            for query in ["channel=rgba", "channel=", "channel=b"] {
                let answer = try await gate.ask(.get, "\(target)&\(query)", as: "alice")
                #expect(answer.text.contains("prompt"), "\(query) is not the file itself")
            }
            try await gate.expect(.badRequest, .get, "\(target)&preview=webp;101", as: "alice")
            try await gate.expect(.ok, .get, "\(target)&preview=jpeg;999", as: "alice")
        }
    }

    @Test("What is no picture, is damaged or too large says so, and the gate goes on")
    func refuses() async throws {
        try await GateWorld.run { world in
            let png = try TestPicture.png(60, 60)
            let cases: [([UInt8], Status, String)] = [
                (Array("hello".utf8), .unsupportedMediaType, "picture_unreadable"),
                ([], .unsupportedMediaType, "picture_unreadable"),
                (Array(png.prefix(png.count / 2)), .unsupportedMediaType, "picture_unreadable"),
                (TestPicture.promise(65_535, 1), .unsupportedMediaType, "picture_unreadable"),
                (TestPicture.promise(65_536, 1), .contentTooLarge, "picture_too_large"),
                (TestPicture.promise(8_192, 8_193), .contentTooLarge, "picture_too_large"),
            ]
            for (number, (bytes, status, code)) in cases.enumerated() {
                try await world.expectUploaded(bytes, "\(number).png", as: "alice")
                for query in ["preview=webp;75", "channel=rgb"] {
                    let answer = try await world.ask(
                        .get, "/view?filename=\(number).png&type=input&\(query)", as: "alice")
                    #expect(answer.status == status && answer.text.contains(code), "\(number): \(answer.text)")
                }
                try await world.expect(.ok, .get, "/view?filename=\(number).png&type=input", as: "alice")
            }
        }
    }

    @Test(
        "A preview of what a browser shows by itself is the file; its channels, and what no browser shows, are refused")
    func showsWhole() async throws {
        // One pixel each.
        let gif =
            Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0]
            + [2, 2, 0x44, 1, 0, 0x3B]
        let bmp =
            Array("BM".utf8) + [58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0]
            + [UInt8](repeating: 0, count: 28)
        let tiff: [UInt8] = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        try await GateWorld.run { world in
            for (bytes, name, type) in [(gif, "a.gif", "image/gif"), (bmp, "b.png", "image/bmp")] {
                try await world.expectUploaded(bytes, name, as: "alice")
                for query in ["preview=webp;75", "preview=jpeg;50", "preview=", "preview=webp&channel=rgb"] {
                    let target = "/view?filename=\(name)&type=input&\(query)"
                    let answer = try await world.ask(.get, target, as: "alice")
                    #expect(answer.status == .ok && answer.body == bytes, "\(name) \(query): \(answer.text)")
                    #expect(answer.fields["Content-Type"] == type)
                    #expect(answer.fields["Content-Disposition"]?.contains("inline") == true)
                    #expect(answer.fields["X-Content-Type-Options"] == "nosniff")
                    try await world.expect(.notFound, .get, target, as: "bob")
                }
            }
            try await world.expectUploaded(tiff, "c.tiff", as: "alice")
            for target in [
                "a.gif&channel=rgb", "a.gif&channel=a", "b.png&channel=rgb", "b.png&channel=a", "c.tiff&channel=a",
                "c.tiff&preview=webp",
            ] {
                let answer = try await world.ask(.get, "/view?type=input&filename=\(target)", as: "alice")
                #expect(answer.status == .unsupportedMediaType, "\(target)")
                #expect(answer.text.contains("picture_unreadable") && answer.text.contains("ask for the file itself"))
            }
        }
    }

    @Test("A process that crashes, or is not there, costs one request")
    func crashes() async throws {
        for (program, status) in [("/bin/false", Status.unsupportedMediaType), ("/no/such", .serviceUnavailable)] {
            try await GateWorld.run(pictureProgram: program) { world in
                try await world.expectUploaded(TestPicture.png(), "a.png", as: "alice")
                let answer = try await world.ask(.get, "/view?filename=a.png&type=input&channel=a", as: "alice")
                #expect(answer.status == status)
                #expect((answer.fields["Retry-After"] != nil) == (status == .serviceUnavailable))
                try await world.expect(.ok, .get, "/view?filename=a.png&type=input", as: "alice")
            }
        }
    }

    // MARK: Masks

    private static func reference(_ name: String, _ subfolder: String = "", type: String? = "input") -> (String, String)
    {
        var members: JSONObject = ["filename": .string(name), "subfolder": .string(subfolder)]
        if let type { members["type"] = .string(type) }
        return ("original_ref", String(decoding: JSON.object(members).encoded(), as: UTF8.self))
    }

    @Test("A mask makes a new picture of one's own: its colours and texts, the mask's alpha")
    func masks() async throws {
        try await GateWorld.run { world in
            let (picture, mask) = (try TestPicture.png(seed: 1, text: "kept"), try TestPicture.png(seed: 99))
            try await world.expectUploaded(picture, "a.png", as: "alice", [("subfolder", "deep/er")])
            try await world.expectUploaded(picture, "b.png", as: "alice", [("type", "temp")])
            for reference in [
                Self.reference("a.png", "deep/er"), Self.reference("deep/er/a.png"), Self.reference("er/a.png", "deep"),
                Self.reference("deep/er/a.png [input]", type: "output"), Self.reference("b.png [temp]", type: nil),
            ] {
                let answer = try await world.upload(
                    "/upload/mask", mask, "painted.png", as: "alice", [reference, ("subfolder", "clipspace")])
                #expect(
                    answer.json == ["name": "painted.png", "subfolder": "clipspace", "type": "input"], "\(answer.text)")
            }
            let made = try await world.ask(
                .get, "/view?filename=painted.png&subfolder=clipspace&type=input", as: "alice")
            #expect(made.fields["Content-Type"] == "image/png")
            #expect(try TestPicture.texts(made.body) == ["a\0kept"])
            let seen = try TestPicture.decoded(made.body).pixels
            let (colors, alphas) = (TestPicture.pixels(12, 8, seed: 1), TestPicture.pixels(12, 8, seed: 99))
            for at in seen.indices { #expect(seen[at] == (at % 4 == 3 ? alphas[at] : colors[at])) }
            // Another mask is another picture.
            let other = try await world.upload(
                "/upload/mask", TestPicture.png(seed: 5), "painted.png", as: "alice",
                [Self.reference("a.png", "deep/er"), ("subfolder", "clipspace")])
            #expect(other.json?["name"] == "painted (1).png")
            let webp = try await world.upload(
                "/upload/mask", mask, "painted.webp", as: "alice",
                [Self.reference("a.png", "deep/er"), ("type", "temp")])
            #expect(webp.json == ["name": "painted.webp", "subfolder": "", "type": "temp"])
            let soft = try await world.ask(.get, "/view?filename=painted.webp&type=temp", as: "alice")
            #expect(try TestPicture.decoded(soft.body).hasAlpha)
            try await world.expect(.notFound, .get, "/view?filename=painted.webp&type=temp", as: "bob")
        }
    }

    @Test("Somebody else's picture is no picture, and a refused mask leaves nothing")
    func refusesMasks() async throws {
        try await GateWorld.run { world in
            let png = try TestPicture.png()
            try await world.expectUploaded(png, "a.png", as: "alice")
            try await world.expectUploaded(Array("hello".utf8), "words.png", as: "alice")
            let own = Self.reference("a.png")
            let cases: [(name: String, account: String, file: [UInt8], fields: [(String, String)], Status)] = [
                ("m.png", "bob", png, [own], .notFound),
                ("m.png", "alice", png, [Self.reference("gone.png")], .notFound),
                ("m.png", "alice", png, [Self.reference("a.png", type: nil)], .notFound),
                ("m.png", "alice", png, [], .badRequest),
                ("m.png", "alice", png, [("original_ref", "{")], .badRequest),
                ("m.png", "alice", png, [("original_ref", #"{"type":"input"}"#)], .badRequest),
                ("m.png", "alice", png, [Self.reference("../a.png")], .badRequest),
                ("m.png", "alice", png, [Self.reference("/a.png")], .badRequest),
                ("m.png", "alice", png, [Self.reference("a.png", "../input")], .badRequest),
                ("m.png", "alice", png, [Self.reference("a.png", type: "models")], .badRequest),
                ("m.jpg", "alice", png, [own], .badRequest),
                ("m", "alice", png, [own], .badRequest),
                ("m.png", "alice", png, [own, ("type", "output")], .forbidden),
                ("m.png", "alice", try TestPicture.png(12, 9), [own], .badRequest),
                ("m.png", "alice", Array("no".utf8), [own], .unsupportedMediaType),
                ("m.png", "alice", png, [Self.reference("words.png")], .unsupportedMediaType),
            ]
            for one in cases {
                let answer = try await world.upload("/upload/mask", one.file, one.name, as: one.account, one.fields)
                #expect(answer.status == one.4, "\(one.name) \(one.fields): \(answer.text)")
            }
            // The answer for a stranger's file is the answer for none.
            let answers = [
                try await world.upload("/upload/mask", png, "m.png", as: "bob", [own]),
                try await world.upload("/upload/mask", png, "m.png", as: "bob", [Self.reference("gone.png")]),
            ]
            let messages = answers.map { $0.json?["error"]?["message"] }
            #expect(messages[0] == messages[1] && messages[0] != nil)
            for name in ["alice", "bob"] {
                let names = try await world.ask(.get, "/internal/files/input", as: name)
                #expect(!names.text.contains("m.png"), "\(names.text)")
            }
            try await world.expect(.unauthorized, .post, "/upload/mask")
        }
    }
}

extension GateWorld {
    func expectUploaded(
        _ file: [UInt8], _ fileName: String, as name: String, _ fields: [(String, String)] = [],
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await upload("/upload/image", file, fileName, as: name, fields)
        #expect(answer.json?["name"] == .string(fileName), "\(answer.text)", sourceLocation: location)
    }
}
