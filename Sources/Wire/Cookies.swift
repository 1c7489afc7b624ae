/// The cookies of a request: a view of the Cookie header that is searched, never stored.
///
/// Source: RFC 6265, section 5.4, with the tolerance browsers need: any space around `;`, values with `"`, `,`, `=` and
/// non-ASCII text as they are; pieces without `=` or without a name are skipped. Duplicates are kept, because a page
/// under another path can set a cookie of the same name, and only the caller knows which value is genuine.
public struct Cookies: Sendable, Hashable {
    /// The header as received; `; ` joins several headers.
    public let header: String

    public init(_ header: String?) { self.header = header ?? "" }

    public init(headers: [String]) { header = headers.joined(separator: "; ") }

    /// Every value of `name`, compared with case, in the order received.
    ///
    /// - Complexity: O(n) in the header; allocates nothing for other cookies.
    public func all(_ name: String) -> [String] { Self.all(name, in: header.utf8.span) }

    /// The same for a header that still lies in a buffer.
    public static func all(_ name: String, in header: Span<UInt8>) -> [String] {
        var values: [String] = []
        var start = 0
        while let piece = next(header, &start) {
            if header.matches(name, at: piece.name), let value = header.text(piece.value) { values.append(value) }
        }
        return values
    }

    /// The first value of `name`.
    public subscript(name: String) -> String? {
        let bytes = header.utf8.span
        var start = 0
        while let piece = Self.next(bytes, &start) {
            if bytes.matches(name, at: piece.name) { return bytes.text(piece.value) }
        }
        return nil
    }

    public var pairs: [(name: String, value: String)] {
        let bytes = header.utf8.span
        var pairs: [(name: String, value: String)] = []
        var start = 0
        while let piece = Self.next(bytes, &start) {
            if let name = bytes.text(piece.name), let value = bytes.text(piece.value) { pairs.append((name, value)) }
        }
        return pairs
    }

    /// The header without the `names`, for an upstream that must not see them; nil when nothing is left.
    public func removing(_ names: [String]) -> String? {
        let kept = pairs.filter { pair in !names.contains { $0.isIdentical(to: pair.name) } }
        return kept.isEmpty ? nil : kept.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
    }

    /// The next piece with a name and without control bytes.
    private static func next(_ bytes: Span<UInt8>, _ start: inout Int) -> (name: Range<Int>, value: Range<Int>)? {
        while start < bytes.count {
            let end = bytes.firstIndex(of: ASCII.semicolon, within: start..<bytes.count) ?? bytes.count
            let piece = bytes.trimmed(start..<end)
            start = end + 1
            guard let equals = bytes.firstIndex(of: ASCII.equals, within: piece) else { continue }
            let name = bytes.trimmed(piece.lowerBound..<equals)
            if name.isEmpty || hasControl(bytes, piece) { continue }
            return (name, bytes.trimmed(equals + 1..<piece.upperBound))
        }
        return nil
    }

    /// A tab inside a value is refused by browsers too.
    private static func hasControl(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where ASCII.isControl(bytes[index]) { return true }
        return false
    }
}
