import Basics
import ComfyAPI

/// Inputs that name files: every one is the account's own, or the graph does not run.
extension GraphReview {
    mutating func read(_ node: Node, _ input: String, _ value: JSON, _ isObject: Bool, _ constants: [String]) {
        if isObject, case .object(let object) = value {
            for (member, value) in object.members {
                if case .string(let text) = value { read(node, input, member: member, text, constants) }
            }
            return
        }
        switch value {
        case .string(let text): read(node, input, member: nil, text, constants)
        case .array where policy.allowsLinkedPaths && !isWrapped(node, input): break
        case .array, .object:
            faults.append(
                PolicyFault(
                    "linked_path_not_allowed", node: node.id, node.classType, input: input,
                    "the file must be named in the node itself.", remedy: "Choose a file instead of linking a text."))
        default:
            faults.append(.noFile(node: node.id, input: input, kind: kind(node), text: "\(value)"))
        }
    }

    mutating func read(
        _ node: Node, _ input: String, member: String?, _ text: String, _ constants: [String]
    ) {
        guard !constants.contains(text) else { return }
        guard let reference = FileReference(text), let file = files(reference) else {
            faults.append(.noFile(node: node.id, input: input, kind: kind(node), text: text))
            return
        }
        inputs.append(
            GraphInput(node: node.id, input: input, member: member, text: text, reference: reference, file: file))
    }

    func kind(_ node: Node) -> String { node.classType.contains("Image") ? "image" : "input" }

    func isWrapped(_ node: Node, _ input: String) -> Bool {
        wrapped.last.map { $0.node == node.id && $0.input == input } ?? false
    }

    mutating func write(_ node: Node, _ input: String, _ value: JSON) {
        switch value {
        case .string(let text) where OutputName.isSafe(text):
            writes.append(GraphWrite(node: node.id, input: input, value: text))
        case .array where policy.allowsLinkedPaths && !isWrapped(node, input): break
        case .array:
            faults.append(
                PolicyFault(
                    "linked_path_not_allowed", node: node.id, node.classType, input: input,
                    "the name of the output must be written in the node itself.",
                    remedy: "Type a name instead of linking a text."))
        default:
            faults.append(
                PolicyFault(
                    "unsafe_output_name", node: node.id, node.classType, input: input,
                    "the name of the output must stay in the output folder.",
                    remedy: "Use a relative name of at most \(OutputName.longest) bytes without '..' and '\\'."))
        }
    }

    /// Packs read and write where they like; what plainly leaves the worker's folders is refused.
    mutating func freePath(_ node: Node, _ input: String, _ value: JSON) {
        guard !policy.allowsLinkedPaths, case .string(let text) = value, FreePath.leaves(text) else { return }
        faults.append(
            PolicyFault(
                "unsafe_path", node: node.id, node.classType, input: input,
                "an absolute path, or one with '..', is not allowed.", remedy: "Use a relative path."))
    }
}
