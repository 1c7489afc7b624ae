internal import Basics
internal import ComfyAPI

/// What `/api/jobs` of ComfyUI 0.26 says of a finished job beside its times.
enum JobSummary {
    /// `{"execution_error"?, "outputs_count", "preview_output"?}`.
    ///
    /// Source: ComfyUI's `comfy_execution/jobs.py`: saved pictures come before temporary ones, then the first of all.
    static func encode(outputs: JSONObject, last: WorkerEvent?) -> [UInt8] {
        var summary = JSONObject()
        if case .executionError(let error)? = last { summary["execution_error"] = error.json }
        let files = outputs.members.flatMap { OutputFile.list(node: $0.key, $0.value) }
        summary["outputs_count"] = JSON(files.count)
        if let shown = files.first(where: { $0.type == "output" }) ?? files.first {
            summary["preview_output"] = [
                "filename": .string(shown.filename), "subfolder": .string(shown.subfolder),
                "type": .string(shown.type), "nodeId": .string(shown.node), "mediaType": .string(shown.kind),
            ]
        }
        return JSON.object(summary).encoded()
    }
}
