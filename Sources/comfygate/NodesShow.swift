internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate nodes show`: what a class takes and gives.
struct NodesShow: Command {
    static let declaration = CommandDeclaration(
        "show",
        Message("nodes.show", en: "Show what node classes take and give", fr: "Montre entrées et sorties de classes"),
        [NodesPattern.required] + WorkflowSource.all, examples: ["nodes show KSampler"])

    /// Classes shown at once; more need a narrower pattern.
    private static let limit = 20

    private let pattern: String
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        pattern = try arguments.require(NodesPattern.required)
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let info = try await source.objectInfo(terminal)
        // A name that is exactly right means that class alone.
        let nodes = info[pattern].map { [$0] } ?? Array(NodesPattern.matches(pattern, info).prefix(Self.limit))
        guard !nodes.isEmpty else {
            throw CommandFailure(
                at: "nodes", WorkflowMessages.noNode(["pattern": pattern]), WorkflowMessages.noNodeRemedy())
        }
        terminal.put(.object(JSONObject(nodes.map { ($0.name, .object($0.json)) }))) {
            nodes.map { Self.text($0).map { $0.visibleControls + "\n" }.joined() }.joined(separator: "\n")
        }
    }

    static func text(_ node: NodeClass) -> [String] {
        var lines = [node.displayName.map { $0 == node.name ? node.name : "\(node.name)  (\($0))" } ?? node.name]
        lines.append("  \(node.category)" + (node.isOutputNode ? "  [output]" : ""))
        if let first = node.details.split(whereSeparator: \.isNewline).first { lines.append("  \(first)") }
        for input in node.inputs {
            lines.append("  < \(input.name): \(type(input))" + (input.isRequired ? "" : "  (optional)"))
        }
        for output in node.outputs {
            lines.append("  > \(output.name): \(output.type.string ?? "COMBO")" + (output.isList ? " list" : ""))
        }
        return lines
    }

    private static func type(_ input: InputSpec) -> String {
        var text = input.rawType.string ?? "COMBO"
        if let choices = input.choices {
            let names = choices.prefix(8).map { $0.string ?? String(decoding: $0.encoded(), as: UTF8.self) }
            text = names.joined(separator: "|") + (choices.count > 8 ? "|… (\(choices.count))" : "")
        }
        if let low = input.options["min"]?.number, let high = input.options["max"]?.number {
            text += " \(low.literal)…\(high.literal)"
        }
        if let value = input.options["default"], input.choices == nil {
            text += " = " + String(decoding: value.encoded(), as: UTF8.self)
        }
        return text
    }
}
