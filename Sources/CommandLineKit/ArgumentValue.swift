public import Basics

/// A type that can be typed on a command line.
public protocol ArgumentValue: Sendable {
    init?(argument: String)
    /// The spelling that reads back as this value.
    var argument: String { get }
    /// What stands for a value in help.
    static var placeholder: String { get }
    /// What a right value looks like, for usage errors: "Write a number and a unit, such as 24h."
    static var remedy: Message { get }
    static var completion: Completion { get }
}

extension ArgumentValue {
    public static var completion: Completion { .nothing }
}

extension ArgumentValue where Self: LosslessStringConvertible {
    public init?(argument: String) { self.init(argument) }
    public var argument: String { description }
}

extension String: ArgumentValue {
    public static var placeholder: String { "TEXT" }
    public static var remedy: Message { KitMessages.writeText }
}

extension Int: ArgumentValue {
    public static var placeholder: String { "N" }
    public static var remedy: Message { KitMessages.writeNumber }
}

extension ByteCount: ArgumentValue {
    public static var placeholder: String { "SIZE" }
    public static var remedy: Message { KitMessages.writeSize }
}

extension UUID: ArgumentValue {
    public static var placeholder: String { "ID" }
    public static var remedy: Message { KitMessages.writeID }
}

extension Duration: ArgumentValue {
    public init?(argument: String) { self.init(parsing: argument) }
    public var argument: String { spelled }
    public static var placeholder: String { "DURATION" }
    public static var remedy: Message { KitMessages.writeDuration }
}

/// The path of a file or folder, as typed.
public struct FilePath: ArgumentValue, Hashable {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init?(argument: String) {
        guard !argument.isEmpty, !argument.utf8.contains(0) else { return nil }
        text = argument
    }
    public var argument: String { text }
    public static var placeholder: String { "PATH" }
    public static var remedy: Message { KitMessages.writePath }
    public static var completion: Completion { .files }
}

/// One of a few words: `enum Shell: String, CaseIterable, Choice`.
public protocol Choice: ArgumentValue, CaseIterable, RawRepresentable<String> {}

extension Choice {
    public init?(argument: String) { self.init(rawValue: argument) }
    public var argument: String { rawValue }
    public static var placeholder: String { allCases.map(\.rawValue).joined(separator: "|") }
    public static var remedy: Message { KitMessages.writeChoice }
    public static var completion: Completion { .words(allCases.map(\.rawValue)) }
}

extension Language: Choice {}
