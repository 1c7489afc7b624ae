public import Basics

/// A job as `/queue` and history show it: `[number, prompt_id, prompt, extra_data, [output ids]]`.
public struct QueueItem: Sendable, Hashable {
    /// The lowest runs first.
    public var number: JSONNumber
    public var promptID: String
    public var prompt: JSONObject
    /// In 0.3.64 with credentials while the job waits or runs.
    public var extraData: JSONObject
    /// In any order.
    public var outputs: [String]

    public init(
        number: JSONNumber, promptID: String, prompt: JSONObject, extraData: JSONObject = JSONObject(),
        outputs: [String] = []
    ) {
        (self.number, self.promptID, self.prompt) = (number, promptID, prompt)
        (self.extraData, self.outputs) = (extraData, outputs)
    }

    /// Nil unless number and id are there; the rest may be missing.
    public init?(_ json: JSON) {
        guard let number = json[0]?.number, let id = json[1]?.string else { return nil }
        self.init(
            number: number, promptID: id, prompt: json[2]?.object ?? JSONObject(),
            extraData: json[3]?.object ?? JSONObject(), outputs: (json[4]?.array ?? []).compactMap(\.string))
    }

    public var json: JSON {
        [.number(number), .string(promptID), .object(prompt), .object(extraData), .texts(outputs)]
    }

    public var clientID: String? { extraData["client_id"]?.string }
}

/// The answer of `GET /queue`.
public struct QueueListing: Sendable, Hashable {
    public var running: [QueueItem]
    /// A heap in the worker's own order; `pendingInOrder` sorts it.
    public var pending: [QueueItem]

    public init(running: [QueueItem] = [], pending: [QueueItem] = []) {
        (self.running, self.pending) = (running, pending)
    }

    /// Items that cannot be read are left out; nil when the document has neither list.
    public init?(_ json: JSON) {
        let running = json["queue_running"]?.array
        let pending = json["queue_pending"]?.array
        guard running != nil || pending != nil else { return nil }
        self.init(
            running: (running ?? []).compactMap(QueueItem.init), pending: (pending ?? []).compactMap(QueueItem.init))
    }

    public var json: JSON {
        ["queue_running": .array(running.map(\.json)), "queue_pending": .array(pending.map(\.json))]
    }

    /// By number, then id: the order in which they will run.
    public var pendingInOrder: [QueueItem] {
        pending.sorted { ($0.number.double, $0.promptID) < ($1.number.double, $1.promptID) }
    }
}
