internal import Basics
internal import ComfyAPI
internal import Store

/// A stored job as an attempt needs it.
struct AttemptPlan {
    let graph: CheckedGraph
    /// The request that the worker's is made of.
    let request: PromptRequest

    /// Nil when the store holds what this program cannot read.
    init?(_ record: JobRecord) {
        guard let prompt = (try? JSON(parsing: record.request.prompt, dialect: .python))?.object,
            let plan = try? JSON(parsing: record.request.plan), let graph = CheckedGraph(plan, prompt: prompt),
            var extra = try? ExtraData(parsing: record.request.extraData)
        else { return nil }
        self.graph = graph
        // What ComfyUI adds by itself.
        extra.members["client_id"] = nil
        extra.members["create_time"] = nil
        var credentials: [String: Secret] = [:]
        let kept = record.request.credentials.flatMap { try? JSON(parsing: $0) }?.object
        for member in kept?.members ?? [] { credentials[member.key] = member.value.string.map { Secret($0) } }
        request = PromptRequest(
            prompt: prompt, extraPNGInfo: extra.pngInfo, credentials: credentials, otherExtraData: extra.members)
    }
}
