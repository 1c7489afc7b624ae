import Basics

/// The sizes one graph asks for, as far as literals tell.
///
/// The cost is megapixels × frames × steps, at least 1: the largest picture any node makes (width × height × batch ×
/// frames), times the steps of all samplers.
struct GraphSizes {
    /// The numbers of one node.
    struct Node {
        var width: Int?
        var height: Int?
        var batch = 1
        var frames: Int?
        var steps: Int?
        private(set) var isGiven = false

        mutating func note(_ value: Int, as kind: ClassTraits.SizeKind) {
            isGiven = true
            switch kind {
            case .width: width = value
            case .height: height = value
            case .batch: batch = GraphSizes.product(batch, max(value, 1))
            case .frames: frames = value
            case .steps: steps = value
            }
        }

        /// Nil unless the node makes pictures of a size of its own.
        var pixels: Int? {
            guard let width, let height else { return nil }
            return GraphSizes.product(GraphSizes.product(max(width, 0), max(height, 0)), batch)
        }
        /// A length means frames only beside a width.
        var videoFrames: Int? { width == nil ? nil : frames }
    }

    private var volume = 0
    private var steps = 0

    mutating func add(_ node: Node) {
        if let pixels = node.pixels {
            volume = max(volume, GraphSizes.product(pixels, max(node.videoFrames ?? 1, 1)))
        }
        steps = steps.addingReportingOverflow(max(node.steps ?? 0, 0)).overflow ? .max : steps + max(node.steps ?? 0, 0)
    }

    var cost: Int {
        let megapixels = max(Double(volume) / 1_048_576, volume == 0 ? 1 : 0)
        let cost = (megapixels * Double(max(steps, 1))).rounded(.up)
        return cost >= 9e18 ? .max : max(Int(cost), 1)
    }

    /// A literal, or that of the node linked to when it is one that only holds a value.
    static func number(_ value: JSON, in prompt: JSONObject) -> Int? {
        if let int = value.int { return int }
        guard case .array = value, let source = GraphReach.source(value) else { return nil }
        return prompt[source]?["inputs"]?["value"]?.int
    }

    static func product(_ left: Int, _ right: Int) -> Int {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : value
    }
}
