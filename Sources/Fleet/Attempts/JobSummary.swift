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
            var preview = shown.json.object ?? JSONObject()
            preview["id"] = asset(of: shown, in: outputs)
            preview["nodeId"] = .string(shown.node)
            preview["mediaType"] = .string(shown.kind)
            summary["preview_output"] = .object(preview)
        }
        return JSON.object(summary).encoded()
    }

    private static func asset(of file: OutputFile, in outputs: JSONObject) -> JSON? {
        let items = outputs[file.node]?[file.kind]
        let item = (items?.array ?? items.map { [$0] } ?? []).first {
            OutputFile.list(node: file.node, .object([file.kind: $0])) == [file]
        }
        return item?["id"]
    }
}
