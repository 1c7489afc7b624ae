public import Basics
public import ComfyAPI

/// Recorded answers of real workers, one folder a version: `object_info`, folder lists, `system_stats` and the like.
///
/// Immutable after loading, so one value may serve many workers.
public struct SimulatorResources: Sendable {
    let objectInfo: JSONObject
    /// The same, read.
    let classes: ObjectInfo
    private let bodies: [String: JSON]

    func body(_ name: String) -> JSON { bodies[name] ?? .null }

    private static let names = [
        "experiment_models", "extensions", "features", "internal.folder_paths", "models", "system_stats",
    ]
    private static let modernNames = ["node_replacements", "global_subgraphs"]

    /// - Parameter directory: A folder with one folder for each version; nil looks in `defaultDirectories`.
    /// - Throws: `notFound` when a file is missing, `invalidArgument` when one is not JSON.
    public init(_ flavour: ComfyFlavour, directory: String? = nil) throws(GateError) {
        let candidates = directory.map { [$0] } ?? Self.defaultDirectories
        guard let root = candidates.first(where: { DiskFiles.info("\($0)/\(flavour.rawValue)") != nil }) else {
            throw GateError(
                .notFound, from: .gateway,
                "The simulator's resources are missing; set COMFYGATE_SIMULATOR_RESOURCES to their folder.",
                detail: candidates.joined(separator: ", "))
        }
        let folder = "\(root)/\(flavour.rawValue)"
        var bodies: [String: JSON] = [:]
        for name in Self.names + (flavour.isModern ? Self.modernNames : []) {
            bodies[name] = try Self.load("\(folder)/\(name).json")
        }
        self.bodies = bodies
        objectInfo = try Self.load("\(folder)/object_info.json").object ?? JSONObject()
        do {
            classes = try ObjectInfo(.object(objectInfo))
        } catch {
            throw GateError(.invalidArgument, from: .gateway, "The recorded object_info is broken.", detail: "\(error)")
        }
    }

    /// In order: the environment's choice, beside the program, the source tree this was built from.
    public static var defaultDirectories: [String] {
        var found: [String] = []
        if let chosen = DiskFiles.environment("COMFYGATE_SIMULATOR_RESOURCES"), !chosen.isEmpty { found.append(chosen) }
        if let program = DiskFiles.programDirectory { found.append(program + "/ComfyGate_Simulator.resources") }
        let source = #filePath
        if let slash = source.lastIndex(of: "/") { found.append(source[..<slash] + "/Resources") }
        return found
    }

    private static func load(_ path: String) throws(GateError) -> JSON {
        guard let bytes = DiskFiles.read(path, limit: 64 << 20) else {
            throw GateError(.notFound, from: .gateway, "A resource of the simulator is missing.", detail: path)
        }
        do {
            return try JSON(parsing: bytes, dialect: .python)
        } catch {
            throw GateError(
                .invalidArgument, from: .gateway, "A resource of the simulator is not JSON.",
                detail: "\(path): \(error)")
        }
    }
}
