public import Basics

/// One class of `object_info`: what its nodes take and give.
public struct NodeClass: Sendable, Hashable {
    public struct Output: Sendable, Hashable {
        /// A type name, or the list of values for an output that feeds old combos.
        public let type: JSON
        public let name: String
        public let isList: Bool
    }

    public let name: String
    public let displayName: String?
    public let category: String
    public let details: String
    public let pythonModule: String
    /// Required before optional, each in the order the editor shows them (`input_order`).
    public let inputs: [InputSpec]
    /// Filled in by the worker itself: name to kind, such as `prompt` to `PROMPT`.
    public let hidden: [(name: String, kind: String)]
    public let outputs: [Output]
    /// Such nodes decide what runs.
    public let isOutputNode: Bool
    /// Calls a paid host on the internet.
    public let isAPINode: Bool
    public let isDeprecated: Bool
    public let isExperimental: Bool
    /// Written in the newer style (`io.ComfyNode`), whose output types are a Python list.
    public let isNewStyle: Bool
    /// The class as the worker sent it.
    public let json: JSONObject

    public init(name: String, _ json: JSONObject) {
        func flag(_ key: String) -> Bool { json[key]?.bool ?? false }
        func text(_ key: String) -> String? { json[key]?.string }
        (self.name, self.json) = (name, json)
        displayName = text("display_name")
        category = text("category") ?? ""
        details = text("description") ?? ""
        pythonModule = text("python_module") ?? ""
        isOutputNode = flag("output_node")
        isAPINode = flag("api_node")
        isDeprecated = flag("deprecated")
        isExperimental = flag("experimental")
        // The newer style always writes both keys; the older one only those that a class sets itself.
        isNewStyle = json["api_node"] != nil && json["deprecated"] != nil
        inputs = InputSpec.list(json["input"]?.object, order: json["input_order"]?.object)
        hidden = (json["input"]?["hidden"]?.object?.members ?? []).compactMap { member in
            (member.value.string ?? member.value[0]?.string).map { (member.key, $0) }
        }
        let names = json["output_name"]?.array ?? []
        let lists = json["output_is_list"]?.array ?? []
        outputs = (json["output"]?.array ?? []).enumerated().map { index, type in
            Output(
                type: type, name: names.indices.contains(index) ? names[index].string ?? "" : "",
                isList: lists.indices.contains(index) && lists[index].bool == true)
        }
    }

    /// A declared input; dotted names of dynamic inputs need `InputSpec.expanded(_:for:)`.
    public func input(_ name: String) -> InputSpec? { inputs.first { $0.name == name } }

    /// Which values the worker adds, such as `PROMPT` or `EXTRA_PNGINFO`.
    public func takesHidden(_ kind: String) -> Bool { hidden.contains { $0.kind == kind } }

    public static func == (left: Self, right: Self) -> Bool { left.name == right.name && left.json == right.json }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
