internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate workflow fix`: drops dead links and nodes that nothing needs.
struct WorkflowRepair: Command {
    static let declaration = CommandDeclaration(
        "fix",
        Message(
            "workflow.fix", en: "Drop dead links and unconnected nodes; the old file stays as .bak",
            fr: "Retire liens morts et nœuds isolés ; l’ancien fichier reste en .bak"),
        [WorkflowFile.path, WorkflowOutput.option] + WorkflowSource.all, examples: ["workflow fix workflow.json"])

    private let path: String
    private let output: FilePath?
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = try arguments.require(WorkflowFile.path).text
        output = try arguments.get(WorkflowOutput.option)
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let file = try WorkflowFile(reading: path)
        let target = output?.text ?? path
        if file.format == .request, target == path {
            throw CommandFailure(at: path, WorkflowMessages.editors(), WorkflowMessages.editorsRemedy())
        }
        let info = try await source.objectInfo(terminal)
        let fixes: [String]
        let repaired: JSON
        if file.format == .ui {
            let drawing = WorkflowDrawing(repairing: file.json, info)
            (fixes, repaired) = (drawing.fixes, .object(drawing.json))
        } else {
            var editing = WorkflowEditing(try await file.workflow { info }, objectInfo: info)
            fixes = editing.fix().map(\.description)
            repaired = editing.workflow.json
        }
        terminal.put(["fixes": .array(fixes.map { JSON($0) })]) { fixes.map { $0.visibleControls + "\n" }.joined() }
        guard !fixes.isEmpty || target != path else { return terminal.say(WorkflowMessages.nothingToFix()) }
        try WorkflowOutput.put(repaired, to: target == "-" ? nil : target, terminal)
    }
}
