import Basics
import ComfyAPI
import Fleet
import Foundation

/// Recordings of real workers; kept once, beside the tests of their vocabulary.
enum Recordings {
    static let flavours: [ComfyFlavour] = [.classic, .current]
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL
    private static let fixtures = tests.appending(path: "ComfyAPITests/Fixtures")

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: fixtures.appending(path: path)))
    }
    static func json(_ path: String) throws -> JSON { try JSON(parsing: bytes(path), dialect: .python) }

    static let objectInfo: [ComfyFlavour: ObjectInfo] = Dictionary(
        uniqueKeysWithValues: flavours.map { flavour in
            let info = try? ObjectInfo(parsing: bytes("\(flavour.rawValue)/object_info.json"))
            return (flavour, info ?? ObjectInfo())
        })
    static let checks: [ComfyFlavour: GraphCheck] = objectInfo.reduce(into: [:]) {
        $0[$1.key] = GraphCheck($1.value, flavour: $1.key)
    }
    static func check(_ flavour: ComfyFlavour) -> GraphCheck {
        checks[flavour] ?? GraphCheck(ObjectInfo(), flavour: flavour)
    }

    /// Data that stay outside the repository: templates and a picture.
    static let shared: URL =
        (ProcessInfo.processInfo.environment["COMFYGATE_SHARED"].map { URL(filePath: $0) }
        ?? tests.appending(path: "../../shared")).appending(path: "fixtures/comfyui").standardizedFileURL
    static func shared(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: shared.appending(path: path))) }
    static let isSharedPresent = FileManager.default.fileExists(atPath: shared.appending(path: "workflows").path)

    /// API graphs of the official templates with their flavour.
    static let templates: [(flavour: ComfyFlavour, path: String)] = flavours.flatMap { flavour in
        let folder = "workflows/\(flavour.rawValue)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: shared.appending(path: folder).path)) ?? []
        return names.filter { $0.hasSuffix(".api.json") }.sorted().map { (flavour, "\(folder)/\($0)") }
    }
    static let modelless = ["basic", "ksampler_tiny_lab_model", "load_image", "output_kinds", "slow_chain"]
}

/// One account with a few files.
enum Account {
    static func file(_ number: UInt8, _ name: String) -> GraphFile {
        GraphFile(hash: Digest32([UInt8](repeating: number, count: 32)) ?? .zero, size: Int(number), name: name)
    }

    static let files: [FileReference: GraphFile] = [
        FileReference(filename: "cat.png"): file(1, "cat.png"),
        FileReference(filename: "dog.PNG", subfolder: "pasted"): file(2, "dog.PNG"),
        FileReference(filename: "x.png", subfolder: "painter", type: "temp"): file(3, "x.png"),
        FileReference(filename: "x.png", subfolder: "sub", type: "output"): file(4, "x.png"),
        FileReference(filename: "copy.png"): file(1, "copy.png"),
        FileReference(filename: "model.glb", subfolder: "3d"): file(5, "model.glb"),
        FileReference(filename: "notes.txt"): file(6, "notes.txt"),
        FileReference(filename: "example.png"): file(7, "example.png"),
    ]
    @Sendable static func lookup(_ reference: FileReference) -> GraphFile? { files[reference] }

    static let attempt = AttemptNames(UUID("3be09ef2-1c2d-4e5f-8a9b-0123456789ab") ?? UUID())
    /// As a worker answers: the name it was given.
    static let workerNames: [Digest32: String] = files.values.reduce(into: [:]) {
        $0[$1.hash] = AttemptNames.inputName(of: $1)
    }
}

extension GraphCheck {
    func judge(_ prompt: JSON, targets: [String]? = nil, policy: GraphPolicy = .standard) -> Verdict {
        check(
            PromptRequest(prompt: prompt.object ?? JSONObject(), targets: targets), policy: policy,
            files: Account.lookup)
    }
}

extension GraphCheck.Verdict {
    var graph: CheckedGraph? { if case .accepted(let graph) = self { graph } else { nil } }
    var rejection: PromptRejection? { if case .rejected(let rejection, _) = self { rejection } else { nil } }
    var mayBeStale: Bool? { if case .rejected(_, let flag) = self { flag } else { nil } }
    /// Every complaint's type, by node.
    var types: [String: [String]] {
        (rejection?.nodes ?? []).reduce(into: [:]) { $0[$1.node] = $1.faults.map(\.type) }
    }
}

/// A graph of LoadImage → SaveImage, with what a test wants to change.
func savedPicture(
    image: JSON = "cat.png", prefix: JSON = "art/cat", loader: String = "LoadImage", more: [(String, JSON)] = []
) -> JSON {
    var graph = JSONObject([
        ("1", ["class_type": .string(loader), "inputs": ["image": image]]),
        ("2", ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": prefix]]),
    ])
    for (id, node) in more { graph[id] = node }
    return .object(graph)
}

func node(_ classType: String, _ inputs: JSON) -> JSON { ["class_type": .string(classType), "inputs": inputs] }
