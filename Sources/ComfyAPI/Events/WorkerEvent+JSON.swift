public import Basics

extension WorkerEvent {
    /// Nil when the frame is not JSON or has no `type`.
    public init?(frame: [UInt8]) {
        guard let json = try? JSON(parsing: frame, dialect: .python) else { return nil }
        self.init(json)
    }

    public init?(_ json: JSON) {
        guard let type = json["type"]?.string else { return nil }
        let data = json["data"] ?? .null
        self = WorkerEvent.known(type, data) ?? .other(type: type, data: data)
    }

    private static func known(_ type: String, _ data: JSON) -> WorkerEvent? {
        switch type {
        case "status":
            return data["status"]?["exec_info"]?["queue_remaining"]?.int.map {
                .status(queueRemaining: $0, sid: data["sid"]?.string)
            }
        case "feature_flags": return data.object.map { .featureFlags($0) }
        case "execution_start": return Moment(data).map { .executionStart($0) }
        case "execution_cached":
            guard let moment = Moment(data), let nodes = data["nodes"]?.array else { return nil }
            return .executionCached(moment, nodes: nodes.compactMap(\.string))
        case "execution_success": return Moment(data).map { .executionSuccess($0) }
        case "executing":
            guard data["node"] != nil else { return nil }
            return .executing(
                Executing(
                    node: data["node"]?.string, displayNode: data["display_node"]?.string,
                    promptID: data["prompt_id"]?.string))
        case "progress_state":
            guard let id = data["prompt_id"]?.string, let nodes = data["nodes"]?.object else { return nil }
            return .progressState(promptID: id, nodes: nodes.members.compactMap { NodeProgress($0.key, $0.value) })
        case "progress":
            guard let value = data["value"]?.number, let maximum = data["max"]?.number else { return nil }
            return .progress(
                StepProgress(
                    value: value, maximum: maximum, promptID: data["prompt_id"]?.string, node: data["node"]?.string))
        case "executed":
            guard let id = data["prompt_id"]?.string, let node = data["node"]?.string, let output = data["output"]
            else { return nil }
            return .executed(
                Executed(promptID: id, node: node, displayNode: data["display_node"]?.string, output: output))
        case "execution_error": return ExecutionError(data).map { .executionError($0) }
        case "execution_interrupted": return Interrupted(data).map { .executionInterrupted($0) }
        case "logs":
            guard let entries = data["entries"]?.array, let size = data["size"] else { return nil }
            return .logs(entries: entries, size: size)
        default: return nil
        }
    }

    public var type: String {
        switch self {
        case .status: "status"
        case .featureFlags: "feature_flags"
        case .executionStart: "execution_start"
        case .executionCached: "execution_cached"
        case .executing: "executing"
        case .progressState: "progress_state"
        case .progress: "progress"
        case .executed: "executed"
        case .executionSuccess: "execution_success"
        case .executionError: "execution_error"
        case .executionInterrupted: "execution_interrupted"
        case .logs: "logs"
        case .other(let type, _): type
        }
    }

    public var data: JSON {
        switch self {
        case .status(let count, let sid):
            var data = JSONObject([("status", ["exec_info": ["queue_remaining": JSON(count)]])])
            data["sid"] = sid.map { .string($0) }
            return .object(data)
        case .featureFlags(let flags): return .object(flags)
        case .executionStart(let moment), .executionSuccess(let moment):
            return ["prompt_id": .string(moment.promptID), "timestamp": JSON(moment.timestamp)]
        case .executionCached(let moment, let nodes):
            return [
                "nodes": .texts(nodes), "prompt_id": .string(moment.promptID), "timestamp": JSON(moment.timestamp),
            ]
        case .executing(let executing):
            var data = JSONObject([("node", .text(executing.node))])
            data["display_node"] = executing.displayNode.map { .string($0) }
            data["prompt_id"] = executing.promptID.map { .string($0) }
            return .object(data)
        case .progressState(let id, let nodes):
            return ["prompt_id": .string(id), "nodes": .object(JSONObject(nodes.map { ($0.node, $0.json) }))]
        case .progress(let progress):
            var data = JSONObject([("value", .number(progress.value)), ("max", .number(progress.maximum))])
            data["prompt_id"] = progress.promptID.map { .string($0) }
            data["node"] = progress.node.map { .string($0) }
            return .object(data)
        case .executed(let executed):
            var data = JSONObject([("node", .string(executed.node))])
            data["display_node"] = executed.displayNode.map { .string($0) }
            data["output"] = executed.output
            data["prompt_id"] = .string(executed.promptID)
            return .object(data)
        case .executionError(let error): return error.json
        case .executionInterrupted(let interrupted): return interrupted.json
        case .logs(let entries, let size): return ["entries": .array(entries), "size": size]
        case .other(_, let data): return data
        }
    }

    public var json: JSON { ["type": .string(type), "data": data] }
    /// The frame's text in UTF-8.
    public func encoded() -> [UInt8] { json.encoded() }
}

extension JSON {
    static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    static func texts(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }
}

extension WorkerEvent.Moment {
    init?(_ data: JSON) {
        guard let id = data["prompt_id"]?.string, let timestamp = data["timestamp"]?.int else { return nil }
        self.init(promptID: id, timestamp: timestamp)
    }
}

extension NodeProgress {
    init?(_ id: String, _ json: JSON) {
        guard let value = json["value"]?.number, let maximum = json["max"]?.number,
            let state = json["state"]?.string
        else { return nil }
        self.init(
            node: id, value: value, maximum: maximum, state: State(rawValue: state),
            promptID: json["prompt_id"]?.string, displayNode: json["display_node_id"]?.string,
            parentNode: json["parent_node_id"]?.string, realNode: json["real_node_id"]?.string)
    }

    var json: JSON {
        [
            "value": .number(value), "max": .number(maximum), "state": .string(state.rawValue),
            "node_id": .string(node), "prompt_id": .text(promptID), "display_node_id": .text(displayNode),
            "parent_node_id": .text(parentNode), "real_node_id": .text(realNode),
        ]
    }
}

extension ExecutionError {
    public init?(_ data: JSON) {
        guard let id = data["prompt_id"]?.string else { return nil }
        self.init(
            promptID: id, node: data["node_id"]?.string, nodeType: data["node_type"]?.string,
            executed: (data["executed"]?.array ?? []).compactMap(\.string),
            exceptionMessage: data["exception_message"]?.string ?? "",
            exceptionType: data["exception_type"]?.string ?? "",
            traceback: (data["traceback"]?.array ?? []).compactMap(\.string),
            currentInputs: data["current_inputs"] ?? .null, currentOutputs: data["current_outputs"] ?? .null,
            timestamp: data["timestamp"]?.int)
    }

    public var json: JSON {
        var data = JSONObject([
            ("prompt_id", .string(promptID)), ("node_id", .text(node)), ("node_type", .text(nodeType)),
            ("executed", .texts(executed)), ("exception_message", .string(exceptionMessage)),
            ("exception_type", .string(exceptionType)), ("traceback", .texts(traceback)),
            ("current_inputs", currentInputs), ("current_outputs", currentOutputs),
        ])
        data["timestamp"] = timestamp.map { JSON($0) }
        return .object(data)
    }
}

extension Interrupted {
    public init?(_ data: JSON) {
        guard let id = data["prompt_id"]?.string else { return nil }
        self.init(
            promptID: id, node: data["node_id"]?.string, nodeType: data["node_type"]?.string,
            executed: (data["executed"]?.array ?? []).compactMap(\.string), timestamp: data["timestamp"]?.int)
    }

    public var json: JSON {
        var data = JSONObject([
            ("prompt_id", .string(promptID)), ("node_id", .text(node)), ("node_type", .text(nodeType)),
            ("executed", .texts(executed)),
        ])
        data["timestamp"] = timestamp.map { JSON($0) }
        return .object(data)
    }
}
