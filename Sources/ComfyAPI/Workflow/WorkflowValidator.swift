public import Basics

/// Judges a graph as ComfyUI's `validate_prompt` does, with its words.
///
/// The simulated worker answers with the result, the command line prints it. What only a worker can know is asked
/// through `fileExists`; the node replacements of 0.26 and the checks of custom packs are not mirrored.
/// Source: ComfyUI's `execution.py`, `comfy_execution/validation.py`.
public struct WorkflowValidator: Sendable {
    public let objectInfo: ObjectInfo
    public let flavour: ComfyFlavour
    /// Whether a file that a loader names is there: class, input, value. Nil asks nothing.
    public var fileExists: (@Sendable (_ classType: String, _ input: String, _ value: String) -> Bool)?

    public init(
        _ objectInfo: ObjectInfo, flavour: ComfyFlavour,
        fileExists: (@Sendable (_ classType: String, _ input: String, _ value: String) -> Bool)? = nil
    ) {
        (self.objectInfo, self.flavour, self.fileExists) = (objectInfo, flavour, fileExists)
    }

    public enum Verdict: Sendable, Hashable {
        case accepted(Accepted)
        case rejected(PromptRejection)
        /// The prompt is no object of objects: ComfyUI answers 500.
        case serverError
    }

    public struct Accepted: Sendable, Hashable {
        /// The graph with its literals converted to the declared types.
        public let prompt: JSONObject
        /// The outputs that run, in the order of the graph.
        public let outputs: [String]
        /// What was dropped; not empty although the prompt is accepted when only some outputs are valid.
        public let nodeErrors: [NodeFaults]
    }

    /// - Parameter targets: `partial_execution_targets`; nil runs every output.
    public func validate(_ workflow: Workflow, targets: [String]? = nil) -> Verdict {
        validate(workflow.json, targets: targets)
    }

    /// - Parameters:
    ///   - prompt: The member `prompt` of the request as it came.
    ///   - targets: `partial_execution_targets`; nil runs every output.
    /// - Complexity: O(nodes + inputs); no recursion, however long the graph's chains are.
    public func validate(_ prompt: JSON, targets: [String]? = nil) -> Verdict {
        guard case .object(let prompt) = prompt else { return .serverError }
        var outputs: [Int] = []
        var known: [String: ValidationRun.Facts] = [:]
        var classes: [ValidationRun.Facts] = []
        classes.reserveCapacity(prompt.count)
        for (id, node) in prompt.members {
            guard case .object(let object) = node else { return .serverError }
            guard let named = object["class_type"] else { return .rejected(missing(id, object, nil)) }
            guard let type = named.string else { return .rejected(missing(id, object, named)) }
            var facts = known[type]
            if facts == nil {
                facts = objectInfo[type].map(ValidationRun.Facts.init)
                known[type] = facts
            }
            guard let facts else { return .rejected(missing(id, object, named)) }
            classes.append(facts)
            if facts.isOutputNode, targets?.contains(id) ?? true { outputs.append(classes.count - 1) }
        }
        guard !outputs.isEmpty else { return .rejected(PromptRejection("prompt_no_outputs", "Prompt has no outputs")) }

        var run = ValidationRun(prompt: prompt, classes: classes, validator: self)
        var good: [String] = []
        var own: [PromptFault] = []
        var dependents: [Int: [String]] = [:]
        for output in outputs {
            let result = run.validate(output)
            if result.isValid {
                good.append(run.id(output))
                continue
            }
            own += result.faults
            // ComfyUI lists every node found faulty so far under each output that fails, related or not.
            for node in run.faulty { dependents[node, default: []].append(run.id(output)) }
        }
        // The order of nodes within a failing output follows the graph, not the dictionary.
        let nodeErrors = dependents.keys.sorted().map { node in
            var faults = NodeFaults(node: run.id(node), classType: run.classType(node), faults: run.faults(node))
            faults.dependentOutputs = dependents[node] ?? []
            return faults
        }
        guard !good.isEmpty else {
            let details = own.map { "\($0.message): \($0.details)" }.joined(separator: "\n")
            let error = PromptFault(
                "prompt_outputs_failed_validation", "Prompt outputs failed validation", details: details)
            return .rejected(PromptRejection(error, nodes: nodeErrors))
        }
        return .accepted(Accepted(prompt: run.prompt, outputs: good, nodeErrors: nodeErrors))
    }

    private func missing(_ id: String, _ node: JSONObject, _ classType: JSON?) -> PromptRejection {
        let details = "Node ID '#\(id)'"
        let name = classType.map(PythonText.str)
        if flavour == .classic {
            let message =
                name.map { "Cannot execute because node \($0) does not exist." }
                ?? "Cannot execute because a node is missing the class_type property."
            return PromptRejection("invalid_prompt", message, details: details)
        }
        let title = node["_meta"]?["title"]?.string
        let message =
            if let name {
                "Node '\(title ?? name)' not found. The custom node may not be installed."
            } else {
                "Node '\(title ?? "ID #\(id)")' has no class_type. "
                    + "The workflow may be corrupted or a custom node is missing."
            }
        return PromptRejection(
            "missing_node_type", message, details: details,
            extra: [
                "node_id": .string(id), "class_type": classType ?? .null,
                "node_title": title.map { .string($0) } ?? .null,
            ])
    }
}
