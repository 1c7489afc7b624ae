public import Basics

/// One declared input of a class: name, type and options.
public struct InputSpec: Sendable, Hashable {
    /// With dots inside a dynamic group: `resize_type.width`, `images.image0`.
    public let name: String
    public let isRequired: Bool
    public let type: InputType
    /// `default`, `min`, `max`, `tooltip` and so on; empty when the worker sent none.
    public let options: JSONObject
    /// The first element of the pair as the worker sent it: a type name or a list of values.
    public let rawType: JSON

    public init(name: String, isRequired: Bool, config: JSON) {
        self.name = name
        self.isRequired = isRequired
        rawType = config[0] ?? .null
        options = config[1]?.object ?? JSONObject()
        type = InputType(rawType, options)
    }

    private init(_ other: InputSpec, name: String, isRequired: Bool) {
        self.name = name
        self.isRequired = isRequired
        (type, options, rawType) = (other.type, other.options, other.rawType)
    }

    /// `[type, options]` as ComfyUI's error reports quote it.
    public var config: JSON { .array([rawType, .object(options)]) }

    public func flag(_ option: String) -> Bool { options[option]?.bool ?? false }

    /// What the list of values is, for combos of both styles; nil for other types.
    public var choices: [JSON]? {
        switch type {
        case .combo(let values): values
        case .dynamicCombo(let branches): branches.map { .string($0.key) }
        default: nil
        }
    }

    /// True for inputs that name a file of the worker by a rule of their own, so that the list of values is a mere hint.
    public var namesAnyFile: Bool {
        options.keys.contains { $0.hasSuffix("_upload") || $0 == "image_folder" || $0 == "remote" }
    }

    /// Required before optional, ordered by `input_order` with what it forgets behind.
    static func list(_ groups: JSONObject?, order: JSONObject? = nil, prefix: String = "") -> [InputSpec] {
        guard let groups else { return [] }
        var specs: [InputSpec] = []
        for (group, isRequired) in [("required", true), ("optional", false)] {
            guard let members = groups[group]?.object else { continue }
            let ordered = (order?[group]?.array ?? []).compactMap(\.string).filter { members[$0] != nil }
            var seen: Set<String> = []
            for key in ordered + members.keys where seen.insert(key).inserted {
                guard let config = members[key] else { continue }
                specs.append(InputSpec(name: prefix + key, isRequired: isRequired, config: config))
            }
        }
        return specs
    }

    /// The inputs a node really has: dynamic ones unfold by the values it gives.
    ///
    /// A dynamic combo stays and is followed by the inputs of the branch chosen; a growing group is replaced by its
    /// members: the required minimum, and those of the rest that are given.
    /// Source: `comfy_api/latest/_io.py`, DynamicCombo and Autogrow.
    public static func expanded(_ specs: [InputSpec], for inputs: JSONObject) -> [InputSpec] {
        var out: [InputSpec] = []
        // Types nest two or three deep in practice; object_info comes from a worker, so depth and number are limited.
        var steps = 0
        func add(_ spec: InputSpec, _ depth: Int) {
            steps += 1
            guard depth < 16, steps <= InputType.maximumSteps else { return }
            switch spec.type {
            case .dynamicCombo(let branches):
                out.append(spec)
                guard let key = inputs[spec.name]?.string, let branch = branches.first(where: { $0.key == key }) else {
                    return
                }
                for inner in InputSpec.list(branch.inputs, prefix: spec.name + ".") { add(inner, depth + 1) }
            case .autogrow(let template):
                guard let model = template.model else { return }
                for (index, name) in template.names.enumerated() {
                    let full = spec.name + "." + name
                    if index < template.minimum, model.isRequired {
                        add(InputSpec(model, name: full, isRequired: true), depth + 1)
                    } else if inputs[full] != nil {
                        add(InputSpec(model, name: full, isRequired: false), depth + 1)
                    }
                }
            default: out.append(spec)
            }
        }
        for spec in specs { add(spec, 0) }
        return out
    }
}

/// What an input takes.
public indirect enum InputType: Sendable, Hashable {
    case int
    case float
    case string
    case boolean
    /// Both styles: a list in the place of the type, and `COMBO` with the option `options`.
    case combo([JSON])
    /// A choice that decides which further inputs there are.
    case dynamicCombo([Branch])
    /// A group of like inputs that grows as they are linked.
    case autogrow(Template)
    /// Any of the allowed types, the same one for all that share the template.
    case matchType(allowed: String)
    /// Fed by another node: a type name, alternatives `A,B`, or `*`.
    case link(String)

    public struct Branch: Sendable, Hashable {
        public let key: String
        public let inputs: JSONObject
    }

    public struct Template: Sendable, Hashable {
        /// The member every other is like.
        public let model: InputSpec?
        /// Without the group's own name.
        public let names: [String]
        public let minimum: Int
    }

    /// More members than any known class has; a worker may ask for no more.
    static let maximumMembers = 1_000
    /// Inputs one node may unfold to, groups counted.
    static let maximumSteps = 10_000

    init(_ raw: JSON, _ options: JSONObject) {
        switch raw {
        case .array(let values): self = .combo(values)
        case .string("INT"): self = .int
        case .string("FLOAT"): self = .float
        case .string("STRING"): self = .string
        case .string("BOOLEAN"): self = .boolean
        case .string("COMBO"): self = .combo(options["options"]?.array ?? [])
        case .string("COMFY_DYNAMICCOMBO_V3"):
            self = .dynamicCombo(
                (options["options"]?.array ?? []).compactMap { branch in
                    branch["key"]?.string.map { Branch(key: $0, inputs: branch["inputs"]?.object ?? JSONObject()) }
                })
        case .string("COMFY_AUTOGROW_V3"):
            let template = options["template"] ?? .null
            let model = InputSpec.list(template["input"]?.object).first
            let count = min(max(template["max"]?.int ?? 0, 0), InputType.maximumMembers)
            let prefix = template["prefix"]?.string ?? ""
            let names = template["names"]?.array?.compactMap(\.string) ?? (0..<count).map { "\(prefix)\($0)" }
            self = .autogrow(Template(model: model, names: names, minimum: template["min"]?.int ?? 0))
        case .string("COMFY_MATCHTYPE_V3"):
            self = .matchType(allowed: options["template"]?["allowed_types"]?.string ?? "*")
        case .string(let name): self = .link(name)
        default: self = .link("*")
        }
    }
}
