import Basics
import ComfyAPI
import Foundation
import Identity
import Simulator
import Testing
import Wire

@testable import Gate

/// Recordings of real servers and their web UIs, outside the repository.
private let recordings: String? = {
    let chosen = ProcessInfo.processInfo.environment["COMFYGATE_SHARED"]
    var root = URL(filePath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    let folder = (chosen ?? root.appending(path: "shared").path()) + "/fixtures/comfyui/"
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
}()

private func recorded(_ flavour: ComfyFlavour, _ name: String) throws -> JSON {
    let path = try #require(recordings) + "\(flavour.rawValue)/\(name)"
    return try JSON(parsing: Array(try Data(contentsOf: URL(filePath: path))), dialect: .python)
}

@Suite(.enabled(if: recordings != nil, "set COMFYGATE_SHARED to the folder with the recordings"))
struct RecordingTests {
    // MARK: Rules

    /// Who answers, by how the path begins; the first that fits.
    private static let answerers: [(String, Set<NativeAction>)] = [
        ("/api/experiment/models", [.fact(.modelFolders), .fact(.modelFiles)]),
        ("/api/extensions", [.fact(.extensions)]),
        ("/api/i18n", [.fact(.translations)]), ("/api/workflow_templates", [.fact(.templates)]),
        ("/api/global_subgraphs", [.fact(.subgraphs), .fact(.subgraph)]),
        ("/api/node_replacements", [.fact(.replacements)]), ("/api/object_info", [.objectInfo]),
        ("/api/system_stats", [.systemStats]), ("/api/queue", [.queue]), ("/api/history", [.history]),
        ("/api/jobs", [.jobList]), ("/api/prompt", [.submit]), ("/api/view", [.view]),
        ("/api/userdata", [.userData(.list), .userData(.read)]), ("/api/users", [.userData(.users)]),
        ("/api/settings", [.userData(.settings), .userData(.changeSetting)]), ("/internal/folder_paths", [.noPaths]),
        ("/internal/files", [.fileNames]), ("/ws", [.events]), ("/templates/", [.page]), ("/favicon.ico", [.page]),
        ("/", [.page]),
    ]

    @Test("Every request of a recorded web UI is answered by the gate itself", arguments: ComfyFlavour.allCases)
    func answersTheWebUI(flavour: ComfyFlavour) throws {
        var count = 0
        for request in try recorded(flavour, "frontend-requests.json")["requests_in_order_first_seen"]?.array ?? [] {
            guard let text = (request["url"] ?? request["websocket"])?.string else { continue }
            let target = try RequestTarget(text.replacing("<sha256>", with: "0123"))
            let method = Wire.Method(rawValue: request["method"]?.string ?? "GET")
            guard case .found(let route, _) = NativeRoutes.table.match(method, target.segments[...]) else {
                Issue.record("no rule for \(method) \(text)")
                continue
            }
            count += 1
            let expected = try #require(Self.answerers.first { target.path.hasPrefix($0.0) })
            #expect(expected.1.contains(route.action), "\(method) \(text): \(route.action)")
        }
        #expect(count >= 20)
    }

    @Test("What is passed on as it is needs an operator")
    func passesOnForOperators() {
        for rule in NativeRoutes.all where rule.action == .worker { #expect(rule.access == .operator, "\(rule.parts)") }
    }

    // MARK: Shapes

    /// Answers whose keys are names, not members.
    private static let maps: Set<String> = ["/global_subgraphs", "/node_replacements", "/i18n", "/workflow_templates"]

    /// What the gate leaves out or adds, on purpose or because it cannot know.
    private static let expected: [String: Set<String>] = [
        // No path of a disk; size of a picture only by decoding it.
        "/api/assets": [".assets[].metadata.file_path", ".assets[].metadata.width", ".assets[].metadata.height"]
    ]

    /// Where two documents differ in keys and kinds of values; null fits everything.
    private static func differences(_ old: JSON, _ new: JSON, _ path: String = "", isMap: Bool = false) -> Set<String> {
        switch (old, new) {
        case (.null, _), (_, .null), (.bool, .bool), (.string, .string), (.number, .number): return []
        case (.array(let left), .array(let right)):
            guard let first = left.first, let other = right.first else { return [] }
            return differences(first, other, path + "[]")
        case (.object(let left), .object(let right)):
            if isMap {
                guard let first = left.members.first, let other = right.members.first else { return [] }
                return differences(first.value, other.value, path + ".*")
            }
            var found: Set<String> = []
            for key in Set(left.keys).union(right.keys) {
                guard let before = left[key], let now = right[key] else {
                    found.insert("\(path).\(key)")
                    continue
                }
                found.formUnion(differences(before, now, "\(path).\(key)"))
            }
            return found
        default: return [path + " is of another kind"]
        }
    }

    /// Path, recording, whether only 0.26 has it.
    private static let answers: [(String, String, Bool)] = [
        ("/system_stats", "system_stats", false), ("/features", "features", false), ("/models", "models", false),
        ("/models/checkpoints", "models.checkpoints", false), ("/experiment/models", "experiment_models", false),
        ("/experiment/models/checkpoints", "experiment_models.checkpoints", false),
        ("/embeddings", "embeddings", false),
        ("/extensions", "extensions", false), ("/i18n", "i18n", false),
        ("/workflow_templates", "workflow_templates", false), ("/object_info/KSampler", "object_info.KSampler", false),
        ("/object_info/no_such", "object_info.unknown", false), ("/queue", "queue.empty", false),
        ("/prompt", "prompt.get", false), ("/history", "history.empty", false), ("/users", "users", false),
        ("/settings", "settings", false), ("/v2/userdata?path=", "v2_userdata", false),
        ("/internal/files/input", "internal.files.input", false), ("/node_replacements", "node_replacements", true),
        ("/global_subgraphs", "global_subgraphs.first3", true), ("/api/jobs", "jobs.empty", true),
        ("/api/assets", "assets.list", true), ("/api/tags", "tags", true),
        ("/api/assets/seed/status", "assets.seed.status", true),
    ]

    @Test("Answers have the recorded shape", arguments: ComfyFlavour.allCases)
    func hasTheShape(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour, worker: { $0.models = ["checkpoints": ["a.safetensors"]] }) { world in
            while try await world.gate.ask(.get, "/object_info", as: "olga").status != .ok {}
            // Lists are compared by what is in them.
            try await world.gate.expect(.ok, .get, "/view?filename=example.png&type=input", as: "olga")
            for (path, name, isModern) in Self.answers where !isModern || flavour == .current {
                let answer = try await world.gate.ask(.get, path, as: "olga")
                #expect(answer.status == .ok, "\(path): \(answer.text)")
                let found = Self.differences(
                    try recorded(flavour, "http/\(name).json"), answer.json ?? "not JSON",
                    isMap: Self.maps.contains(path))
                #expect(found == Self.expected[path, default: []], "\(path): \(answer.text)")
            }
        }
    }

    /// Probes that need nothing to have happened before. Not "userdata: traversal", which is 400 here: no path with `..`
    /// comes as far as a route.
    private static let probes = [
        "history: unknown id", "history: max_items=0", "view: no filename", "view: empty filename",
        "view: missing file", "view: leading slash", "view: dotdot", "view: bad type", "view: subfolder dotdot",
        "view: subfolder absolute", "view: input", "view: annotated name beats type",
        "view: filename with a directory part (basename is taken)", "view: HEAD", "view_metadata: missing",
        "view_metadata: bad folder", "models: bad folder", "settings: get unknown", "userdata: list without dir",
        "userdata: get missing", "users: list", "internal: files bad",
        "internal: under /api", "unknown GET", "api prefix", "ws without upgrade", "jobs: bad limit",
        "jobs: bad status",
        "jobs: bad sort", "jobs: no /jobs without api prefix", "jobs: unknown", "assets: list",
        "assets: hash head 404", "assets: not found", "tags", "node replacements", "features",
        "openapi-only: history_v2", "openapi-only: user",
    ]

    @Test("Probes get the recorded status, and errors the recorded body", arguments: ComfyFlavour.allCases)
    func answersProbes(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour, worker: { $0.models = ["checkpoints": ["a.safetensors"]] }) { world in
            while try await world.gate.ask(.get, "/object_info", as: "alice").status != .ok {}
            var count = 0
            for probe in try recorded(flavour, "http-probes.json").array ?? [] {
                guard let name = probe["name"]?.string, Self.probes.contains(name),
                    let path = probe["request"]?["path"]?.string, let status = probe["status"]?.int
                else { continue }
                count += 1
                let method = Wire.Method(rawValue: probe["request"]?["method"]?.string ?? "GET")
                let answer = try await world.gate.ask(method, path, as: "alice")
                #expect(answer.status.code == status, "\(name): \(path): \(answer.text)")
                guard let body = probe["body"], body.object != nil || body.array != nil else { continue }
                if status >= 400 {
                    #expect(answer.json == body, "\(name)")
                } else {
                    let (own, old) = (answer.json?.object?.keys ?? [], body.object?.keys ?? [])
                    #expect(own.allSatisfy { old.contains($0) }, "\(name): \(answer.text)")
                }
            }
            #expect(count >= (flavour == .current ? 36 : 22))
        }
    }
}
