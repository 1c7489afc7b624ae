internal import Basics

/// The target of a request, decoded once; nothing after it looks at the raw path again.
///
/// The path is split at raw `/` first, then each segment is decoded, so `%2F` stays inside its segment.
/// Source: RFC 9112, section 3.2; RFC 3986, section 3.3. Stricter than both: see `Failure`.
public struct RequestTarget: Sendable, Hashable {
    /// Which of the four forms was sent. The caller checks that `authority` comes with CONNECT and `asterisk` with
    /// OPTIONS only.
    public enum Form: Sendable, Hashable {
        case origin
        case absolute(secure: Bool, Authority)
        case authority(Authority)
        case asterisk
    }

    public struct Limits: Sendable, Hashable {
        /// Bytes of the raw path.
        public var pathBytes: Int
        /// Segments of the path; a trailing slash counts as one more, empty, segment.
        public var segments: Int
        public var query: Query.Limits

        public init(pathBytes: Int = 8_192, segments: Int = 64, query: Query.Limits = Query.Limits()) {
            (self.pathBytes, self.segments, self.query) = (pathBytes, segments, query)
        }
    }

    /// Why a target is refused; each is a 400, the three limits 414.
    public enum Failure: Error, Sendable, Hashable {
        /// Neither of the four forms.
        case invalidForm
        case invalidAuthority
        /// A `#`: clients never send fragments.
        case fragment
        /// A space or control byte, raw or encoded.
        case controlByte
        /// A `\`, raw or encoded: some file systems and browsers take it for a slash.
        case backslash
        /// A `.` or `..` segment, raw or encoded, also between encoded slashes.
        case dotSegment
        case invalidEscape
        case invalidUTF8
        case pathTooLong(limit: Int)
        case tooManySegments(limit: Int)
        case query(Query.Failure)
    }

    /// One piece of the path between raw slashes.
    public struct Segment: Sendable, Hashable {
        /// Decoded once. Empty for `//` and after a trailing slash.
        public let text: String
        /// The text holds a `/` that was sent as `%2F`: only parameters declared so may take it.
        public let hasEncodedSlash: Bool
        /// The text still holds a `%`: refused where a worker would decode a second time.
        public let hasPercent: Bool
    }

    public let form: Form
    /// Empty for `/`, for an absolute target without a path, and for the other two forms.
    public private(set) var segments: [Segment]
    public var query: Query

    /// Reads the second word of a request line.
    ///
    /// - Complexity: O(n); allocates one array, and strings for segments longer than 15 bytes.
    public init(parsing bytes: Span<UInt8>, limits: Limits = Limits()) throws(Failure) {
        guard bytes.count > 0 else { throw .invalidForm }
        if bytes[0] == ASCII.slash {
            self.form = .origin
            (segments, query) = try Self.pathAndQuery(bytes, from: 0, limits)
        } else if bytes.count == 1, bytes[0] == UInt8(ascii: "*") {
            (form, segments, query) = (.asterisk, [], Query())
        } else if let (secure, start) = Self.scheme(bytes) {
            var end = start
            while end < bytes.count, bytes[end] != ASCII.slash, bytes[end] != UInt8(ascii: "?") { end += 1 }
            guard let authority = Authority(parsing: bytes, start..<end) else { throw .invalidAuthority }
            self.form = .absolute(secure: secure, authority)
            (segments, query) = try Self.pathAndQuery(bytes, from: end, limits)
        } else {
            guard let authority = Authority(parsing: bytes, bytes.wholeRange), authority.port != nil else {
                throw .invalidForm
            }
            (form, segments, query) = (.authority(authority), [], Query())
        }
    }

    public init(_ text: String, limits: Limits = Limits()) throws(Failure) {
        try self.init(parsing: text.utf8.span, limits: limits)
    }

    /// A target made from decoded parts, under the same rules as a received one.
    public init(segments: [String], query: Query = Query()) throws(Failure) {
        self.form = .origin
        self.query = query
        self.segments = []
        self.segments.reserveCapacity(segments.count)
        for segment in segments { self.segments.append(try Self.segment(checking: segment)) }
        // `/` is spelled with no segment, so that equal targets are equal values.
        if segments == [""] { self.segments = [] }
    }

    /// `//` somewhere: a segment is empty that is not the last one.
    public var hasEmptySegment: Bool {
        var index = 0
        while index < segments.count - 1 {
            if segments[index].text.isEmpty { return true }
            index += 1
        }
        return false
    }

    /// The path has a name and ends in `/`.
    public var hasTrailingSlash: Bool { segments.last?.text.isEmpty == true }

    /// The path, encoded again from the segments; begins with `/`.
    public var path: String {
        var out: [UInt8] = []
        encodePath(into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Path and query in origin-form, both encoded again from their decoded values: what an upstream may see.
    public var encoded: String {
        var out: [UInt8] = []
        encodePath(into: &out)
        if !query.isEmpty {
            out.append(UInt8(ascii: "?"))
            query.encode(into: &out)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private func encodePath(into out: inout [UInt8]) {
        if segments.isEmpty { out.append(ASCII.slash) }
        for segment in segments {
            out.append(ASCII.slash)
            PercentEncoding.encode(segment.text, .segment, into: &out)
        }
    }
}

extension RequestTarget {
    /// The length of `http://` or `https://` in front.
    private static func scheme(_ bytes: Span<UInt8>) -> (secure: Bool, length: Int)? {
        if bytes.count >= 7, bytes.matchesIgnoringCase("http://", at: 0..<7) { return (false, 7) }
        if bytes.count >= 8, bytes.matchesIgnoringCase("https://", at: 0..<8) { return (true, 8) }
        return nil
    }

    private static func pathAndQuery(
        _ bytes: Span<UInt8>, from start: Int, _ limits: Limits
    ) throws(Failure) -> ([Segment], Query) {
        let question = bytes.firstIndex(of: UInt8(ascii: "?"), within: start..<bytes.count)
        let end = question ?? bytes.count
        guard end - start <= limits.pathBytes else { throw .pathTooLong(limit: limits.pathBytes) }
        let segments = try Self.segments(bytes, start..<end, limits)
        guard let question else { return (segments, Query()) }
        do throws(Query.Failure) {
            return (segments, try Query(parsing: bytes, question + 1..<bytes.count, limits: limits.query))
        } catch {
            throw .query(error)
        }
    }

    private static func segments(
        _ bytes: Span<UInt8>, _ path: Range<Int>, _ limits: Limits
    ) throws(Failure) -> [Segment] {
        var count = 0
        for index in path where bytes[index] == ASCII.slash { count += 1 }
        // `/` alone, or the missing path of an absolute target.
        if path.count <= 1, count == path.count { return [] }
        guard count <= limits.segments else { throw .tooManySegments(limit: limits.segments) }
        var segments: [Segment] = []
        segments.reserveCapacity(count)
        var scratch: [UInt8] = []
        var start = path.lowerBound + 1
        while start <= path.upperBound {
            let end = bytes.firstIndex(of: ASCII.slash, within: start..<path.upperBound) ?? path.upperBound
            segments.append(try segment(bytes, start..<end, &scratch))
            start = end + 1
        }
        return segments
    }

    private static func segment(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ scratch: inout [UInt8]
    ) throws(Failure) -> Segment {
        var isEscaped = false
        for index in range {
            let byte = bytes[index]
            if byte == ASCII.percent { isEscaped = true }
            if byte == UInt8(ascii: "#") { throw .fragment }
            if byte == ASCII.space { throw .controlByte }
        }
        guard isEscaped else { return try segment(checking: bytes, range) }
        scratch.removeAll(keepingCapacity: true)
        guard PercentEncoding.decode(bytes, range, into: &scratch) else { throw .invalidEscape }
        return try segment(checking: scratch.span, 0..<scratch.count)
    }

    private static func segment(checking text: String) throws(Failure) -> Segment {
        let bytes = text.utf8.span
        return try segment(checking: bytes, bytes.wholeRange)
    }

    /// The rules for decoded bytes.
    private static func segment(checking bytes: Span<UInt8>, _ range: Range<Int>) throws(Failure) -> Segment {
        var hasSlash = false
        var hasPercent = false
        var pieceStart = range.lowerBound
        for index in range {
            let byte = bytes[index]
            if ASCII.isControl(byte) { throw .controlByte }
            switch byte {
            case ASCII.backslash: throw .backslash
            case ASCII.percent: hasPercent = true
            case ASCII.slash:
                if isDots(bytes, pieceStart..<index) { throw .dotSegment }
                hasSlash = true
                pieceStart = index + 1
            default: break
            }
        }
        if isDots(bytes, pieceStart..<range.upperBound) { throw .dotSegment }
        guard let text = bytes.text(range) else { throw .invalidUTF8 }
        return Segment(text: text, hasEncodedSlash: hasSlash, hasPercent: hasPercent)
    }

    private static func isDots(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        (range.count == 1 || range.count == 2) && bytes[range.lowerBound] == ASCII.dot
            && bytes[range.upperBound - 1] == ASCII.dot
    }
}
