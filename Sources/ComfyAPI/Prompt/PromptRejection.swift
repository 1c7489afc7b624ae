public import Basics

/// One complaint in ComfyUI's shape: `{"type","message","details","extra_info"}`.
public struct PromptFault: Sendable, Hashable {
    public var type: String
    public var message: String
    public var details: String
    public var extraInfo: JSONObject

    public init(_ type: String, _ message: String, details: String = "", extraInfo: JSONObject = JSONObject()) {
        (self.type, self.message, self.details, self.extraInfo) = (type, message, details, extraInfo)
    }

    init(_ type: String, _ message: String, details: String = "", extra: KeyValuePairs<String, JSON>) {
        self.init(type, message, details: details, extraInfo: JSONObject(extra))
    }

    /// Nil without a type; other members may be missing.
    public init?(_ json: JSON) {
        guard let type = json["type"]?.string else { return nil }
        self.init(
            type, json["message"]?.string ?? "", details: json["details"]?.string ?? "",
            extraInfo: json["extra_info"]?.object ?? JSONObject())
    }

    public var json: JSON {
        [
            "type": .string(type), "message": .string(message), "details": .string(details),
            "extra_info": .object(extraInfo),
        ]
    }
}

extension PromptFault {
    /// True for complaints that a newer object_info, another worker or a fresh upload may cure: a value not in a list,
    /// a class not known, a file not there. All others hold whichever worker judges.
    public var mayBeStale: Bool {
        [
            "value_not_in_list", "custom_validation_failed", "missing_node_type", "invalid_prompt",
        ].contains(type)
    }
}

/// What is wrong at one node, and which outputs are lost by it.
public struct NodeFaults: Sendable, Hashable {
    public var node: String
    public var classType: String
    public var faults: [PromptFault]
    /// Arbitrary order, as ComfyUI's.
    public var dependentOutputs: [String]

    public init(node: String, classType: String, faults: [PromptFault], dependentOutputs: [String] = []) {
        (self.node, self.classType) = (node, classType)
        (self.faults, self.dependentOutputs) = (faults, dependentOutputs)
    }

    public var json: JSON {
        [
            "errors": .array(faults.map(\.json)),
            "dependent_outputs": .array(dependentOutputs.map { .string($0) }),
            "class_type": .string(classType),
        ]
    }

    /// The object `node_errors`.
    public static func json(_ list: [NodeFaults]) -> JSON {
        .object(JSONObject(list.map { ($0.node, $0.json) }))
    }

    /// Reads the object `node_errors`; what cannot be read is left out.
    public static func list(_ json: JSON?) -> [NodeFaults] {
        (json?.object?.members ?? []).map { member in
            NodeFaults(
                node: member.key, classType: member.value["class_type"]?.string ?? "",
                faults: (member.value["errors"]?.array ?? []).compactMap(PromptFault.init),
                dependentOutputs: (member.value["dependent_outputs"]?.array ?? []).compactMap(\.string))
        }
    }
}

/// Why a prompt is refused: the body of ComfyUI's 400, which its web UI parses and shows.
public struct PromptRejection: Error, Sendable, Hashable {
    public var error: PromptFault
    public var nodes: [NodeFaults]

    public init(_ error: PromptFault, nodes: [NodeFaults] = []) { (self.error, self.nodes) = (error, nodes) }
    public init(_ type: String, _ message: String, details: String = "", extraInfo: JSONObject = JSONObject()) {
        self.init(PromptFault(type, message, details: details, extraInfo: extraInfo))
    }

    init(_ type: String, _ message: String, details: String = "", extra: KeyValuePairs<String, JSON>) {
        self.init(PromptFault(type, message, details: details, extra: extra))
    }

    /// Nil when the body has no `error` object with a type.
    public init?(_ json: JSON) {
        guard let error = json["error"].flatMap(PromptFault.init) else { return nil }
        self.init(error, nodes: NodeFaults.list(json["node_errors"]))
    }

    public var json: JSON { ["error": error.json, "node_errors": NodeFaults.json(nodes)] }
    public func encoded() -> [UInt8] { json.encoded() }
}

extension PromptRejection: CustomStringConvertible {
    public var description: String { lines(titles: [:]).joined(separator: "\n") }

    /// One line a complaint, naming node and input.
    /// - Parameter titles: What people call the nodes, by id.
    public func lines(titles: [String: String]) -> [String] {
        if nodes.isEmpty { return [PromptRejection.line(error)] }
        return PromptRejection.lines(nodes, titles: titles)
    }

    /// The same for the node errors that come with an accepted prompt.
    public static func lines(_ nodes: [NodeFaults], titles: [String: String]) -> [String] {
        nodes.flatMap { node in
            node.faults.map { fault in
                let title = titles[node.node].map { " \"\($0)\"" } ?? ""
                let input = fault.extraInfo["input_name"]?.string
                let place = "node \(node.node) (\(node.classType)\(title))" + (input.map { ", input \($0)" } ?? "")
                return "\(place): " + (fault.details == input ? fault.message : line(fault))
            }
        }
    }

    private static func line(_ fault: PromptFault) -> String {
        fault.details.isEmpty || fault.details == fault.message ? fault.message : "\(fault.message): \(fault.details)"
    }
}
