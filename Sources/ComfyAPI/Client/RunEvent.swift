/// What happens to a run, in the order it becomes known.
public enum RunEvent: Sendable, Hashable {
    /// The server took the graph; `nodeErrors` names outputs that it dropped.
    case submitted(PromptAccepted)
    /// It waits; `ahead` runs come before it.
    case queued(ahead: Int)
    case started
    /// Nodes whose results are known from before and that do not run.
    case cached(nodes: [String])
    case node(RunNode)
    case progress(RunProgress)
    case preview(RunPreview)
    /// Text a node shows.
    case text(node: String, text: String)
    /// A file a node has written; all of them stand in the result again.
    case output(OutputFile)
    /// Progress cannot be seen; the run goes on and its end is asked for.
    case connectionLost(reason: String)
    case reconnected
    /// The last one.
    case finished(RunResult)

    /// What a consumer that is slower than the run can do without, since the next one says more.
    var isPassing: Bool {
        switch self {
        case .progress, .preview, .queued: true
        default: false
        }
    }
}

/// A node that runs now.
public struct RunNode: Sendable, Hashable {
    public let id: String
    /// What people call it; the class where nobody gave a title.
    public let title: String
    public let classType: String

    public init(id: String, title: String, classType: String) {
        (self.id, self.title, self.classType) = (id, title, classType)
    }
}

public struct RunProgress: Sendable, Hashable {
    public let node: RunNode
    /// Steps of this node.
    public let value: Double
    public let maximum: Double
    /// Nodes of the graph that are done or need not run.
    public let nodesDone: Int
    public let nodeCount: Int
}

/// A picture of a result in the making.
public struct RunPreview: Sendable, Hashable {
    public let node: RunNode?
    public let mediaType: String
    public let bytes: ArraySlice<UInt8>
}

/// How a run ended.
public struct RunResult: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case success
        /// Nil when the server keeps no reason.
        case failed(ExecutionError?)
        case interrupted
    }
    public let promptID: String
    public let outcome: Outcome
    /// Each file once, in the order of the outputs; files of inputs that a node only shows are left out.
    public let files: [OutputFile]
    /// Outputs that the server dropped when it took the graph.
    public let dropped: [NodeFaults]
    public let entry: HistoryEntry

    /// All that was asked for was made.
    public var isWhole: Bool { outcome == .success && dropped.isEmpty }

    init(promptID: String, entry: HistoryEntry, dropped: [NodeFaults]) {
        (self.promptID, self.entry, self.dropped) = (promptID, entry, dropped)
        outcome =
            switch entry.outcome {
            case .success: .success
            case .error(let error): .failed(error)
            case .interrupted: .interrupted
            // Very old servers keep no status; what they list has run.
            case .unknown: .success
            }
        var seen: Set<[String]> = []
        files = entry.files.filter { file in
            file.type != "input" && seen.insert([file.type, file.subfolder, file.filename]).inserted
        }
    }
}
