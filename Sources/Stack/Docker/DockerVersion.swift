/// A version of the engine's API: `1.41`.
public struct DockerVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    /// Nothing that is read here has changed its name since 1.24, which no engine in use is older than.
    public static let oldest = DockerVersion(1, 24)
    /// The newest whose answers have been looked at.
    public static let newest = DockerVersion(1, 51)

    public init(_ major: Int, _ minor: Int) { (self.major, self.minor) = (major, minor) }

    /// Nil for anything but two numbers with a dot between them.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else {
            return nil
        }
        self.init(major, minor)
    }

    public var description: String { "\(major).\(minor)" }

    public static func < (left: DockerVersion, right: DockerVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// What is spoken with an engine: its own version, or the newest that is known here. Current engines refuse clients below
    /// 1.44 and Debian's ends at 1.41, so neither side's version may be taken for granted.
    ///
    /// - Parameter engine: As its `/_ping` says. Nil says nothing, as very old ones do.
    public static func spoken(with engine: DockerVersion?) -> DockerVersion? {
        guard let engine, engine >= oldest else { return nil }
        return min(engine, newest)
    }
}
