/// The version of a representation. Source: RFC 9110, section 8.8.3.
public struct EntityTag: Sendable, Hashable, CustomStringConvertible {
    public let isWeak: Bool
    /// Without the quotes.
    public let opaque: String

    /// Nil when `opaque` holds a quote, a space, a control or a non-ASCII byte.
    public init?(_ opaque: String, isWeak: Bool = false) {
        guard opaque.utf8.allSatisfy({ Self.isTagByte($0) && $0 < 0x80 }) else { return nil }
        (self.opaque, self.isWeak) = (opaque, isWeak)
    }

    /// Reads `"x"` or `W/"x"`.
    public init?(parsing text: String) {
        let bytes = text.utf8.span
        var index = 0
        guard let tag = Self.next(bytes, &index), index == bytes.count else { return nil }
        self = tag
    }

    private init(unchecked opaque: String, isWeak: Bool) { (self.opaque, self.isWeak) = (opaque, isWeak) }

    /// Same bytes: neither is weak.
    public func isStronglyEqual(to other: EntityTag) -> Bool { !isWeak && !other.isWeak && opaque == other.opaque }

    /// Same meaning.
    public func isWeaklyEqual(to other: EntityTag) -> Bool { opaque == other.opaque }

    public var description: String { "\(isWeak ? "W/" : "")\"\(opaque)\"" }

    /// The value of If-Match or If-None-Match.
    public enum List: Sendable, Hashable {
        /// `*`
        case any
        case tags([EntityTag])

        /// Nil for an empty list, for anything that is not a tag, and for more than 64 of them.
        public init?(_ text: String) {
            let bytes = text.utf8.span
            let range = bytes.trimmed(bytes.wholeRange)
            if bytes.matches("*", at: range) {
                self = .any
                return
            }
            var tags: [EntityTag] = []
            var index = range.lowerBound
            while index < range.upperBound {
                guard tags.count < 64, let tag = EntityTag.next(bytes, &index) else { return nil }
                tags.append(tag)
                index = bytes.trimmed(index..<range.upperBound).lowerBound
                guard index < range.upperBound else { break }
                guard bytes[index] == ASCII.comma else { return nil }
                index = bytes.trimmed(index + 1..<range.upperBound).lowerBound
                guard index < range.upperBound else { return nil }
            }
            guard !tags.isEmpty else { return nil }
            self = .tags(tags)
        }
    }

    /// `etagc`; bytes from 0x80 on are read, but only as part of UTF-8.
    private static func isTagByte(_ byte: UInt8) -> Bool { byte > 0x20 && byte != ASCII.quote && byte != 0x7F }

    private static func next(_ bytes: Span<UInt8>, _ index: inout Int) -> EntityTag? {
        var at = index
        let isWeak = at + 2 <= bytes.count && bytes.matches("W/", at: at..<at + 2)
        if isWeak { at += 2 }
        guard at < bytes.count, bytes[at] == ASCII.quote,
            let end = bytes.firstIndex(of: ASCII.quote, within: at + 1..<bytes.count)
        else { return nil }
        for place in at + 1..<end where !isTagByte(bytes[place]) { return nil }
        guard let opaque = bytes.text(at + 1..<end) else { return nil }
        index = end + 1
        return EntityTag(unchecked: opaque, isWeak: isWeak)
    }
}
