import Basics
import ComfyAPI
import HTTP
import Loop
import TestSupport
import Testing
import Wire

@testable import Simulator

/// What only real HTTP shows: methods, lengths, limits, broken requests, held and dropped connections.
struct ShellHTTPTests {
    /// Recordings whose path our server refuses before the worker sees it, or that need files from uploads.
    private static func isLeft(_ name: String, _ request: JSON) -> Bool {
        ProbeTests.left[name] != nil || request["multipart"] != nil
    }

    @Test(arguments: ComfyFlavour.allCases) func recordedHeadsComeOverTheWire(flavour: ComfyFlavour) async throws {
        try await ShellBench.with(flavour) { bench in
            let ok = try Fixtures.json("\(flavour.rawValue)/http/prompt.ok.json")["request"] ?? .null
            for _ in 0..<2 {
                let id = try await bench.post("/prompt", ok)["prompt_id"]?.string
                _ = try await bench.finished(try #require(id))
            }
            let probes = try Fixtures.json("\(flavour.rawValue)/http-probes.json").array ?? []
            var count = 0
            for probe in probes {
                let name = probe["name"]?.string ?? ""
                let request = probe["request"] ?? .null
                guard Self.concerned.contains(where: { name.contains($0) }), !Self.isLeft(name, request) else {
                    continue
                }
                count += 1
                try await Self.replay(probe, request, "\(flavour.rawValue) \(name)", bench)
            }
            #expect(count >= 20)
        }
    }

    private static let concerned = [
        "wrong method", "OPTIONS", "HEAD", "origin", "ws without", "not JSON", "prompt:", "queue:", "interrupt", "free",
        "history:", "view: range", "object_info", "404", "unknown", "settings",
    ]

    private static func replay(_ probe: JSON, _ request: JSON, _ name: String, _ bench: ShellBench) async throws {
        var fields = Fields()
        for (key, value) in request["headers"]?.object?.members ?? [] { fields.append(key, value.string ?? "") }
        if fields["Host"] == nil { fields["Host"] = "127.0.0.1:18191" }
        if fields["Origin"]?.hasPrefix("http://127.0.0.1") == true { fields["Origin"] = "http://127.0.0.1:18191" }
        let body = request["json"]?.encoded() ?? Array((request["body_text"]?.string ?? "").utf8)
        let answer = try await bench.send(
            request["method"]?.string ?? "GET", request["path"]?.string ?? "/", fields, body: body)
        #expect(answer.status.code == probe["status"]?.int, "\(name)")
        for header in ["Content-Type", "Allow", "Server", "Connection", "Cache-Control", "Accept-Ranges"] {
            let recorded = probe["headers"]?.object?.members.first { $0.key.lowercased() == header.lowercased() }
            #expect(answer.fields[header] == recorded?.value.string, "\(name): \(header)")
        }
        if answer.fields["Content-Type"]?.hasPrefix("text/plain") == true, let text = probe["body"]?.string {
            #expect(String(decoding: answer.body, as: UTF8.self) == text, "\(name)")
        }
    }

    @Test func headTellsTheLengthAndKeepsTheConnection() async throws {
        try await ShellBench.with { bench in
            let whole = try await bench.send("GET", "/view?filename=example.png&type=input")
            let peer = try bench.peer()
            peer.send(
                "HEAD /view?filename=example.png&type=input HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /prompt HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await peer.read(until: "\r\n\r\n").contains("\r\nContent-Length: \(whole.body.count)\r\n"))
            #expect(await peer.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            peer.close()
        }
    }

    @Test(arguments: [
        "GET /queue HTTP/9.9\r\nHost: x\r\n\r\n", "GET /queue\r\n\r\n", "GET /queue HTTP/1.1\r\nHost : x\r\n\r\n",
        "POST /prompt HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "\u{1}\u{2}\r\n\r\n",
        "POST /prompt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func brokenRequestsAreRefusedAndNothingBehindThemIsRead(text: String) async throws {
        try await ShellBench.with { bench in
            let peer = try bench.peer()
            peer.send(text + "GET /prompt HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = await peer.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 5"))
            #expect(!answer.contains("queue_remaining"))
            peer.close()
        }
    }

    // MARK: - Bodies

    @Test(arguments: [999, 1_000, 1_001], [true, false])
    func aBodyOverTheLimitIsReadAndRefused(count: Int, isChunked: Bool) async throws {
        try await ShellBench.with {
            $0.maximumBody = 1_000
        } _: { bench in
            let peer = try bench.peer()
            let body = String(repeating: " ", count: count)
            let framing =
                isChunked
                ? "Transfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                : "Content-Length: \(count)\r\n\r\n\(body)"
            // The connection lives on in either case, as the real server's does.
            peer.send("POST /upload/image HTTP/1.1\r\nHost: x\r\n\(framing)")
            let head = await peer.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 413 ") == (count > 1_000))
            if count > 1_000 {
                #expect(await peer.read(until: "exceeded.") == "Maximum request body size 1000 exceeded.")
                peer.send("GET /prompt HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(await peer.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
            }
            peer.close()
        }
    }

    @Test(arguments: [1_999, 2_000, 2_001]) func aBodyFarOverTheLimitEndsTheConnection(count: Int) async throws {
        try await ShellBench.with {
            $0.maximumBody = 1_000
        } shell: {
            $0.discardedBody = 1_000
        } _: { bench in
            let peer = try bench.peer()
            peer.send(
                "POST /upload/image HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n"
                    + String(repeating: " ", count: count))
            #expect(await peer.readToEnd().hasPrefix("HTTP/1.1 413 ") == (count <= 2_000))
            peer.close()
        }
    }

    // MARK: - Deliveries

    @Test func aHeldAnswerComesAfterItsTimeAlthoughTheJobHasRun() async throws {
        try await ShellBench.with {
            $0.faults.delayedPosts = 1
            $0.faults.postDelay = 200_000_000
        } _: { bench in
            let began = monotonicNanoseconds()
            let peer = try bench.peer()
            let body = String(
                decoding: JSON(dictionaryLiteral: ("prompt", Graphs.basic())).encoded(), as: UTF8.self)
            peer.send("POST /prompt HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            var history: JSON = [:]
            while history == [:] { history = try await bench.get("/history") }
            #expect(await peer.read(until: "prompt_id").hasPrefix("HTTP/1.1 200 "))
            #expect(monotonicNanoseconds() - began >= 200_000_000)
            peer.close()
        }
    }

    @Test func anErrorAnswerEndsItsConnection() async throws {
        try await ShellBench.with { bench in
            let peer = try bench.peer()
            peer.send(
                "POST /prompt HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{nope"
                    + "GET /prompt HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = await peer.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 500 "))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.hasSuffix("Server got itself in trouble"))
            peer.close()
        }
    }

    // MARK: - Where it listens

    @Test func onlyThisMachineIsListenedOn() async throws {
        try await ShellBench.with { bench in
            #expect(throws: GateError.self) { try bench.simulator.listen(on: .v4(0, port: 0)) }
        }
    }

    @Test func aHostServesFromItsOwnLoop() async throws {
        var options = SimulatorOptions(.current)
        options.stepTime = 1_000_000
        let host = try await SimulatorHost.start(options)
        #expect(host.url.hasPrefix("http://127.0.0.1:"))
        let isDead = try await host.perform { $0.worker.isDead }
        #expect(!isDead)
        await host.stop()
    }

    @Test(arguments: [
        ("postStall", "5s", true), ("postStall", "5000", true), ("stalledPosts", "2", true), ("crashAtNode", "3", true),
        ("crashAtNode", "null", true), ("deafSockets", "true", true), ("deafSockets", "2", false),
        ("nothing", "1", false),
        ("stalledPosts", "-1", false),
    ])
    func faultsAreSpelledAsText(name: String, text: String, isRight: Bool) {
        var plan = FaultPlan()
        #expect(plan.set(name, to: text) == isRight)
        if text == "5s" { #expect(plan.postStall == 5_000_000_000) }
        if text == "3" { #expect(plan.crashAtNode == "3") }
    }
}
