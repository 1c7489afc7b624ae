import Foundation

/// JSON documents for tests: recorded ones where they lie beside the checkout, and the fuzzer's corpus.
enum Fixtures {
    struct Document: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    static let documents: [Document] = corpus + recorded

    /// Documents short enough to be mutated thousands of times.
    static let small: [[UInt8]] = documents.map(\.bytes).filter { $0.count <= 4_096 }

    static let corpus: [Document] = read(
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/json"))

    /// Real graphs, which are not part of this repository: `COMFYGATE_SHARED`, or `shared` beside the package.
    static let recorded: [Document] = {
        let root =
            ProcessInfo.processInfo.environment["COMFYGATE_SHARED"].map { URL(filePath: $0) }
            ?? URL(filePath: #filePath).appending(path: "../../../../shared").standardized
        let workflows = root.appending(path: "fixtures/comfyui/workflows")
        return ["0.3.64", "0.26.0", "modelless"].flatMap { read(workflows.appending(path: $0)) }
    }()

    private static func read(_ folder: URL) -> [Document] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            (try? Data(contentsOf: folder.appending(path: name))).map { Document(name: name, bytes: Array($0)) }
        }
    }
}
