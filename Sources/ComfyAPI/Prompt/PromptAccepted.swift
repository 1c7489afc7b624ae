public import Basics

/// The 200 of `POST /prompt`.
public struct PromptAccepted: Sendable, Hashable {
    public var promptID: String
    public var number: JSONNumber
    /// Not empty when outputs were dropped because they are invalid.
    public var nodeErrors: [NodeFaults]

    public init(promptID: String, number: JSONNumber, nodeErrors: [NodeFaults] = []) {
        (self.promptID, self.number, self.nodeErrors) = (promptID, number, nodeErrors)
    }

    /// Nil without an id.
    public init?(_ json: JSON) {
        guard let id = json["prompt_id"]?.string else { return nil }
        self.init(
            promptID: id, number: json["number"]?.number ?? JSONNumber(0),
            nodeErrors: NodeFaults.list(json["node_errors"]))
    }

    public var json: JSON {
        ["prompt_id": .string(promptID), "number": .number(number), "node_errors": NodeFaults.json(nodeErrors)]
    }
}
