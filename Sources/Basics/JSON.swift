/// A JSON document as a tree (RFC 8259), for places where speed does not matter.
///
/// Objects keep the order of their members, numbers keep their spelling: what was read can be written back unchanged.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// A number as it was spelled; ComfyUI's seeds need all 64 bits, so no `Double` stands between reading and writing.
public struct JSONNumber: Sendable, Hashable {
    public let literal: String

    /// - Parameter literal: A number in JSON's grammar, or `NaN`, `Infinity`, `-Infinity` as Python writes them.
    public init(literal: String) { self.literal = literal }
    public init(_ value: Int) { literal = String(value) }
    public init(_ value: UInt64) { literal = String(value) }
    public init(_ value: Double) {
        literal = value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
    }

    /// True without fraction and exponent, as Python tells `int` from `float`.
    public var isInteger: Bool {
        !literal.utf8.contains { $0 == 0x2E || $0 | 0x20 == 0x65 || $0 == 0x4E || $0 == 0x49 }
    }
    public var isFinite: Bool { double.isFinite }
    /// Nil with a fraction or exponent, or outside 64 bits.
    public var int: Int? { Int(literal) }
    public var unsigned: UInt64? { UInt64(literal) }
    public var double: Double {
        switch literal {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: Double(literal) ?? .nan
        }
    }
}

/// Members in the order they were first written; a repeated name keeps its place and takes the last value.
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// The members in order.
    public private(set) var members: [(key: String, value: JSON)] = []
    /// Where each name stands, once there are more than `few`: most objects are small, and looked through sooner.
    private var places: [Name: Int] = [:]

    private static let few = 12

    /// Names are equal when their bytes are. Swift's strings are equal when they look alike, so a composed and a
    /// decomposed letter would make one member out of two.
    private struct Name: Sendable, Hashable {
        let text: String

        static func == (left: Name, right: Name) -> Bool { left.text.hasBytes(of: right.text) }
        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    public init() {}
    public init(_ members: KeyValuePairs<String, JSON>) {
        for (key, value) in members { self[key] = value }
    }
    public init(dictionaryLiteral members: (String, JSON)...) {
        for (key, value) in members { self[key] = value }
    }
    public init(_ members: [(String, JSON)]) {
        for (key, value) in members { self[key] = value }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    private func place(of key: String) -> Int? {
        members.count > Self.few ? places[Name(text: key)] : members.firstIndex { $0.key.hasBytes(of: key) }
    }

    /// Where a member stands in `members`; its bytes count, not its looks.
    public func index(of key: String) -> Int? { place(of: key) }

    /// Gives a member another value; far cheaper than by its name.
    public mutating func replace(at index: Int, with value: JSON) { members[index].value = value }

    private mutating func index() {
        places = [:]
        for (place, member) in members.enumerated() where members.count > Self.few {
            places[Name(text: member.key)] = place
        }
    }

    /// Nil when the member is absent; setting nil removes it.
    public subscript(key: String) -> JSON? {
        get { place(of: key).map { members[$0].value } }
        set {
            if let place = place(of: key) {
                if let newValue { return members[place].value = newValue }
                members.remove(at: place)
                index()
            } else if let newValue {
                members.append((key, newValue))
                if members.count == Self.few + 1 {
                    index()
                } else if members.count > Self.few {
                    places[Name(text: key)] = members.count - 1
                }
            }
        }
    }

    /// Equal members in any order, as JSON has it.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }
    public func hash(into hasher: inout Hasher) {
        // The same in whatever order.
        var all = 0
        for (key, value) in members {
            var own = Hasher()
            own.combine(Name(text: key))
            own.combine(value)
            all ^= own.finalize()
        }
        hasher.combine(all)
    }
}

extension String {
    /// Whether both are the same bytes: Swift's `==` also takes two spellings of a letter for one.
    package func hasBytes(of other: String) -> Bool {
        // What is equal in ASCII and as long can have no other bytes.
        utf8.count == other.utf8.count && self == other
            && (utf8Span.isKnownASCII || utf8.elementsEqual(other.utf8))
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    public init(floatLiteral value: Double) { self = .number(JSONNumber(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
    public init(nilLiteral: ()) { self = .null }
    public init(_ value: String) { self = .string(value) }
    public init(_ value: Int) { self = .number(JSONNumber(value)) }
    public init(_ value: Double) { self = .number(JSONNumber(value)) }
    public init(_ value: Bool) { self = .bool(value) }
}

extension JSON {
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    public var int: Int? { number?.int }
    public var double: Double? { number?.double }
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }

    /// A member of an object; nil for anything else, for an absent member and out of range.
    public subscript(key: String) -> JSON? { object?[key] }
    public subscript(index: Int) -> JSON? {
        guard case .array(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }
}
