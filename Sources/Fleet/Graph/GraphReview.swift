import Basics
import ComfyAPI

/// One walk over the nodes that run: what they read, write and cost, and what the policy says to it.
struct GraphReview {
    let check: GraphCheck
    let policy: GraphPolicy
    /// The graph as it came; `accepted` holds the converted one.
    let original: JSONObject
    let accepted: WorkflowValidator.Accepted
    let files: @Sendable (FileReference) -> GraphFile?

    var faults: [PolicyFault] = []
    var inputs: [GraphInput] = []
    var writes: [GraphWrite] = []
    var marked: [String] = []
    var unmarkable: [String] = []
    var wrapped: [CheckedGraph.Place] = []
    var models: Set<String> = []
    var heavy: Set<String> = []
    var sizes = GraphSizes()
    var signature = GraphSignature()
    var mayRetry = true
    var running: [String] = []
    var classes: [String: ClassVerdict] = [:]

    init(
        check: GraphCheck, policy: GraphPolicy, original: JSONObject, accepted: WorkflowValidator.Accepted,
        files: @escaping @Sendable (FileReference) -> GraphFile?
    ) {
        (self.check, self.policy, self.original) = (check, policy, original)
        (self.accepted, self.files) = (accepted, files)
    }

    /// Nil when nothing is wrong.
    /// - Complexity: O(nodes) for each of the complaints, whose number is limited.
    var rejection: PromptRejection? {
        if !faults.isEmpty {
            let reach = GraphReach(accepted.prompt, from: accepted.outputs)
            return PolicyFault.rejection(faults, reach.consumers(), outputs: accepted.outputs)
        }
        guard let limit = policy.limits.cost, sizes.cost > limit else { return nil }
        return PolicyFault.tooCostly(sizes.cost, limit)
    }

    var result: CheckedGraph {
        CheckedGraph(
            prompt: accepted.prompt, outputs: accepted.outputs, running: running, nodeErrors: accepted.nodeErrors,
            inputs: inputs, writes: writes, marked: marked, unmarkable: unmarkable, wrapped: wrapped,
            signature: signature.digest(),
            models: models.sorted(), placement: heavy.sorted(), cost: sizes.cost, mayRetry: mayRetry)
    }

    mutating func run() {
        for node in GraphReach(accepted.prompt, from: accepted.outputs).nodes {
            running.append(node.id)
            guard case .string(let classType)? = node.object["class_type"], let traits = check.traits[classType]
            else { continue }
            judge(Node(id: node.id, classType: classType, traits: traits), node)
        }
    }

    struct Node {
        let id: String
        let classType: String
        let traits: ClassTraits
    }

    mutating func judge(_ node: Node, _ source: GraphReach.Node) {
        judgeClass(node)
        if node.traits.isMarked { marked.append(node.id) }
        if node.traits.isUnmarkable { unmarkable.append(node.id) }
        var roles = node.traits.roles
        var expected = node.traits.writes
        if node.traits.isDynamic, let nodeClass = check.objectInfo[node.classType] {
            roles = ClassTraits.roles(InputSpec.expanded(nodeClass.inputs, for: source.inputs), of: nodeClass)
            expected = ClassTraits.writes(roles)
        }
        signature.begin(node.id, node.classType)
        var size = GraphSizes.Node()
        for (name, value) in source.members {
            let declared = roles[name]
            let role = declared ?? ClassTraits.role(undeclared: name)
            noteWrapping(node, name, value)
            switch role {
            case .plain: if declared == nil { nameModels(node, name, inside: value) }
            case .seed: continue
            case .size(let kind):
                if let number = GraphSizes.number(value, in: accepted.prompt) { size.note(number, as: kind) }
            case .model(let folder): nameModel(node, name, value, folder)
            case .read(let isObject, let constants): read(node, name, value, isObject, constants)
            case .freePath: freePath(node, name, value)
            case .write:
                write(node, name, value)
                continue
            }
            signature.add(name, value)
        }
        // Left out, the class would fill in its own and write beside the attempt's folder.
        for (name, fallback) in expected where source.inputs[name] == nil {
            writes.append(GraphWrite(node: node.id, input: name, value: fallback))
        }
        signature.end()
        guard size.isGiven else { return }
        judgeSize(node, size)
        sizes.add(size)
    }

    mutating func judgeClass(_ node: Node) {
        let known: ClassVerdict
        if let verdict = classes[node.classType] {
            known = verdict
        } else {
            known = ClassVerdict(node.classType, node.traits, policy)
            classes[node.classType] = known
        }
        if !known.mayRetry { mayRetry = false }
        guard let (type, problem) = known.refusal else { return }
        faults.append(
            PolicyFault(
                type, node: node.id, node.classType, problem,
                remedy: "Remove the node, or ask an administrator to allow it."))
    }

    /// A list that came as `{"__value__": […]}` must go to the worker in the same way.
    mutating func noteWrapping(_ node: Node, _ input: String, _ value: JSON) {
        switch value {
        case .array, .object:
            guard let before = original[node.id]?["inputs"]?[input], before["__value__"] != nil, before != value else {
                return
            }
            wrapped.append(CheckedGraph.Place(node: node.id, input: input))
        default: return
        }
    }
}
