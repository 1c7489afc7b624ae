internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate workflow show`: the nodes of a workflow and what their inputs hold.
struct WorkflowShow: Command {
    static let declaration = CommandDeclaration(
        "show",
        Message("workflow.show", en: "List the nodes and their inputs", fr: "Liste les nœuds et leurs entrées"),
        [WorkflowFile.path] + WorkflowSource.all, examples: ["workflow show workflow.json"])

    private let path: String
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = try arguments.require(WorkflowFile.path).text
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let workflow = try await WorkflowFile(reading: path).workflow { try await source.objectInfo(terminal) }
        var table = Table([
            .init("ID"), .init("CLASS"), .init("TITLE", canShrink: true), .init("INPUTS", canShrink: true),
        ])
        for (id, node) in workflow.nodes {
            let inputs = node.inputs.members.map { name, value in "\(name)=\(Self.shown(value))" }
            let title = node.title == node.classType ? "" : node.title ?? ""
            table.append([id, node.classType, title, inputs.joined(separator: " ")])
        }
        terminal.put(table, json: workflow.json)
    }

    /// A link as `node:slot`, a literal as JSON.
    static func shown(_ value: JSON) -> String {
        WorkflowLink(value).map { "\($0.node):\($0.slot)" } ?? String(decoding: value.encoded(), as: UTF8.self)
    }
}
