/// A JSON value as text that was checked and not read: what is only passed on needs no tree.
public struct JSONText: Sendable, Hashable {
    public let bytes: [UInt8]

    public init(_ json: JSON) { bytes = json.encoded() }

    /// A value of a document that was scanned to its end.
    public init(_ slice: JSONSlice, of document: [UInt8]) { bytes = Array(document[slice.range]) }

    /// The value as a tree, read anew each time.
    public var json: JSON { (try? JSON(parsing: bytes, dialect: .python)) ?? .null }

    /// The first member of that name if it is a string; looks no further than to it.
    public func string(_ name: StaticString) -> String? {
        let bytes = bytes.span
        var scanner = JSONScanner(dialect: .python)
        do throws(JSONError) {
            guard try scanner.kind(in: bytes) == .object else { return nil }
            try scanner.enterObject(in: bytes)
            while let key = try scanner.nextKey(in: bytes) {
                let value = try scanner.skipValue(in: bytes)
                if key.equals(name, in: bytes) { return value.string(in: bytes) }
            }
        } catch {}
        return nil
    }
}
