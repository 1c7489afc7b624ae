internal import Basics

/// How much an archive may hold; it is kept in memory.
public struct TarLimits: Sendable, Hashable {
    public var members = 4_096
    /// Bytes of one member.
    public var memberBytes = 16 << 20
    /// Bytes of all members together.
    public var totalBytes = 48 << 20

    public init() {}
}

/// Plain files with their paths, as tar writes and reads them.
///
/// Source: ustar with the extended headers of pax (POSIX 1003.1, "pax"), which carry names that ustar cannot: longer than
/// its fields or not of ASCII alone. Owners are not kept, times in whole seconds.
public struct TarArchive: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        /// Relative, `/` between names; none is empty, `.` or `..`.
        public let path: String
        /// Permission bits.
        public let mode: UInt32
        /// Seconds since 1970, not before.
        public let modified: Int64
        public let bytes: [UInt8]

        public init(path: String, mode: UInt32, modified: Int64, bytes: [UInt8]) {
            (self.path, self.mode, self.modified, self.bytes) = (path, mode, modified, bytes)
        }
    }

    /// In the archive's order; no path twice.
    public let members: [Member]

    /// - Throws: `badPath`, `twice`, `badFacts`, and the limits.
    public init(_ members: [Member], limits: TarLimits = TarLimits()) throws(TarError) {
        var check = TarCheck(limits)
        for member in members {
            try check.add(member.path, member.bytes.count)
            guard member.mode <= 0o7777, (0...TarHeader.largestNumber).contains(member.modified) else {
                throw TarError(.badFacts, member.path)
            }
        }
        self.members = members
    }

    /// Whether a path can be that of a member.
    public static func isPath(_ path: String) -> Bool {
        guard PathWalk.isSound(path) else { return false }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            (1...255).contains($0.utf8.count) && $0 != "." && $0 != ".."
        }
    }

    /// The archive as a file, a multiple of 10,240 bytes.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        for member in members { TarHeader.append(member, to: &out) }
        out += [UInt8](repeating: 0, count: 2 * TarHeader.block)
        let rest = out.count % TarHeader.record
        if rest > 0 { out += [UInt8](repeating: 0, count: TarHeader.record - rest) }
        return out
    }
}

/// The bytes are mostly secrets.
extension TarArchive.Member: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "TarArchive.Member(\(path), <redacted>)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["path": path]) }
}

/// What holds for all members together, whether they are written or read.
struct TarCheck {
    private let limits: TarLimits
    // By bytes: Swift's strings are equal when they look alike.
    private var paths: Set<[UInt8]> = []
    private var total = 0

    init(_ limits: TarLimits) { self.limits = limits }

    mutating func add(_ path: String, _ count: Int) throws(TarError) {
        guard TarArchive.isPath(path) else { throw TarError(.badPath, Self.printable(path)) }
        guard paths.insert(Array(path.utf8)).inserted else { throw TarError(.twice, path) }
        guard paths.count <= limits.members else { throw TarError(.tooMany(limit: limits.members)) }
        guard count <= limits.memberBytes else { throw TarError(.tooLarge(limit: limits.memberBytes), path) }
        total += count
        guard total <= limits.totalBytes else { throw TarError(.tooMuch(limit: limits.totalBytes)) }
    }

    /// A path of unknown make, fit for a message.
    static func printable(_ path: String) -> String {
        String(decoding: path.utf8.prefix(200).map { $0 < 0x20 || $0 == 0x7F ? 0x3F : $0 }, as: UTF8.self)
    }
}
