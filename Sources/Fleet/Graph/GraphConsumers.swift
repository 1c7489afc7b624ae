import Basics

/// The links of a graph the other way round: who waits for a node.
struct GraphConsumers {
    private var places: [ByteName: Int] = [:]
    private var classes: [String] = []
    private var consumers: [[Int]] = []

    init(_ nodes: [GraphReach.Node]) {
        for (place, node) in nodes.enumerated() {
            places[ByteName(node.id)] = place
            classes.append(node.object["class_type"]?.string ?? "")
        }
        consumers = [[Int]](repeating: [], count: nodes.count)
        for (place, node) in nodes.enumerated() {
            for member in node.members {
                guard let source = GraphReach.source(member.value).flatMap({ places[ByteName($0)] }) else { continue }
                consumers[source].append(place)
            }
        }
    }

    func classType(_ node: String) -> String { places[ByteName(node)].map { classes[$0] } ?? "" }

    /// Those of the outputs that need the node, in their own order.
    func outputs(_ outputs: [String], behind node: String) -> [String] {
        guard let start = places[ByteName(node)] else { return [] }
        var isHit = [Bool](repeating: false, count: consumers.count)
        var waiting = [start]
        while let place = waiting.popLast() {
            guard !isHit[place] else { continue }
            isHit[place] = true
            waiting += consumers[place].filter { !isHit[$0] }
        }
        return outputs.filter { places[ByteName($0)].map { isHit[$0] } ?? false }
    }
}
