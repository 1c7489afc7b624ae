/// Events between a run and a consumer that may be slower: bounded, and never without the end.
struct RunEventQueue: Sendable {
    /// Events held; above, passing ones are dropped, oldest first, then the oldest of all.
    let limit: Int
    private(set) var events: [RunEvent] = []

    init(limit: Int = 1_024) { self.limit = limit }

    mutating func put(_ event: RunEvent) {
        // Of pictures and counts only the newest matters.
        if event.isPassing, let last = events.last, Self.supersedes(event, last) { events.removeLast() }
        events.append(event)
        guard events.count > limit else { return }
        events.remove(at: events.firstIndex { $0.isPassing } ?? 0)
    }

    mutating func take() -> RunEvent? { events.isEmpty ? nil : events.removeFirst() }

    private static func supersedes(_ new: RunEvent, _ old: RunEvent) -> Bool {
        switch (new, old) {
        case (.progress(let new), .progress(let old)): new.node == old.node
        case (.preview, .preview), (.queued, .queued): true
        default: false
        }
    }
}
