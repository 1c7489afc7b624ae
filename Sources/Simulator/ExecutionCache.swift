internal import Basics

/// Results of nodes by what they were made from: class and inputs all the way up, not by node id.
struct ExecutionCache: Sendable {
    struct Entry: Sendable {
        let result: NodeResult
        fileprivate var use: Int
    }

    private var entries: [String: Entry] = [:]
    private var uses = 0
    /// Most entries kept.
    let limit: Int

    init(limit: Int) { self.limit = limit }

    func contains(_ key: String) -> Bool { entries[key] != nil }

    mutating func result(_ key: String) -> NodeResult? {
        uses += 1
        entries[key]?.use = uses
        return entries[key]?.result
    }

    mutating func store(_ result: NodeResult, _ key: String) {
        uses += 1
        entries[key] = Entry(result: result, use: uses)
        if entries.count > limit, let oldest = entries.min(by: { $0.value.use < $1.value.use }) {
            entries[oldest.key] = nil
        }
    }

    /// The classic cache: what the prompt before used and this one does not is gone.
    mutating func keep(only keys: Set<String>) { entries = entries.filter { keys.contains($0.key) } }

    mutating func removeAll() { entries.removeAll() }

    var count: Int { entries.count }

    /// The keys of all nodes of a prompt.
    ///
    /// - Parameters:
    ///   - changed: What else a node depends on: a file's hash; nil for most.
    ///   - usesID: True for nodes that are told their own id.
    static func keys(
        of prompt: JSONObject, changed: (_ classType: String, _ inputs: JSONObject) -> String?,
        usesID: (_ classType: String) -> Bool
    ) -> [String: String] {
        var keys: [String: String] = [:]
        var open: Set<String> = []
        // No recursion: a graph's chains may be as long as the graph.
        for root in prompt.keys {
            var stack = [root]
            while let id = stack.last {
                let inputs = prompt[id]?["inputs"]?.object ?? JSONObject()
                let sources = inputs.members.compactMap { link($0.value)?.node }
                open.insert(id)
                let next =
                    keys[id] == nil
                    ? sources.filter { keys[$0] == nil && prompt[$0] != nil && !open.contains($0) } : []
                if next.isEmpty {
                    stack.removeLast()
                    open.remove(id)
                    if keys[id] == nil { keys[id] = key(id) }
                } else {
                    stack += next
                }
            }
        }
        func key(_ id: String) -> String {
            let classType = prompt[id]?["class_type"]?.string ?? ""
            let inputs = prompt[id]?["inputs"]?.object ?? JSONObject()
            var text = classType + "\n" + (changed(classType, inputs) ?? "") + "\n"
            if usesID(classType) { text += id + "\n" }
            for name in inputs.keys.sorted() {
                guard let value = inputs[name] else { continue }
                if let (node, slot) = link(value) {
                    text += "\(name)<-\(keys[node] ?? "missing").\(slot)\n"
                } else {
                    text += "\(name)=\(PythonJSON.text(value))\n"
                }
            }
            return Hex.encode(Digest.sha256(Array(text.utf8)))
        }
        func link(_ value: JSON) -> (node: String, slot: Int)? {
            guard value.array?.count == 2, let node = value[0]?.string, let slot = value[1]?.int else { return nil }
            return (node, slot)
        }
        return keys
    }
}
