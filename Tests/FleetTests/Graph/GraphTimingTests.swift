import Basics
import ComfyAPI
import Fleet
import Foundation
import Testing

/// Figures for people; nothing fails by them. Run in release with `COMFYGATE_TIMING=1`.
struct GraphTimingTests {
    static let isWanted = ProcessInfo.processInfo.environment["COMFYGATE_TIMING"] != nil

    /// 250 nodes of about 400 bytes.
    static let prompt: JSON = {
        var graph = JSONObject()
        let text = String(repeating: "a painting of a lighthouse in a storm, ", count: 8)
        for row in 0..<50 {
            func id(_ column: Int) -> String { "\(row * 5 + column)" }
            let link: (Int) -> JSON = { [.string(id($0)), 0] }
            let meta: JSON = ["title": "A title that a person wrote"]
            graph[id(0)] = ["class_type": "LoadImage", "inputs": ["image": "sub/x.png [output]"], "_meta": meta]
            graph[id(1)] = [
                "class_type": "ImageScale",
                "inputs": [
                    "upscale_method": "lanczos", "width": 1024, "height": 1024, "crop": "disabled", "image": link(0),
                ], "_meta": meta,
            ]
            graph[id(2)] = [
                "class_type": "PrimitiveStringMultiline", "inputs": ["value": .string(text)], "_meta": meta,
            ]
            graph[id(3)] = [
                "class_type": "PreviewAny",
                "inputs": ["source": link(2), "note": .string(text), "more": .string(text)],
                "_meta": meta,
            ]
            graph[id(4)] = [
                "class_type": "SaveImage", "inputs": ["images": link(1), "filename_prefix": "a/b"], "_meta": meta,
            ]
        }
        return .object(graph)
    }()

    @Test(.enabled(if: isWanted, "a timing; set COMFYGATE_TIMING"))
    func oneLargeGraph() throws {
        let bytes = JSON.object(["prompt": Self.prompt]).encoded()
        let request = try PromptRequest(parsing: bytes)
        let check = Recordings.check(.current)
        let validator = WorkflowValidator(check.objectInfo, flavour: .current, fileExists: { _, _, _ in true })
        let graph = try #require(check.judge(Self.prompt).graph)
        let body = try AttemptBody.encode(
            graph, request: request, attempt: Account.attempt, names: Account.workerNames)
        let map = NameMap(graph, attempt: Account.attempt, publicID: "p", names: Account.workerNames)
        let dirty = Array(repeating: body, count: 1).flatMap { $0 }
        print("\(Self.prompt.object?.count ?? 0) nodes, \(bytes.count) bytes")
        report("parse") { _ = try? PromptRequest(parsing: bytes) }
        report("validate") { _ = validator.validate(.object(request.prompt)) }
        report("check") { _ = check.check(request, policy: .standard, files: Account.lookup) }
        report("body") {
            _ = try? AttemptBody.encode(
                graph, request: request, attempt: Account.attempt, names: Account.workerNames)
        }
        report("encode") { _ = graph.encode().encoded() }
        report("map, \(dirty.count) bytes") { _ = map.map(dirty) }
        report("map, \(bytes.count) clean bytes") { _ = map.map(bytes) }
        let event = Array(#"{"type": "executing", "data": {"node": "1", "prompt_id": "\#(Account.attempt.id)"}}"#.utf8)
        report("map, event") { _ = map.map(event) }
    }

    private func report(_ name: String, _ body: () -> Void) {
        let times = (0..<501).map { _ in ContinuousClock().measure(body) }.sorted()
        print("TIMING \(name): \(times[250] / .microseconds(1)) µs, at best \(times[0] / .microseconds(1)) µs")
    }
}
