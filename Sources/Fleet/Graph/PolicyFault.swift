import Basics
import ComfyAPI

/// The gate's own complaints in ComfyUI's shape, so that the editor marks the node.
struct PolicyFault {
    let node: String
    let fault: PromptFault

    /// - Parameters:
    ///   - type: Stable; listed in the manual.
    ///   - problem: A sentence behind the place, which is put in front.
    ///   - remedy: What to do about it.
    init(
        _ type: String, node: String, _ classType: String, input: String? = nil, _ problem: String, remedy: String,
        more: [(String, JSON)] = []
    ) {
        self.node = node
        let place = "Node \(node) (\(classType))" + (input.map { ", input \($0)" } ?? "")
        var info = JSONObject(more)
        info["input_name"] = input.map { .string($0) }
        fault = PromptFault(type, "\(place): \(problem) \(remedy)", details: input ?? "", extraInfo: info)
    }

    private init(node: String, _ fault: PromptFault) { (self.node, self.fault) = (node, fault) }

    /// In the words of the class that would look for the file.
    static func noFile(node: String, input: String, kind: String, text: String) -> PolicyFault {
        PolicyFault(
            node: node,
            PromptFault(
                "custom_validation_failed", "Custom validation failed for node",
                details: "\(input) - Invalid \(kind) file: \(text)",
                extraInfo: JSONObject([("input_name", .string(input))])))
    }

    static func overLimit(
        _ type: String, node: String, _ classType: String, input: String?, _ what: String, _ value: Int, _ limit: Int
    ) -> PolicyFault {
        PolicyFault(
            type, node: node, classType, input: input, "\(what) is \(value); at most \(limit) is allowed.",
            remedy: "Use a smaller value.", more: [("value", JSON(value)), ("limit", JSON(limit))])
    }

    static func tooManyNodes(_ count: Int, _ limit: Int) -> PromptRejection {
        PromptRejection(
            "too_many_nodes", "The graph has \(count) nodes; at most \(limit) are allowed. Split it into several.",
            extraInfo: JSONObject([("value", JSON(count)), ("limit", JSON(limit))]))
    }

    static func tooCostly(_ cost: Int, _ limit: Int) -> PromptRejection {
        PromptRejection(
            "too_costly",
            "The graph's estimated cost is \(cost) megapixel steps; at most \(limit) is allowed. "
                + "Use a smaller size, batch, length or number of steps.",
            extraInfo: JSONObject([("value", JSON(cost)), ("limit", JSON(limit))]))
    }

    /// Nodes named in one answer; a graph of thousands needs no thousands of complaints.
    static let maximumNodes = 100

    /// All complaints as one answer; there must be one.
    static func rejection(_ faults: [PolicyFault], _ consumers: GraphConsumers, outputs: [String]) -> PromptRejection? {
        guard let first = faults.first?.fault else { return nil }
        var nodes: [NodeFaults] = []
        var places: [ByteName: Int] = [:]
        for entry in faults {
            if let place = places[ByteName(entry.node)] {
                if nodes[place].faults.count < maximumNodes { nodes[place].faults.append(entry.fault) }
                continue
            }
            guard nodes.count < maximumNodes else { continue }
            places[ByteName(entry.node)] = nodes.count
            nodes.append(
                NodeFaults(
                    node: entry.node, classType: consumers.classType(entry.node), faults: [entry.fault],
                    dependentOutputs: consumers.outputs(outputs, behind: entry.node)))
        }
        if first.type == "custom_validation_failed" {
            // ComfyUI's own answer when a loader of every output finds no file.
            return PromptRejection(
                PromptFault("prompt_outputs_failed_validation", "Prompt outputs failed validation"), nodes: nodes)
        }
        return PromptRejection(PromptFault(first.type, first.message, extraInfo: first.extraInfo), nodes: nodes)
    }
}
