// ComfyAPI: ComfyUI's vocabulary as values, and the only place that knows its quirks.
//
// `Workflow` is the graph a worker runs (API format), `ObjectInfo` says which classes exist and what they take;
// `WorkflowValidator` judges the one by the other as ComfyUI does. `UIWorkflowConverter` turns the editor's format into
// a `Workflow`; `WorkflowEditing` changes one. `PromptRequest` is the body of POST /prompt, `PromptRejection` the 400
// it may get; `WorkerEvent` and `PreviewFrame` are what the event socket carries.
// All of that does no input or output; `Client/ComfyClient.swift` does.
// Read next: `Workflow/Workflow.swift`, `Prompt/PromptRequest.swift`, `Events/WorkerEvent.swift`.
