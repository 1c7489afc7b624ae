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
    public private(set) var keys: [String] = []
    private var values: [Name: JSON] = [:]

    /// Names are equal when their bytes are. Swift's strings are equal when they look alike, so a composed and a
    /// decomposed letter would make one member out of two.
    private struct Name: Sendable, Hashable {
        let text: String

        static func == (left: Name, right: Name) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
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

    public var count: Int { keys.count }
    public var isEmpty: Bool { keys.isEmpty }
    /// The members in order.
    public var members: [(key: String, value: JSON)] { keys.map { ($0, values[Name(text: $0)] ?? .null) } }

    /// Nil when the member is absent; setting nil removes it.
    public subscript(key: String) -> JSON? {
        get { values[Name(text: key)] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: Name(text: key)) == nil { keys.append(key) }
            } else if values.removeValue(forKey: Name(text: key)) != nil {
                keys.removeAll { Name(text: $0) == Name(text: key) }
            }
        }
    }

    /// Equal members in any order, as JSON has it.
    public static func == (left: JSONObject, right: JSONObject) -> Bool { left.values == right.values }
    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
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
