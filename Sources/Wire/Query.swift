/// The query of a target: ordered pairs, decoded once, beside the text they came from.
///
/// Source: WHATWG URL, section 5 (`application/x-www-form-urlencoded`), but bad escapes and bad UTF-8 are refused.
/// Path-like values (file names) are the business of whoever uses them: a `/`, `\` or `..` passes here.
public struct Query: Sendable, Hashable {
    public struct Limits: Sendable, Hashable {
        /// Bytes of the raw query.
        public var bytes: Int
        /// Pairs that are not empty.
        public var pairs: Int

        public init(bytes: Int = 16_384, pairs: Int = 256) { (self.bytes, self.pairs) = (bytes, pairs) }
    }

    public enum Failure: Error, Sendable, Hashable {
        case fragment
        /// A raw space, or a control byte, raw or encoded.
        case controlByte
        case invalidEscape
        case invalidUTF8
        case tooLong(limit: Int)
        case tooManyPairs(limit: Int)
    }

    public struct Pair: Sendable, Hashable {
        public let name: String
        /// Empty, too, when there was no `=`.
        public let value: String
        /// Where the pair stands in `raw`, in bytes.
        let start: Int32
        let end: Int32
    }

    /// In the order received; `a&&b` has two.
    public private(set) var pairs: [Pair] = []
    /// The text received, without `?`.
    public private(set) var raw = ""

    public init() {}

    /// A query made from decoded pairs.
    public init(_ pairs: [(name: String, value: String)]) {
        for pair in pairs { append(pair.name, pair.value) }
    }

    /// - Complexity: O(n); allocates `raw`, one array, and strings longer than 15 bytes.
    public init(parsing bytes: Span<UInt8>, limits: Limits = Limits()) throws(Failure) {
        try self.init(parsing: bytes, bytes.wholeRange, limits: limits)
    }

    public init(_ text: String, limits: Limits = Limits()) throws(Failure) {
        try self.init(parsing: text.utf8.span, limits: limits)
    }

    /// `allowsControls`: a form may carry encoded line ends and tabs, NUL never; and programs send its spaces raw.
    init(
        parsing bytes: Span<UInt8>, _ range: Range<Int>, limits: Limits, allowsControls: Bool = false
    ) throws(Failure) {
        guard !range.isEmpty else { return }
        guard range.count <= min(limits.bytes, Int(Int32.max)) else { throw .tooLong(limit: limits.bytes) }
        var count = 0
        var pairStart = true
        for index in range {
            let byte = bytes[index]
            if ASCII.isControl(byte) || byte == ASCII.space && !allowsControls { throw .controlByte }
            if byte == UInt8(ascii: "#") { throw .fragment }
            if byte == ASCII.ampersand {
                pairStart = true
            } else if pairStart {
                pairStart = false
                count += 1
            }
        }
        guard count <= limits.pairs else { throw .tooManyPairs(limit: limits.pairs) }
        guard let text = bytes.text(range) else { throw .invalidUTF8 }
        raw = text
        pairs.reserveCapacity(count)
        var scratch: [UInt8] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = bytes.firstIndex(of: ASCII.ampersand, within: start..<range.upperBound) ?? range.upperBound
            if end > start {
                let equals = bytes.firstIndex(of: ASCII.equals, within: start..<end)
                let name = try Self.decode(bytes, start..<(equals ?? end), allowsControls, &scratch)
                let value = try equals.map { at throws(Failure) in
                    try Self.decode(bytes, at + 1..<end, allowsControls, &scratch)
                }
                let offset = range.lowerBound
                pairs.append(
                    Pair(name: name, value: value ?? "", start: Int32(start - offset), end: Int32(end - offset)))
            }
            start = end + 1
        }
    }

    public var isEmpty: Bool { pairs.isEmpty }

    /// The first value of `name`.
    public subscript(name: String) -> String? {
        for pair in pairs where pair.name.isIdentical(to: name) { return pair.value }
        return nil
    }

    public func all(_ name: String) -> [String] { pairs.filter { $0.name.isIdentical(to: name) }.map(\.value) }

    /// The first of the `known` names that occurs twice: two readers could disagree about its value.
    public func firstRepeated(of known: [String]) -> String? {
        known.first { name in
            var count = 0
            for pair in pairs where pair.name.isIdentical(to: name) { count += 1 }
            return count > 1
        }
    }

    /// The text of one pair as received.
    public func rawText(of pair: Pair) -> String {
        raw.utf8.span.text(Int(pair.start)..<Int(pair.end)) ?? ""
    }

    /// The other pairs, each with its raw text. Names are compared after decoding, so `%74oken` is `token`.
    public func removing(_ names: [String]) -> Query {
        func isRemoved(_ pair: Pair) -> Bool { names.contains { $0.isIdentical(to: pair.name) } }
        guard pairs.contains(where: isRemoved) else { return self }
        var rest = Query()
        for pair in pairs where !isRemoved(pair) {
            rest.append(pair.name, pair.value, raw: rawText(of: pair))
        }
        return rest
    }

    public mutating func append(_ name: String, _ value: String) {
        var out: [UInt8] = []
        Self.encode(name, value, into: &out)
        append(name, value, raw: String(decoding: out, as: UTF8.self))
    }

    /// The pairs, encoded again from their decoded values, without `?`.
    public var encoded: String {
        var out: [UInt8] = []
        encode(into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    func encode(into out: inout [UInt8]) {
        out.reserveCapacity(out.count + raw.utf8.count + pairs.count)
        for (index, pair) in pairs.enumerated() {
            if index > 0 { out.append(ASCII.ampersand) }
            Self.encode(pair.name, pair.value, into: &out)
        }
    }

    private mutating func append(_ name: String, _ value: String, raw text: String) {
        if !raw.isEmpty { raw += "&" }
        let start = raw.utf8.count
        raw += text
        pairs.append(Pair(name: name, value: value, start: Int32(start), end: Int32(raw.utf8.count)))
    }

    private static func encode(_ name: String, _ value: String, into out: inout [UInt8]) {
        PercentEncoding.encode(name, .query, into: &out)
        out.append(ASCII.equals)
        PercentEncoding.encode(value, .query, into: &out)
    }

    private static func decode(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ allowsControls: Bool, _ scratch: inout [UInt8]
    ) throws(Failure) -> String {
        var isPlain = true
        for index in range where bytes[index] == ASCII.percent || bytes[index] == ASCII.plus { isPlain = false }
        if isPlain {
            guard let text = bytes.text(range) else { throw .invalidUTF8 }
            return text
        }
        scratch.removeAll(keepingCapacity: true)
        guard PercentEncoding.decode(bytes, range, plusIsSpace: true, into: &scratch) else { throw .invalidEscape }
        for byte in scratch where ASCII.isControl(byte) {
            if !allowsControls || byte == 0 { throw .controlByte }
        }
        guard let text = scratch.span.text(0..<scratch.count) else { throw .invalidUTF8 }
        return text
    }
}

/// The body of a plain HTML form, such as the login page's.
///
/// As `Query`, except that encoded control bytes other than NUL pass: a text field may hold line ends.
public struct FormURLEncoded: Sendable, Hashable {
    private let query: Query

    /// - Parameter limits: `bytes` is the whole body.
    public init(parsing bytes: Span<UInt8>, limits: Query.Limits = Query.Limits()) throws(Query.Failure) {
        query = try Query(parsing: bytes, bytes.wholeRange, limits: limits, allowsControls: true)
    }

    public subscript(name: String) -> String? { query[name] }
    public func all(_ name: String) -> [String] { query.all(name) }
    public func firstRepeated(of known: [String]) -> String? { query.firstRepeated(of: known) }
    public var pairs: [Query.Pair] { query.pairs }
}
