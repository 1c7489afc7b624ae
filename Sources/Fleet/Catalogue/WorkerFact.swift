internal import Basics
internal import Wire

/// What a worker says of itself to everybody alike, as small JSON documents.
///
/// Source: ComfyUI's `server.py`, `app/model_manager.py`, `app/subgraph_manager.py`, 0.3.64 and 0.26.0.
public enum WorkerFact: Sendable, Hashable {
    case embeddings, models, modelFolders, extensions, translations, templates, subgraphs, replacements
    /// Names of the models of one kind; and with times and sizes.
    case modelsOf(String)
    case modelFiles(String)
    case subgraph(String)
    /// What a model's file says of itself.
    case metadata(folder: String, file: String)

    /// Those that every worker has; each lists the others.
    static let first: [WorkerFact] = [
        .models, .embeddings, .modelFolders, .extensions, .translations, .templates, .subgraphs, .replacements,
    ]

    /// The worker's path; nil for a name that no worker has.
    var path: String? {
        switch self {
        case .embeddings: "/embeddings"
        case .models: "/models"
        case .modelFolders: "/experiment/models"
        case .extensions: "/extensions"
        case .translations: "/i18n"
        case .templates: "/workflow_templates"
        case .subgraphs: "/global_subgraphs"
        case .replacements: "/node_replacements"
        case .modelsOf(let folder): Self.path(["models", folder])
        case .modelFiles(let folder): Self.path(["experiment", "models", folder])
        case .subgraph(let id): Self.path(["global_subgraphs", id])
        case .metadata(let folder, let file):
            Self.path(["view_metadata", folder]).map { $0 + "?" + Query([("filename", file)]).encoded }
        }
    }

    private static func path(_ segments: [String]) -> String? { (try? RequestTarget(segments: segments))?.path }

    /// The document as it may leave: ComfyUI's shape, put together anew, without a path of the worker's disk. Nil when it
    /// is not that shape.
    func cleaned(_ json: JSON) -> JSON? {
        switch self {
        case .embeddings, .models, .modelsOf:
            return json.array.map { .array($0.filter { $0.string.map(Self.isName) ?? false }) }
        case .extensions:
            return json.array.map { .array($0.filter { $0.string?.hasPrefix("/extensions/") ?? false }) }
        case .modelFolders:
            return json.array.map { folders in
                .array(
                    folders.compactMap { folder in
                        guard let name = folder["name"]?.string else { return nil }
                        let count = folder["folders"]?.array?.count ?? 0
                        return ["name": .string(name), "folders": .array(Array(repeating: "", count: count))]
                    })
            }
        case .modelFiles: return json.array.map { .array($0.compactMap(Self.file)) }
        case .translations, .replacements, .metadata: return json.object.map { .object($0) }
        case .templates:
            return json.object.map { packs in
                .object(JSONObject(packs.members.filter { $0.value.array != nil }.map { ($0.key, $0.value) }))
            }
        case .subgraphs:
            return json.object.map { graphs in
                .object(JSONObject(graphs.members.map { ($0.key, Self.subgraph($0.value)) }))
            }
        case .subgraph: return json.isNull ? .null : json.object.map { Self.subgraph(.object($0)) }
        }
    }

    private static func file(_ json: JSON) -> JSON? {
        guard let name = json["name"]?.string, isName(name) else { return nil }
        var out: JSONObject = ["name": .string(name)]
        for key in ["pathIndex", "modified", "created", "size"] {
            if let value = json[key], value.number != nil { out[key] = value }
        }
        return .object(out)
    }

    private static func subgraph(_ json: JSON) -> JSON {
        var out = JSONObject()
        for key in ["source", "name", "info", "data"] { out[key] = json[key] }
        return .object(out)
    }

    /// Below a folder, not somewhere on the disk.
    private static func isName(_ text: String) -> Bool {
        !text.hasPrefix("/") && !text.hasPrefix("\\") && !text.utf8.dropFirst().starts(with: ":\\".utf8)
    }
}
