public import Basics

/// What a Range header asks of a representation of known size. Source: RFC 9110, section 14.
///
/// Several ranges, other units and unreadable headers are answered with the whole, as a server may.
public enum RangeRequest: Sendable, Hashable {
    /// 200.
    case whole
    /// 206: `length` bytes, at least one, from `offset`.
    case part(offset: Int64, length: Int64)
    /// 416: nothing of the range exists.
    case unsatisfiable

    /// - Parameters:
    ///   - size: bytes of the representation, 0 or more.
    ///   - tag, modified: its current validators, which If-Range is compared with.
    public static func evaluate(
        range: String?, ifRange: String? = nil, size: Int64, tag: EntityTag? = nil, modified: Timestamp? = nil
    ) -> RangeRequest {
        guard let range, ifRange.map({ isCurrent($0, tag, modified) }) ?? true else { return .whole }
        return parse(range, size: size)
    }

    /// The value of Content-Range; nil for `whole`.
    public func contentRange(size: Int64) -> String? {
        switch self {
        case .whole: nil
        case .part(let offset, let length): "bytes \(offset)-\(offset + length - 1)/\(size)"
        case .unsatisfiable: "bytes */\(size)"
        }
    }

    /// Exact matches only: a weak tag never, a date only when it is the date sent as Last-Modified.
    private static func isCurrent(_ condition: String, _ tag: EntityTag?, _ modified: Timestamp?) -> Bool {
        if let wanted = EntityTag(parsing: condition) { return tag?.isStronglyEqual(to: wanted) == true }
        guard let date = HTTPDate.parse(condition), let modified else { return false }
        return date.seconds == modified.seconds
    }

    private static func parse(_ text: String, size: Int64) -> RangeRequest {
        let bytes = text.utf8.span
        guard bytes.count > 6, bytes.matchesIgnoringCase("bytes=", at: 0..<6) else { return .whole }
        let spec = bytes.trimmed(6..<bytes.count)
        guard let dash = bytes.firstIndex(of: ASCII.dash, within: spec) else { return .whole }
        let last = bytes.decimal(dash + 1..<spec.upperBound, saturatingAt: .max)
        if dash == spec.lowerBound {
            guard let last else { return .whole }
            let length = min(last, size)
            return length > 0 ? .part(offset: size - length, length: length) : .unsatisfiable
        }
        guard let first = bytes.decimal(spec.lowerBound..<dash, saturatingAt: .max),
            last != nil || dash + 1 == spec.upperBound
        else { return .whole }
        if let last, last < first { return .whole }
        guard first < size else { return .unsatisfiable }
        return .part(offset: first, length: min(last ?? size - 1, size - 1) - first + 1)
    }
}
