internal import Basics

/// What goes wrong on purpose; a value that may be replaced at any time, also by `POST /simulator/faults`.
///
/// The route takes a JSON object with these members by their names, each optional; the others keep their values.
public struct FaultPlan: Sendable, Hashable {
    /// Nanoseconds after start in which no route is served.
    public var startupTime: UInt64 = 0
    /// In that time: true closes connections without a byte, false answers 503.
    public var refusesDuringStartup = true
    /// Nanoseconds that the next `stalledPosts` submits sit unread; the job appears, and is answered, after that.
    public var postStall: UInt64 = 0
    public var stalledPosts = 0
    /// Nanoseconds that the answers of the next `delayedPosts` submits are held although the job is in the queue.
    public var postDelay: UInt64 = 0
    public var delayedPosts = 0
    /// Submits answered 500 although the job is queued.
    public var failedButQueued = 0
    /// POSTs that are carried out and whose connection then ends without a byte of the answer.
    public var lostAnswers = 0
    /// Answers of `/view` that break off in the middle of the file.
    public var brokenFiles = 0
    /// Event frames that are lost together with the socket they were for, which ends without a goodbye.
    public var cutSockets = 0
    /// Submits refused by `custom_validation_failed`.
    public var rejectedPrompts = 0
    /// Nanoseconds before the answer to each WebSocket handshake.
    public var socketDelay: UInt64 = 0
    /// No socket hears anything after its first message.
    public var deafSockets = false
    /// The run fails when it reaches this node id.
    public var errorAtNode: String?
    /// The run fails by memory when it reaches this node id.
    public var outOfMemoryAtNode: String?
    /// The run never ends after reaching this node id.
    public var hangAtNode: String?
    /// The process dies when the run reaches this node id.
    public var crashAtNode: String?
    /// The process dies on a `client_id` that is a list or an object, as the real ones do.
    public var listClientIDKills = true
    /// `extra_data: null` stops the execution thread of 0.3.64 for ever, as it does there.
    public var nullExtraDataHangs = true
    /// `NaN` is written as Python writes it; false writes `null`.
    public var emitsNaN = true
    /// A restart forgets the history, as real ones do.
    public var losesHistory = true
    /// Nanoseconds before each answer of `/object_info`.
    public var objectInfoDelay: UInt64 = 0
    /// Node ids instead of which any node matches: `errorAtNode` and its like take this text.
    public static let anyNode = "*"

    public init() {}
}

extension FaultPlan {
    /// Takes over the members of `object`; nil when a member is unknown or has another kind of value.
    func updated(by object: JSONObject) -> FaultPlan? {
        var plan = self
        for (key, value) in object.members {
            switch key {
            case "startupTime": guard plan.take(value, \.startupTime) else { return nil }
            case "postStall": guard plan.take(value, \.postStall) else { return nil }
            case "postDelay": guard plan.take(value, \.postDelay) else { return nil }
            case "delayedPosts": guard plan.take(value, \.delayedPosts) else { return nil }
            case "socketDelay": guard plan.take(value, \.socketDelay) else { return nil }
            case "objectInfoDelay": guard plan.take(value, \.objectInfoDelay) else { return nil }
            case "stalledPosts": guard plan.take(value, \.stalledPosts) else { return nil }
            case "failedButQueued": guard plan.take(value, \.failedButQueued) else { return nil }
            case "lostAnswers": guard plan.take(value, \.lostAnswers) else { return nil }
            case "brokenFiles": guard plan.take(value, \.brokenFiles) else { return nil }
            case "cutSockets": guard plan.take(value, \.cutSockets) else { return nil }
            case "rejectedPrompts": guard plan.take(value, \.rejectedPrompts) else { return nil }
            case "refusesDuringStartup": guard plan.take(value, \.refusesDuringStartup) else { return nil }
            case "deafSockets": guard plan.take(value, \.deafSockets) else { return nil }
            case "listClientIDKills": guard plan.take(value, \.listClientIDKills) else { return nil }
            case "nullExtraDataHangs": guard plan.take(value, \.nullExtraDataHangs) else { return nil }
            case "emitsNaN": guard plan.take(value, \.emitsNaN) else { return nil }
            case "losesHistory": guard plan.take(value, \.losesHistory) else { return nil }
            case "errorAtNode": guard plan.take(value, \.errorAtNode) else { return nil }
            case "outOfMemoryAtNode": guard plan.take(value, \.outOfMemoryAtNode) else { return nil }
            case "hangAtNode": guard plan.take(value, \.hangAtNode) else { return nil }
            case "crashAtNode": guard plan.take(value, \.crashAtNode) else { return nil }
            default: return nil
            }
        }
        return plan
    }

    private mutating func take(_ value: JSON, _ path: WritableKeyPath<FaultPlan, UInt64>) -> Bool {
        // A century, so that no sum of times overflows.
        guard let number = value.number?.unsigned, number <= 3_155_760_000_000_000_000 else { return false }
        self[keyPath: path] = number
        return true
    }

    private mutating func take(_ value: JSON, _ path: WritableKeyPath<FaultPlan, Int>) -> Bool {
        guard let number = value.int, number >= 0 else { return false }
        self[keyPath: path] = number
        return true
    }

    private mutating func take(_ value: JSON, _ path: WritableKeyPath<FaultPlan, Bool>) -> Bool {
        guard let flag = value.bool else { return false }
        self[keyPath: path] = flag
        return true
    }

    private mutating func take(_ value: JSON, _ path: WritableKeyPath<FaultPlan, String?>) -> Bool {
        guard value.isNull || value.string != nil else { return false }
        self[keyPath: path] = value.string
        return true
    }

    static func hits(_ fault: String?, _ node: String) -> Bool { fault == node || fault == anyNode }
}
