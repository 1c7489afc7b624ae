import Basics

/// Follows a link to what really feeds an input: through reroutes, bypassed nodes and the ends of subgraphs.
struct UILinkResolver {
    enum Source {
        case output(WorkflowLink)
        /// A value held by a primitive or by a subgraph instance.
        case value(JSON)
    }

    let flattening: UIFlattening

    /// Nil when nothing feeds the input, so that its field's value stands.
    func source(of slot: UIGraph.Slot, _ node: UIGraph.Node, in scope: Int) throws(WorkflowError) -> Source? {
        try input(slot, node, scope, type: slot.type, hops: 0)
    }

    private func input(
        _ slot: UIGraph.Slot, _ node: UIGraph.Node, _ scope: Int, type: String, hops: Int
    ) throws(WorkflowError) -> Source? {
        guard hops < UIWorkflowConverter.maximumHops else {
            throw WorkflowError(
                node: flattening.id(node.id, in: scope), input: slot.name, "The links lead in a circle or too far.")
        }
        let here = flattening.scopes[scope]
        guard let id = slot.link, let link = here.graph.links[id] else { return nil }
        if link.origin == here.graph.inputNode, let host = here.host {
            // Up and out of the subgraph.
            guard here.graph.inputs.indices.contains(link.slot),
                let outer = flattening.scopes[host.scope].graph[host.node]
            else { return nil }
            let name = here.graph.inputs[link.slot].name
            guard let next = flattening.slots(of: outer, in: host.scope).first(where: { $0.name == name }),
                next.link != nil
            else { return here.hostValues[name].map { .value($0) } }
            return try input(next, outer, host.scope, type: next.type, hops: hops + 1)
        }
        guard let origin = here.graph[link.origin] else { return nil }
        return try output(link.slot, origin, scope, type: type, hops: hops)
    }

    private func output(
        _ slot: Int, _ node: UIGraph.Node, _ scope: Int, type: String, hops: Int
    ) throws(WorkflowError) -> Source? {
        if node.mode == UIGraph.Node.bypassed {
            let slots = flattening.slots(of: node, in: scope)
            guard let next = passThrough(slot, node, slots, type: type) else { return nil }
            return try input(next, node, scope, type: next.type, hops: hops + 1)
        }
        switch node.type {
        case "PrimitiveNode":
            return (node.widgetValues[0] ?? node.widgetValues.object?.members.first?.value).map { .value($0) }
        case "Reroute":
            guard node.inputs.indices.contains(slot) else { return nil }
            return try input(node.inputs[slot], node, scope, type: type, hops: hops + 1)
        case "Note", "MarkdownNote": return nil
        default: break
        }
        if let child = flattening.scopes[scope].children[node.id] {
            // Down into the subgraph, to what its output slot is linked with.
            let inner = flattening.scopes[child]
            guard let link = inner.graph.ends[slot] else { return nil }
            if link.origin == inner.graph.inputNode {
                // An input wired straight to an output.
                guard inner.graph.inputs.indices.contains(link.slot) else { return nil }
                let name = inner.graph.inputs[link.slot].name
                guard let next = flattening.slots(of: node, in: scope).first(where: { $0.name == name }) else {
                    return nil
                }
                return try input(next, node, scope, type: type, hops: hops + 1)
            }
            guard let origin = inner.graph[link.origin] else { return nil }
            return try output(link.slot, origin, child, type: type, hops: hops)
        }
        return .output(WorkflowLink(node: flattening.id(node.id, in: scope), slot: slot))
    }

    /// The input that stands for an output of a bypassed node: that of the same place if its type fits, else the first
    /// of exactly the wanted type, else the first that could be connected.
    private func passThrough(
        _ slot: Int, _ node: UIGraph.Node, _ slots: [UIGraph.Slot], type: String
    ) -> UIGraph.Slot? {
        if type == "*" || type.isEmpty { return slots.indices.contains(slot) ? slots[slot] : slots.first }
        let outputType = flattening.outputType(slot, of: node) ?? "*"
        func fits(_ candidate: UIGraph.Slot) -> Bool {
            UILinkResolver.connect(candidate.type, outputType) && UILinkResolver.connect(candidate.type, type)
        }
        if slots.indices.contains(slot), fits(slots[slot]) { return slots[slot] }
        return slots.first { $0.type == type } ?? slots.first(where: fits)
    }

    /// The editor's rule for two types; it ignores case.
    private static func connect(_ left: String, _ right: String) -> Bool {
        left.isEmpty || right.isEmpty || SlotTypes.overlap(left.lowercased(), right.lowercased())
    }
}
