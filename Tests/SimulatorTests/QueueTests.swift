import Basics
import ComfyAPI
@testable import Simulator
import Testing

/// The queue, its heap, and what each request does to it.
struct QueueTests {
    private func job(_ number: Double, _ id: String = "x", prompt: JSONObject = JSONObject()) -> Job {
        Job(number: JSONNumber(number), id: id, prompt: prompt, extraData: [:], outputs: [])
    }

    @Test func heapGivesJobsByNumberThenID() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var heap = PendingHeap()
            let numbers = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                Double(Int.random(in: -9...9, using: &generator))
            }
            for (index, number) in numbers.enumerated() {
                let isOrderly = heap.push(job(number, String(index + 100)))
                #expect(isOrderly)
            }
            if let first = heap.items.first(where: { $0.number.double > 0 }) {
                let isRemoved = heap.remove(id: first.id)
                #expect(isRemoved)
            }
            var previous: Job?
            while let next = heap.pop() {
                if let previous { #expect(!next.runsBefore(previous)) }
                previous = next
            }
        }
    }

    @Test func heapIsAnArrayAsPythonKeepsIt() {
        var heap = PendingHeap()
        for number in [7.0, 8, -9] {
            let isOrderly = heap.push(job(number, String(number)))
            #expect(isOrderly)
        }
        #expect(heap.items.map(\.number.double) == [-9, 8, 7])
    }

    @Test func equalNumberAndIDOfAnotherPromptFailsButStays() {
        var heap = PendingHeap()
        let results = [heap.push(job(1)), heap.push(job(1, prompt: JSONObject([("a", 1)])))]
        #expect(results == [true, false])
        #expect(heap.count == 2)
    }

    @Test func busyQueueShowsTheHeapAndRunsInOrder() throws {
        let bench = try Bench()
        for colour in 0..<3 { bench.post("/prompt", ["prompt": Graphs.basic(colour: colour), "client_id": "a"]) }
        bench.worker.advance(to: bench.worker.now)
        bench.post("/prompt", ["prompt": Graphs.basic(colour: 9), "front": true, "client_id": "a"])
        let queue = try bench.json("/queue")
        #expect(queue["queue_running"]?[0]?[0] == 0)
        #expect(queue["queue_pending"]?.array?.compactMap { $0[0] } == [-3, 2, 1])
        bench.settle()
        let numbers = try bench.json("/history").object?.members.map { $0.value["prompt"]?[0] ?? .null }
        #expect(numbers == [0, -3, 1, 2])
    }

    @Test(arguments: ComfyFlavour.allCases) func secondOfEqualIDsIs500ButQueued(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour)
        let id = "00000000-0000-4000-8000-00000000aaaa"
        for colour in 1...2 {
            let answer = bench.post(
                "/prompt", ["prompt": Graphs.basic(colour: colour), "number": 5, "prompt_id": .string(id)])
            #expect(answer.status == (colour == 1 ? 200 : 500))
        }
        #expect(try bench.json("/queue")["queue_pending"]?.array?.count == 2)
    }

    @Test func deleteAndClearTouchWaitingJobsOnly() throws {
        let bench = try Bench()
        var ids: [String] = []
        for colour in 0..<4 {
            let answer = try bench.post("/prompt", ["prompt": Graphs.basic(colour: colour)]).json
            ids.append(answer["prompt_id"]?.string ?? "")
        }
        bench.worker.advance(to: bench.worker.now)
        bench.post("/queue", ["delete": [.string(ids[0]), .string(ids[1]), "unknown"]])
        #expect(try bench.json("/prompt")["exec_info"]?["queue_remaining"] == 3)
        bench.post("/queue", ["clear": true])
        #expect(try bench.json("/prompt")["exec_info"]?["queue_remaining"] == 1)
        bench.settle()
        #expect(try bench.json("/history").object?.keys == [ids[0]])
    }

    @Test func pendingLimitIsKept() throws {
        let bench = try Bench { $0.maximumPending = 2 }
        let codes = (0..<3).map { bench.post("/prompt", ["prompt": Graphs.basic(colour: $0)]).status }
        #expect(codes == [200, 200, 500])
    }

    @Test func historyPagesAreCountedFromTheOldestButTakenFromTheNewest() throws {
        let bench = try Bench { $0.maximumHistory = 4 }
        for colour in 0..<6 { bench.post("/prompt", ["prompt": Graphs.basic(colour: colour)]) }
        bench.settle()
        func numbers(_ query: String) throws -> [JSON] {
            try bench.json("/history\(query)").object?.members.map { $0.value["prompt"]?[0] ?? .null } ?? []
        }
        #expect(try numbers("") == [2, 3, 4, 5])
        #expect(try numbers("?max_items=2") == [4, 5])
        #expect(try numbers("?max_items=2&offset=1") == [3, 4])
        #expect(try numbers("?max_items=0") == [])
        #expect(try numbers("?offset=3") == [5])
    }

    @Test func aJobBodyOfAnyContentTypeIsTaken() throws {
        let bench = try Bench()
        let body = JSON(dictionaryLiteral: ("prompt", Graphs.basic())).encoded()
        #expect(bench.send("POST", "/api/prompt", body: body, headers: [("Content-Type", "text/plain")]).status == 200)
    }
}

/// What is cached, for how long, and what a cached run reports.
struct CacheTests {
    private func run(_ bench: Bench, _ graph: JSON, client: Bool = true) throws -> JSON {
        var request = JSONObject(["prompt": graph])
        if client { request["client_id"] = "a" }
        let answer = try bench.post("/prompt", .object(request)).json
        bench.settle()
        return try bench.json("/history/\(answer["prompt_id"]?.string ?? "")").object?.members.first?.value ?? .null
    }

    private func cached(_ entry: JSON) -> [String] {
        entry["status"]?["messages"]?[1]?[1]?["nodes"]?.array?.compactMap(\.string).sorted() ?? []
    }

    @Test(arguments: ComfyFlavour.allCases) func repeatedGraphReportsItsOldFiles(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour)
        let first = try run(bench, Graphs.basic())
        let second = try run(bench, Graphs.basic())
        #expect(cached(second) == ["1", "2", "3", "4", "5"])
        #expect(first["outputs"] == second["outputs"])
        #expect(try bench.json("/internal/files/output").array?.count == 1)
    }

    @Test func classicCacheForgetsWhatTheLastPromptDidNotUse() throws {
        for flavour in ComfyFlavour.allCases {
            let bench = try Bench(flavour)
            _ = try run(bench, Graphs.basic(colour: 1))
            _ = try run(bench, Graphs.basic(colour: 2))
            let third = try run(bench, Graphs.basic(colour: 1))
            #expect(cached(third).isEmpty == (flavour == .classic), "\(flavour)")
        }
    }

    @Test func cachedRunWithoutClientHasOutputsInTheOldVersionOnly() throws {
        for flavour in ComfyFlavour.allCases {
            let bench = try Bench(flavour)
            _ = try run(bench, Graphs.basic(), client: false)
            let second = try run(bench, Graphs.basic(), client: false)
            #expect(second["outputs"]?.object?.isEmpty == (flavour == .current))
        }
    }

    @Test func otherBytesUnderTheSameNameRunAgain() throws {
        let bench = try Bench()
        let graph: JSON = [
            "1": ["class_type": "LoadImage", "inputs": ["image": "x.png"]],
            "2": ["class_type": "PreviewImage", "inputs": ["images": ["1", 0]]],
        ]
        for (shade, expected) in [(1, []), (1, ["1", "2"]), (2, [])] as [(UInt8, [String])] {
            let picture = Picture(width: 4, height: 4, plain: Picture.Pixel(r: shade, g: 0, b: 0))
            bench.wait(milliseconds: 5)
            bench.upload(
                "/upload/image",
                [("image", PNGCodec.encode(picture), "x.png"), ("overwrite", Array("true".utf8), nil)])
            #expect(cached(try run(bench, graph)) == expected)
        }
    }

    @Test func anExtraInputSeparatesCaches() throws {
        let bench = try Bench()
        var graph = Graphs.basic().object ?? JSONObject()
        _ = try run(bench, .object(graph))
        for id in ["4", "5"] {
            var node = graph[id]?.object ?? JSONObject()
            var inputs = node["inputs"]?.object ?? JSONObject()
            inputs["comfygate_job"] = "token"
            node["inputs"] = .object(inputs)
            graph[id] = .object(node)
        }
        #expect(cached(try run(bench, .object(graph))) == ["1", "2", "3"])
    }

    @Test func freeEmptiesTheCache() throws {
        let bench = try Bench()
        _ = try run(bench, Graphs.basic())
        bench.post("/free", ["unload_models": true, "free_memory": true])
        #expect(cached(try run(bench, Graphs.basic())) == [])
    }

    @Test func theModernCacheHasALimit() throws {
        let bench = try Bench { $0.maximumCached = 3 }
        _ = try run(bench, Graphs.basic())
        #expect(bench.worker.cache.count == 3)
    }
}
