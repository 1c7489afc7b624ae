import Basics

/// One walk over a graph from its outputs to their sources; nodes seen once are not judged again.
struct ValidationRun {
    struct Result {
        var isValid: Bool
        var faults: [PromptFault]
    }

    /// A node being judged, paused whenever one of its sources has to be judged first.
    private struct Frame {
        let node: String
        let inputs: [InputSpec]
        var next = 0
        var faults: [PromptFault] = []
        var isValid = true
        /// The link being followed.
        var following: (spec: InputSpec, value: JSON)?
    }

    /// Literals are converted here as they are judged.
    private(set) var prompt: JSONObject
    private(set) var results: [String: Result] = [:]
    private let validator: WorkflowValidator
    private var frames: [Frame] = []

    init(prompt: JSONObject, validator: WorkflowValidator) {
        (self.prompt, self.validator) = (prompt, validator)
    }

    mutating func validate(_ output: String) -> Result {
        if let known = results[output] { return known }
        push(output)
        while let frame = frames.last {
            if results[frame.node] == nil, frame.next < frame.inputs.count {
                frames[frames.count - 1].next += 1
                do { try check(frame.inputs[frame.next], of: frame.node) } catch { raise(error) }
            } else {
                finish(frame)
            }
        }
        return results[output] ?? Result(isValid: false, faults: [])
    }

    private mutating func push(_ node: String) {
        guard let nodeClass = prompt[node]?["class_type"]?.string.flatMap({ validator.objectInfo[$0] }),
            let inputs = prompt[node]?["inputs"]
        else {
            frames.append(Frame(node: node, inputs: []))
            return raise(Exception("KeyError", "'inputs'", line: validator.flavour.lines.noInputs))
        }
        guard case .object(let given) = inputs else {
            // Python looks names up in whatever this is; only an object has any.
            frames.append(Frame(node: node, inputs: nodeClass.inputs.filter(\.isRequired)))
            return
        }
        frames.append(Frame(node: node, inputs: InputSpec.expanded(nodeClass.inputs, for: given)))
    }

    private mutating func finish(_ frame: Frame) {
        frames.removeLast()
        let result = results[frame.node] ?? Result(isValid: frame.isValid && frame.faults.isEmpty, faults: frame.faults)
        results[frame.node] = result
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
        results[node] = Result(isValid: false, faults: [fault])
    }

    // MARK: One input

    private mutating func report(_ fault: PromptFault) { frames[frames.count - 1].faults.append(fault) }

    private mutating func check(_ spec: InputSpec, of node: String) throws(Exception) {
        guard let value = prompt[node]?["inputs"]?[spec.name] else {
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
            var value = value
            if let fault = LiteralCheck(spec: spec, node: node, validator: validator).judge(&value, in: prompt) {
                report(fault)
            }
            store(value, spec.name, node)
        }
    }

    private mutating func store(_ value: JSON, _ input: String, _ node: String) {
        guard var object = prompt[node]?.object, var inputs = object["inputs"]?.object else { return }
        guard inputs[input] != value else { return }
        inputs[input] = value
        object["inputs"] = .object(inputs)
        prompt[node] = .object(object)
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
        if let known = results[source.id] {
            if !known.isValid { frames[frames.count - 1].isValid = false }
            return
        }
        if let start = frames.firstIndex(where: { $0.node == source.id }) {
            // The old version recurses until Python gives up and remembers no reason.
            frames[frames.count - 1].isValid = false
            if validator.flavour != .classic { reportCycle(frames[start...].map(\.node)) }
            return
        }
        frames[frames.count - 1].following = (spec, value)
        push(source.id)
    }

    private mutating func reportCycle(_ nodes: [String]) {
        let path = (nodes + nodes.prefix(1)).map { "\($0) (\(prompt[$0]?["class_type"]?.string ?? ""))" }
        for node in nodes {
            let fault = PromptFault(
                "dependency_cycle", "Dependency cycle detected", details: path.joined(separator: " -> "),
                extra: ["node_id": .string(node), "cycle_nodes": .array(nodes.map { .string($0) })])
            results[node] = Result(isValid: false, faults: [fault])
        }
    }

    private func sourceClass(of id: JSON) throws(Exception) -> (id: String, nodeClass: NodeClass) {
        let line = validator.flavour.lines.noNode
        switch id {
        case .array, .object:
            throw Exception("TypeError", "unhashable type: '\(PythonText.typeName(id))'", line: line)
        case .string(let id):
            if let type = prompt[id]?["class_type"]?.string, let nodeClass = validator.objectInfo[type] {
                return (id, nodeClass)
            }
        default: break
        }
        throw Exception("KeyError", PythonText.repr(id), line: line)
    }

    private func outputType(_ slot: JSON, of source: NodeClass) throws(Exception) -> JSON {
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
