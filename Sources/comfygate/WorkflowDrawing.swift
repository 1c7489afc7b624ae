internal import Basics
internal import ComfyAPI

/// Repairs the editor's graph in its own format: dead links go, then nodes that no link touches.
///
/// Only the outermost graph; what lies inside subgraphs stays. All members that are not about links stay as they are.
struct WorkflowDrawing {
    private(set) var json: JSONObject
    private(set) var fixes: [String] = []

    /// - Parameter info: Says which nodes may stand alone, as they make a file out of nothing but their own settings.
    init(repairing drawing: JSON, _ info: ObjectInfo) {
        json = drawing.object ?? JSONObject()
        let nodes = drawing["nodes"]?.array ?? []
        let byID = Dictionary(nodes.map { (Self.key($0["id"]), $0) }, uniquingKeysWith: { first, _ in first })
        var kept: [JSON] = []
        var alive: Set<String> = []
        var touched: Set<String> = []
        for link in drawing["links"]?.array ?? [] {
            let ends = Self.ends(link)
            let source = byID[ends.source]
            let target = byID[ends.target]
            let hasSlots =
                source?["outputs"]?[ends.sourceSlot] != nil
                && Self.key(target?["inputs"]?[ends.targetSlot]?["link"]) == ends.id
            guard source != nil, target != nil, hasSlots else {
                fixes.append("link \(ends.id): dropped, from node \(ends.source) to node \(ends.target)")
                continue
            }
            kept.append(link)
            alive.insert(ends.id)
            touched.formUnion([ends.source, ends.target])
        }
        json["links"] = .array(kept)
        var repaired: [JSON] = []
        for node in nodes {
            let id = Self.key(node["id"])
            let slots = (node["inputs"]?.array?.count ?? 0) + (node["outputs"]?.array?.count ?? 0)
            let type = node["type"]?.string ?? ""
            guard slots == 0 || touched.contains(id) || Self.standsAlone(info[type]) else {
                fixes.append("node \(id) (\(node["title"]?.string ?? type)): dropped, as nothing is connected to it")
                continue
            }
            repaired.append(clean(node, id, alive))
        }
        json["nodes"] = .array(repaired)
    }

    private static func standsAlone(_ node: NodeClass?) -> Bool {
        guard let node, node.isOutputNode else { return false }
        return !node.inputs.contains { if case .link = $0.type { $0.isRequired } else { false } }
    }

    /// A node whose slots name no link that is gone.
    private mutating func clean(_ node: JSON, _ id: String, _ alive: Set<String>) -> JSON {
        guard var object = node.object else { return node }
        if let inputs = node["inputs"]?.array {
            object["inputs"] = .array(
                inputs.map { input in
                    guard var slot = input.object, let link = slot["link"], !link.isNull,
                        !alive.contains(Self.key(link))
                    else { return input }
                    slot["link"] = .null
                    fixes.append("node \(id), input \(slot["name"]?.string ?? "?"): dropped the dead link")
                    return .object(slot)
                })
        }
        if let outputs = node["outputs"]?.array {
            object["outputs"] = .array(
                outputs.map { output in
                    guard var slot = output.object, let links = slot["links"]?.array else { return output }
                    slot["links"] = .array(links.filter { alive.contains(Self.key($0)) })
                    return .object(slot)
                })
        }
        return .object(object)
    }

    /// Both spellings of a link: the list `[id, source, slot, target, slot, type]` and the object.
    private static func ends(
        _ link: JSON
    ) -> (id: String, source: String, sourceSlot: Int, target: String, targetSlot: Int) {
        if link.object != nil {
            return (
                key(link["id"]), key(link["origin_id"]), link["origin_slot"]?.int ?? -1, key(link["target_id"]),
                link["target_slot"]?.int ?? -1
            )
        }
        return (key(link[0]), key(link[1]), link[2]?.int ?? -1, key(link[3]), link[4]?.int ?? -1)
    }

    private static func key(_ id: JSON?) -> String { id?.string ?? id?.number?.literal ?? "" }
}
