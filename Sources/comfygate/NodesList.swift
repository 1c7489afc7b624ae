internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// Finding node classes by what people type.
enum NodesPattern {
    static let optional = Positional<String>(
        "pattern", isRequired: false,
        Message(
            "nodes.pattern", en: "Part of a name, title or category; * stands for anything",
            fr: "Partie d’un nom, titre ou catégorie ; * remplace n’importe quoi"))
    static let required = Positional<String>("pattern", optional.declaration.summary)

    static func matches(_ pattern: String, _ info: ObjectInfo) -> [NodeClass] {
        let parts = pattern.lowercased().split(separator: "*").map(String.init)
        return info.classNames.compactMap { info[$0] }.filter { node in
            [node.name, node.displayName ?? "", node.category].contains { has(parts, $0.lowercased()) }
        }.sorted { $0.name < $1.name }
    }

    /// Whether the parts stand in the text one behind the other.
    private static func has(_ parts: [String], _ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        for part in parts.map({ Array($0.utf8) }) {
            guard let start = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
            rest = rest[(start + part.count)...]
        }
        return true
    }
}

/// `comfygate nodes list`: the classes of the server, one a line.
struct NodesList: Command {
    static let declaration = CommandDeclaration(
        "list", Message("nodes.list", en: "List the node classes", fr: "Liste les classes de nœuds"),
        [NodesPattern.optional] + WorkflowSource.all, examples: ["nodes list", "nodes list sampler*advanced"])

    private let pattern: String
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        pattern = try arguments.get(NodesPattern.optional) ?? ""
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let nodes = NodesPattern.matches(pattern, try await source.objectInfo(terminal))
        guard !nodes.isEmpty else {
            throw CommandFailure(
                at: "nodes", WorkflowMessages.noNode(["pattern": pattern]), WorkflowMessages.noNodeRemedy())
        }
        var table = Table([.init("CLASS"), .init("TITLE", canShrink: true), .init("CATEGORY", canShrink: true)])
        for node in nodes { table.append([node.name, node.displayName ?? "", node.category]) }
        terminal.put(
            table,
            json: .array(
                nodes.map { node in
                    [
                        "name": JSON(node.name), "title": node.displayName.map { JSON($0) } ?? .null,
                        "category": JSON(node.category), "output": JSON(node.isOutputNode),
                    ]
                }))
    }
}
