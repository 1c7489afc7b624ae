internal import Basics
internal import CommandLineKit

/// `comfygate completions SHELL`: a script for the shell, on standard output.
struct CompletionsCommand: Command {
    private static let shell = Positional<Shell>(
        "shell", Message("completions.shell", en: "The shell: bash, zsh or fish", fr: "Le shell : bash, zsh ou fish"))

    static let declaration = CommandDeclaration(
        "completions",
        Message(
            "completions.summary", en: "Print the completion script of a shell",
            fr: "Affiche le script de complétion d’un shell"),
        [shell], examples: ["completions bash > /etc/bash_completion.d/comfygate"])

    private let shell: Shell

    init(_ arguments: ParsedArguments) throws(UsageError) { shell = try arguments.require(Self.shell) }

    func run(_ terminal: Terminal) {
        let script = Completions(ComfyGateCommand.program, terminal.language).script(for: shell)
        terminal.put(["shell": JSON(shell.rawValue), "script": JSON(script)]) { script }
    }
}
