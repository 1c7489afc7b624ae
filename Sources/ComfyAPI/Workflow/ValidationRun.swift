import Basics

/// One walk over a graph from its outputs to their sources; nodes seen once are not judged again.
struct ValidationRun {
    struct Result {
        var isValid: Bool
        var faults: [PromptFault]
    }

    /// What is asked of a class again and again; an object, so that asking copies nothing.
    final class Facts {
        let name: String
        let inputs: [InputSpec]
        let outputs: [NodeClass.Output]
        let isNewStyle: Bool
        let isOutputNode: Bool
        /// Its inputs do not depend on their values.
        let isPlain: Bool

        init(_ nodeClass: NodeClass) {
            (name, inputs, outputs) = (nodeClass.name, nodeClass.inputs, nodeClass.outputs)
            (isNewStyle, isOutputNode) = (nodeClass.isNewStyle, nodeClass.isOutputNode)
            isPlain = nodeClass.inputs.allSatisfy {
                switch $0.type {
                case .dynamicCombo, .autogrow: false
                default: true
                }
            }
        }
    }

    /// A node being judged, paused whenever one of its sources has to be judged first.
    private struct Frame {
        /// Its place in the prompt.
        let node: Int
        let classType: String
        let inputs: [InputSpec]
        /// What the node gives them, converted as far as they have been judged.
        var given: JSONObject
        var next = 0
        var faults: [PromptFault] = []
        var isValid = true
        /// The link being followed.
        var following: (spec: InputSpec, value: JSON)?
    }

    /// Literals are converted here as they are judged.
    private(set) var prompt: JSONObject
    /// By the place of the node.
    private var results: [Result?]
    /// Nodes with faults of their own, as they were found.
    private(set) var faulty: [Int] = []
    /// Nodes that a frame stands for.
    private var isOpen: [Bool]
    private let validator: WorkflowValidator
    private var frames: [Frame] = []
    private let classes: [Facts]

    /// - Parameter classes: Of each node, in the order of the prompt.
    init(prompt: JSONObject, classes: [Facts], validator: WorkflowValidator) {
        (self.prompt, self.classes, self.validator) = (prompt, classes, validator)
        results = .init(repeating: nil, count: prompt.count)
        isOpen = .init(repeating: false, count: prompt.count)
    }

    func id(_ node: Int) -> String { prompt.members[node].key }
    func classType(_ node: Int) -> String { classes[node].name }
    func faults(_ node: Int) -> [PromptFault] { results[node]?.faults ?? [] }

    private mutating func settle(_ node: Int, _ result: Result) {
        if !result.isValid, !result.faults.isEmpty, results[node]?.faults.isEmpty ?? true { faulty.append(node) }
        results[node] = result
    }

    mutating func validate(_ output: Int) -> Result {
        if let known = results[output] { return known }
        push(output)
        while let top = frames.indices.last {
            let next = frames[top].next
            // A node that stands in a circle has its result before its turn is over.
            if next < frames[top].inputs.count, results[frames[top].node] == nil {
                frames[top].next = next + 1
                do { try check(frames[top].inputs[next]) } catch { raise(error) }
            } else {
                finish(frames[top])
            }
        }
        return results[output] ?? Result(isValid: false, faults: [])
    }

    private mutating func push(_ node: Int) {
        isOpen[node] = true
        let facts = classes[node]
        guard let inputs = prompt.members[node].value["inputs"] else {
            frames.append(Frame(node: node, classType: "", inputs: [], given: JSONObject()))
            return raise(Exception("KeyError", "'inputs'", line: validator.flavour.lines.noInputs))
        }
        guard case .object(let given) = inputs else {
            // Python looks names up in whatever this is; only an object has any.
            let required = facts.inputs.filter(\.isRequired)
            frames.append(Frame(node: node, classType: facts.name, inputs: required, given: JSONObject()))
            return
        }
        let specs = facts.isPlain ? facts.inputs : InputSpec.expanded(facts.inputs, for: given)
        frames.append(Frame(node: node, classType: facts.name, inputs: specs, given: given))
    }

    private mutating func finish(_ frame: Frame) {
        frames.removeLast()
        isOpen[frame.node] = false
        let result = results[frame.node] ?? Result(isValid: frame.isValid && frame.faults.isEmpty, faults: frame.faults)
        settle(frame.node, result)
        if !result.isValid, !frames.isEmpty { frames[frames.count - 1].isValid = false }
    }

    // MARK: Faults of Python's own making

    private struct Exception: Error {
        let type: String
        let message: String
        let line: Int
        init(_ type: String, _ message: String, line: Int) {
            (self.type, self.message, self.line) = (type, message, line)
        }
    }

    /// The node on top is given up; the consumer that was following a link to it records why.
    private mutating func raise(_ error: Exception) {
        let node = frames.removeLast().node
        isOpen[node] = false
        let lines = validator.flavour.lines
        func traceback(_ caller: Int, _ function: String) -> JSON {
            .array([
                .string("  File \"/opt/ComfyUI/execution.py\", line \(caller), in \(function)\n"),
                .string("  File \"/opt/ComfyUI/execution.py\", line \(error.line), in validate_inputs\n"),
            ])
        }
        let fault: PromptFault
        if let consumer = frames.last, let (spec, value) = consumer.following {
            frames[frames.count - 1].isValid = false
            fault = PromptFault(
                "exception_during_inner_validation", "Exception when validating inner node", details: error.message,
                extra: [
                    "input_name": .string(spec.name), "input_config": spec.config,
                    "exception_message": .string(error.message), "exception_type": .string(error.type),
                    "traceback": traceback(lines.inner, "validate_inputs"), "linked_node": value,
                ])
        } else {
            fault = PromptFault(
                "exception_during_validation", "Exception when validating node", details: error.message,
                extra: [
                    "exception_type": .string(error.type), "traceback": traceback(lines.outer, "validate_prompt"),
                ])
        }
        settle(node, Result(isValid: false, faults: [fault]))
    }

    // MARK: One input

    private mutating func report(_ fault: PromptFault) { frames[frames.count - 1].faults.append(fault) }

    private mutating func check(_ spec: InputSpec) throws(Exception) {
        let top = frames.count - 1
        guard let value = frames[top].given[spec.name] else {
            if spec.isRequired {
                report(
                    PromptFault(
                        "required_input_missing", "Required input is missing", details: spec.name,
                        extra: ["input_name": .string(spec.name)]))
            }
            return
        }
        if case .array(let link) = value {
            try follow(link, value, spec)
        } else {
            var judged = value
            let check = LiteralCheck(spec: spec, classType: frames[top].classType, validator: validator)
            if let fault = check.judge(&judged) { report(fault) }
            if judged != value { store(judged, spec.name, top) }
        }
    }

    private mutating func store(_ value: JSON, _ input: String, _ top: Int) {
        let node = frames[top].node
        frames[top].given[input] = value
        guard var object = prompt.members[node].value.object else { return }
        object["inputs"] = .object(frames[top].given)
        prompt.replace(at: node, with: .object(object))
    }

    private mutating func follow(_ link: [JSON], _ value: JSON, _ spec: InputSpec) throws(Exception) {
        guard link.count == 2 else {
            let message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            return report(
                PromptFault(
                    "bad_linked_input", message, details: spec.name,
                    extra: [
                        "input_name": .string(spec.name), "input_config": spec.config, "received_value": value,
                    ]))
        }
        let source = try sourceClass(of: link[0])
        let received = try outputType(link[1], of: source.nodeClass)
        guard SlotTypes.connect(received, spec) else {
            let (from, to) = (PythonText.str(received), PythonText.str(spec.rawType))
            return report(
                PromptFault(
                    "return_type_mismatch", "Return type mismatch between linked nodes",
                    details: "\(spec.name), received_type(\(from)) mismatch input_type(\(to))",
                    extra: [
                        "input_name": .string(spec.name), "input_config": spec.config, "received_type": received,
                        "linked_node": value,
                    ]))
        }
        if let known = results[source.node] {
            if !known.isValid { frames[frames.count - 1].isValid = false }
            return
        }
        if isOpen[source.node], let start = frames.firstIndex(where: { $0.node == source.node }) {
            // The old version recurses until Python gives up and remembers no reason.
            frames[frames.count - 1].isValid = false
            if validator.flavour != .classic { reportCycle(frames[start...].map(\.node)) }
            return
        }
        frames[frames.count - 1].following = (spec, value)
        push(source.node)
    }

    private mutating func reportCycle(_ nodes: [Int]) {
        let path = (nodes + nodes.prefix(1)).map { "\(id($0)) (\(classType($0)))" }
        for node in nodes {
            let fault = PromptFault(
                "dependency_cycle", "Dependency cycle detected", details: path.joined(separator: " -> "),
                extra: ["node_id": .string(id(node)), "cycle_nodes": .array(nodes.map { .string(id($0)) })])
            settle(node, Result(isValid: false, faults: [fault]))
        }
    }

    private func sourceClass(of id: JSON) throws(Exception) -> (node: Int, nodeClass: Facts) {
        let line = validator.flavour.lines.noNode
        switch id {
        case .array, .object:
            throw Exception("TypeError", "unhashable type: '\(PythonText.typeName(id))'", line: line)
        case .string(let id):
            if let node = prompt.index(of: id) { return (node, classes[node]) }
        default: break
        }
        throw Exception("KeyError", PythonText.repr(id), line: line)
    }

    private func outputType(_ slot: JSON, of source: Facts) throws(Exception) -> JSON {
        let line = validator.flavour.lines.noSlot
        let sequence = source.isNewStyle ? "list" : "tuple"
        let index: Int?
        switch slot {
        case .bool(let flag): index = flag ? 1 : 0
        case .number(let number) where number.isInteger: index = number.int ?? source.outputs.count
        default:
            let type = PythonText.typeName(slot)
            throw Exception("TypeError", "\(sequence) indices must be integers or slices, not \(type)", line: line)
        }
        // Python counts negative indices from the end.
        guard let index, index >= -source.outputs.count, index < source.outputs.count else {
            throw Exception("IndexError", "\(sequence) index out of range", line: line)
        }
        return source.outputs[index < 0 ? index + source.outputs.count : index].type
    }
}
