/// A change of one file that heals a fault and can do no harm.
public struct Fix: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Nobody but the owner may read it.
        case ownerOnly
        case withoutByteOrderMark
        /// Lines end with LF alone.
        case lineFeeds
    }
    /// Relative to the project's folder.
    public let path: String
    public let kind: Kind

    public init(_ path: String, _ kind: Kind) { (self.path, self.kind) = (path, kind) }
}
