import Basics

/// How Python prints and converts values, since ComfyUI's messages quote its words and its graphs keep its results.
enum PythonText {
    /// `str(value)`: a string stands for itself.
    static func str(_ value: JSON) -> String {
        if case .string(let text) = value { text } else { repr(value) }
    }

    /// `repr(value)`: strings are quoted, also inside lists and dictionaries.
    static func repr(_ value: JSON) -> String {
        switch value {
        case .null: "None"
        case .bool(let flag): flag ? "True" : "False"
        case .number(let number): repr(number)
        case .string(let text): repr(text)
        case .array(let items): "[" + items.map(repr).joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.members.map { repr($0.key) + ": " + repr($0.value) }.joined(separator: ", ") + "}"
        }
    }

    static func repr(_ number: JSONNumber) -> String {
        if number.isInteger { return number.literal }
        let value = number.double
        return value.isNaN ? "nan" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : "\(value)"
    }

    static func repr(_ text: String) -> String {
        let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        var out = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\": out += "\\" + String(scalar)
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: out += "\\x" + Hex.encode([UInt8(scalar.value)])
            default: out.unicodeScalars.append(scalar)
            }
        }
        out.unicodeScalars.append(quote)
        return out
    }

    /// `type(value).__name__`.
    static func typeName(_ value: JSON) -> String {
        switch value {
        case .null: "NoneType"
        case .bool: "bool"
        case .number(let number): number.isInteger ? "int" : "float"
        case .string: "str"
        case .array: "list"
        case .object: "dict"
        }
    }
}

/// A conversion that Python refuses, in Python's words.
struct PythonFault: Error, Hashable {
    let type: String
    let message: String
}

extension PythonText {
    /// `int(value)`.
    static func int(_ value: JSON) throws(PythonFault) -> JSON {
        switch value {
        case .bool(let flag): return JSON(flag ? 1 : 0)
        case .number(let number):
            if number.isInteger { return .number(JSONNumber(literal: canonical(number.literal))) }
            let double = number.double
            if double.isNaN {
                throw PythonFault(type: "ValueError", message: "cannot convert float NaN to integer")
            }
            if double.isInfinite {
                throw PythonFault(type: "OverflowError", message: "cannot convert float infinity to integer")
            }
            return .number(JSONNumber(literal: decimal(double)))
        case .string(let text):
            if let digits = integerLiteral(text) { return .number(JSONNumber(literal: canonical(digits))) }
            let message = "invalid literal for int() with base 10: \(repr(text))"
            throw PythonFault(type: "ValueError", message: message)
        case .null, .array, .object:
            let message =
                "int() argument must be a string, a bytes-like object or a real number, not '\(typeName(value))'"
            throw PythonFault(type: "TypeError", message: message)
        }
    }

    /// `float(value)`.
    static func float(_ value: JSON) throws(PythonFault) -> JSON {
        switch value {
        case .bool(let flag): return .number(JSONNumber(flag ? 1.0 : 0.0))
        case .number(let number):
            let double = number.double
            if number.isInteger, double.isInfinite {
                throw PythonFault(type: "OverflowError", message: "int too large to convert to float")
            }
            return .number(JSONNumber(double))
        case .string(let text):
            if let double = floatLiteral(text) { return .number(JSONNumber(double)) }
            throw PythonFault(type: "ValueError", message: "could not convert string to float: \(repr(text))")
        case .null, .array, .object:
            let message = "float() argument must be a string or a real number, not '\(typeName(value))'"
            throw PythonFault(type: "TypeError", message: message)
        }
    }

    /// `bool(value)`.
    static func bool(_ value: JSON) -> Bool {
        switch value {
        case .null: false
        case .bool(let flag): flag
        case .number(let number): number.isInteger ? canonical(number.literal) != "0" : number.double != 0
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    /// `left == right`, so 1, 1.0 and true are one value.
    static func equal(_ left: JSON, _ right: JSON) -> Bool {
        if left == right { return true }
        guard let a = number(left), let b = number(right) else { return false }
        return compare(a, b) == 0
    }

    /// `left < right`; nil when Python would refuse or the order is undefined.
    static func less(_ left: JSON, _ right: JSON) -> Bool? {
        guard let a = number(left), let b = number(right) else { return nil }
        return compare(a, b).map { $0 < 0 }
    }

    private static func number(_ value: JSON) -> JSONNumber? {
        switch value {
        case .bool(let flag): JSONNumber(flag ? 1 : 0)
        case .number(let number): number
        default: nil
        }
    }

    /// -1, 0 or 1; whole numbers of any size are compared exactly, as seeds need.
    private static func compare(_ left: JSONNumber, _ right: JSONNumber) -> Int? {
        if let a = left.int, let b = right.int { return a < b ? -1 : a > b ? 1 : 0 }
        if left.isInteger, right.isInteger {
            let (a, b) = (canonical(left.literal), canonical(right.literal))
            if a == b { return 0 }
            let (negativeA, negativeB) = (a.hasPrefix("-"), b.hasPrefix("-"))
            if negativeA != negativeB { return negativeA ? -1 : 1 }
            let smaller = a.utf8.count != b.utf8.count ? a.utf8.count < b.utf8.count : a < b
            return smaller != negativeA ? -1 : 1
        }
        let (a, b) = (left.double, right.double)
        return a.isNaN || b.isNaN ? nil : a < b ? -1 : a > b ? 1 : 0
    }

    /// Without leading zeros and plus sign, and zero without a sign.
    private static func canonical(_ literal: String) -> String {
        let isNegative = literal.hasPrefix("-")
        let digits = literal.drop { $0 == "-" || $0 == "+" }.drop { $0 == "0" }
        return digits.isEmpty ? "0" : (isNegative ? "-" : "") + digits
    }

    /// Longest text read as a number: Python's own limit for `int`.
    private static let longestNumber = 4_300

    private static func trimmed(_ text: String) -> Substring {
        var slice = text[...]
        while let first = slice.first, first.isWhitespace { slice.removeFirst() }
        while let last = slice.last, last.isWhitespace { slice.removeLast() }
        return slice
    }

    /// Underscores may stand between digits only; nil if one does not.
    private static func withoutUnderscores(_ text: Substring) -> String? {
        guard text.utf8.count <= longestNumber else { return nil }
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "_") {
                guard index > 0, index + 1 < bytes.count, isDigit(bytes[index - 1]), isDigit(bytes[index + 1]) else {
                    return nil
                }
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func integerLiteral(_ text: String) -> String? {
        guard let plain = withoutUnderscores(trimmed(text)) else { return nil }
        let digits = plain.hasPrefix("-") || plain.hasPrefix("+") ? plain.dropFirst() : plain[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return nil }
        return plain
    }

    private static func floatLiteral(_ text: String) -> Double? {
        guard let plain = withoutUnderscores(trimmed(text)) else { return nil }
        let body = (plain.hasPrefix("-") || plain.hasPrefix("+") ? plain.dropFirst() : plain[...]).lowercased()
        switch body {
        case "nan": return .nan
        case "inf", "infinity": return plain.hasPrefix("-") ? -.infinity : .infinity
        default:
            // Swift also reads hexadecimal and a few spellings that Python does not.
            guard let first = body.utf8.first, isDigit(first) || first == UInt8(ascii: "."),
                body.utf8.allSatisfy({ isDigit($0) || ".e+-".utf8.contains($0) }),
                body.utf8.contains(where: isDigit)
            else { return nil }
            return Double(plain) ?? Double(plain + "0") ?? Double(plain.hasPrefix(".") ? "0" + plain : plain)
        }
    }

    /// The whole part of a finite number, with every digit.
    private static func decimal(_ value: Double) -> String {
        let whole = value.rounded(.towardZero)
        if let small = Int(exactly: whole) { return String(small) }
        // From here on the number is a whole significand times a power of two.
        var digits = Array(String(UInt64(whole.significandBitPattern | 1 << 52)).utf8.reversed()).map { $0 - 0x30 }
        for _ in 0..<(Int(whole.exponent) - 52) {
            var carry: UInt8 = 0
            for index in digits.indices {
                let doubled = digits[index] * 2 + carry
                (digits[index], carry) = (doubled % 10, doubled / 10)
            }
            if carry > 0 { digits.append(carry) }
        }
        return (value < 0 ? "-" : "") + String(decoding: digits.reversed().map { $0 + 0x30 }, as: UTF8.self)
    }
}
