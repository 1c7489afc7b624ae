internal import Basics
internal import CommandLineKit

/// `comfygate version`: the same as `--version`, for people who look for a command.
struct VersionCommand: Command {
    static let declaration = CommandDeclaration(
        "version", Message("version.summary", en: "Print the version", fr: "Affiche la version"))

    init(_ arguments: ParsedArguments) {}

    func run(_ terminal: Terminal) {
        let program = ComfyGateCommand.program
        terminal.put(["name": JSON(program.name), "version": JSON(program.version)]) {
            "\(program.name) \(program.version)\n"
        }
    }
}
