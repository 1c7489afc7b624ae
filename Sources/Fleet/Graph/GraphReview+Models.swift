import Basics
import ComfyAPI

extension GraphReview {
    mutating func judgeSize(_ node: Node, _ size: GraphSizes.Node) {
        let checks: [(type: String, input: String?, what: String, value: Int?, limit: Int?)] = [
            ("too_many_pixels", "width", "width × height × batch", size.pixels, policy.limits.pixels),
            ("too_many_steps", "steps", "the number of steps", size.steps, policy.limits.steps),
            ("too_many_frames", nil, "the number of frames", size.videoFrames, policy.limits.frames),
        ]
        for check in checks {
            guard let value = check.value, let limit = check.limit, value > limit else { continue }
            faults.append(
                .overLimit(check.type, node: node.id, node.classType, input: check.input, check.what, value, limit))
        }
    }

    mutating func nameModel(_ node: Node, _ input: String, _ value: JSON, _ folder: String?) {
        switch value {
        case .string(let name) where !ModelNames.constants.contains(name): use(node, input, name, folder)
        case .array where !policy.models.isOpen:
            faults.append(
                PolicyFault(
                    "linked_model_not_allowed", node: node.id, node.classType, input: input,
                    "the model must be named in the node itself.", remedy: "Choose a model instead of linking it."))
        default: break
        }
    }

    /// Inputs that a class does not declare: some packs keep lists of models there.
    mutating func nameModels(_ node: Node, _ input: String, inside value: JSON) {
        switch value {
        case .string(let name): if ModelNames.isFile(name) { use(node, input, name, nil) }
        case .array(let items): for item in items { nameModels(node, input, inside: item) }
        case .object(let object): for member in object.members { nameModels(node, input, inside: member.value) }
        default: break
        }
    }

    mutating func use(_ node: Node, _ input: String, _ name: String, _ folder: String?) {
        models.insert(name)
        if let folder, !ModelNames.light.contains(folder) { heavy.insert(name) }
        guard !policy.models.allows(folder.map { [name, $0 + "/" + name] } ?? [name]) else { return }
        faults.append(
            PolicyFault(
                "model_not_allowed", node: node.id, node.classType, input: input,
                "the model \(name) is not allowed.", remedy: "Choose another one, or ask an administrator to allow it.",
                more: [("model", .string(name))]))
    }
}
