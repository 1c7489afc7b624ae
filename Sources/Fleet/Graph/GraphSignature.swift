import Basics

/// What makes two graphs the same work: classes, links and values of the nodes that run.
///
/// Left out are seeds, names of outputs and titles; the order of nodes and inputs does not count.
struct GraphSignature {
    private var text = GraphBytes(capacity: 32 << 10)
    private var nodes: [(id: String, range: Range<Int>)] = []
    /// Of the node begun last.
    private var inputs: [(name: String, value: JSON)] = []

    mutating func begin(_ id: String, _ classType: String) {
        nodes.append((id, text.bytes.count..<text.bytes.count))
        text.string(id)
        text.string(classType)
    }

    mutating func add(_ name: String, _ value: JSON) { inputs.append((name, value)) }

    mutating func end() {
        inputs.sort { $0.name < $1.name }
        for (name, value) in inputs {
            text.string(name)
            text.value(value, sorted: true)
        }
        inputs.removeAll(keepingCapacity: true)
        // No string or value begins so: nothing can be moved from one node to the next unseen.
        text.raw(";")
        nodes[nodes.count - 1].range = nodes[nodes.count - 1].range.lowerBound..<text.bytes.count
    }

    func digest() -> Digest32 {
        var out: [UInt8] = []
        out.reserveCapacity(text.bytes.count)
        for node in nodes.sorted(by: { $0.id < $1.id }) { out.append(contentsOf: text.bytes[node.range]) }
        return Digest32.sha256(out)
    }
}
