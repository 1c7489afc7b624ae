/// A name, or the beginning of names: `KSampler` or `flux/*`.
///
/// Compared byte by byte, case included; a star means something only as the last character.
public struct NamePattern: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let description: String
    private let stem: [UInt8]
    private let isPrefix: Bool

    public init(_ text: String) {
        description = text
        isPrefix = text.utf8.last == UInt8(ascii: "*")
        stem = Array(isPrefix ? text.utf8.dropLast() : text.utf8[...])
    }
    public init(stringLiteral value: String) { self.init(value) }

    public func matches(_ name: String) -> Bool {
        isPrefix ? name.utf8.starts(with: stem) : name.utf8.elementsEqual(stem)
    }
}

/// Which names may be used: what is denied never, what is allowed else.
public struct NameRules: Sendable, Hashable {
    /// Nil allows every name that is not denied.
    public var allowed: [NamePattern]?
    public var denied: [NamePattern]

    public init(allowed: [NamePattern]? = nil, denied: [NamePattern] = []) {
        (self.allowed, self.denied) = (allowed, denied)
    }

    public static let everything = NameRules()

    /// True when no name can be refused.
    public var isOpen: Bool { denied.isEmpty && allowed.map { $0.contains("*") } ?? true }

    public func allows(_ name: String) -> Bool { allows([name]) }

    /// For things with several names: one denied name is enough to refuse, one allowed name enough to allow.
    public func allows(_ names: [String]) -> Bool {
        if denied.contains(where: { names.contains(where: $0.matches) }) { return false }
        guard let allowed else { return true }
        return allowed.contains { names.contains(where: $0.matches) }
    }
}
