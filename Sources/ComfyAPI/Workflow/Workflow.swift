public import Basics

/// A graph in ComfyUI's API format: what `POST /prompt` carries as `prompt`.
///
/// Nodes and inputs keep their order, and members this type does not know stay: reading and encoding change nothing.
public struct Workflow: Sendable, Hashable {
    /// Node ids in the order of the document; `57:8` is node 8 inside the subgraph instance 57.
    public private(set) var ids: [String] = []
    private var table: [String: WorkflowNode] = [:]

    public init() {}

    /// - Throws: An error that names the node and input when a node is no object, lacks its class or has inputs that
    ///   are no object, and when the document is in the editor's format.
    public init(_ json: JSON) throws(WorkflowError) {
        guard case .object(let object) = json else {
            throw WorkflowError("A workflow is a JSON object of nodes.")
        }
        guard WorkflowFormat(of: json) != .ui else {
            throw WorkflowError("This workflow is in the editor's format; convert it to the API format first.")
        }
        for member in object.members { self[member.key] = try WorkflowNode(member.value, id: member.key) }
    }

    /// Reads text in Python's JSON dialect.
    public init(parsing bytes: [UInt8]) throws(WorkflowError) {
        let json: JSON
        do { json = try JSON(parsing: bytes, dialect: .python) } catch {
            throw WorkflowError("The workflow is not JSON: \(error).")
        }
        try self.init(json)
    }

    public var count: Int { ids.count }
    public var isEmpty: Bool { ids.isEmpty }
    /// The nodes in order.
    public var nodes: [(id: String, node: WorkflowNode)] {
        ids.compactMap { id in table[id].map { (id, $0) } }
    }

    /// Nil when there is no such node; setting nil removes it and leaves links to it behind.
    public subscript(id: String) -> WorkflowNode? {
        get { table[id] }
        set {
            if let newValue {
                if table.updateValue(newValue, forKey: id) == nil { ids.append(id) }
            } else if table.removeValue(forKey: id) != nil {
                ids.removeAll { $0 == id }
            }
        }
    }

    public var json: JSON { .object(JSONObject(nodes.map { ($0.id, $0.node.json) })) }

    /// Equal nodes in any order, as ComfyUI has it.
    public static func == (left: Workflow, right: Workflow) -> Bool { left.table == right.table }
    public func hash(into hasher: inout Hasher) { hasher.combine(table) }
}

/// One node of a graph.
public struct WorkflowNode: Sendable, Hashable {
    public var classType: String
    /// Names and values in order: a literal, or a link written as `[node id, output index]`.
    public var inputs: JSONObject
    /// Every other member, `_meta` included.
    public var others: JSONObject
    /// The members' order in the document.
    private var order: [String]

    public init(_ classType: String, inputs: JSONObject = JSONObject(), title: String? = nil) {
        (self.classType, self.inputs, others) = (classType, inputs, JSONObject())
        order = ["inputs", "class_type", "_meta"]
        self.title = title
    }

    init(_ json: JSON, id: String) throws(WorkflowError) {
        guard case .object(var object) = json else { throw WorkflowError(node: id, "A node is a JSON object.") }
        guard case .string(let classType)? = object["class_type"] else {
            throw WorkflowError(node: id, "The member class_type is missing or not a string.")
        }
        switch object["inputs"] {
        case .object(let inputs): self.inputs = inputs
        case nil: throw WorkflowError(node: id, "The member inputs is missing.")
        default: throw WorkflowError(node: id, "The member inputs is not an object.")
        }
        order = object.keys
        object["class_type"] = nil
        object["inputs"] = nil
        (self.classType, others) = (classType, object)
    }

    /// `_meta.title`: what the editor shows above the node.
    public var title: String? {
        get { others["_meta"]?["title"]?.string }
        set {
            var meta = others["_meta"]?.object ?? JSONObject()
            meta["title"] = newValue.map { .string($0) }
            others["_meta"] = meta.isEmpty ? nil : .object(meta)
        }
    }

    /// The links among the inputs, in order.
    public var links: [(input: String, link: WorkflowLink)] {
        inputs.members.compactMap { member in WorkflowLink(member.value).map { (member.key, $0) } }
    }

    public var json: JSON {
        var object = JSONObject()
        for key in order + others.keys where object[key] == nil {
            switch key {
            case "class_type": object[key] = .string(classType)
            case "inputs": object[key] = .object(inputs)
            default: object[key] = others[key]
            }
        }
        return .object(object)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.classType == right.classType && left.inputs == right.inputs && left.others == right.others
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(classType)
        hasher.combine(inputs)
        hasher.combine(others)
    }
}

/// A reference to an output of another node.
public struct WorkflowLink: Sendable, Hashable {
    public let node: String
    /// Counts from 0.
    public let slot: Int

    public init(node: String, slot: Int) { (self.node, self.slot) = (node, slot) }

    /// Nil unless the value is a list of a string and a whole number; ComfyUI takes any list for a link.
    public init?(_ json: JSON) {
        guard case .array(let items) = json, items.count == 2, case .string(let node) = items[0],
            let slot = items[1].int
        else { return nil }
        self.init(node: node, slot: slot)
    }

    public var json: JSON { .array([.string(node), JSON(slot)]) }
}

/// The kinds of document people call a workflow.
public enum WorkflowFormat: Sendable, Hashable {
    /// Nodes by id, each with `class_type`.
    case api
    /// The editor's graph: a list of nodes and a list of links.
    case ui
    /// A whole body of `POST /prompt`.
    case request

    /// Nil for anything else.
    public init?(of json: JSON) {
        guard case .object(let object) = json else { return nil }
        if object["nodes"]?.array != nil {
            self = .ui
        } else if object["prompt"]?.object != nil, object["prompt"]?["class_type"] == nil {
            self = .request
        } else if object.members.allSatisfy({ $0.value["class_type"]?.string != nil }), !object.isEmpty {
            self = .api
        } else {
            return nil
        }
    }
}
