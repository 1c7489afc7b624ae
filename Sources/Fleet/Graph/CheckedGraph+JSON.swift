public import Basics
import ComfyAPI

extension CheckedGraph {
    private static let version = 1

    /// Everything but the graph itself, which the job keeps anyway: `prompt` must be stored beside it.
    public func encode() -> JSON {
        var out = JSONObject([
            ("v", JSON(CheckedGraph.version)),
            ("outputs", .list(outputs)),
            ("inputs", .array(inputs.map(CheckedGraph.json))),
            ("writes", .array(writes.map { .list([$0.node, $0.input, $0.value]) })),
            ("marked", .list(marked)),
            ("signature", .string(signature.description)),
            ("cost", JSON(cost)),
            ("retry", JSON(mayRetry)),
        ])
        if !nodeErrors.isEmpty { out["errors"] = NodeFaults.json(nodeErrors) }
        if !unmarkable.isEmpty { out["unmarkable"] = .list(unmarkable) }
        if !wrapped.isEmpty { out["wrapped"] = .array(wrapped.map { .list([$0.node, $0.input]) }) }
        if !models.isEmpty { out["models"] = .list(models) }
        if !placement.isEmpty { out["placement"] = .list(placement) }
        return .object(out)
    }

    /// Nil for anything `encode` did not write.
    /// - Parameter prompt: The member `prompt` of the value that was encoded.
    public init?(_ json: JSON, prompt: JSONObject) {
        guard json["v"]?.int == CheckedGraph.version, let outputs = json["outputs"]?.texts,
            let inputs = json["inputs"]?.array?.map(CheckedGraph.input),
            let writes = json["writes"]?.array?.map(\.texts), let marked = json["marked"]?.texts,
            let signature = json["signature"]?.string.flatMap({ Hex.decode($0) }).flatMap({ Digest32($0) }),
            let cost = json["cost"]?.int, let mayRetry = json["retry"]?.bool
        else { return nil }
        let wrapped = (json["wrapped"]?.array ?? []).map(\.texts)
        guard inputs.allSatisfy({ $0 != nil }), writes.allSatisfy({ $0?.count == 3 }),
            wrapped.allSatisfy({ $0?.count == 2 })
        else { return nil }
        self.init(
            prompt: prompt, outputs: outputs, running: GraphReach(prompt, from: outputs).nodes.map(\.id),
            nodeErrors: NodeFaults.list(json["errors"]),
            inputs: inputs.compactMap { $0 },
            writes: writes.compactMap { $0 }.map { GraphWrite(node: $0[0], input: $0[1], value: $0[2]) },
            marked: marked, unmarkable: json["unmarkable"]?.texts ?? [],
            wrapped: wrapped.compactMap { $0 }.map { Place(node: $0[0], input: $0[1]) }, signature: signature,
            models: json["models"]?.texts ?? [], placement: json["placement"]?.texts ?? [], cost: cost,
            mayRetry: mayRetry)
    }

    private static func json(_ input: GraphInput) -> JSON {
        [
            .string(input.node), .string(input.input), input.member.map { .string($0) } ?? .null, .string(input.text),
            .string(input.file.hash.description), JSON(input.file.size), .string(input.file.name),
        ]
    }

    private static func input(_ json: JSON) -> GraphInput? {
        guard let node = json[0]?.string, let input = json[1]?.string, let text = json[3]?.string,
            let reference = FileReference(text),
            let hash = json[4]?.string.flatMap({ Hex.decode($0) }).flatMap({ Digest32($0) }),
            let size = json[5]?.int, let name = json[6]?.string
        else { return nil }
        return GraphInput(
            node: node, input: input, member: json[2]?.string, text: text, reference: reference,
            file: GraphFile(hash: hash, size: size, name: name))
    }
}

extension JSON {
    fileprivate static func list(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    /// Nil unless all items are strings.
    fileprivate var texts: [String]? {
        guard let items = array else { return nil }
        let texts = items.compactMap(\.string)
        return texts.count == items.count ? texts : nil
    }
}
