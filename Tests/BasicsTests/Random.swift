import Basics
import TestSupport

extension String {
    static func random(using generator: inout SeededGenerator) -> String {
        let letters: [Unicode.Scalar] = ["a", "b", "\"", "\\", "/", "\n", "\0", "é", "中", "😀", "\u{301}", "\u{7F}"]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            text.append(letters.randomElement(using: &generator) ?? "x")
        }
        return String(text)
    }
}

extension JSON {
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .number(JSONNumber(Int(truncatingIfNeeded: generator.next())))
        case 3: return .number(JSONNumber(Double.random(in: -1e6...1e6, using: &generator)))
        case 4: return .string(.random(using: &generator))
        case 5:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in .random(depth: depth - 1, using: &generator) }
            )
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                object[.random(using: &generator)] = .random(depth: depth - 1, using: &generator)
            }
            return .object(object)
        }
    }
}
