internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate workflow diff`: what turns one workflow into another.
struct WorkflowCompare: Command {
    private static let second = Positional<FilePath>(
        "other", Message("workflow.other", en: "The later workflow", fr: "Le workflow suivant"))
    private static let exitCode = Flag(
        "exit-code", Message("workflow.exit_code", en: "End with 1 when they differ", fr: "Finit par 1 s’ils diffèrent")
    )

    static let declaration = CommandDeclaration(
        "diff",
        Message(
            "workflow.diff", en: "Show which nodes and inputs differ", fr: "Montre les nœuds et entrées qui diffèrent"),
        [WorkflowFile.path, second, exitCode] + WorkflowSource.all, examples: ["workflow diff old.json new.json"])

    private let paths: [String]
    private let isStrict: Bool
    private let source: WorkflowSource

    init(_ arguments: ParsedArguments) throws(UsageError) {
        paths = [try arguments.require(WorkflowFile.path).text, try arguments.require(Self.second).text]
        isStrict = arguments.has(Self.exitCode)
        source = try WorkflowSource(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let old = try await WorkflowFile(reading: paths[0]).workflow { try await source.objectInfo(terminal) }
        let new = try await WorkflowFile(reading: paths[1]).workflow { try await source.objectInfo(terminal) }
        let diff = WorkflowEditing.diff(old, new)
        terminal.put(diff.json) { diff.lines.map { $0.visibleControls + "\n" }.joined() }
        if diff.isEmpty { terminal.say(WorkflowMessages.same()) }
        if isStrict, !diff.isEmpty { throw ExitFailure() }
    }
}
