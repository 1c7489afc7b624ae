import Basics

/// The editor's graph, or the inside of a subgraph: nodes, links, and the slots towards the outside.
struct UIGraph {
    struct Slot {
        let name: String
        let type: String
        /// The link that feeds an input; nil for outputs.
        let link: String?
        /// Set for inputs that are also widgets.
        let widget: String?
    }

    struct Node {
        let id: String
        let type: String
        let title: String?
        let mode: Int
        let inputs: [Slot]
        let outputs: [Slot]
        let widgetValues: JSON
        let properties: JSONObject

        static let muted = 2
        static let bypassed = 4
        /// Neither runs nor feeds anyone of itself.
        var isDropped: Bool { mode == Node.muted || mode == Node.bypassed }
    }

    struct Link {
        let origin: String
        let slot: Int
        let target: String
        let targetSlot: Int
    }

    let name: String
    let nodes: [Node]
    private let positions: [String: Int]
    let links: [String: Link]
    /// The links that feed the outputs of a subgraph, by output.
    let ends: [Int: Link]
    /// Slots of a subgraph; empty for the root.
    let inputs: [Slot]
    let outputs: [Slot]
    /// What links inside a subgraph call the side they come in from.
    let inputNode: String

    subscript(id: String) -> Node? { positions[id].map { nodes[$0] } }

    init(_ json: JSON) throws(WorkflowError) {
        guard let list = json["nodes"]?.array else { throw WorkflowError("The graph has no list of nodes.") }
        var nodes: [Node] = []
        var positions: [String: Int] = [:]
        for item in list {
            guard let id = UIGraph.id(item["id"]) else { throw WorkflowError("A node has no id.") }
            guard let type = item["type"]?.string else { throw WorkflowError(node: id, "The node has no type.") }
            guard positions[id] == nil else { throw WorkflowError(node: id, "Two nodes have this id.") }
            positions[id] = nodes.count
            nodes.append(
                Node(
                    id: id, type: type, title: item["title"]?.string, mode: item["mode"]?.int ?? 0,
                    inputs: UIGraph.slots(item["inputs"]), outputs: UIGraph.slots(item["outputs"]),
                    widgetValues: item["widgets_values"] ?? .null,
                    properties: item["properties"]?.object ?? JSONObject()))
        }
        (self.nodes, self.positions) = (nodes, positions)
        name = json["name"]?.string ?? ""
        let listed = UIGraph.links(json["links"])
        links = Dictionary(listed, uniquingKeysWith: { $1 })
        let outputNode = UIGraph.id(json["outputNode"]?["id"]) ?? "-20"
        ends = Dictionary(
            listed.filter { $0.1.target == outputNode }.map { ($0.1.targetSlot, $0.1) }, uniquingKeysWith: { $1 })
        inputs = UIGraph.slots(json["inputs"])
        outputs = UIGraph.slots(json["outputs"])
        inputNode = UIGraph.id(json["inputNode"]?["id"]) ?? "-10"
    }

    /// Ids are numbers or strings.
    static func id(_ json: JSON?) -> String? {
        switch json {
        case .string(let text)?: text
        case .number(let number)? where number.isInteger: number.literal
        default: nil
        }
    }

    private static func slots(_ json: JSON?) -> [Slot] {
        (json?.array ?? []).map { item in
            let type =
                switch item["type"] {
                case .string(let name)?: name
                case .array?: "COMBO"
                default: "*"
                }
            return Slot(
                name: item["name"]?.string ?? "", type: type, link: id(item["link"]),
                widget: item["widget"]?["name"]?.string)
        }
    }

    /// Links are lists `[id, origin, slot, target, slot, type]` or objects with names, in a list or by id.
    private static func links(_ json: JSON?) -> [(String, Link)] {
        var out: [(String, Link)] = []
        for item in json?.array ?? json?.object?.members.map(\.value) ?? [] {
            let isList = item.array != nil
            func part(_ index: Int, _ key: String) -> JSON? { isList ? item[index] : item[key] }
            guard let id = id(part(0, "id")), let origin = UIGraph.id(part(1, "origin_id")) else { continue }
            let link = Link(
                origin: origin, slot: part(2, "origin_slot")?.int ?? 0,
                target: UIGraph.id(part(3, "target_id")) ?? "", targetSlot: part(4, "target_slot")?.int ?? 0)
            out.append((id, link))
        }
        return out
    }
}
