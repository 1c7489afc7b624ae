public import Basics

/// What turns one workflow into another.
public struct WorkflowDiff: Sendable, Hashable {
    public struct Input: Sendable, Hashable {
        public let name: String
        /// Nil on the side that lacks the input.
        public let old: JSON?
        public let new: JSON?
    }

    public struct Change: Sendable, Hashable {
        public let node: String
        /// What people call it: the new title, else the class.
        public let name: String
        /// Nil when the class stayed.
        public let classType: (old: String, new: String)?
        public let title: (old: String?, new: String?)?
        public let inputs: [Input]

        public static func == (left: Self, right: Self) -> Bool {
            left.node == right.node && left.json == right.json
        }
        public func hash(into hasher: inout Hasher) { hasher.combine(node) }

        var json: JSON {
            var object = JSONObject()
            if let classType { object["class_type"] = [.string(classType.old), .string(classType.new)] }
            if let title {
                object["title"] = [title.old.map { .string($0) } ?? .null, title.new.map { .string($0) } ?? .null]
            }
            object["inputs"] = .object(
                JSONObject(
                    inputs.map { input in
                        var sides = JSONObject()
                        sides["old"] = input.old
                        sides["new"] = input.new
                        return (input.name, .object(sides))
                    }))
            return .object(object)
        }
    }

    /// Ids, in the order of their workflow.
    public let added: [String]
    public let removed: [String]
    public let changed: [Change]
    private let names: [String: String]

    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

    public init(from old: Workflow, to new: Workflow) {
        func name(_ node: WorkflowNode) -> String { node.title ?? node.classType }
        added = new.ids.filter { old[$0] == nil }
        removed = old.ids.filter { new[$0] == nil }
        names = Dictionary(
            (old.nodes + new.nodes).map { ($0.id, name($0.node)) }, uniquingKeysWith: { $1 })
        changed = new.nodes.compactMap { id, node in
            guard let before = old[id], before != node else { return nil }
            let keys = before.inputs.keys + node.inputs.keys.filter { before.inputs[$0] == nil }
            return Change(
                node: id, name: name(node),
                classType: before.classType == node.classType ? nil : (before.classType, node.classType),
                title: before.title == node.title ? nil : (before.title, node.title),
                inputs: keys.compactMap { key in
                    let (old, new) = (before.inputs[key], node.inputs[key])
                    return old == new ? nil : Input(name: key, old: old, new: new)
                })
        }
    }

    /// One line a difference: `+ 9 Save Image`, `~ 3 KSampler: seed 1 -> 2`.
    public var lines: [String] {
        func shown(_ value: JSON?) -> String {
            value.map { String(decoding: $0.encoded(), as: UTF8.self) } ?? "(nothing)"
        }
        var lines = removed.map { "- \($0) \(names[$0] ?? "")" }
        lines += added.map { "+ \($0) \(names[$0] ?? "")" }
        for change in changed {
            let start = "~ \(change.node) \(change.name): "
            if let classType = change.classType { lines.append(start + "class \(classType.old) -> \(classType.new)") }
            if let title = change.title {
                lines.append(start + "title \(title.old ?? "(nothing)") -> \(title.new ?? "(nothing)")")
            }
            lines += change.inputs.map { start + "\($0.name) \(shown($0.old)) -> \(shown($0.new))" }
        }
        return lines
    }

    public var json: JSON {
        [
            "added": .array(added.map { .string($0) }), "removed": .array(removed.map { .string($0) }),
            "changed": .object(JSONObject(changed.map { ($0.node, $0.json) })),
        ]
    }
}

extension WorkflowEditing {
    public static func diff(_ old: Workflow, _ new: Workflow) -> WorkflowDiff { WorkflowDiff(from: old, to: new) }
}
