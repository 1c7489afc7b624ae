public import Basics
public import ComfyAPI

/// The body of `POST /prompt` for one attempt: what the user asked for, under the names of that attempt.
public enum AttemptBody {
    public enum Failure: Error, Sendable, Hashable {
        /// The file is not on the worker, as far as the caller said.
        case missingInput(Digest32)
        /// The worker answered an upload with a name that leaves its input folder.
        case unusableName(String)
    }

    /// Only nodes that run go along, and of them class, inputs and title; number and front are the gate's own business.
    ///
    /// - Parameters:
    ///   - request: Gives `extra_data` and the outputs asked for. Its graph is not looked at.
    ///   - names: What the worker answered when each file was sent: `name`, or `subfolder/name`.
    public static func encode(
        _ graph: CheckedGraph, request: PromptRequest, attempt: AttemptNames, names: [Digest32: String]
    ) throws(Failure) -> [UInt8] {
        var changes = GraphChanges(token: attempt.token)
        for input in graph.inputs {
            guard let name = names[input.file.hash] else { throw .missingInput(input.file.hash) }
            guard FileReference(name)?.type == "input" else { throw .unusableName(name) }
            changes.read(input, as: name)
        }
        for write in graph.writes { changes.write(write) }
        for place in graph.wrapped { changes.wrap(place) }
        for node in graph.marked { changes.mark(node) }

        var out = GraphBytes(capacity: graph.prompt.count * 512)
        out.raw("{\"prompt_id\":")
        out.string(attempt.id)
        out.raw(",\"client_id\":")
        out.string(attempt.id)
        out.raw(",\"prompt\":{")
        var isFirst = true
        for id in graph.running {
            guard let node = graph.prompt[id]?.object else { continue }
            if !isFirst { out.raw(",") }
            isFirst = false
            out.string(id)
            out.raw(":")
            write(node, changes.of(id), to: &out)
        }
        out.raw("}")
        let extra = request.extraData
        if !extra.isEmpty {
            out.raw(",\"extra_data\":")
            out.append(extra.encoded())
        }
        if let targets = request.targets {
            out.raw(",\"partial_execution_targets\":")
            out.value(.array(targets.map { .string($0) }))
        }
        out.raw("}")
        return out.bytes
    }

    private static func write(
        _ node: JSONObject, _ changes: [(input: String, value: GraphChanges.Change)], to out: inout GraphBytes
    ) {
        out.raw("{\"class_type\":")
        out.value(node["class_type"] ?? .null)
        out.raw(",\"inputs\":{")
        var isFirst = true
        func add(_ input: String, _ value: JSON) {
            if !isFirst { out.raw(",") }
            isFirst = false
            out.string(input)
            out.raw(":")
            out.value(value)
        }
        let inputs = node["inputs"]?.object ?? JSONObject()
        for (input, value) in inputs.members {
            // Few a node; of two for one input the later builds on the earlier.
            add(input, changes.reduce(value) { ByteName($1.input) == ByteName(input) ? $1.value.applied(to: $0) : $0 })
        }
        for (input, change) in changes where inputs[input] == nil { add(input, change.applied(to: .null)) }
        out.raw("}")
        if let meta = node["_meta"] {
            out.raw(",\"_meta\":")
            out.value(meta)
        }
        out.raw("}")
    }
}

/// What differs between the user's graph and the worker's, by node.
struct GraphChanges {
    enum Change {
        case replace(String)
        case member(String, String)
        case wrap

        func applied(to value: JSON) -> JSON {
            switch self {
            case .replace(let text): return .string(text)
            case .member(let name, let text):
                var object = value.object ?? JSONObject()
                object[name] = .string(text)
                return .object(object)
            case .wrap: return ["__value__": value]
            }
        }
    }

    let token: String
    private var changes: [ByteName: [(input: String, value: Change)]] = [:]

    init(token: String) { self.token = token }

    func of(_ node: String) -> [(input: String, value: Change)] { changes[ByteName(node)] ?? [] }

    private mutating func add(_ node: String, _ input: String, _ change: Change) {
        changes[ByteName(node), default: []].append((input, change))
    }

    mutating func read(_ input: GraphInput, as name: String) {
        add(input.node, input.input, input.member.map { .member($0, name) } ?? .replace(name))
    }
    mutating func write(_ write: GraphWrite) { add(write.node, write.input, .replace(token + "/" + write.value)) }
    mutating func wrap(_ place: CheckedGraph.Place) { add(place.node, place.input, .wrap) }
    mutating func mark(_ node: String) { add(node, AttemptNames.mark, .replace(token)) }
}
