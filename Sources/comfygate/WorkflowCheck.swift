internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate workflow check`: every mistake with its node and input; exit code 1 when there are any.
struct WorkflowCheck: Command {
    static let declaration = CommandDeclaration(
        "check",
        Message(
            "workflow.check", en: "Find the mistakes that the server would refuse",
            fr: "Trouve les erreurs que le serveur refuserait"),
        discussion: Message(
            "workflow.check.discussion",
            en: "Judges as ComfyUI does, with the classes of the server; files that loaders name are not looked up.",
            fr: "Juge comme ComfyUI, avec les classes du serveur ; les fichiers nommés ne sont pas cherchés."),
        [WorkflowFile.path] + WorkflowSource.all,
        examples: ["workflow check workflow.json", "workflow check workflow.json --object-info info.json"])

    private let path: String
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = try arguments.require(WorkflowFile.path).text
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let info = try await source.objectInfo(terminal)
        let workflow = try await WorkflowFile(reading: path).workflow { info }
        let result = Self.check(workflow, info, try await source.flavour(terminal), terminal)
        terminal.put([
            "valid": JSON(result.lines.isEmpty), "outputs": .array(result.outputs.map { JSON($0) }),
            "problems": .array(result.lines.map { JSON($0) }),
        ]) { result.lines.map { $0 + "\n" }.joined() }
        guard result.lines.isEmpty else {
            terminal.say(WorkflowMessages.bad(count: result.lines.count))
            throw ExitFailure()
        }
        terminal.say(WorkflowMessages.good(["count": "\(result.outputs.count)"]))
    }

    /// All unknown classes at once, where the server would stop at the first; else what it would say.
    static func check(
        _ workflow: Workflow, _ info: ObjectInfo, _ flavour: ComfyFlavour, _ terminal: Terminal
    ) -> (lines: [String], outputs: [String]) {
        let unknown = workflow.nodes.filter { info[$0.node.classType] == nil }
        guard unknown.isEmpty else {
            let lines = unknown.map { id, node in
                let hint = closest(to: node.classType, among: info.classNames).map {
                    terminal.text(WorkflowMessages.didYouMean(["name": $0]))
                }
                return terminal.text(
                    WorkflowMessages.unknownClass(["node": id, "name": node.classType, "hint": hint ?? ""]))
            }
            return (lines, [])
        }
        // The server calls these exceptions and names no remedy.
        let dead = deadLinks(workflow, info, terminal)
        guard dead.isEmpty else { return (dead, []) }
        let titles = Dictionary(
            workflow.nodes.compactMap { id, node in node.title.map { (id, $0) } },
            uniquingKeysWith: { first, _ in first })
        // Only the server can look for a loader's file: it is taken to be there.
        let validator = WorkflowValidator(info, flavour: flavour) { _, _, _ in true }
        switch validator.validate(workflow) {
        case .accepted(let accepted):
            return (PromptRejection.lines(accepted.nodeErrors, titles: titles), accepted.outputs)
        case .rejected(let rejection): return (rejection.lines(titles: titles), [])
        case .serverError: return ([terminal.text(WorkflowMessages.notWorkflow())], [])
        }
    }

    private static func deadLinks(_ workflow: Workflow, _ info: ObjectInfo, _ terminal: Terminal) -> [String] {
        workflow.nodes.flatMap { id, node in
            node.links.compactMap { input, link in
                let outputs = workflow[link.node].flatMap { info[$0.classType]?.outputs.count }
                guard outputs.map({ !(0..<$0).contains(link.slot) }) ?? true else { return nil }
                let target = outputs == nil ? "\(link.node)" : "\(link.node):\(link.slot)"
                let name = node.title.map { "\(node.classType) \"\($0)\"" } ?? node.classType
                return terminal.text(
                    WorkflowMessages.deadLink(["node": id, "name": name, "input": input, "target": target]))
            }
        }
    }
}
