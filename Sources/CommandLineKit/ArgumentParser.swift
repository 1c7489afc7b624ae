public import Basics

/// Options that every command takes.
public struct GlobalOptions: Sendable, Hashable {
    public var json = false
    public var quiet = false
    public var language: Language?

    public init() {}

    static let jsonFlag = Flag("json", KitMessages.helpJSON)
    static let quietFlag = Flag("quiet", short: "q", KitMessages.helpQuiet)
    static let languageOption = Option<Language>("lang", KitMessages.helpLanguage)
    static let helpFlag = Flag("help", short: "h", KitMessages.helpHelp)
    static let versionFlag = Flag("version", KitMessages.helpVersion)

    static let declarations: [ParameterDeclaration] = {
        let parameters: [any Parameter] = [jsonFlag, languageOption, quietFlag, helpFlag, versionFlag]
        return parameters.map(\.declaration)
    }()
}

/// The words of one command line, sorted by the command's declaration.
public struct ParsedArguments: Sendable, Hashable {
    var values: [String: [String]] = [:]
    var flags: Set<String> = []

    public init() {}

    public func has(_ flag: Flag) -> Bool { flags.contains(flag.declaration.name) }

    public func get<Value>(_ option: Option<Value>) throws(UsageError) -> Value? {
        try all(option).last ?? option.fallback
    }
    /// The value given, else the option's fallback, else a usage error.
    public func require<Value>(_ option: Option<Value>) throws(UsageError) -> Value {
        guard let value = try get(option) else { throw Self.missing(option.declaration) }
        return value
    }
    /// All values of a repeatable option in the order they were typed.
    public func all<Value>(_ option: Option<Value>) throws(UsageError) -> [Value] {
        try read(option.declaration, as: Value.self)
    }

    public func get<Value>(_ positional: Positional<Value>) throws(UsageError) -> Value? {
        try all(positional).last ?? positional.fallback
    }
    public func require<Value>(_ positional: Positional<Value>) throws(UsageError) -> Value {
        guard let value = try get(positional) else { throw Self.missing(positional.declaration) }
        return value
    }
    public func all<Value>(_ positional: Positional<Value>) throws(UsageError) -> [Value] {
        try read(positional.declaration, as: Value.self)
    }

    private func read<Value: ArgumentValue>(
        _ declaration: ParameterDeclaration, as type: Value.Type
    ) throws(UsageError) -> [Value] {
        var read: [Value] = []
        for text in values[declaration.name] ?? [] {
            guard let value = Value(argument: text) else {
                throw UsageError(
                    KitMessages.badValue(["parameter": declaration.spelling, "value": text]),
                    Value.remedy(["choices": Self.choices(declaration)]))
            }
            read.append(value)
        }
        return read
    }

    private static func choices(_ declaration: ParameterDeclaration) -> String {
        if case .words(let words) = declaration.completion { words.joined(separator: ", ") } else { "" }
    }

    static func missing(_ declaration: ParameterDeclaration) -> UsageError {
        UsageError(KitMessages.missing(["parameter": declaration.spelling]))
    }
}

/// What a command line asks for.
enum Invocation: Sendable {
    case help(path: [String], node: CommandNode?)
    case version
    case command(path: [String], any Command.Type, ParsedArguments)
}

/// Reads words by the program's tree: bytes in, a value out.
///
/// `--` ends the options. The word behind an option is its value unless it begins with a dash and is no negative number;
/// such a value is written `--name=-x`. Words are never abbreviated.
struct ArgumentParser {
    private let program: Program
    private(set) var globals = GlobalOptions()
    /// The nouns and verbs read so far: the place of an error.
    private(set) var path: [String] = []

    private var words: ArraySlice<String>
    private var node: CommandNode?
    private var arguments = ParsedArguments()
    private var operands: [String] = []
    private var wantsHelp = false
    private var wantsVersion = false

    init(_ program: Program, _ words: [String]) { (self.program, self.words) = (program, words[...]) }

    mutating func parse() throws(UsageError) -> Invocation {
        do {
            return try parseWords()
        } catch {
            // The error is told in the language that a later word may choose.
            while let word = words.popFirst(), word != "--" {
                let parts = word.split(separator: "=", maxSplits: 1)
                guard parts.first == "--lang", let name = parts.count == 2 ? String(parts[1]) : words.first else {
                    continue
                }
                globals.language = Language(rawValue: name) ?? globals.language
            }
            throw error
        }
    }

    private mutating func parseWords() throws(UsageError) -> Invocation {
        var optionsEnded = false
        while let word = words.popFirst() {
            if optionsEnded || word == "-" || !word.hasPrefix("-") {
                try operand(word)
            } else if word == "--" {
                optionsEnded = true
            } else {
                try option(word)
            }
        }
        if wantsVersion { return .version }
        if wantsHelp { return .help(path: path, node: node) }
        guard case .command(let type) = node else {
            guard let node else { return .help(path: [], node: nil) }
            throw UsageError(
                KitMessages.verbMissing(["noun": node.name]),
                KitMessages.writeOne(["choices": node.children.map(\.name).joined(separator: ", ")]))
        }
        try fillPositionals(type.declaration)
        for parameter in type.declaration.parameters where parameter.isRequired {
            guard arguments.values[parameter.name]?.isEmpty == false else { throw ParsedArguments.missing(parameter) }
        }
        return .command(path: path, type, arguments)
    }

    private mutating func operand(_ word: String) throws(UsageError) {
        if case .command = node { return operands.append(word) }
        if node == nil, path.isEmpty, word == "help", !wantsHelp {
            wantsHelp = true
            return
        }
        let choices = node?.children ?? program.nodes
        guard let next = choices.first(where: { $0.name == word }) else {
            throw UsageError(
                KitMessages.unknownCommand(["word": word]), suggestion(for: word, among: choices.map(\.name)))
        }
        node = next
        path.append(word)
    }

    private mutating func option(_ word: String) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let spelling = String(parts[0])
        let inline = parts.count == 2 ? String(parts[1]) : nil
        var known = GlobalOptions.declarations
        if case .command(let type) = node { known += type.declaration.options }
        guard let declaration = known.first(where: { $0.isSpelled(spelling) }) else {
            // An option in front of its command is understood only when every command has it.
            throw UsageError(
                KitMessages.unknownOption(["option": spelling]),
                suggestion(for: spelling, among: known.map(\.spelling)))
        }
        if declaration.isFlag {
            guard inline == nil else { throw UsageError(KitMessages.flagWithValue(["option": spelling])) }
            set(declaration)
        } else {
            let value = if let inline { inline } else { try nextValue(of: declaration, spelling) }
            try set(declaration, to: value)
        }
    }

    private mutating func nextValue(of declaration: ParameterDeclaration, _ spelling: String) throws(UsageError)
        -> String
    {
        guard let next = words.first, next == "-" || !next.hasPrefix("-") || Double(next) != nil else {
            throw UsageError(
                KitMessages.valueMissing(["option": spelling]),
                KitMessages.writeValue(["option": "--\(declaration.name)", "placeholder": declaration.placeholder]))
        }
        words.removeFirst()
        return next
    }

    private mutating func set(_ flag: ParameterDeclaration) {
        switch flag.name {
        case GlobalOptions.jsonFlag.declaration.name: globals.json = true
        case GlobalOptions.quietFlag.declaration.name: globals.quiet = true
        case GlobalOptions.helpFlag.declaration.name: wantsHelp = true
        case GlobalOptions.versionFlag.declaration.name: wantsVersion = true
        default: arguments.flags.insert(flag.name)
        }
    }

    private mutating func set(_ option: ParameterDeclaration, to value: String) throws(UsageError) {
        if option.name == GlobalOptions.languageOption.declaration.name {
            var global = ParsedArguments()
            global.values[option.name] = [value]
            globals.language = try global.get(GlobalOptions.languageOption)
            return
        }
        guard option.isRepeatable || arguments.values[option.name] == nil else {
            throw UsageError(KitMessages.givenTwice(["option": option.spelling]))
        }
        arguments.values[option.name, default: []].append(value)
    }

    private mutating func fillPositionals(_ declaration: CommandDeclaration) throws(UsageError) {
        var rest = operands[...]
        for positional in declaration.positionals {
            if positional.isRepeatable {
                arguments.values[positional.name] = Array(rest)
                rest = []
            } else if let word = rest.popFirst() {
                arguments.values[positional.name] = [word]
            }
        }
        if let word = rest.first { throw UsageError(KitMessages.extraWord(["word": word])) }
    }

    private func suggestion(for word: String, among known: [String]) -> Phrase? {
        if let near = closest(to: word, among: known) { return KitMessages.didYouMean(["word": near]) }
        let help = ([program.name] + path + ["--help"]).joined(separator: " ")
        return KitMessages.seeHelp(["command": help])
    }
}

extension ParameterDeclaration {
    func isSpelled(_ word: String) -> Bool { word == "--\(name)" || (short.map { word == "-\($0)" } ?? false) }
}
