public import Basics

/// How a graph is to be run.
public struct RunOptions: Sendable, Hashable {
    /// Ahead of all that wait, where the server allows it.
    public var front = false
    /// Outputs to run; nil runs all.
    public var targets: [String]?
    /// The editor's graph, kept in the pictures so that the editor can open them.
    public var workflow: JSON?
    /// Pictures of results in the making: `latent2rgb`, `taesd`, `auto`; nil leaves it to the server.
    public var previewMethod: String?
    /// Milliseconds from now to the end of the run; nil waits as long as it takes.
    public var timeout: UInt64?
    /// Nil makes a new one; the same id twice is the same run for a gate.
    public var promptID: UUID?

    public init() {}

    func request(_ workflow: Workflow, promptID: String, clientID: String) -> PromptRequest {
        var extra = JSONObject()
        extra["preview_method"] = previewMethod.map { .string($0) }
        let info = self.workflow.map { ExtraPNGInfo(["workflow": $0]) }
        return PromptRequest(
            prompt: workflow.json.object ?? JSONObject(), clientID: clientID, promptID: promptID, front: front,
            targets: targets, extraPNGInfo: info, otherExtraData: extra)
    }
}
