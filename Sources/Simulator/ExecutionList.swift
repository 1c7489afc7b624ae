/// Which node runs next.
///
/// Mirrors the rule of ComfyUI's `comfy_execution/graph.py`: an output node as soon as it is ready, else a node right
/// before an output, else one two steps before, else any.
struct ExecutionList: Sendable {
    /// Nodes not yet run, in the order they were added.
    private(set) var waiting: [String] = []
    /// How many inputs each still waits for.
    private var missing: [String: Int] = [:]
    /// Nodes that wait for this one.
    private var blocking: [String: [String]] = [:]
    private let outputs: Set<String>

    /// - Parameters:
    ///   - targets: The output nodes to run.
    ///   - outputs: All nodes of output classes in the graph.
    ///   - sources: The nodes that a node's inputs come from, repeats allowed.
    ///   - isCached: True for a node whose results are at hand; nothing upstream of it is added.
    init(
        targets: [String], outputs: Set<String>, sources: (String) -> [String], isCached: (String) -> Bool
    ) {
        self.outputs = outputs
        var known: Set<String> = []
        var stack: [String] = []
        func add(_ id: String) {
            guard known.insert(id).inserted else { return }
            waiting.append(id)
            stack.append(id)
        }
        for target in targets { add(target) }
        while let id = stack.popLast() {
            guard !isCached(id) else { continue }
            for source in Set(sources(id)).sorted() where !isCached(source) {
                add(source)
                missing[id, default: 0] += 1
                blocking[source, default: []].append(id)
            }
        }
    }

    /// Nil when all have run, or when the rest wait for each other in a circle.
    func next() -> String? {
        let ready = waiting.filter { missing[$0, default: 0] == 0 }
        func blocks(_ id: String) -> [String] { blocking[id] ?? [] }
        return ready.first { outputs.contains($0) }
            ?? ready.first { blocks($0).contains { outputs.contains($0) } }
            ?? ready.first { blocks($0).contains { blocks($0).contains { outputs.contains($0) } } }
            ?? ready.first
    }

    mutating func finish(_ id: String) {
        waiting.removeAll { $0 == id }
        for next in blocking.removeValue(forKey: id) ?? [] { missing[next, default: 1] -= 1 }
    }
}
