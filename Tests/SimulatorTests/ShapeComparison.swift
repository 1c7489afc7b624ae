import Basics

/// Compares JSON by shape: the same members, the same kinds of values, elements that look alike. Values may differ.
struct ShapeComparison {
    /// Members that may be missing or more, anywhere.
    var ignored: Set<String> = []
    private(set) var differences: [String] = []

    static func differences(_ expected: JSON, _ actual: JSON, ignoring ignored: Set<String> = []) -> [String] {
        var comparison = ShapeComparison(ignored: ignored)
        comparison.compare(expected, actual, at: "$")
        return comparison.differences
    }

    private mutating func compare(_ expected: JSON, _ actual: JSON, at path: String) {
        switch (expected, actual) {
        case (.object(let left), .object(let right)): compare(left, right, at: path)
        case (.array(let left), .array(let right)): compare(left, right, at: path)
        default:
            if Self.kind(expected) != Self.kind(actual) {
                differences.append("\(path): \(Self.kind(expected)) expected, \(Self.kind(actual)) found")
            }
        }
    }

    private mutating func compare(_ left: JSONObject, _ right: JSONObject, at path: String) {
        // A table by random ids: the values must look alike, not the keys.
        if !left.isEmpty, left.keys.allSatisfy({ UUID($0) != nil }) {
            guard let sample = left.members.first?.value else { return }
            if right.isEmpty { differences.append("\(path): entries expected") }
            for (key, value) in right.members {
                if UUID(key) == nil { differences.append("\(path): \(key) is no id") }
                compare(sample, value, at: "\(path).*")
            }
            return
        }
        for key in left.keys where right[key] == nil && !ignored.contains(key) {
            differences.append("\(path).\(key): missing")
        }
        for key in right.keys where left[key] == nil && !ignored.contains(key) {
            differences.append("\(path).\(key): not expected")
        }
        for (key, value) in left.members where !ignored.contains(key) {
            if let other = right[key] { compare(value, other, at: "\(path).\(key)") }
        }
    }

    private mutating func compare(_ left: [JSON], _ right: [JSON], at path: String) {
        guard !left.isEmpty else { return }
        if right.isEmpty { differences.append("\(path): elements expected") }
        // Places have a meaning in short lists of unlike things, such as queue items.
        if left.count == right.count, Set(left.map(Self.kind)).count > 1 {
            for (index, pair) in zip(left, right).enumerated() { compare(pair.0, pair.1, at: "\(path)[\(index)]") }
            return
        }
        for (index, element) in right.enumerated() {
            let attempts = left.map { Self.differences($0, element, ignoring: ignored) }
            guard !attempts.contains([]), let best = attempts.min(by: { $0.count < $1.count }) else { continue }
            differences += best.map { "\(path)[\(index)] \($0)" }
        }
    }

    private static func kind(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
