public import Basics

/// One finished run as `/history` shows it.
public struct HistoryEntry: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case success
        case error(ExecutionError?)
        /// ComfyUI calls this `error` too; the last message tells.
        case interrupted
        /// No status, as very old workers answer.
        case unknown
    }

    public var item: QueueItem
    /// What each node reported, by node: kinds and their items.
    public var outputs: JSONObject
    /// `success` or `error`; nil when the worker gave none.
    public var statusText: String?
    public var isCompleted: Bool
    /// The run's events, as they were sent.
    public var messages: [WorkerEvent]
    /// Where each node stands in the graph, by node.
    public var meta: JSONObject

    public init(
        item: QueueItem, outputs: JSONObject = JSONObject(), statusText: String?, isCompleted: Bool,
        messages: [WorkerEvent], meta: JSONObject = JSONObject()
    ) {
        (self.item, self.outputs, self.statusText) = (item, outputs, statusText)
        (self.isCompleted, self.messages, self.meta) = (isCompleted, messages, meta)
    }

    /// Nil when the member `prompt` cannot be read.
    public init?(_ json: JSON) {
        guard let item = json["prompt"].flatMap(QueueItem.init) else { return nil }
        let status = json["status"]
        self.init(
            item: item, outputs: json["outputs"]?.object ?? JSONObject(), statusText: status?["status_str"]?.string,
            isCompleted: status?["completed"]?.bool ?? false,
            messages: (status?["messages"]?.array ?? []).compactMap { message in
                guard let type = message[0]?.string, let data = message[1] else { return nil }
                return WorkerEvent(["type": .string(type), "data": data])
            }, meta: json["meta"]?.object ?? JSONObject())
    }

    public var json: JSON {
        let status: JSON = [
            "status_str": .text(statusText), "completed": .bool(isCompleted),
            "messages": .array(messages.map { [.string($0.type), $0.data] }),
        ]
        return [
            "prompt": item.json, "outputs": .object(outputs), "status": statusText == nil ? .null : status,
            "meta": .object(meta),
        ]
    }

    public var outcome: Outcome {
        for message in messages.reversed() {
            switch message {
            case .executionInterrupted: return .interrupted
            case .executionError(let error) where !error.isBlock: return .error(error)
            case .executionSuccess: return .success
            default: continue
            }
        }
        return switch statusText {
        case "success": .success
        case "error": .error(nil)
        default: .unknown
        }
    }

    /// Every file of the run, in the order of the outputs.
    public var files: [OutputFile] {
        outputs.members.flatMap { OutputFile.list(node: $0.key, $0.value) }
    }

    /// Reads `{id: entry, …}`, oldest first; entries that cannot be read are left out.
    public static func list(_ json: JSON) -> [HistoryEntry] {
        (json.object?.members ?? []).compactMap { HistoryEntry($0.value) }
    }
}
