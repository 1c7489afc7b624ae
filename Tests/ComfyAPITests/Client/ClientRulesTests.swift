import Basics
import Testing

@testable import ComfyAPI

struct RunEventQueueTests {
    private let node = RunNode(id: "3", title: "Sampler", classType: "KSampler")

    private func progress(_ value: Int, _ node: RunNode? = nil) -> RunEvent {
        .progress(
            RunProgress(node: node ?? self.node, value: Double(value), maximum: 100, nodesDone: 0, nodeCount: 1))
    }

    @Test("Only the newest step, picture and place wait for a slow consumer")
    func supersedes() {
        var queue = RunEventQueue()
        for step in 1...50 { queue.put(progress(step)) }
        #expect(queue.events == [progress(50)])
        queue.put(progress(1, RunNode(id: "4", title: "", classType: "")))
        #expect(queue.events.count == 2)
        for ahead in 0..<9 { queue.put(.queued(ahead: ahead)) }
        #expect(queue.events.count == 3)
    }

    @Test("At the limit all is kept, above it passing events go first, and the end always comes", arguments: [3, 4, 5])
    func limit(count: Int) {
        var queue = RunEventQueue(limit: 4)
        queue.put(.started)
        queue.put(progress(1))
        for _ in 0..<count - 2 { queue.put(.cached(nodes: [])) }
        #expect(queue.events.count == min(count, 4))
        #expect(queue.events.contains(progress(1)) == (count <= 4))
        for _ in 0..<10 { queue.put(.reconnected) }
        queue.put(.started)
        #expect(queue.events.count == 4)
        #expect(queue.events.last == .started)
    }
}

struct RunTrackerTests {
    private func tracker() -> RunTracker {
        var workflow = Workflow()
        workflow["3"] = WorkflowNode("KSampler", title: "Mine")
        workflow["4"] = WorkflowNode("SaveImage")
        return RunTracker(promptID: "a", workflow)
    }

    @Test("Frames of another run mean nothing, frames without an id are about this one")
    func ids() {
        var tracker = tracker()
        #expect(tracker.receive(.executing(.init(node: "3", promptID: "b"))) == [])
        #expect(tracker.receive(.executionSuccess(.init(promptID: "b", timestamp: 0))) == [])
        #expect(!tracker.mayHaveEnded)
        let node = RunNode(id: "3", title: "Mine", classType: "KSampler")
        #expect(tracker.receive(.executing(.init(node: "3", promptID: nil))) == [.started, .node(node)])
        #expect(tracker.receive(.executing(.init(node: "3", promptID: "a"))) == [])
    }

    @Test("Text of other people's nodes is not taken, nor any before the run starts")
    func texts() {
        var tracker = tracker()
        #expect(tracker.receive(.text(node: "3", text: "x")) == [])
        _ = tracker.receive(.executionStart(.init(promptID: "a", timestamp: 0)))
        #expect(tracker.receive(.text(node: "3", text: "x")) == [.text(node: "3", text: "x")])
        #expect(tracker.receive(.text(node: "77", text: "x")) == [])
    }

    @Test("A node that blocks others does not end the run; a failure, an interrupt and the last frame do")
    func ends() {
        func ended(_ event: WorkerEvent) -> Bool {
            var tracker = tracker()
            _ = tracker.receive(event)
            return tracker.mayHaveEnded
        }
        func error(_ type: String) -> WorkerEvent {
            .executionError(
                ExecutionError(promptID: "a", node: "3", nodeType: nil, exceptionMessage: "", exceptionType: type))
        }
        #expect(!ended(error("ExecutionBlocked")))
        #expect(ended(error("ValueError")))
        #expect(ended(.executionInterrupted(Interrupted(promptID: "a", node: nil, nodeType: nil))))
        #expect(ended(.executing(.init(node: nil, promptID: "a"))))
    }

    @Test("Steps are cut to their bounds; numbers that are none are passed over")
    func steps() {
        var tracker = tracker()
        func step(_ value: Double, _ maximum: Double) -> [RunEvent] {
            tracker.receive(
                .progress(.init(value: JSONNumber(value), maximum: JSONNumber(maximum), promptID: "a", node: "3")))
        }
        _ = tracker.receive(.executionStart(.init(promptID: "a", timestamp: 0)))
        guard case .progress(let progress)? = step(30, 20).last else { return fail("no progress") }
        #expect(progress.value == 20)
        #expect(step(.nan, 20) == [])
        #expect(step(1, 0) == [])
    }
}

struct FileNameTests {
    @Test(
        "What a server calls a file cannot lead elsewhere or hide it",
        arguments: [
            ("a.png", "a.png"), ("../../etc/passwd", "passwd"), ("/abs.png", "abs.png"), (#"..\x.png"#, "x.png"),
            (".bashrc", "bashrc"), ("..", "file"), ("", "file"), ("a\u{1B}[2J\n.png", "a_[2J_.png"), ("a. ", "a"),
            ("é ü.png", "é ü.png"), ("a:b*.png", "a_b_.png"),
        ])
    func safe(name: String, expected: String) { #expect(FileNames.safe(name) == expected) }

    @Test("Long names are cut before their extension", arguments: [239, 240, 241, 1_000])
    func long(count: Int) {
        let name = FileNames.safe(String(repeating: "a", count: count - 4) + ".png")
        #expect(name.utf8.count == min(count, 240))
        #expect(name.hasSuffix("a.png"))
    }

    @Test("The number stands before the extension")
    func numbers() {
        #expect(FileNames.numbered("a.tar.gz", 0) == "a.tar.gz")
        #expect(FileNames.numbered("a.png", 2) == "a-2.png")
        #expect(FileNames.numbered("a", 1) == "a-1")
    }
}

struct CredentialTests {
    private func read(_ text: String) throws -> Credential {
        try Credential(reading: Array(text.utf8), source: "file")
    }

    @Test("A token alone, with a line end or a byte order mark", arguments: ["abc", "abc\n", "\u{FEFF}abc\r\n"])
    func plain(text: String) throws {
        let credential = try read(text)
        #expect(credential.token.reveal() == "abc")
        #expect(credential.source == "file")
    }

    @Test("Of an installation's JSON the hash counts, as ComfyUI-Login wants it, then the raw token")
    func json() throws {
        let both = try read("{\r\n \"raw_token\": \"raw\", \"bcrypt_hash\": \"$2b$12$x\"}\r\n")
        #expect(both.token.reveal() == "$2b$12$x")
        #expect(both.source == "file, member bcrypt_hash")
        #expect(try read(#"{"raw_token": "raw", "bcrypt_hash": ""}"#).token.reveal() == "raw")
        #expect(!"\(both)".contains("2b"))
    }

    @Test("What holds no token is refused", arguments: ["", "\n", "{}", "{bad", #"{"raw_token": 7}"#])
    func refuses(text: String) { #expect(throws: SecretError.self) { try read(text) } }
}

struct RetryAfterTests {
    @Test("Seconds are read up to an hour; a date is not", arguments: [("0", 0), ("3", 3_000), ("9999", 3_600_000)])
    func seconds(text: String, milliseconds: UInt64) { #expect(ComfyClient.retryAfter(text) == milliseconds) }

    @Test(arguments: ["Wed, 21 Oct 2015 07:28:00 GMT", "-1", "", "1.5"])
    func others(text: String) { #expect(ComfyClient.retryAfter(text) == nil) }
}
