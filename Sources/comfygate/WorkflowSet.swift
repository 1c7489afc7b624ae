internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate workflow set`: changes inputs by what people type.
struct WorkflowSet: Command {
    private static let assignments = Positional<Assignment>(
        "assignments", isRepeatable: true,
        Message(
            "workflow.assignments", en: "NODE.INPUT=VALUE; a node goes by id, title or class",
            fr: "NŒUD.ENTRÉE=VALEUR ; un nœud par identifiant, titre ou classe"))
    private static let check = Flag(
        "check",
        Message(
            "workflow.set.check", en: "Check names and values against the server's classes",
            fr: "Vérifie noms et valeurs avec les classes du serveur"))

    static let declaration = CommandDeclaration(
        "set",
        Message("workflow.set", en: "Set inputs of a workflow", fr: "Règle des entrées d’un workflow"),
        [WorkflowFile.path, assignments, check, WorkflowOutput.option] + WorkflowSource.all,
        examples: ["workflow set workflow.json 3.seed=7 6.text=fox --output workflow.json"])

    private let path: String
    private let changes: [Assignment]
    private let isChecked: Bool
    private let output: FilePath?
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = try arguments.require(WorkflowFile.path).text
        changes = try arguments.all(Self.assignments)
        isChecked = arguments.has(Self.check)
        output = try arguments.get(WorkflowOutput.option)
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let file = try WorkflowFile(reading: path)
        if file.format != .api, output?.text == path {
            throw CommandFailure(at: path, WorkflowMessages.editors(), WorkflowMessages.editorsRemedy())
        }
        let info = isChecked || file.format == .ui ? try await source.objectInfo(terminal) : nil
        var editing = WorkflowEditing(try await file.workflow { info ?? ObjectInfo() }, objectInfo: info)
        for change in changes {
            do throws(WorkflowError) { try editing.set(change.key, to: change.value) } catch {
                throw CommandFailure(at: change.key, Phrase(verbatim: error.description))
            }
        }
        try WorkflowOutput.put(editing.workflow.json, to: output?.text, terminal)
    }
}
