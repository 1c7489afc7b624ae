import Basics

/// A graph laid out for walking, and which of its nodes run.
///
/// A worker follows every input that looks like a link, declared or not, validated or not; so does this.
/// Source: ComfyUI's `comfy_execution/graph.py`, `add_node` and `is_link`.
struct GraphReach {
    struct Node {
        let id: String
        let object: JSONObject
        let inputs: JSONObject
        /// The inputs in order.
        let members: [(key: String, value: JSON)]
    }

    /// The nodes that run, in the order of the document.
    private(set) var nodes: [Node] = []

    init(_ prompt: JSONObject, from outputs: [String]) {
        var all: [Node] = []
        var places: [ByteName: Int] = [:]
        all.reserveCapacity(prompt.count)
        places.reserveCapacity(prompt.count)
        for (id, value) in prompt.members {
            guard case .object(let object) = value, case .object(let inputs)? = object["inputs"] else { continue }
            places[ByteName(id)] = all.count
            all.append(Node(id: id, object: object, inputs: inputs, members: inputs.members))
        }
        var runs = [Bool](repeating: false, count: all.count)
        var waiting = outputs.compactMap { places[ByteName($0)] }
        while let place = waiting.popLast() {
            guard !runs[place] else { continue }
            runs[place] = true
            for member in all[place].members {
                if let source = GraphReach.source(member.value), let next = places[ByteName(source)], !runs[next] {
                    waiting.append(next)
                }
            }
        }
        nodes.reserveCapacity(all.count)
        for (place, node) in all.enumerated() where runs[place] { nodes.append(node) }
    }

    func consumers() -> GraphConsumers { GraphConsumers(nodes) }

    /// The node a value links to; the way to write a literal list does not hide a link from the worker.
    static func source(_ value: JSON) -> String? {
        switch value {
        case .array(let items):
            guard items.count == 2, case .string(let id) = items[0] else { return nil }
            switch items[1] {
            case .number, .bool: return id
            default: return nil
            }
        case .object(let object):
            guard let inner = object["__value__"], case .array = inner else { return nil }
            return source(inner)
        default: return nil
        }
    }
}
