import Basics

// `#expect` cannot take a call apart whose arguments are spans, so the tests hand arrays over.

extension JSONSlice {
    func equals(_ text: StaticString, in bytes: [UInt8]) -> Bool { equals(text, in: bytes.span) }
    func equals(_ text: String, in bytes: [UInt8]) -> Bool { equals(text, in: bytes.span) }
    func string(in bytes: [UInt8]) -> String? { string(in: bytes.span) }
    func int(in bytes: [UInt8]) -> Int? { int(in: bytes.span) }
    func unsigned(in bytes: [UInt8]) -> UInt64? { unsigned(in: bytes.span) }
    func bool(in bytes: [UInt8]) -> Bool? { bool(in: bytes.span) }
    func number(in bytes: [UInt8]) -> JSONNumber? { number(in: bytes.span) }
}

extension JSONScanner {
    static func validate(_ bytes: [UInt8], dialect: JSONDialect = .strict) throws(JSONError) -> JSONSlice {
        try validate(bytes.span, dialect: dialect)
    }
    mutating func kind(in bytes: [UInt8]) throws(JSONError) -> JSONKind { try kind(in: bytes.span) }
    mutating func skipValue(in bytes: [UInt8]) throws(JSONError) -> JSONSlice { try skipValue(in: bytes.span) }
    mutating func enterObject(in bytes: [UInt8]) throws(JSONError) { try enterObject(in: bytes.span) }
    mutating func enterArray(in bytes: [UInt8]) throws(JSONError) { try enterArray(in: bytes.span) }
    mutating func nextKey(in bytes: [UInt8]) throws(JSONError) -> JSONSlice? { try nextKey(in: bytes.span) }
    mutating func nextElement(in bytes: [UInt8]) throws(JSONError) -> Bool { try nextElement(in: bytes.span) }
    mutating func finish(in bytes: [UInt8]) throws(JSONError) { try finish(in: bytes.span) }
}
