import Basics
import ComfyAPI
import Foundation
import TestSupport
import Testing
import Wire

/// Runs `body` beside a server that follows `script`, with waits short enough for tests.
func withScriptedServer(
    _ script: Script, options: ComfyClientOptions = .forTests, credential: Credential? = nil,
    _ body: (ComfyClient, ScriptedServer) async throws -> Void
) async throws {
    let server = ScriptedServer()
    try await server.start(script)
    let client = try ComfyClient(url: server.url + script.prefix, credential: credential, options: options)
    let outcome: (any Error)?
    do {
        try await body(client, server)
        outcome = nil
    } catch {
        outcome = error
    }
    await server.stop()
    if let outcome { throw outcome }
}

extension ComfyClientOptions {
    static var forTests: ComfyClientOptions {
        var options = ComfyClientOptions()
        (options.retryDelay, options.silence, options.queueInterval) = (1, 50, 5)
        return options
    }
}

/// The events of a run; what a slow consumer could miss is left out.
func events(of run: ComfyRun) async throws -> [RunEvent] {
    var events: [RunEvent] = []
    for try await event in run { events.append(event) }
    return events
}

/// Records what should not have happened, as a statement that can be returned.
func fail(_ what: String) { Issue.record("\(what)") }

/// A folder that goes with the test.
final class Scratch {
    private let folder = TemporaryFolder(isMade: false)
    var path: String { folder.path }
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)"))) }
}

struct ComfyClientRunTests {
    static let recordings = Recordings.flavours.flatMap { flavour in
        ["success", "cached", "ksampler_preview_type1", "ksampler_preview_type4", "feature_flags_and_text"].map {
            "\(flavour.rawValue)/ws/\($0).jsonl"
        }
    }

    @Test("A recorded run is told in order and ends with every file", arguments: recordings)
    func replays(path: String) async throws {
        let (script, workflow) = try Script.recording(path)
        try await withScriptedServer(script) { client, _ in
            let run = client.run(workflow)
            let events = try await events(of: run)
            guard case .submitted(let accepted)? = events.first, case .finished(let result)? = events.last else {
                return fail("begins with submitted, ends with finished: \(events)")
            }
            #expect(accepted.promptID == run.promptID)
            #expect(result.isWhole)
            #expect(events.filter { $0 == .started }.count == 1)
            var files: [OutputFile] = []
            for case .output(let file) in events { files.append(file) }
            #expect(Set(files) == Set(result.files))
            #expect(!files.isEmpty)
            for case .node(let node) in events { #expect(workflow[node.id]?.classType == node.classType) }
        }
    }

    @Test("Steps come with the node's name and never fall", arguments: Recordings.flavours)
    func progress(flavour: ComfyFlavour) async throws {
        let (script, workflow) = try Script.recording("\(flavour.rawValue)/ws/ksampler_preview_type4.jsonl")
        try await withScriptedServer(script) { client, _ in
            var steps: [Double] = []
            var previews = 0
            for try await event in client.run(workflow) {
                if case .progress(let progress) = event {
                    #expect(progress.node.classType == "KSampler")
                    #expect(progress.maximum == 6)
                    steps.append(progress.value)
                }
                if case .preview(let preview) = event {
                    #expect(preview.mediaType == "image/jpeg")
                    #expect(preview.bytes.starts(with: [0xFF, 0xD8]))
                    #expect(preview.node?.id == "5")
                    previews += 1
                }
            }
            #expect(steps == steps.sorted())
            #expect(steps.last == 6)
            #expect(previews > 0)
        }
    }

    @Test("The socket is open before the graph is submitted")
    func order() async throws {
        let (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        try await withScriptedServer(script) { client, server in
            _ = try await client.run(workflow).result()
            let log = server.log.withLock { $0 }
            #expect(log.first == "GET /ws")
            let prompt = try #require(log.firstIndex(of: "POST /prompt"))
            #expect(log.firstIndex(of: "handshake").map { $0 < prompt } == true)
        }
    }

    @Test("A run that fails says why, at which node", arguments: Recordings.flavours)
    func executionError(flavour: ComfyFlavour) async throws {
        let (script, workflow) = try Script.recording("\(flavour.rawValue)/ws/execution_error.jsonl")
        try await withScriptedServer(script) { client, _ in
            let result = try await client.run(workflow).result()
            guard case .failed(let error?) = result.outcome else {
                Issue.record("\(result.outcome)")
                return
            }
            #expect(error.nodeType == "LoadImage")
            #expect(!error.exceptionMessage.isEmpty)
            #expect(!result.isWhole)
        }
    }

    @Test("An interrupted run is no success", arguments: Recordings.flavours)
    func interrupted(flavour: ComfyFlavour) async throws {
        let (script, workflow) = try Script.recording(
            "\(flavour.rawValue)/ws/ksampler_interrupted_mid_sampling.jsonl")
        try await withScriptedServer(script) { client, _ in
            let result = try await client.run(workflow).result()
            #expect(result.outcome == .interrupted)
        }
    }

    @Test("Outputs that the server dropped make a result that is not whole")
    func partly() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.nodeErrors = [
            "9": ["class_type": "SaveImage", "dependent_outputs": [], "errors": [["type": "x", "message": "bad"]]]
        ]
        try await withScriptedServer(script) { client, _ in
            let result = try await client.run(workflow).result()
            #expect(result.outcome == .success)
            #expect(!result.isWhole)
            #expect(result.dropped.map(\.node) == ["9"])
        }
    }
}

struct ComfyClientDropTests {
    private func script(_ what: Script.Frame, at place: Int = 4) throws -> (script: Script, workflow: Workflow) {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.frames.insert(what, at: min(place, script.frames.count))
        return (script, workflow)
    }

    @Test("A dropped socket is opened again under the same id, and the run is seen to its end", arguments: 0...20)
    func reconnects(place: Int) async throws {
        let (script, workflow) = try script(.drop, at: place)
        try await withScriptedServer(script) { client, server in
            let events = try await events(of: client.run(workflow))
            guard case .finished(let result)? = events.last else {
                Issue.record("\(events)")
                return
            }
            #expect(result.isWhole)
            #expect(result.files.count == 2)
        }
    }

    @Test("A run that ended while nobody listened is found in the history", arguments: [0, 4, 9])
    func endsAlone(place: Int) async throws {
        let (script, workflow) = try script(.dropAndEnd, at: place)
        try await withScriptedServer(script) { client, _ in
            let result = try await client.run(workflow).result()
            #expect(result.isWhole)
            #expect(result.files.count == 2)
        }
    }

    @Test("A server that forgot the run by a restart is a failure that says so", arguments: [0, 4, 9])
    func restart(place: Int) async throws {
        let (script, workflow) = try script(.restart, at: place)
        try await withScriptedServer(script) { client, _ in
            let run = client.run(workflow)
            await #expect(throws: ComfyClientError.lost(promptID: run.promptID, afterDrop: true)) {
                try await run.result()
            }
        }
    }

    @Test("A socket that has gone deaf does not keep the end from us")
    func deaf() async throws {
        let (script, workflow) = try script(.fallSilent)
        try await withScriptedServer(script) { client, _ in
            let result = try await client.run(workflow).result()
            #expect(result.isWhole)
        }
    }

    @Test("A server without a socket is asked from time to time")
    func withoutSocket() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.hasNoSocket = true
        try await withScriptedServer(script) { client, _ in
            let events = try await events(of: client.run(workflow))
            #expect(events.contains { if case .connectionLost = $0 { true } else { false } })
            guard case .finished(let result)? = events.last else { return fail("\(events)") }
            #expect(result.files.count == 2)
        }
    }

    @Test("An answer that got lost submits the graph once")
    func lostAnswer() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.losesPromptAnswer = true
        try await withScriptedServer(script) { client, server in
            let result = try await client.run(workflow).result()
            #expect(result.isWhole)
            #expect(server.log.withLock { $0 }.filter { $0 == "POST /prompt" }.count == 1)
        }
    }

    @Test("A run that waits tells its place")
    func waits() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.waits = 2
        script.frames.insert(
            .text(["type": "status", "data": ["status": ["exec_info": ["queue_remaining": 2]]]]), at: 0)
        try await withScriptedServer(script) { client, _ in
            let events = try await events(of: client.run(workflow))
            #expect(events.contains(.queued(ahead: 1)))
            guard case .finished? = events.last else { return fail("\(events)") }
        }
    }

    @Test("A server that goes away for good ends the run with that reason")
    func gone() async throws {
        let (script, workflow) = try script(.drop)
        var options = ComfyClientOptions.forTests
        options.patience = 20
        let server = ScriptedServer()
        var waiting = script
        waiting.frames.removeLast(waiting.frames.count - 5)
        try await server.start(waiting)
        let client = try ComfyClient(url: server.url, options: options)
        let run = client.run(workflow)
        var failure: ComfyClientError?
        var isGone = false
        do {
            for try await event in run {
                // The client may have been back before the server was gone: a loop that has ended runs nothing more.
                if case .connectionLost = event, !isGone {
                    isGone = true
                    await server.stop()
                }
            }
        } catch let error as ComfyClientError { failure = error }
        guard case .unreachable? = failure else { return fail("\(String(describing: failure))") }
    }

    @Test("The time of a run is limited, and the limit is told apart from a silent server")
    func timeout() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.frames.removeLast(script.frames.count - 5)
        script.frames.append(.drop)
        script.frames.append(.text(["type": "never"]))
        script.frames.append(.drop)
        var options = RunOptions()
        options.timeout = 100
        let limited = options
        try await withScriptedServer(script) { client, server in
            let run = client.run(workflow, limited)
            await #expect(throws: ComfyClientError.runTimedOut(promptID: run.promptID)) { try await run.result() }
            try await client.cancel(run.promptID)
            #expect(server.log.withLock { $0 }.contains { $0.contains("prompt_id") && $0.contains(run.promptID) })
        }
    }
}

struct ComfyClientAnswerTests {
    @Test("A rejected graph names node, title, class and input, one a line")
    func rejected() async throws {
        let answers = try Recordings.json("0.26.0/http/prompt.400.json").array ?? []
        let bad = answers.compactMap { $0["response"] }.filter { PromptRejection($0)?.nodes.isEmpty == false }
        try #require(!bad.isEmpty)
        let workflow = try Script.recording("0.26.0/ws/success.jsonl").workflow
        for body in bad {
            var script = Script()
            script.promptAnswers = [.init(status: 400, body: body)]
            let expected = try #require(PromptRejection(body))
            try await withScriptedServer(script) { client, _ in
                await #expect(throws: ComfyClientError.rejected(expected)) { try await client.run(workflow).result() }
            }
        }
    }

    @Test("401 names where the token came from", arguments: [nil, "COMFYGATE_TOKEN"])
    func unauthorized(source: String?) async throws {
        var script = Script()
        script.token = "right"
        let credential = source.map { Credential(Secret("wrong"), source: $0) }
        try await withScriptedServer(script, credential: credential) { client, _ in
            await #expect(throws: ComfyClientError.unauthorized(source: source)) {
                try await client.run(Workflow()).result()
            }
        }
    }

    @Test("The right token opens requests and the socket")
    func token() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.token = "right"
        try await withScriptedServer(script, credential: Credential(Secret("right"), source: "test")) { client, _ in
            let events = try await events(of: client.run(workflow))
            #expect(!events.contains { if case .connectionLost = $0 { true } else { false } })
        }
    }

    @Test("A prefix in the address stands before every path")
    func prefix() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.prefix = "/comfy"
        try await withScriptedServer(script) { client, server in
            let result = try await client.run(workflow).result()
            _ = try await client.view(try #require(result.files.first))
            #expect(server.log.withLock { $0 }.allSatisfy { $0.contains(" /comfy/") || $0 == "handshake" })
        }
    }

    @Test("503 is repeated as often as it says, within the time")
    func busy() async throws {
        var (script, workflow) = try Script.recording("0.26.0/ws/success.jsonl")
        script.promptAnswers = [
            .init(status: 503, fields: ["Retry-After": "0"]), .init(status: 429), .init(status: 503),
        ]
        try await withScriptedServer(script) { client, server in
            let result = try await client.run(workflow).result()
            #expect(result.isWhole)
            #expect(server.log.withLock { $0 }.filter { $0 == "POST /prompt" }.count == 4)
        }
    }

    @Test("503 that asks for more time than there is ends at once")
    func tooBusy() async throws {
        var script = Script()
        script.promptAnswers = [
            .init(status: 503, fields: ["Retry-After": "3600"], body: ["error": ["message": "Full."]])
        ]
        try await withScriptedServer(script) { client, _ in
            await #expect(throws: ComfyClientError.busy(status: 503, message: "Full.")) {
                try await client.run(Workflow()).result()
            }
        }
    }

    @Test("413 tells how much was too much")
    func tooLarge() async throws {
        var script = Script()
        script.uploadLimit = 1_000
        try await withScriptedServer(script) { client, _ in
            do throws(ComfyClientError) {
                _ = try await client.upload([UInt8](repeating: 0, count: 5_000), name: "cat.png")
                Issue.record("accepted")
            } catch {
                guard case .tooLarge(let count) = error else { return fail("\(error)") }
                #expect(count > 5_000)
            }
        }
    }

    @Test("An upload takes the name that the server gave")
    func upload() async throws {
        try await withScriptedServer(Script()) { client, _ in
            let file = try await client.upload([1, 2, 3], name: "/home/me/cat.png")
            #expect(file.reference == "cat (1).png")
        }
    }

    @Test("Nobody listening is told as such")
    func unreachable() async throws {
        let client = try ComfyClient(url: "127.0.0.1:1", options: .forTests)
        do throws(ComfyClientError) {
            _ = try await client.systemStats()
            Issue.record("answered")
        } catch {
            guard case .unreachable = error else { return fail("\(error)") }
        }
    }

    @Test(
        "Addresses with a query, a user or another scheme are refused",
        arguments: ["http://h/?token=x", "ftp://h", "http://u:p@h/", "http://", "unix:relative", ""])
    func badAddress(url: String) {
        #expect(throws: ComfyClientError.badAddress(url)) { try ComfyClient(url: url) }
    }
}

struct ComfyClientDownloadTests {
    private let file = OutputFile(filename: "a_00001_.png", node: "9", kind: "images")

    @Test("A file is stored whole under its name; a taken name gets a number and nothing is overwritten")
    func names() async throws {
        let scratch = Scratch()
        let file = file
        try await withScriptedServer(Script()) { client, _ in
            var paths: [String] = []
            for _ in 0..<3 {
                let stored = try await client.download(file, to: scratch.path + "/deep/er")
                #expect(stored.byteCount == 10_000)
                paths.append(stored.path)
            }
            let folder = scratch.path + "/deep/er/"
            #expect(paths == ["a_00001_.png", "a_00001_-1.png", "a_00001_-2.png"].map { folder + $0 })
            #expect(try scratch.bytes("deep/er/a_00001_-2.png") == Script.bytes(of: file.filename))
        }
    }

    @Test("A file that always breaks off is an error and leaves nothing behind")
    func truncated() async throws {
        let scratch = Scratch()
        let file = file
        var script = Script()
        script.downloads[file.filename] = .cutShort
        try await withScriptedServer(script) { client, server in
            await #expect(throws: ComfyClientError.truncated(file, expected: 10_000, received: 4_000)) {
                try await client.download(file, to: scratch.path)
            }
            #expect(scratch.names == [])
            #expect(server.log.withLock { $0 }.count == 3)
            await #expect(throws: ComfyClientError.truncated(file, expected: 10_000, received: 4_000)) {
                try await client.view(file)
            }
        }
    }

    @Test(
        "A file that breaks off once is fetched again; one that comes slowly is waited for", arguments: [true, false])
    func patience(isSlow: Bool) async throws {
        let scratch = Scratch()
        let file = file
        var script = Script()
        script.downloads[file.filename] = isSlow ? .trickle : .cutShortOnce
        try await withScriptedServer(script) { client, _ in
            let stored = try await client.download(file, to: scratch.path)
            #expect(stored.byteCount == 10_000)
            #expect(scratch.names == [file.filename])
            #expect(try scratch.bytes(file.filename) == Script.bytes(of: file.filename))
        }
    }

    @Test("A file that is gone is an error of its own")
    func missing() async throws {
        let scratch = Scratch()
        let file = file
        var script = Script()
        script.downloads[file.filename] = .missing
        try await withScriptedServer(script) { client, _ in
            await #expect(throws: ComfyClientError.missing(file)) {
                try await client.download(file, to: scratch.path)
            }
            #expect(scratch.names == [])
        }
    }

    @Test("A folder that cannot be made is named")
    func storage() async throws {
        let file = file
        try await withScriptedServer(Script()) { client, _ in
            do throws(ComfyClientError) {
                _ = try await client.download(file, to: "/proc/nowhere")
                Issue.record("stored")
            } catch {
                guard case .storage(let path, _) = error else { return fail("\(error)") }
                #expect(path.hasPrefix("/proc/nowhere"))
            }
        }
    }
}
