internal import Basics

extension FuzzTargets {
    private static let dialects = [JSONDialect.strict, .python, JSONDialect(allowsNonFinite: true, maximumDepth: 2)]

    /// Documents: the tree, the scanner and a walk with it agree in every dialect, and what is written reads back.
    @Sendable package static func json(_ bytes: [UInt8]) {
        for dialect in dialects {
            let tree = Result { () throws(JSONError) in try JSON(parsing: bytes, dialect: dialect) }
            let scan = Result { () throws(JSONError) in try JSONScanner.validate(bytes.span, dialect: dialect) }
            let walk = Result { () throws(JSONError) in try walked(bytes, dialect) }
            precondition(fault(tree) == fault(scan), "tree and scanner disagree")
            precondition(fault(tree) == fault(walk), "tree and walk disagree")
            for depth in 1...3 { checkMembers(bytes, depth, dialect, fault: fault(tree)) }
            guard case .success(let value) = tree, case .success(let other) = walk else { continue }
            // Compared as text: Swift's strings are equal when they look alike, and objects in any order.
            precondition(value.encoded() == other.encoded(), "tree and walk read different values")
            checkWriting(value, dialect)
            checkDepth(bytes, value, dialect)
        }
    }

    private static func fault<Value>(_ result: Result<Value, JSONError>) -> JSONError? {
        if case .failure(let error) = result { error } else { nil }
    }

    private static func walked(_ bytes: [UInt8], _ dialect: JSONDialect) throws(JSONError) -> JSON {
        var scanner = JSONScanner(dialect: dialect)
        let value = try walked(&scanner, bytes.span)
        try scanner.finish(in: bytes.span)
        precondition(scanner.depth == 0)
        return value
    }

    /// The tree, built from nothing but the scanner's answers.
    private static func walked(_ scanner: inout JSONScanner, _ bytes: Span<UInt8>) throws(JSONError) -> JSON {
        switch try scanner.kind(in: bytes) {
        case .object:
            try scanner.enterObject(in: bytes)
            var object = JSONObject()
            while let key = try scanner.nextKey(in: bytes) {
                let name = key.string(in: bytes) ?? ""
                precondition(key.equals(name, in: bytes) && !key.equals(name + "x", in: bytes))
                object[name] = try walked(&scanner, bytes)
            }
            return .object(object)
        case .array:
            try scanner.enterArray(in: bytes)
            var items: [JSON] = []
            while try scanner.nextElement(in: bytes) { items.append(try walked(&scanner, bytes)) }
            return .array(items)
        default: return scalar(try scanner.skipValue(in: bytes), bytes)
        }
    }

    private static func scalar(_ slice: JSONSlice, _ bytes: Span<UInt8>) -> JSON {
        if let text = slice.string(in: bytes) { return .string(text) }
        if let flag = slice.bool(in: bytes) { return .bool(flag) }
        guard let number = slice.number(in: bytes) else { return .null }
        precondition(slice.int(in: bytes) == number.int && slice.unsigned(in: bytes) == number.unsigned)
        // What a computed number is written as reads back as that number.
        if number.isFinite {
            let again = try? JSON(parsing: JSON(number.double).encoded())
            precondition(again?.double == number.double, number.literal)
        }
        return .number(number)
    }

    /// A member's place holds a whole value, and at depth 1 the members make up the document.
    private static func checkMembers(_ bytes: [UInt8], _ depth: Int, _ dialect: JSONDialect, fault: JSONError?) {
        var object = JSONObject()
        var own: JSONError?
        do throws(JSONError) {
            try JSONScanner.members(of: bytes.span, atDepth: depth, dialect: dialect) { member in
                guard let value = try? JSON(parsing: Array(bytes[member.value.range]), dialect: dialect),
                    case .string(let name)? = try? JSON(parsing: Array(bytes[member.key.range]))
                else { preconditionFailure("a member's place does not hold a value") }
                precondition(depth > 1 || member.parent == nil)
                precondition(member.key.equals(name, in: bytes.span))
                object[name] = value
            }
        } catch { own = error }
        precondition(own == fault, "tree and members disagree")
        guard depth == 1, fault == nil, let tree = try? JSON(parsing: bytes, dialect: dialect) else { return }
        precondition(JSON.object(tree.object ?? [:]).encoded() == JSON.object(object).encoded())
    }

    private static func checkWriting(_ value: JSON, _ dialect: JSONDialect) {
        let written = value.encoded()
        precondition((try? JSON(parsing: written, dialect: dialect))?.encoded() == written)
        precondition((try? JSON(parsing: value.pretty(), dialect: dialect))?.encoded() == written)
        precondition((try? JSON(parsing: written, dialect: dialect)) == value)
    }

    /// A document passes with a limit of its own depth, and not with one less.
    private static func checkDepth(_ bytes: [UInt8], _ value: JSON, _ dialect: JSONDialect) {
        var (depth, deepest, isInString, isEscaped) = (0, 0, false, false)
        for byte in bytes {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInString: isEscaped = true
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString:
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString: depth -= 1
            default: break
            }
        }
        precondition(depth == 0 && deepest <= dialect.maximumDepth, "the depth's limit was passed")
        var tight = dialect
        tight.maximumDepth = deepest
        precondition((try? JSON(parsing: bytes, dialect: tight)) == value)
        tight.maximumDepth -= 1
        guard deepest > 0 else { return }
        let result = Result { () throws(JSONError) in try JSON(parsing: bytes, dialect: tight) }
        precondition(fault(result)?.reason == .tooDeep)
    }
}
