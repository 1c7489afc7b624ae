public import Basics

/// Judges the classes and the outputs only, for tools that send graphs they know to be right.
public struct BasicPromptValidator: PromptValidating {
    public init() {}

    public func judge(_ prompt: JSON, targets: [String]?, in context: PromptContext) -> PromptVerdict {
        guard case .object(let graph) = prompt else { return .failed }
        var outputs: [String] = []
        for (id, node) in graph.members {
            guard case .object(let node) = node else { return .failed }
            guard let classType = node["class_type"]?.string, let info = context.objectInfo[classType] else {
                return .rejected(
                    error: Self.unknownClass(id, node, context.flavour), nodeErrors: JSONObject())
            }
            if info["output_node"] == true, targets?.contains(id) ?? true { outputs.append(id) }
        }
        guard !outputs.isEmpty else {
            return .rejected(
                error: PromptVerdict.error("prompt_no_outputs", "Prompt has no outputs", ""), nodeErrors: JSONObject())
        }
        return .accepted(prompt: graph, outputs: outputs, nodeErrors: JSONObject())
    }

    static func unknownClass(_ id: String, _ node: JSONObject, _ flavour: ComfyFlavour) -> JSON {
        let classType = node["class_type"]?.string
        let details = "Node ID '#\(id)'"
        guard flavour.isModern else {
            return PromptVerdict.error(
                "invalid_prompt",
                classType.map { "Cannot execute because node \($0) does not exist." }
                    ?? "Cannot execute because a node is missing the class_type property.", details)
        }
        let title = node["_meta"]?["title"]?.string
        let shown = title ?? classType ?? "ID #\(id)"
        return PromptVerdict.error(
            "missing_node_type",
            classType == nil
                ? "Node '\(title ?? "ID #\(id)")' has no class_type. The workflow may be corrupted or a custom node is missing."
                : "Node '\(shown)' not found. The custom node may not be installed.", details,
            [
                "node_id": .string(id), "class_type": classType.map { .string($0) } ?? nil,
                "node_title": title.map { .string($0) } ?? nil,
            ])
    }
}
