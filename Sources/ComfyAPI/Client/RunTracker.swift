internal import Basics

/// What the frames of an event socket mean for one run; no sockets, no clocks.
///
/// The socket's client id belongs to this run alone, so a frame without an id is about it. Frames may be missing, come
/// twice or out of order: the end is only a hint, history decides.
struct RunTracker {
    let promptID: String
    private let nodes: [String: RunNode]
    private let nodeCount: Int
    private var done: Set<String> = []
    private(set) var current: RunNode?
    private(set) var isStarted = false
    /// A frame told the end of the run: history should have it now or in a moment.
    private(set) var mayHaveEnded = false
    /// Something about the queue changed while the run waits in it.
    var wantsPlace = false
    private var ahead: Int?
    private var shown: [String: RunProgress] = [:]
    private var files: Set<OutputFile> = []

    init(promptID: String, _ workflow: Workflow) {
        self.promptID = promptID
        nodes = Dictionary(
            workflow.nodes.map { id, node in
                (id, RunNode(id: id, title: node.title ?? node.classType, classType: node.classType))
            }, uniquingKeysWith: { first, _ in first })
        nodeCount = nodes.count
    }

    /// Nodes that a node makes while it runs have ids of their own and show as the one they stand for.
    private func node(_ id: String) -> RunNode {
        nodes[id] ?? RunNode(id: id, title: "#\(id)", classType: "")
    }

    mutating func receive(_ event: WorkerEvent) -> [RunEvent] {
        if let id = event.promptID, id != promptID { return [] }
        switch event {
        case .status:
            wantsPlace = !isStarted
            return []
        case .executionStart: return start()
        case .executionCached(_, let cached):
            done.formUnion(cached)
            return start() + (cached.isEmpty ? [] : [.cached(nodes: cached)])
        case .executing(let executing):
            guard let id = executing.displayNode ?? executing.node else {
                mayHaveEnded = true
                return []
            }
            return start() + begin(node(id))
        case .progressState(_, let states): return start() + states.flatMap { progress(of: $0) }
        case .progress(let step):
            guard let id = step.node ?? current?.id else { return [] }
            return start() + progress(node(id), step.value.double, step.maximum.double)
        case .executed(let executed):
            return start() + executed.files.filter { files.insert($0).inserted }.map { .output($0) }
        case .executionError(let error):
            if !error.isBlock { mayHaveEnded = true }
            return []
        case .executionSuccess, .executionInterrupted:
            mayHaveEnded = true
            return []
        case .featureFlags, .logs, .other: return []
        }
    }

    mutating func receive(_ frame: BinaryFrame) -> [RunEvent] {
        if let id = frame.promptID, id != promptID { return [] }
        switch frame {
        case .preview(let format, let image):
            return [.preview(RunPreview(node: current, mediaType: format.mediaType, bytes: image))]
        case .previewWithMetadata(let metadata, let image):
            let id = metadata["display_node_id"]?.string ?? metadata["node_id"]?.string
            let type = BinaryFrame.ImageFormat(mediaType: metadata["image_type"]?.string).mediaType
            return [.preview(RunPreview(node: id.map { node($0) } ?? current, mediaType: type, bytes: image))]
        case .text(let id, let text):
            // Some nodes send their text to everybody: only what can be ours is taken.
            guard isStarted, nodes[id] != nil else { return [] }
            return [.text(node: id, text: text)]
        case .other: return []
        }
    }

    /// What the queue said. Places are told once each.
    mutating func stands(_ standing: RunStanding) -> [RunEvent] {
        switch standing {
        case .pending(let ahead):
            wantsPlace = false
            guard !isStarted, ahead != self.ahead else { return [] }
            self.ahead = ahead
            return [.queued(ahead: ahead)]
        case .running: return start()
        case .ended, .unknown: return []
        }
    }

    private mutating func start() -> [RunEvent] {
        wantsPlace = false
        guard !isStarted else { return [] }
        isStarted = true
        return [.started]
    }

    private mutating func begin(_ node: RunNode) -> [RunEvent] {
        guard node != current else { return [] }
        if let current { done.insert(current.id) }
        current = node
        return [.node(node)]
    }

    private mutating func progress(of state: NodeProgress) -> [RunEvent] {
        let id = state.displayNode ?? state.node
        if state.state == .finished, id == state.node { done.insert(id) }
        // A node without steps says 0 of 1: nothing to show.
        guard state.state == .running, state.maximum.double > 1 else { return [] }
        return progress(node(id), state.value.double, state.maximum.double)
    }

    /// Workers tell each step twice, once in either form.
    private mutating func progress(_ node: RunNode, _ value: Double, _ maximum: Double) -> [RunEvent] {
        guard value.isFinite, maximum.isFinite, maximum > 0 else { return [] }
        let progress = RunProgress(
            node: node, value: min(max(value, 0), maximum), maximum: maximum,
            nodesDone: min(done.subtracting([node.id]).count, nodeCount), nodeCount: nodeCount)
        if let last = shown[node.id], last.value == progress.value, last.maximum == progress.maximum { return [] }
        shown[node.id] = progress
        return [.progress(progress)]
    }

    var nodesDone: Int { min(done.count, nodeCount) }
}
