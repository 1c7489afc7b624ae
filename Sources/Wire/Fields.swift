/// Header fields in order, for code off the hot path; names compare without case (RFC 9110 section 5.1).
public struct Fields: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    public private(set) var pairs: [Pair] = []

    public struct Pair: Sendable, Hashable {
        public let name: String
        public let value: String
    }

    public init() {}
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    public var isEmpty: Bool { pairs.isEmpty }

    /// The first value of a name; setting replaces every one, nil removes them.
    public subscript(name: String) -> String? {
        get { pairs.first { Self.same($0.name, name) }?.value }
        set {
            remove(name)
            if let newValue { append(name, newValue) }
        }
    }

    public func all(_ name: String) -> [String] { pairs.filter { Self.same($0.name, name) }.map(\.value) }

    public mutating func append(_ name: String, _ value: String) { pairs.append(Pair(name: name, value: value)) }

    public mutating func append(contentsOf other: Fields) { pairs.append(contentsOf: other.pairs) }

    public mutating func remove(_ name: String) { pairs.removeAll { Self.same($0.name, name) } }

    /// Equal but for the case of ASCII letters.
    static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { Octet.lowered($0) == Octet.lowered($1) }
    }

    /// Writes the lines of a head, each ended by CRLF.
    ///
    /// A value that could end its line early is cut at the first control character: no text, wherever it came from, can
    /// begin a field of its own.
    public func write(to out: inout [UInt8]) {
        for pair in pairs {
            guard !pair.name.isEmpty, pair.name.utf8.allSatisfy(Octet.isTokenByte) else { continue }
            out.append(contentsOf: pair.name.utf8)
            out.append(UInt8(ascii: ":"))
            out.append(UInt8(ascii: " "))
            out.append(contentsOf: pair.value.utf8.prefix { Octet.isFieldByte($0) })
            out.append(0x0D)
            out.append(0x0A)
        }
    }
}
