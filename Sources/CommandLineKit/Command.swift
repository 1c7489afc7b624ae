public import Basics

/// One verb of the program: parsing is pure, only `run` acts, and only through what it is handed.
public protocol Command: Sendable {
    /// What parsing, help, usage errors and completions are made from.
    static var declaration: CommandDeclaration { get }
    init(_ arguments: ParsedArguments) throws(UsageError)
    /// - Throws: `CommandFailure` and `GateError` end as one line and exit code 1, `UsageError` as exit code 2.
    func run(_ terminal: Terminal) async throws
}

/// A command as data.
public struct CommandDeclaration: Sendable {
    /// The word people type.
    public let name: String
    /// One sentence without a full stop.
    public let summary: Message
    /// What a summary cannot say.
    public let discussion: Message?
    /// In the order help shows them; positionals are filled in this order.
    public let parameters: [ParameterDeclaration]
    /// Command lines without the program's name.
    public let examples: [String]

    public init(
        _ name: String, _ summary: Message, discussion: Message? = nil, _ parameters: [any Parameter] = [],
        examples: [String] = []
    ) {
        (self.name, self.summary, self.discussion, self.examples) = (name, summary, discussion, examples)
        self.parameters = parameters.map(\.declaration)
    }

    public var options: [ParameterDeclaration] { parameters.filter { !$0.isPositional } }
    public var positionals: [ParameterDeclaration] { parameters.filter(\.isPositional) }
}

/// A command, or a noun with its verbs.
public enum CommandNode: Sendable {
    case command(any Command.Type)
    case group(String, Message, [CommandNode])

    public var name: String {
        switch self {
        case .command(let type): type.declaration.name
        case .group(let name, _, _): name
        }
    }
    public var summary: Message {
        switch self {
        case .command(let type): type.declaration.summary
        case .group(_, let summary, _): summary
        }
    }
    public var children: [CommandNode] {
        switch self {
        case .command: []
        case .group(_, _, let children): children
        }
    }
}

/// The whole program as data.
public struct Program: Sendable {
    public let name: String
    public let version: String
    public let summary: Message
    public let nodes: [CommandNode]

    public init(_ name: String, version: String, _ summary: Message, _ nodes: [CommandNode]) {
        (self.name, self.version, self.summary, self.nodes) = (name, version, summary, nodes)
    }

    /// Every message that the tree shows, for the test of the catalogue.
    public var messages: [Message] {
        func messages(of node: CommandNode) -> [Message] {
            switch node {
            case .group(_, let summary, let children): [summary] + children.flatMap { messages(of: $0) }
            case .command(let type):
                [type.declaration.summary] + [type.declaration.discussion].compactMap(\.self)
                    + type.declaration.parameters.map(\.summary)
            }
        }
        return [summary] + nodes.flatMap { messages(of: $0) } + GlobalOptions.declarations.map(\.summary)
    }

    /// Each command with the words that lead to it.
    public var commands: [(path: [String], type: any Command.Type)] {
        func walk(_ nodes: [CommandNode], _ path: [String]) -> [(path: [String], type: any Command.Type)] {
            nodes.flatMap { node in
                switch node {
                case .command(let type): [(path: path + [node.name], type: type)]
                case .group(let name, _, let children): walk(children, path + [name])
                }
            }
        }
        return walk(nodes, [])
    }
}
