/// What is wrong with a workflow, and where; shown to the person who wrote it.
public struct WorkflowError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nil when the fault concerns the document as a whole.
    public let node: String?
    public let input: String?
    /// One sentence that names the remedy.
    public let message: String

    public init(node: String? = nil, input: String? = nil, _ message: String) {
        (self.node, self.input, self.message) = (node, input, message)
    }

    public var description: String {
        let place = [node.map { "node \($0)" }, input.map { "input \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return place.isEmpty ? message : "\(place): \(message)"
    }
}
