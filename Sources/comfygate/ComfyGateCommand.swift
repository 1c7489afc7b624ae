// comfygate: one file a command; `ComfyGateCommand.program` is the tree of them.
internal import Basics
internal import CommandLineKit

@main struct ComfyGateCommand {
    static let version = "0.1.0"

    static let program = Program(
        "comfygate", version: version,
        Message(
            "program.summary", en: "A gate in front of ComfyUI: logins, ownership, limits",
            fr: "Une porte devant ComfyUI : connexions, propriété, limites"),
        [
            .group(
                "config",
                Message("config.summary", en: "Look at the configuration", fr: "Examine la configuration"),
                [.command(ConfigCheck.self), .command(ConfigKeys.self)]),
            .command(Serve.self),
            .command(Simulate.self),
            .command(CompletionsCommand.self),
            .command(VersionCommand.self),
        ])

    static func main() { MainThread.run { await program.main() } }
}
