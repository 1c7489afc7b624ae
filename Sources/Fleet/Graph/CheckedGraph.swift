public import Basics
public import ComfyAPI

/// A graph that may run, and all that an attempt must know of it.
///
/// What a worker gets is made of this by `AttemptBody`; what the account sees is `prompt`.
public struct CheckedGraph: Sendable, Hashable {
    /// The whole graph with the user's names, its literals converted to the declared types: what history shows.
    public let prompt: JSONObject
    /// The outputs that run, in the order of the graph.
    public let outputs: [String]
    /// Every node that runs, in the order of the graph: the outputs and all they are linked to.
    public let running: [String]
    /// What was dropped: goes along with the 200.
    public let nodeErrors: [NodeFaults]
    /// In the order of the graph; one file may be read in several places.
    public let inputs: [GraphInput]
    public let writes: [GraphWrite]
    /// Nodes that get the attempt's mark, so that no other job's cache answers for them.
    public let marked: [String]
    /// Nodes that would need the mark and cannot take it: not for workers that serve several accounts.
    public let unmarkable: [String]
    /// Inputs that were given as `{"__value__": …}` and would be taken for links without it.
    public let wrapped: [Place]
    /// SHA-256 of what runs, without seeds, names of outputs and titles: the same for repeated runs of one graph.
    public let signature: Digest32
    /// Every model file named by a node that runs, sorted.
    public let models: [String]
    /// Those of the models worth a worker that has them loaded, sorted.
    public let placement: [String]
    /// Megapixels × frames × steps, at least 1; an estimate out of literals.
    public let cost: Int
    /// False when a second run could cost money or do harm.
    public let mayRetry: Bool

    public struct Place: Sendable, Hashable {
        public let node: String
        public let input: String
        public init(node: String, input: String) { (self.node, self.input) = (node, input) }
    }

    /// True when some output was dropped for a reason that a newer object_info may cure.
    public var mayBeStale: Bool { GraphCheck.mayBeStale(nodeErrors) }

    /// Each file once, in the order of the graph: what must be on the worker before the graph is.
    public var files: [GraphFile] {
        var seen: Set<Digest32> = []
        return inputs.map(\.file).filter { seen.insert($0.hash).inserted }
    }
}
