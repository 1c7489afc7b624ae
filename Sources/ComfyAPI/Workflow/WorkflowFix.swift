import Basics

/// One repair, for the report.
public enum WorkflowFix: Sendable, Hashable, CustomStringConvertible {
    /// The source is not there, or has no such output.
    case droppedLink(node: String, input: String, to: WorkflowLink)
    /// No output depends on the node.
    case droppedNode(node: String, name: String)

    public var description: String {
        switch self {
        case .droppedLink(let node, let input, let link):
            "node \(node), input \(input): dropped the link to output \(link.slot) of node \(link.node)"
        case .droppedNode(let node, let name): "node \(node) (\(name)): dropped, as no output depends on it"
        }
    }
}

extension WorkflowEditing {
    /// Drops dead links, then nodes that nothing needs; what an output needs but lacks is left to the validator.
    ///
    /// Which nodes are outputs only `objectInfo` knows: without it, or when the graph has none, no node is dropped.
    public mutating func fix() -> [WorkflowFix] {
        var fixes: [WorkflowFix] = []
        var repaired = workflow
        for (id, node) in workflow.nodes {
            for (input, link) in node.links {
                let source = workflow[link.node]
                let outputs = source.flatMap { objectInfo?[$0.classType]?.outputs.count }
                let isAlive = source != nil && link.slot >= 0 && link.slot < outputs ?? .max
                guard !isAlive else { continue }
                repaired[id]?.inputs[input] = nil
                fixes.append(.droppedLink(node: id, input: input, to: link))
            }
        }
        let needed = WorkflowEditing.needed(in: repaired, objectInfo)
        if !needed.isEmpty {
            for (id, node) in repaired.nodes where !needed.contains(id) {
                repaired[id] = nil
                fixes.append(.droppedNode(node: id, name: node.title ?? node.classType))
            }
        }
        self = WorkflowEditing(repaired, objectInfo: objectInfo)
        return fixes
    }

    /// The outputs and all they depend on; empty when no output is known.
    private static func needed(in workflow: Workflow, _ info: ObjectInfo?) -> Set<String> {
        var waiting = workflow.nodes.filter { info?[$0.node.classType]?.isOutputNode == true }.map(\.id)
        var needed = Set(waiting)
        while let id = waiting.popLast() {
            for (_, link) in workflow[id]?.links ?? [] where needed.insert(link.node).inserted {
                waiting.append(link.node)
            }
        }
        return needed
    }
}
