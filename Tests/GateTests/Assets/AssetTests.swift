import Basics
import ComfyAPI
import HTTP
import Loop
import Simulator
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

struct AssetTests {
    private static let boundary = "b0undary"

    /// A form of fields, and of a file when there is one.
    private static func form(_ fields: [(String, String)], file: (part: String, name: String, bytes: String)?) -> String
    {
        var out = ""
        for (name, value) in fields {
            out += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        if let file {
            out +=
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(file.part)\"; filename=\"\(file.name)\"\r\n"
            out += "Content-Type: application/octet-stream\r\n\r\n\(file.bytes)\r\n"
        }
        return out + "--\(boundary)--\r\n"
    }

    private static func post(
        _ world: GateWorld, _ path: String = "/api/assets", as name: String, _ fields: [(String, String)],
        file: (part: String, name: String, bytes: String)?
    ) async throws -> Answer {
        try await world.ask(
            .post, path, as: name, ["Content-Type": "multipart/form-data; boundary=\(boundary)"],
            body: form(fields, file: file))
    }

    private static func upload(
        _ world: GateWorld, as name: String, _ bytes: String, file: String = "a.txt", _ fields: [(String, String)] = []
    ) async throws -> Answer {
        try await post(world, as: name, [("tags", "input,foo")] + fields, file: ("file", file, bytes))
    }

    private static func names(_ world: GateWorld, _ query: String = "", as name: String) async throws -> [String] {
        let answer = try await world.ask(.get, "/api/assets" + query, as: name)
        return (answer.json?["assets"]?.array ?? []).compactMap { $0["name"]?.string }
    }

    private static func code(_ answer: Answer) -> String? { answer.json?["error"]?["code"]?.string }

    @Test("An upload is an asset of its account, once for the same bytes, and a file that graphs may read")
    func makes() async throws {
        try await GateWorld.run { world in
            let first = try await Self.upload(
                world, as: "alice", "one", [("name", "my asset"), ("user_metadata", #"{"k":1}"#)])
            #expect(first.status == .created, "\(first.text)")
            let json = try #require(first.json)
            #expect(json["created_new"] == true)
            #expect(json["name"] == "my asset")
            #expect(json["tags"] == ["foo", "input"])
            #expect(json["user_metadata"] == ["k": 1])
            #expect(json["size"] == 3)
            #expect(json["hash"]?.string == "blake3:\(BLAKE3.hash(Array("one".utf8)))")
            #expect(json["asset_hash"] == json["hash"])
            #expect(json["preview_url"] == "/api/view?type=input&filename=a.txt")
            #expect(json["created_at"]?.string?.utf8.count == 26)
            let again = try await Self.upload(world, as: "alice", "one", file: "b.txt")
            #expect(again.status == .ok)
            #expect(again.json?["created_new"] == false)
            // The same bytes are new for another account: nothing tells that they are there.
            #expect(try await Self.upload(world, as: "bob", "one").json?["created_new"] == true)
            #expect(try await world.ask(.get, "/view?type=input&filename=a.txt", as: "alice").text == "one")
            #expect(try await Self.names(world, as: "alice").sorted() == ["b.txt", "my asset"])
            let id = try #require(json["id"]?.string)
            let one = try await world.ask(.get, "/api/assets/\(id.uppercased())", as: "alice")
            #expect(one.json?["name"] == "my asset")
        }
    }

    @Test("What cannot be an asset is refused in ComfyUI's words")
    func refuses() async throws {
        try await GateWorld.run { world in
            let file = ("file", "a.txt", "x")
            for (fields, code) in [
                ([], "INVALID_BODY"), ([("tags", "foo")], "INVALID_BODY"), ([("tags", "models,loras")], "FORBIDDEN"),
                ([("tags", "input,models")], "FORBIDDEN"),
                ([("tags", "input"), ("user_metadata", "[]")], "INVALID_BODY"),
                ([("tags", "input"), ("user_metadata", "{")], "INVALID_BODY"),
                ([("tags", "input"), ("preview_id", "x")], "INVALID_BODY"),
                ([("tags", "input"), ("hash", "md5:1")], "INVALID_HASH"),
                ([("tags", "input"), ("hash", "blake3:" + String(repeating: "0", count: 64))], "HASH_MISMATCH"),
                ([("tags", "input"), ("preview_id", UUID().description)], "ASSET_NOT_FOUND"),
            ] as [([(String, String)], String)] {
                let answer = try await Self.post(world, as: "alice", fields, file: file)
                #expect(Self.code(answer) == code, "\(fields): \(answer.text)")
                #expect(answer.status.code >= 400)
            }
            let none = try await Self.post(world, as: "alice", [("tags", "input")], file: nil)
            #expect(Self.code(none) == "MISSING_FILE")
            let id = try await Self.upload(world, as: "bob", "x").json?["id"]?.string ?? ""
            for size in [16_383, 16_384, 16_385] {
                let text = #"{"k":"\#(String(repeating: "x", count: size - 8))"}"#
                #expect(text.utf8.count == size)
                let answer = try await world.ask(
                    .put, "/api/assets/\(id)", as: "bob", body: #"{"user_metadata":\#(text)}"#)
                #expect(Self.code(answer) == (size > 16_384 ? "INVALID_BODY" : nil))
            }
        }
    }

    @Test("Another's asset is no asset: by id, by hash, in lists and in tags")
    func keepsApart() async throws {
        try await GateWorld.run { world in
            let made = try await Self.upload(world, as: "alice", "secret")
            let (id, hash) = (made.json?["id"]?.string ?? "", made.json?["hash"]?.string ?? "")
            let one = "/api/assets/\(id)"
            for (method, path, body) in [
                (.get, one, ""), (.get, one + "/content", ""), (.put, one, #"{"name":"x"}"#), (.delete, one, ""),
                (.post, one + "/tags", #"{"tags":["x"]}"#), (.delete, one + "/tags", #"{"tags":["foo"]}"#),
                (.head, "/api/assets/hash/\(hash)", ""),
                (.post, "/api/assets/from-hash", #"{"hash":"\#(hash)","tags":["input"]}"#),
            ] as [(Wire.Method, String, String)] {
                let answer = try await world.ask(method, path, as: "bob", body: body)
                #expect(answer.status == .notFound, "\(method) \(path): \(answer.text)")
                if method != .head { #expect(Self.code(answer) == "ASSET_NOT_FOUND") }
            }
            let known = try await Self.post(world, as: "bob", [("tags", "input"), ("hash", hash)], file: nil)
            #expect(Self.code(known) == "MISSING_FILE")
            let own = try await Self.upload(world, as: "bob", "own")
            let foreign = try await world.ask(
                .put, "/api/assets/\(own.json?["id"]?.string ?? "")", as: "bob", body: #"{"preview_id":"\#(id)"}"#)
            #expect(Self.code(foreign) == "ASSET_NOT_FOUND")
            #expect(try await Self.names(world, as: "bob") == ["a.txt"])
            let tags = try await world.ask(.get, "/api/tags?include_zero=false", as: "bob")
            #expect(tags.json?["tags"] == [["name": "foo", "count": 1], ["name": "input", "count": 1]])
            try await world.expect(.ok, .head, "/api/assets/hash/\(hash)", as: "alice")
            try await world.expect(.ok, .get, one, as: "alice")
        }
    }

    @Test("Lists are filtered, sorted and paged")
    func lists() async throws {
        let time = Locked(Timestamp(milliseconds: 1_800_000_000_000))
        try await GateWorld.run(clock: { time.withLock { $0 } }) { world in
            for number in 0..<5 {
                time.withLock { $0 = $0.advanced(bySeconds: 1) }
                let bytes = String(repeating: "x", count: 10 - number)
                let made = try await Self.upload(
                    world, as: "alice", bytes, file: "f\(number).txt",
                    [("user_metadata", #"{"n":\#(number),"odd":\#(number % 2 == 1)}"#)])
                if number < 2 {
                    let id = made.json?["id"]?.string ?? ""
                    let tags = try await world.ask(
                        .post, "/api/assets/\(id)/tags", as: "alice", body: #"{"tags":["Low","foo","low"]}"#)
                    #expect(tags.json?["added"] == ["low"])
                    #expect(tags.json?["already_present"] == ["foo"])
                    #expect(tags.json?["total_tags"] == ["foo", "input", "low"])
                }
            }
            for (query, expected) in [
                ("", [4, 3, 2, 1, 0]), ("?order=asc", [0, 1, 2, 3, 4]), ("?sort=name&order=desc", [4, 3, 2, 1, 0]),
                ("?sort=size&order=asc", [4, 3, 2, 1, 0]), ("?limit=2&offset=1", [3, 2]),
                ("?include_tags=low", [1, 0]), ("?include_tags=input,low", [1, 0]), ("?exclude_tags=low", [4, 3, 2]),
                ("?include_tags=output", []), ("?name_contains=F3", [3]), ("?name_contains=%25", []),
                ("?metadata_filter=%7B%22n%22:2%7D", [2]), ("?metadata_filter=%7B%22odd%22:true%7D", [3, 1]),
                ("?metadata_filter=%7B%22n%22:%222%22%7D", []), ("?sort=updated_at&order=asc&limit=1", [0]),
            ] as [(String, [Int])] {
                #expect(try await Self.names(world, query, as: "alice") == expected.map { "f\($0).txt" }, "\(query)")
            }
            for sort in ["name", "created_at", "size"] {
                var seen: [String] = []
                var after = ""
                repeat {
                    let answer = try await world.ask(
                        .get, "/api/assets?limit=2&sort=\(sort)" + (after.isEmpty ? "" : "&after=\(after)"), as: "alice"
                    )
                    #expect(answer.json?["total"] == 5)
                    seen += (answer.json?["assets"]?.array ?? []).compactMap { $0["name"]?.string }
                    after = answer.json?["next_cursor"]?.string ?? ""
                    #expect(answer.json?["has_more"] == .bool(!after.isEmpty))
                } while !after.isEmpty && seen.count < 10
                #expect(Set(seen).count == 5 && seen.count == 5, "\(sort)")
            }
            for query in [
                "limit=0", "limit=501", "limit=x", "offset=-1", "sort=x", "order=x", "metadata_filter=x", "after=x",
            ] { try await world.expect(.badRequest, .get, "/api/assets?" + query, as: "alice") }
            let refined = try await world.ask(.get, "/api/assets/tags/refine?include_tags=low", as: "alice")
            #expect(refined.json?["tag_counts"] == ["foo": 2, "input": 2, "low": 2])
        }
    }

    @Test("Names, notes and previews change; labels go, places stay; a deleted asset leaves its file")
    func changes() async throws {
        try await GateWorld.run { world in
            let id = try await Self.upload(world, as: "alice", "one").json?["id"]?.string ?? ""
            let other = try await Self.upload(world, as: "alice", "two", file: "p.txt").json?["id"]?.string ?? ""
            let body = #"{"name":"new","user_metadata":{"a":[1,{"b":null}]},"preview_id":"\#(other)"}"#
            let changed = try await world.ask(.put, "/api/assets/\(id)", as: "alice", body: body)
            #expect(changed.json?["name"] == "new")
            #expect(changed.json?["user_metadata"] == ["a": [1, ["b": nil]]])
            #expect(changed.json?["preview_id"]?.string == other)
            #expect(changed.json?["preview_url"] == "/api/view?type=input&filename=p.txt")
            let removed = try await world.ask(
                .delete, "/api/assets/\(id)/tags", as: "alice", body: #"{"tags":["foo","input","x"]}"#)
            #expect(removed.json?["removed"] == ["foo"])
            #expect(removed.json?["not_present"] == ["x"])
            #expect(removed.json?["protected"] == ["input"])
            #expect(removed.json?["total_tags"] == ["input"])
            for bad in ["", "[]", #"{"name":1}"#, #"{"name":""}"#, #"{"user_metadata":1}"#, #"{"preview_id":"x"}"#] {
                try await world.expect(.badRequest, .put, "/api/assets/\(id)", as: "alice", body: bad)
            }
            try await world.expect(.badRequest, .post, "/api/assets/\(id)/tags", as: "alice", body: #"{"tags":[]}"#)
            try await world.expect(.noContent, .delete, "/api/assets/\(id)", as: "alice")
            try await world.expect(.notFound, .delete, "/api/assets/\(id)", as: "alice")
            try await world.expect(.notFound, .get, "/api/assets/\(id)", as: "alice")
            #expect(try await Self.names(world, as: "alice") == ["p.txt"])
            #expect(try await world.ask(.get, "/view?type=input&filename=a.txt", as: "alice").text == "one")
            // The same file again is the same asset again.
            let again = try await Self.upload(world, as: "alice", "one")
            #expect(again.json?["id"]?.string == id)
        }
    }

    @Test("Content has the safety of /view, and is for saving unless it is to be shown")
    func servesContent() async throws {
        try await GateWorld.run { world in
            let made = try await Self.upload(world, as: "alice", "<html><script>1</script></html>", file: "x.html")
            let path = "/api/assets/\(made.json?["id"]?.string ?? "")/content"
            for query in ["", "?disposition=inline"] {
                let answer = try await world.ask(.get, path + query, as: "alice")
                #expect(answer.fields["Content-Type"] == "application/octet-stream")
                #expect(answer.fields["Content-Disposition"]?.hasPrefix("attachment") == true)
                #expect(answer.fields["Content-Security-Policy"]?.hasPrefix("sandbox") == true)
                #expect(answer.fields["X-Content-Type-Options"] == "nosniff")
            }
            let text = try await Self.upload(world, as: "alice", "plain", file: "p.txt")
            let plain = "/api/assets/\(text.json?["id"]?.string ?? "")/content"
            let shown = try await world.ask(.get, plain + "?disposition=inline", as: "alice")
            #expect(shown.fields["Content-Disposition"]?.hasPrefix("inline") == true)
            let saved = try await world.ask(.get, plain, as: "alice", ["Range": "bytes=0-1"])
            #expect(saved.fields["Content-Disposition"]?.hasPrefix("attachment") == true)
            #expect(saved.text == "pl")
        }
    }

    @Test("From a hash of one's own bytes comes another asset; scans are an operator's and find nothing to do")
    func makesFromHash() async throws {
        try await GateWorld.run { world in
            let hash = try await Self.upload(world, as: "olga", "one").json?["hash"]?.string ?? ""
            let made = try await world.ask(
                .post, "/api/assets/from-hash", as: "olga",
                body: #"{"hash":"\#(hash)","name":"copy.txt","tags":["output","x"]}"#)
            #expect(made.status == .created, "\(made.text)")
            #expect(made.json?["tags"] == ["output", "x"])
            #expect(
                try await world.ask(
                    .get, "/view?filename=\(made.json?["metadata"]?["filename"]?.string ?? "")", as: "olga"
                ).text == "one")
            for body in ["", "{}", #"{"hash":"x"}"#, #"{"hash":"\#(hash)","tags":"x"}"#] {
                try await world.expect(.badRequest, .post, "/api/assets/from-hash", as: "olga", body: body)
            }
            let models = try await world.ask(
                .post, "/api/assets/from-hash", as: "olga", body: #"{"hash":"\#(hash)","tags":["models"]}"#)
            #expect(models.status == .forbidden)
            for (method, path, status) in [
                (.post, "/api/assets/seed", .accepted), (.post, "/api/assets/seed?wait=true", .ok),
                (.get, "/api/assets/seed/status", .ok), (.post, "/api/assets/seed/cancel", .ok),
                (.post, "/api/assets/prune", .ok),
            ] as [(Wire.Method, String, Status)] {
                try await world.expect(status, method, path, as: "olga", body: method == .post ? "{}" : "")
                try await world.expect(.forbidden, method, path, as: "alice", body: method == .post ? "{}" : "")
            }
            #expect(!world.takeSeen().contains { $0.line.contains("assets") })
        }
    }

    @Test("A picture that a job made is an asset with its job; an upload of 0.26 names its asset")
    func knowsJobs() async throws {
        try await JobWorld.run(.current) { world in
            let id = try await world.submit(JobWorld.graph(color: 9, prefix: "sub/pic"), as: "alice")
            _ = try await world.ended(id, as: "alice")
            let list = try await world.gate.ask(.get, "/api/assets?include_tags=output,sub", as: "alice")
            let asset = try #require(list.json?["assets"]?[0])
            #expect(asset["job_id"]?.string == id)
            #expect(asset["tags"] == ["output", "sub"])
            #expect(asset["mime_type"] == "image/png")
            let preview = try #require(asset["preview_url"]?.string)
            try await world.gate.expect(.ok, .get, preview, as: "alice")
            try await world.gate.expect(.notFound, .get, preview, as: "bob")
            #expect(try await world.gate.ask(.get, "/features", as: "bob").json?["assets"] == true)
            let upload = try await Self.post(
                world.gate, "/upload/image", as: "alice", [], file: ("image", "up.txt", "bytes"))
            #expect(upload.json?["asset"]?["name"] == "up.txt")
            #expect(upload.json?["asset"]?["tags"] == ["input"])
            #expect(upload.json?["asset"]?["asset_hash"]?.string?.hasPrefix("blake3:") == true)
        }
    }

    @Test("0.26 shows a file by its hash to whom it belongs, and to nobody else")
    func showsByHash() async throws {
        let bytes = try TestPicture.png(20, 10)
        let name = "blake3:\(BLAKE3.hash(bytes))"
        let unknown = "blake3:" + String(repeating: "0", count: 64)
        try await JobWorld.run(.current) { world in
            let gate = world.gate
            _ = try await world.submit(JobWorld.graph(color: 9), as: "olga")
            let upload = try await gate.upload("/upload/image", bytes, "up.png", as: "alice", [("subfolder", "a")])
            #expect(upload.json?["asset"]?["asset_hash"]?.string == name)
            let id = upload.json?["asset"]?["id"]?.string ?? ""
            for path in ["/view", "/api/view"] {
                let query = "?filename=\(name)"
                for extra in ["", "&id=\(id)", "&id=x&type=nonsense&subfolder=../..", "&rand=0.1"] {
                    let answer = try await gate.ask(.get, path + query + extra, as: "alice")
                    #expect(answer.status == .ok && answer.body == bytes, "\(extra)")
                    #expect(answer.fields["Content-Type"] == "image/png")
                    #expect(answer.fields["Content-Disposition"]?.contains("up.png") == true)
                    #expect(answer.fields["Content-Security-Policy"] != nil)
                }
                for extra in ["", "&id=\(id)", "&preview=webp", "&channel=a", "&preview=jpeg;50", "&subfolder=a"] {
                    for method in [Wire.Method.get, .head] {
                        try await gate.expect(.notFound, method, path + query + extra, as: "bob")
                    }
                }
                try await gate.expect(.unauthorized, .get, path + query)
            }
            let made = try await gate.ask(.get, "/view?filename=\(name)&preview=webp", as: "alice")
            #expect(made.status == .ok && made.fields["Content-Type"] == "image/webp")
            // A picture that was made for one is not there for another.
            try await gate.expect(.notFound, .get, "/view?filename=\(name)&preview=webp", as: "bob")
            let part = try await gate.ask(.get, "/view?filename=\(name)", as: "alice", ["Range": "bytes=0-3"])
            #expect(part.status == .partialContent && part.body == Array(bytes[..<4]))
            for text in [unknown, "blake3:", "blake3:\(id)", "blake3:../../up.png", name + "00", name + " [input]"] {
                let query = Query([("filename", text)]).encoded
                try await gate.expect(.notFound, .get, "/view?\(query)", as: "alice")
            }
            // Equal bytes of somebody else are theirs, under their name.
            _ = try await gate.upload("/upload/image", bytes, "mine.png", as: "bob")
            let own = try await gate.ask(.get, "/view?filename=\(name)", as: "bob")
            #expect(own.status == .ok && own.fields["Content-Disposition"]?.contains("mine.png") == true)
            try await gate.expect(.noContent, .delete, "/api/assets/\(id)", as: "alice")
            try await gate.expect(.notFound, .get, "/view?filename=\(name)", as: "alice")
            try await gate.expect(.ok, .get, "/view?filename=up.png&subfolder=a&type=input", as: "alice")
        }
        try await JobWorld.run(.classic) { world in
            _ = try await world.submit(JobWorld.graph(color: 9), as: "olga")
            #expect(try await world.gate.upload("/upload/image", bytes, "up.png", as: "alice").status == .ok)
            try await world.gate.expect(.notFound, .get, "/view?filename=\(name)", as: "alice")
        }
    }

    @Test("A worker that names its assets is told of with the account's own ids, in events, history and lists")
    func namesOwnAssets() async throws {
        for isNaming in [true, false] {
            try await JobWorld.run(.current, worker: { $0.namesAssets = isNaming }) { world in
                let (id, events) = try await world.gate.loop.run { reactor in
                    let socket = try await GateSocket.open(
                        world.gate, "/ws?clientId=tab", as: "alice", reactor: reactor)
                    let id = try await world.submit(JobWorld.graph(color: 3), as: "alice")
                    var found: [String] = []
                    while let text = await socket.next() {
                        guard let event = WorkerEvent(frame: Array(text.utf8)) else { continue }
                        if case .executed(let executed) = event, let id = executed.output["images"]?[0]?["id"]?.string {
                            found.append(id)
                        }
                        if event == .executing(.init(node: nil, promptID: id)) { break }
                    }
                    socket.close()
                    return (id, found)
                }
                let outputs = try await world.ended(id, as: "alice")["outputs"]
                let ids = ["2", "3"].compactMap { outputs?[$0]?["images"]?[0]?["id"]?.string }
                #expect(ids.count == (isNaming ? 2 : 0))
                #expect(Set(events) == Set(ids))
                for (asset, type) in zip(ids, ["output", "temp"]) {
                    let known = try await world.gate.ask(.get, "/api/assets/\(asset)", as: "alice")
                    #expect(known.json?["tags"] == [.string(type)] && known.json?["job_id"] == .string(id))
                    try await world.gate.expect(.notFound, .get, "/api/assets/\(asset)", as: "bob")
                }
                let list = try await world.gate.ask(.get, "/api/jobs", as: "alice").json
                #expect(list?["jobs"]?[0]?["preview_output"]?["id"]?.string == ids.first)
                #expect(list?["jobs"]?[0]?["preview_output"]?["nodeId"] == "2")
            }
        }
    }
}
