/// What a body of `POST /prompt` may hold; every value is the largest one accepted.
public struct PromptLimits: Sendable, Hashable {
    /// Bytes.
    public var body: Int
    public var nodes: Int
    /// Bytes of a node's id.
    public var nodeID: Int
    /// Bytes of `client_id` and `prompt_id`.
    public var identifier: Int
    /// Bytes of the members of `extra_data` that nobody here knows, encoded.
    public var extraData: Int
    /// Arrays and objects inside one another.
    public var depth: Int

    public init(
        body: Int = 32 << 20, nodes: Int = 5_000, nodeID: Int = 128, identifier: Int = 128, extraData: Int = 64 << 10,
        depth: Int = 256
    ) {
        (self.body, self.nodes, self.nodeID) = (body, nodes, nodeID)
        (self.identifier, self.extraData, self.depth) = (identifier, extraData, depth)
    }
}
