public import Basics

/// Every node class a worker knows: the answer of `GET /object_info`.
public struct ObjectInfo: Sendable {
    /// In the worker's order.
    public private(set) var classNames: [String] = []
    private var classes: [String: NodeClass] = [:]
    /// Where the classes stand that are read when they are asked for.
    private var text: ClassText?

    public init() {}

    /// Keeps the text and reads a class when it is asked for: a tree of all takes ten times the text's memory.
    ///
    /// - Parameters:
    ///   - bytes: In Python's JSON dialect; all of it is checked here.
    ///   - change: What is made of each class that is read.
    /// - Complexity: O(bytes); a class that was asked for a moment ago is at hand, others are O(its text).
    public init(
        indexing bytes: [UInt8], change: @escaping @Sendable (NodeClass) -> NodeClass = { $0 }
    ) throws(WorkflowError) {
        do throws(JSONError) {
            let read = try ClassText(bytes, change)
            (classNames, text) = (read.names, read)
        } catch {
            throw WorkflowError("object_info is not JSON: \(error).")
        }
    }

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
        get { classes[name] ?? text?[name] }
        set {
            // Who changes classes has them all; none that is changed needs its text.
            readAll()
            if let newValue {
                if classes.updateValue(newValue, forKey: name) == nil { classNames.append(name) }
            } else if classes.removeValue(forKey: name) != nil {
                classNames.removeAll { $0 == name }
            }
        }
    }

    private mutating func readAll() {
        guard let text else { return }
        self.text = nil
        for name in classNames { classes[name] = text[name] }
        classNames.removeAll { classes[$0] == nil }
    }
}
