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
            .command(RunCommand.self),
            .group(
                "workflow",
                Message(
                    "workflow.summary", en: "Look at workflows and change them", fr: "Examine et modifie des workflows"),
                [
                    .command(WorkflowShow.self), .command(WorkflowCheck.self), .command(WorkflowConvert.self),
                    .command(WorkflowSet.self), .command(WorkflowCompare.self), .command(WorkflowRepair.self),
                    .command(WorkflowModelFiles.self),
                ]),
            .group(
                "nodes", Message("nodes.summary", en: "Look at node classes", fr: "Examine les classes de nœuds"),
                [.command(NodesList.self), .command(NodesShow.self)]),
            .command(Serve.self),
            .command(Simulate.self),
            .command(CompletionsCommand.self),
            .command(VersionCommand.self),
        ])

    static func main() { MainThread.run { await program.main() } }
}
