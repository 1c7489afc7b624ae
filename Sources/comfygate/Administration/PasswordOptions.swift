internal import Basics
internal import CommandLineKit

/// `--password-stdin`, `--password-file`, or the terminal, twice; never a word of the command line.
struct PasswordOptions: Sendable {
    private static let standardInput = Flag("password-stdin", AdminMessages.passwordInput)
    private static let file = Option<FilePath>("password-file", AdminMessages.passwordFile)
    private static let mustChange = Flag("must-change", AdminMessages.passwordMustChange)
    static let all: [any Parameter] = [standardInput, file, mustChange]

    private let source: SecretInput?
    let mustChange: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        let file = try arguments.get(Self.file)
        if arguments.has(Self.standardInput) {
            guard file == nil else { throw UsageError(AdminMessages.passwordTwoSources(), AdminMessages.keepOne()) }
            source = .standardInput
        } else {
            source = file.map { .file($0.text) }
        }
        mustChange = arguments.has(Self.mustChange)
    }

    func read(for name: String, _ terminal: Terminal) throws -> Secret {
        if let source, let password = try source.read(terminal.environment) { return password }
        let prompt = terminal.text(AdminMessages.passwordPrompt(["name": name]))
        let again = terminal.text(AdminMessages.passwordAgain)
        guard let first = try SecretInput.terminal(prompt: prompt).read(terminal.environment),
            let second = try SecretInput.terminal(prompt: again).read(terminal.environment), first == second
        else { throw CommandFailure(at: name, AdminMessages.passwordsDiffer()) }
        return first
    }
}
