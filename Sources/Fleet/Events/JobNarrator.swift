public import Basics
public import ComfyAPI

/// Turns what a worker says of one attempt into what its owner hears, and remembers enough to tell a newcomer.
///
/// Names are mapped by one scan over the bytes. The end is not told here: history decides it, and the gate tells it after
/// it is stored. What cannot be told from others' events is dropped.
public struct JobNarrator: Sendable {
    public enum Step: Sendable, Hashable {
        case deliver(EventFrame)
        /// A node's files: the event is for the owner once they are stored and have his names.
        case executed(WorkerEvent.Executed)
        /// The worker says that the run has ended; `isSettled` when history has it by now.
        case ended(isSettled: Bool)
        case nothing
    }

    /// The worker's id of the run.
    private let attempt: String
    /// The graph's node ids.
    private let nodes: Set<String>
    private let rename: @Sendable ([UInt8]) -> [UInt8]
    private var start: EventFrame?
    private var cached: EventFrame?
    private var progress: EventFrame?
    private var executing: EventFrame?
    /// What the owner was told of nodes that are done; by whoever has stored their files.
    private var executed: [EventFrame] = []
    /// The worker has begun with it.
    public var hasStarted: Bool { start != nil }

    /// - Parameter rename: From the worker's names and ids to the owner's.
    public init(attempt: UUID, nodes: Set<String>, rename: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        (self.attempt, self.nodes, self.rename) = (attempt.description, nodes, rename)
    }

    public mutating func take(text: [UInt8]) -> Step {
        guard let event = WorkerEvent(frame: text) else { return .nothing }
        func own() -> EventFrame { .text(rename(text)) }
        switch event {
        case .executionStart(let moment):
            guard moment.promptID == attempt else { return .nothing }
            return keep(own(), in: \.start)
        case .executionCached(let moment, _):
            guard moment.promptID == attempt else { return .nothing }
            return keep(own(), in: \.cached)
        case .progressState(let id, _):
            guard id == attempt else { return .nothing }
            return keep(own(), in: \.progress)
        case .executing(let state):
            // Right after connecting a worker leaves the id out; on a socket of its own it can only be this run.
            guard state.promptID == attempt || state.promptID == nil else { return .nothing }
            guard state.node != nil else { return state.promptID == nil ? .nothing : .ended(isSettled: true) }
            return keep(own(), in: \.executing)
        case .progress(let step):
            guard step.promptID == attempt else { return .nothing }
            return .deliver(own())
        case .executed(let executed):
            guard executed.promptID == attempt else { return .nothing }
            return .executed(executed)
        case .executionError(let error):
            guard error.promptID == attempt else { return .nothing }
            return error.isBlock ? .deliver(own()) : .ended(isSettled: false)
        case .executionSuccess(let moment): return moment.promptID == attempt ? .ended(isSettled: false) : .nothing
        case .executionInterrupted(let interrupted):
            return interrupted.promptID == attempt ? .ended(isSettled: false) : .nothing
        case .status, .featureFlags, .logs: return .nothing
        case .other(_, let data): return data["prompt_id"]?.string == attempt ? .deliver(own()) : .nothing
        }
    }

    private mutating func keep(_ frame: EventFrame, in place: WritableKeyPath<JobNarrator, EventFrame?>) -> Step {
        self[keyPath: place] = frame
        return .deliver(frame)
    }

    public func take(binary: [UInt8]) -> Step {
        guard let frame = BinaryFrame(binary) else { return .nothing }
        func deliver(_ withMetadata: [UInt8], _ plain: [UInt8]) -> Step {
            .deliver(
                frame.isWholePicture
                    ? .picture(withMetadata: withMetadata, plain: plain)
                    : .preview(withMetadata: withMetadata, plain: plain))
        }
        switch frame {
        case .previewWithMetadata(var metadata, let image):
            guard metadata["prompt_id"]?.string == attempt else { return .nothing }
            if let text = try? JSON(parsing: rename(JSON.object(metadata).encoded())), let renamed = text.object {
                metadata = renamed
            }
            let frame = BinaryFrame.previewWithMetadata(metadata, image: image)
            return deliver(frame.encoded(), frame.withoutMetadata.encoded())
        case .preview:
            // Without an id: before the worker has begun with this run, it is another's.
            return hasStarted ? deliver(binary, binary) : .nothing
        case .text(let node, _):
            return hasStarted && nodes.contains(node) ? .deliver(.binary(rename(binary))) : .nothing
        case .other: return .nothing
        }
    }

    /// A node's files are stored, and its owner is told so.
    public mutating func tells(executed frame: EventFrame) { executed.append(frame) }

    /// How far the run is, for a socket that has just come. What nodes have made is told again: ComfyUI does not, so that a
    /// page which was away at that moment shows a node without its picture.
    public var replay: [EventFrame] {
        [start, cached].compactMap { $0 } + executed + [progress, executing].compactMap { $0 }
    }
}
