internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// Where a changed workflow goes.
enum WorkflowOutput {
    static let option = Option<FilePath>(
        "output", short: "o",
        Message(
            "workflow.output", en: "Write to this file; an old one is kept as .bak",
            fr: "Écrit dans ce fichier ; l’ancien est gardé en .bak"))

    /// To the file, or to standard output without one.
    static func put(_ workflow: JSON, to path: String?, _ terminal: Terminal) throws {
        let text = workflow.pretty() + "\n"
        guard let path else { return terminal.put(verbatim: text) }
        let backup = try WorkflowFile.write(text, to: path, keepingOld: true)
        terminal.say(WorkflowMessages.written(["path": path]))
        if let backup { terminal.say(WorkflowMessages.backup(["path": backup])) }
    }
}

/// `comfygate workflow convert`: the editor's format as the API format.
struct WorkflowConvert: Command {
    static let declaration = CommandDeclaration(
        "convert",
        Message(
            "workflow.convert", en: "Turn the editor's format into the API format",
            fr: "Transforme le format de l’éditeur en format API"),
        [WorkflowFile.path, WorkflowOutput.option] + WorkflowSource.all,
        examples: ["workflow convert drawing.json --output drawing.api.json"])

    private let path: String
    private let output: FilePath?
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = try arguments.require(WorkflowFile.path).text
        output = try arguments.get(WorkflowOutput.option)
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let workflow = try await WorkflowFile(reading: path).workflow { try await source.objectInfo(terminal) }
        try WorkflowOutput.put(workflow.json, to: output?.text, terminal)
    }
}
