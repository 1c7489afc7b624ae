public import Basics

/// A text frame of a worker's event socket: `{"type","data"}`.
///
/// A known type that lacks what makes it, and every type of a custom node, is `other` and kept unchanged. Members that
/// a later version adds to a known type are passed by: who relays a frame changes its JSON, not this value.
/// Source: ComfyUI's `server.py` and `comfy_execution/progress.py`.
public enum WorkerEvent: Sendable, Hashable {
    /// - `sid`: The socket's client id; only in the first frame after connecting.
    case status(queueRemaining: Int, sid: String?)
    /// The other side's feature flags; both sides send this.
    case featureFlags(JSONObject)
    case executionStart(Moment)
    /// Always sent, often with no nodes.
    case executionCached(Moment, nodes: [String])
    case executing(Executing)
    /// All nodes touched so far in this run.
    case progressState(promptID: String, nodes: [NodeProgress])
    case progress(StepProgress)
    case executed(Executed)
    /// Comes shortly before the history entry is there.
    case executionSuccess(Moment)
    case executionError(ExecutionError)
    case executionInterrupted(Interrupted)
    /// Only for clients that subscribed to the worker's log.
    case logs(entries: [JSON], size: JSON)
    case other(type: String, data: JSON)

    /// Which run, and when in milliseconds since 1970.
    public struct Moment: Sendable, Hashable {
        public var promptID: String
        public var timestamp: Int
        public init(promptID: String, timestamp: Int) { (self.promptID, self.timestamp) = (promptID, timestamp) }
    }

    public struct Executing: Sendable, Hashable {
        /// Nil at the end of the run, when history is complete.
        public var node: String?
        public var displayNode: String?
        /// Nil in the frame that greets a client connecting in the middle of its own run.
        public var promptID: String?
        public init(node: String?, displayNode: String? = nil, promptID: String?) {
            (self.node, self.displayNode, self.promptID) = (node, displayNode, promptID)
        }
        public var isEndOfRun: Bool { node == nil }
    }

    public struct StepProgress: Sendable, Hashable {
        /// Steps; whole numbers as a rule, fractions from some nodes.
        public var value: JSONNumber
        public var maximum: JSONNumber
        public var promptID: String?
        public var node: String?
        public init(value: JSONNumber, maximum: JSONNumber, promptID: String?, node: String?) {
            (self.value, self.maximum, self.promptID, self.node) = (value, maximum, promptID, node)
        }
    }

    public struct Executed: Sendable, Hashable {
        public var promptID: String
        public var node: String
        public var displayNode: String?
        /// Null, or kinds of output with their items; see `OutputFile`.
        public var output: JSON
        public init(promptID: String, node: String, displayNode: String?, output: JSON) {
            (self.promptID, self.node, self.displayNode, self.output) = (promptID, node, displayNode, output)
        }
        public var files: [OutputFile] { OutputFile.list(node: node, output) }
    }

    /// What the run is about; nil when the frame belongs to no run or does not say.
    public var promptID: String? {
        switch self {
        case .executionStart(let moment), .executionCached(let moment, _), .executionSuccess(let moment):
            moment.promptID
        case .executing(let executing): executing.promptID
        case .progressState(let id, _): id
        case .progress(let progress): progress.promptID
        case .executed(let executed): executed.promptID
        case .executionError(let error): error.promptID
        case .executionInterrupted(let interrupted): interrupted.promptID
        case .other(_, let data): data["prompt_id"]?.string
        case .status, .featureFlags, .logs: nil
        }
    }
}

/// One node of a run.
public struct NodeProgress: Sendable, Hashable {
    /// A state not listed is kept as it is.
    public struct State: RawRepresentable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let running = Self(rawValue: "running")
        public static let finished = Self(rawValue: "finished")
        public static let error = Self(rawValue: "error")
    }
    public var node: String
    public var value: JSONNumber
    public var maximum: JSONNumber
    public var state: State
    public var promptID: String?
    public var displayNode: String?
    public var parentNode: String?
    public var realNode: String?

    public init(
        node: String, value: JSONNumber, maximum: JSONNumber, state: State, promptID: String? = nil,
        displayNode: String? = nil, parentNode: String? = nil, realNode: String? = nil
    ) {
        (self.node, self.value, self.maximum, self.state) = (node, value, maximum, state)
        (self.promptID, self.displayNode, self.parentNode) = (promptID, displayNode, parentNode)
        self.realNode = realNode
    }
}

/// Why a run failed; `exceptionType` `ExecutionBlocked` does not end it.
public struct ExecutionError: Sendable, Hashable {
    public var promptID: String
    public var node: String?
    public var nodeType: String?
    /// Nodes that ran before.
    public var executed: [String]
    /// Ends with a line feed as a rule.
    public var exceptionMessage: String
    public var exceptionType: String
    /// Shows paths of the worker.
    public var traceback: [String]
    public var currentInputs: JSON
    public var currentOutputs: JSON
    public var timestamp: Int?

    public init(
        promptID: String, node: String?, nodeType: String?, executed: [String] = [], exceptionMessage: String,
        exceptionType: String, traceback: [String] = [], currentInputs: JSON = .object(JSONObject()),
        currentOutputs: JSON = [], timestamp: Int? = nil
    ) {
        (self.promptID, self.node, self.nodeType, self.executed) = (promptID, node, nodeType, executed)
        (self.exceptionMessage, self.exceptionType) = (exceptionMessage, exceptionType)
        (self.traceback, self.currentInputs, self.currentOutputs) = (traceback, currentInputs, currentOutputs)
        self.timestamp = timestamp
    }

    /// Sent while the run goes on.
    public var isBlock: Bool { exceptionType == "ExecutionBlocked" }
}

public struct Interrupted: Sendable, Hashable {
    public var promptID: String
    public var node: String?
    public var nodeType: String?
    public var executed: [String]
    public var timestamp: Int?

    public init(promptID: String, node: String?, nodeType: String?, executed: [String] = [], timestamp: Int? = nil) {
        (self.promptID, self.node, self.nodeType) = (promptID, node, nodeType)
        (self.executed, self.timestamp) = (executed, timestamp)
    }
}
