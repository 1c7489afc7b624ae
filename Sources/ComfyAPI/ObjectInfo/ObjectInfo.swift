public import Basics

/// Every node class a worker knows: the answer of `GET /object_info`.
public struct ObjectInfo: Sendable {
    /// In the worker's order.
    public private(set) var classNames: [String] = []
    private var classes: [String: NodeClass] = [:]

    public init() {}

    /// A member that is no object is left out; a class with odd parts keeps what can be read. Null counts as absent.
    /// - Throws: When the document is no object.
    public init(_ json: JSON) throws(WorkflowError) {
        guard case .object(let object) = json else { throw WorkflowError("object_info is a JSON object of classes.") }
        for member in object.members {
            guard case .object(let value) = member.value else { continue }
            self[member.key] = NodeClass(name: member.key, value)
        }
    }

    /// Reads text in Python's JSON dialect.
    public init(parsing bytes: [UInt8]) throws(WorkflowError) {
        let json: JSON
        do { json = try JSON(parsing: bytes, dialect: .python) } catch {
            throw WorkflowError("object_info is not JSON: \(error).")
        }
        try self.init(json)
    }

    public var count: Int { classNames.count }

    public subscript(name: String) -> NodeClass? {
        get { classes[name] }
        set {
            if let newValue {
                if classes.updateValue(newValue, forKey: name) == nil { classNames.append(name) }
            } else if classes.removeValue(forKey: name) != nil {
                classNames.removeAll { $0 == name }
            }
        }
    }
}
