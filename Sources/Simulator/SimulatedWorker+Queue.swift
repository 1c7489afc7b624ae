internal import Basics

/// `/queue`, `/interrupt`, `/free`, `/history`.
extension SimulatedWorker {
    func getQueue() -> SimulatedResponse {
        .json(
            [
                "queue_running": .array(phase.job.map { [$0.item] } ?? []),
                "queue_pending": .array(pending.items.map(\.item)),
            ], emitsNaN: faults.emitsNaN)
    }

    func postQueue(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let body = try? JSON(parsing: request.body, dialect: .python) else { return .serverError }
        guard body.object != nil || body.array != nil || body.string != nil else { return .serverError }
        if Self.isTrue(body["clear"]) {
            pending.removeAll()
            broadcastStatus()
        }
        guard let ids = Self.elements(body["delete"]) else { return .serverError }
        for id in ids where pending.remove(id: id) {
            note("deleted", id: id)
            broadcastStatus()
        }
        return .empty()
    }

    func postInterrupt(_ request: SimulatedRequest) -> SimulatedResponse {
        let body = (try? JSON(parsing: request.body, dialect: .python)) ?? [:]
        guard let object = body.object else { return .serverError }
        if let id = object["prompt_id"], Self.isTrue(id) {
            if let running = phase.job, .string(running.id) == id { interruptRequested = true }
        } else {
            interruptRequested = true
        }
        return .empty()
    }

    func postFree(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let body = try? JSON(parsing: request.body, dialect: .python), let object = body.object else {
            return .serverError
        }
        guard Self.isTrue(object["free_memory"]) else { return .empty() }
        if phase.job == nil { cache.removeAll() } else { freesMemory = true }
        return .empty()
    }

    func getHistory(_ request: SimulatedRequest) -> SimulatedResponse {
        var count: Int?
        var offset = -1
        if let text = request.parameter("max_items") {
            guard let number = Self.bounded(text) else { return .serverError }
            count = number
        }
        if let text = request.parameter("offset") {
            guard let number = Self.bounded(text) else { return .serverError }
            offset = number
        }
        if offset < 0, let count { offset = history.count - count }
        var found = JSONObject()
        for (index, id) in history.ids.enumerated() where index >= offset {
            if let entry = history[id] { found[id] = entry.json }
            if let count, found.count >= count { break }
        }
        return .json(.object(found), emitsNaN: faults.emitsNaN)
    }

    func getHistory(of id: String) -> SimulatedResponse {
        guard let entry = history[id] else { return .json([:]) }
        return .json(.object(JSONObject([(id, entry.json)])), emitsNaN: faults.emitsNaN)
    }

    func postHistory(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let body = try? JSON(parsing: request.body, dialect: .python) else { return .serverError }
        guard body.object != nil || body.array != nil || body.string != nil else { return .serverError }
        if Self.isTrue(body["clear"]) { history.removeAll() }
        guard let ids = Self.elements(body["delete"]) else { return .serverError }
        for id in ids { history.remove(id) }
        return .empty()
    }

    /// A whole number of a query, kept where sums of a few cannot overflow.
    static func bounded(_ text: String) -> Int? { Int(text).map { max(min($0, 1 << 40), -(1 << 40)) } }

    /// Python's truth of a value.
    static func isTrue(_ value: JSON?) -> Bool {
        switch value {
        case nil, .null?, .bool(false)?: false
        case .bool(true)?: true
        case .number(let number)?: number.double != 0
        case .string(let text)?: !text.isEmpty
        case .array(let items)?: !items.isEmpty
        case .object(let object)?: !object.isEmpty
        }
    }

    /// What Python's `for` goes through, texts only; nil where it raises.
    private static func elements(_ value: JSON?) -> [String]? {
        switch value {
        case nil: []
        case .array(let items)?: items.compactMap(\.string)
        case .string(let text)?: text.map { String($0) }
        case .object(let object)?: object.keys
        default: nil
        }
    }
}
