public import Basics

/// The conditional headers of one request. Source: RFC 9110, section 13.
public struct Preconditions: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case proceed
        /// 304, for GET and HEAD only.
        case notModified
        /// 412.
        case failed
    }

    private let ifMatch: String?
    private let ifNoneMatch: String?
    private let ifModifiedSince: String?
    private let ifUnmodifiedSince: String?

    /// Each parameter is the header's value, several headers of a name joined by commas; nil when it is absent.
    public init(
        ifMatch: String? = nil, ifNoneMatch: String? = nil, ifModifiedSince: String? = nil,
        ifUnmodifiedSince: String? = nil
    ) {
        (self.ifMatch, self.ifNoneMatch) = (ifMatch, ifNoneMatch)
        (self.ifModifiedSince, self.ifUnmodifiedSince) = (ifModifiedSince, ifUnmodifiedSince)
    }

    /// Applies them in the order of section 13.2.2; If-Range belongs to `RangeRequest`.
    ///
    /// Unreadable headers: a bad If-Match fails, because the client asked not to overwrite; the others are ignored.
    /// - Parameters:
    ///   - exists: the target has a current representation; `tag` and `modified` describe it.
    ///   - isRead: the method is GET or HEAD.
    public func evaluate(exists: Bool, tag: EntityTag?, modified: Timestamp?, isRead: Bool) -> Outcome {
        if let ifMatch {
            let holds =
                switch EntityTag.List(ifMatch) {
                case .any: exists
                case .tags(let tags): exists && tag.map { tag in tags.contains { $0.isStronglyEqual(to: tag) } } == true
                case nil: false
                }
            if !holds { return .failed }
        } else if let limit = ifUnmodifiedSince.flatMap({ HTTPDate.parse($0) }), let modified {
            if modified.seconds > limit.seconds { return .failed }
        }
        if let ifNoneMatch {
            let matches =
                switch EntityTag.List(ifNoneMatch) {
                case .any: exists
                case .tags(let tags): exists && tag.map { tag in tags.contains { $0.isWeaklyEqual(to: tag) } } == true
                case nil: false
                }
            if matches { return isRead ? .notModified : .failed }
        } else if isRead, let since = ifModifiedSince.flatMap({ HTTPDate.parse($0) }), let modified {
            if modified.seconds <= since.seconds { return .notModified }
        }
        return .proceed
    }
}
