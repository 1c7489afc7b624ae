internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate workflow models`: the model files a workflow needs, and which of them the server lacks.
struct WorkflowModelFiles: Command {
    private static let missing = Flag(
        "missing", Message("workflow.missing", en: "Only those that are missing", fr: "Seulement ceux qui manquent"))

    static let declaration = CommandDeclaration(
        "models",
        Message(
            "workflow.models", en: "List the model files with folder, state and address",
            fr: "Liste les fichiers de modèle avec dossier, état et adresse"),
        discussion: Message(
            "workflow.models.discussion",
            en:
                "Addresses are known for workflows in the editor's format whose author gave them. Exit code 1: some miss.",
            fr: "Les adresses viennent des workflows au format éditeur. Code 1 : il en manque."),
        [WorkflowFile.path, missing] + WorkflowSource.all, examples: ["workflow models workflow.json --missing"])

    private let path: String
    private let onlyMissing: Bool
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = try arguments.require(WorkflowFile.path).text
        onlyMissing = arguments.has(Self.missing)
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let file = try WorkflowFile(reading: path)
        let info = try await source.objectInfo(terminal)
        let workflow = try await file.workflow { info }
        var table = Table([
            .init("STATE"), .init("FOLDER"), .init("FILE"), .init("NODE"), .init("URL", canShrink: true),
        ])
        var list: [JSON] = []
        var missing = 0
        for model in WorkflowEditing.models(of: workflow, ui: file.editors) {
            let isPresent = Self.isPresent(model, workflow, info)
            if isPresent == false { missing += 1 }
            if onlyMissing, isPresent != false { continue }
            let state = isPresent.map { $0 ? "present" : "missing" } ?? "unused"
            let folder = model.folder.map { "models/\($0)" } ?? "?"
            table.append([state, folder, model.name, model.node ?? "-", model.url ?? "-"])
            list.append([
                "state": JSON(state), "folder": model.folder.map { JSON($0) } ?? .null, "name": JSON(model.name),
                "node": model.node.map { JSON($0) } ?? .null, "input": model.input.map { JSON($0) } ?? .null,
                "class": JSON(model.classType), "url": model.url.map { JSON($0) } ?? .null,
            ])
        }
        terminal.put(table, json: .array(list))
        guard missing == 0 else {
            terminal.say(WorkflowMessages.missingModels(count: missing))
            throw ExitFailure()
        }
    }

    /// Whether the server offers the file where the workflow names it; nil when no node that runs uses it.
    static func isPresent(_ model: ModelReference, _ workflow: Workflow, _ info: ObjectInfo) -> Bool? {
        guard let id = model.node, let input = model.input, let node = workflow[id] else { return nil }
        guard let nodeClass = info[node.classType],
            let spec = InputSpec.expanded(nodeClass.inputs, for: node.inputs).first(where: { $0.name == input }),
            let choices = spec.choices
        else { return false }
        return choices.contains(.string(model.name))
    }
}
