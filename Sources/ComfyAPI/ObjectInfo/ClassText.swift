internal import Basics

/// The text of object_info and where each class stands in it.
final class ClassText: Sendable {
    /// In the worker's order.
    let names: [String]
    private let bytes: [UInt8]
    private let places: [String: Range<Int>]
    private let change: @Sendable (NodeClass) -> NodeClass
    /// Classes that were asked for; graphs have a few dozen.
    private let known = Locked<[String: NodeClass]>([:])
    private static let limit = 128

    init(_ bytes: [UInt8], _ change: @escaping @Sendable (NodeClass) -> NodeClass) throws(JSONError) {
        let span = bytes.span
        var names: [String] = []
        var places: [String: Range<Int>] = [:]
        var scanner = JSONScanner(dialect: .python)
        try scanner.enterObject(in: span)
        while let key = try scanner.nextKey(in: span) {
            let value = try scanner.skipValue(in: span)
            guard value.kind == .object, let name = key.string(in: span) else { continue }
            if places.updateValue(value.range, forKey: name) == nil { names.append(name) }
        }
        try scanner.finish(in: span)
        (self.bytes, self.names, self.places, self.change) = (bytes, names, places, change)
    }

    subscript(name: String) -> NodeClass? {
        if let found = known.withLock({ $0[name] }) { return found }
        guard let place = places[name],
            let json = try? JSON(parsing: Array(bytes[place]), dialect: .python), case .object(let object) = json
        else { return nil }
        let made = change(NodeClass(name: name, object))
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[name] = made
        }
        return made
    }
}
