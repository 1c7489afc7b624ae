public import ComfyAPI

/// Messages that the gate makes itself, in ComfyUI's shapes.
public enum GateEvents {
    /// How many jobs of an account wait or run; with `sid` in the first message to a socket.
    public static func status(remaining: Int, sid: String? = nil) -> EventFrame {
        .text(WorkerEvent.status(queueRemaining: remaining, sid: sid).encoded())
    }

    /// A run's last words: how it ended, and that no node of it is executing. ComfyUI tells the count between the two.
    ///
    /// - Parameter last: `execution_success`, `execution_error` or `execution_interrupted`, with the owner's names.
    public static func end(of publicID: String, _ last: WorkerEvent) -> [EventFrame] {
        let idle = WorkerEvent.executing(WorkerEvent.Executing(node: nil, displayNode: nil, promptID: publicID))
        return [.text(last.encoded()), .text(idle.encoded())]
    }
}
