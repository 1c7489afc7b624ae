public import Basics

/// What a shell can offer as a value.
public enum Completion: Sendable, Hashable { case nothing, files, folders, words([String]) }

/// An option, a flag or a positional as data.
public struct ParameterDeclaration: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case flag
        case option(isRepeatable: Bool)
        case positional(isRepeatable: Bool)
    }
    /// Without dashes.
    public let name: String
    public let short: Character?
    public let kind: Kind
    /// What stands for the value in help: `DURATION`; empty for flags.
    public let placeholder: String
    public let isRequired: Bool
    /// The value in force when none is given, as it would be typed.
    public let fallback: String?
    public let summary: Message
    public let completion: Completion

    public var isPositional: Bool { if case .positional = kind { true } else { false } }
    public var isFlag: Bool { kind == .flag }
    public var isRepeatable: Bool {
        switch kind {
        case .flag: false
        case .option(let isRepeatable), .positional(let isRepeatable): isRepeatable
        }
    }
    /// As it is typed: `--limit`, or `<name>` for a positional.
    public var spelling: String { isPositional ? "<\(name)>" : "--\(name)" }
}

/// Something a command takes; commands keep these as static members and read their values by them.
public protocol Parameter: Sendable {
    var declaration: ParameterDeclaration { get }
}

/// `--name`, without a value.
public struct Flag: Parameter {
    public let declaration: ParameterDeclaration

    public init(_ name: String, short: Character? = nil, _ summary: Message) {
        declaration = ParameterDeclaration(
            name: name, short: short, kind: .flag, placeholder: "", isRequired: false, fallback: nil, summary: summary,
            completion: .nothing)
    }
}

/// `--name VALUE` or `--name=VALUE`.
public struct Option<Value: ArgumentValue>: Parameter {
    public let declaration: ParameterDeclaration
    let fallback: Value?

    /// - Parameter fallback: The value of `require` when the option is absent.
    public init(
        _ name: String, short: Character? = nil, or fallback: Value? = nil, placeholder: String? = nil,
        isRequired: Bool = false, isRepeatable: Bool = false, completion: Completion? = nil, _ summary: Message
    ) {
        self.fallback = fallback
        declaration = ParameterDeclaration(
            name: name, short: short, kind: .option(isRepeatable: isRepeatable),
            placeholder: placeholder ?? Value.placeholder, isRequired: isRequired, fallback: fallback?.argument,
            summary: summary, completion: completion ?? Value.completion)
    }
}

/// A word that stands by its place.
public struct Positional<Value: ArgumentValue>: Parameter {
    public let declaration: ParameterDeclaration
    let fallback: Value?

    /// - Parameter isRepeatable: Takes all words that are left; only the last positional may.
    public init(
        _ name: String, or fallback: Value? = nil, isRequired: Bool = true, isRepeatable: Bool = false,
        completion: Completion? = nil, _ summary: Message
    ) {
        self.fallback = fallback
        declaration = ParameterDeclaration(
            name: name, short: nil, kind: .positional(isRepeatable: isRepeatable), placeholder: name,
            isRequired: isRequired && fallback == nil, fallback: fallback?.argument, summary: summary,
            completion: completion ?? Value.completion)
    }
}
