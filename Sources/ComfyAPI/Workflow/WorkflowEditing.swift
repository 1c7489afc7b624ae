public import Basics

/// Changes a workflow by what people type: `6.text=a cat`, `KSampler.seed=7`.
public struct WorkflowEditing: Sendable {
    public private(set) var workflow: Workflow
    /// Decides types and admits inputs the graph does not give yet; nil goes by the values already there.
    public let objectInfo: ObjectInfo?

    public init(_ workflow: Workflow, objectInfo: ObjectInfo? = nil) {
        (self.workflow, self.objectInfo) = (workflow, objectInfo)
    }

    /// Applies `PATH=VALUE`; everything behind the first `=` is the value.
    public mutating func apply(_ assignment: String) throws(WorkflowError) {
        guard let sign = assignment.firstIndex(of: "=") else {
            throw WorkflowError("\(assignment) has no '='; write NODE.INPUT=VALUE.")
        }
        try set(String(assignment[..<sign]), to: String(assignment[assignment.index(after: sign)...]))
    }

    /// Sets one input.
    ///
    /// - Parameters:
    ///   - path: A node's id, unique title or unique class, a dot, and an input's name.
    ///   - text: Read by the input's type; a link is written `["4",0]`.
    /// - Throws: An error that says which nodes, inputs or values there are.
    public mutating func set(_ path: String, to text: String) throws(WorkflowError) {
        let (id, input) = try resolve(path)
        guard var node = workflow[id] else { return }
        let value = try self.value(text, for: input, of: node, id: id)
        node.inputs[input] = value
        workflow[id] = node
    }

    /// Sets one input to a value as it is; the input need not be known.
    public mutating func set(node id: String, input: String, to value: JSON) throws(WorkflowError) {
        guard var node = workflow[id] else { throw unknownNode(id) }
        node.inputs[input] = value
        workflow[id] = node
    }

    // MARK: Finding the place

    /// Node and input that a path names. Titles and inputs may contain dots: every dot is tried, the first that fits
    /// wins, ids before titles before classes.
    private func resolve(_ path: String) throws(WorkflowError) -> (id: String, input: String) {
        let dots = path.indices.filter { path[$0] == "." }
        guard !dots.isEmpty else { throw WorkflowError("\(path) has no '.'; write NODE.INPUT.") }
        let splits = dots.map { (node: String(path[..<$0]), input: String(path[path.index(after: $0)...])) }
        var firstFound: (id: String, input: String)?
        for matches in [byID, byTitle, byClass] {
            for split in splits {
                let ids = matches(split.node)
                guard let id = ids.first else { continue }
                guard ids.count == 1 else {
                    let list = ids.prefix(20).joined(separator: ", ")
                    throw WorkflowError("\(split.node) names \(ids.count) nodes: \(list). Use one of these ids.")
                }
                if inputs(of: id).contains(split.input) { return (id, split.input) }
                if firstFound == nil { firstFound = (id, split.input) }
            }
        }
        if let (id, input) = firstFound { throw unknownInput(input, of: id) }
        throw unknownNode(splits[0].node)
    }

    private func byID(_ name: String) -> [String] { workflow[name] == nil ? [] : [name] }
    private func byTitle(_ name: String) -> [String] { workflow.nodes.filter { $0.node.title == name }.map(\.id) }
    private func byClass(_ name: String) -> [String] { workflow.nodes.filter { $0.node.classType == name }.map(\.id) }

    private func inputs(of id: String) -> [String] {
        guard let node = workflow[id] else { return [] }
        let declared = specs(of: node).map(\.name)
        return declared + node.inputs.keys.filter { !declared.contains($0) }
    }

    private func specs(of node: WorkflowNode) -> [InputSpec] {
        objectInfo?[node.classType].map { InputSpec.expanded($0.inputs, for: node.inputs) } ?? []
    }

    private func unknownNode(_ name: String) -> WorkflowError {
        let names = workflow.ids + workflow.nodes.flatMap { [$0.node.title, $0.node.classType].compactMap { $0 } }
        let nodes = workflow.nodes.prefix(40).map { "\($0.id) \($0.node.title ?? $0.node.classType)" }
        return WorkflowError(
            "There is no node \(name)." + Self.suggestion(name, among: names)
                + " Nodes: \(nodes.joined(separator: ", ")).")
    }

    private func unknownInput(_ name: String, of id: String) -> WorkflowError {
        let names = inputs(of: id)
        return WorkflowError(
            node: id, input: name,
            "There is no such input." + Self.suggestion(name, among: names)
                + " Inputs: \(names.joined(separator: ", ")).")
    }

    private static func suggestion(_ name: String, among names: [String]) -> String {
        closest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
    }

    // MARK: Reading the value

    private func value(
        _ text: String, for input: String, of node: WorkflowNode, id: String
    ) throws(WorkflowError) -> JSON {
        func wrong(_ wanted: String) -> WorkflowError {
            WorkflowError(node: id, input: input, "'\(text)' is not \(wanted).")
        }
        let link = (try? JSON(parsing: text)).flatMap { WorkflowLink($0) }
        if let link {
            guard workflow[link.node] != nil else {
                throw WorkflowError(node: id, input: input, "The link leads to node \(link.node), which is not there.")
            }
        }
        guard let spec = specs(of: node).first(where: { $0.name == input }) else {
            if let link { return link.json }
            return try like(node.inputs[input], text, wrong)
        }
        switch spec.type {
        case .string: return .string(text)
        case .int:
            if let link { return link.json }
            guard case .number(let number)? = try? JSON(parsing: text), number.isInteger else {
                throw wrong("a whole number")
            }
            return .number(number)
        case .float:
            if let link { return link.json }
            guard case .number(let number)? = try? JSON(parsing: text) else { throw wrong("a number") }
            return .number(number)
        case .boolean:
            if let link { return link.json }
            guard let flag = WorkflowEditing.flag(text) else { throw wrong("true or false") }
            return .bool(flag)
        case .combo, .dynamicCombo:
            if let link { return link.json }
            let choices = spec.choices ?? []
            if let choice = choices.first(where: { PythonText.str($0) == text }) { return choice }
            // An empty list is a worker without models; files are looked up by the worker itself.
            guard !choices.isEmpty, !spec.namesAnyFile else { return .string(text) }
            let names = choices.map(PythonText.str)
            throw WorkflowError(
                node: id, input: input,
                "'\(text)' is not one of the \(names.count) values." + Self.suggestion(text, among: names)
                    + (names.count <= 20 ? " Values: \(names.joined(separator: ", "))." : ""))
        case .autogrow, .matchType, .link:
            if let link { return link.json }
            return try like(node.inputs[input], text, wrong)
        }
    }

    private static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    /// Read as the old value was: without object_info that is all there is to go by.
    private func like(
        _ old: JSON?, _ text: String, _ wrong: (String) -> WorkflowError
    ) throws(WorkflowError) -> JSON {
        let parsed = try? JSON(parsing: text)
        switch old {
        case .string?: return .string(text)
        case .bool?:
            guard let flag = WorkflowEditing.flag(text) else { throw wrong("true or false") }
            return .bool(flag)
        case .number?:
            guard case .number? = parsed else { throw wrong("a number") }
            return parsed ?? .null
        case .array?, .object?, .null?, nil: return parsed ?? .string(text)
        }
    }
}
