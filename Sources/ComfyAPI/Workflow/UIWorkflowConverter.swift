public import Basics

/// Turns the editor's graph into the API format, as the stock web UI does when it queues.
///
/// Checked against what web UI 1.27.10 and 1.45.19 produced. Group nodes of old (`workflow/NAME`) and virtual nodes of
/// custom packs are refused by name; the preview fields of audio and 3D nodes are left out, as workers ignore them.
public struct UIWorkflowConverter: Sendable {
    public struct Options: Sendable {
        /// Which alternative of `{a|b|c}` in a prompt is taken, given their number; the editor rolls a die.
        public var choose: @Sendable (Int) -> Int
        /// What the editor's own translations call classes, by class; they beat `display_name` where nobody gave a title.
        public var titles = Options.seenTitles
        /// For `%date:yyyy-MM-dd%` in file names, in the zone wanted; nil leaves the text alone.
        public var date: Timestamp.Civil?

        public init(date: Timestamp.Civil? = nil, choose: @escaping @Sendable (Int) -> Int = { _ in 0 }) {
            (self.date, self.choose) = (date, choose)
        }

        /// Where the web UI's bundled English names were seen to differ from the worker's; titles are for people only.
        public static let seenTitles = [
            "ConditioningZeroOut": "ConditioningZeroOut", "ImageScaleToTotalPixels": "Scale Image to Total Pixels",
        ]
    }

    public let objectInfo: ObjectInfo
    public var options: Options

    public init(_ objectInfo: ObjectInfo, options: Options = Options()) {
        (self.objectInfo, self.options) = (objectInfo, options)
    }

    /// - Throws: An error naming the node for an unknown class, a broken or self-containing subgraph, a ring of links
    ///   through bypassed nodes, and more than `maximumNodes` nodes.
    public func convert(_ json: JSON) throws(WorkflowError) -> Workflow {
        var flattening = try UIFlattening(json, objectInfo: objectInfo, options: options)
        return try flattening.workflow()
    }

    /// Nodes after flattening; subgraphs inside subgraphs multiply.
    public static let maximumNodes = 20_000
    /// Subgraphs inside one another.
    public static let maximumDepth = 32
    /// Bypassed nodes, reroutes and subgraph ends that one link may pass.
    public static let maximumHops = 256
}

/// One conversion: scopes are the root and every subgraph instance that runs.
struct UIFlattening {
    struct Scope {
        let graph: UIGraph
        /// Ids of the instances from the root on.
        let path: [String]
        /// The instance in the scope around; nil at the root.
        let host: (scope: Int, node: String)?
        /// Values that the instance holds for its own inputs, by their name.
        var hostValues: [String: JSON] = [:]
        /// Values that the instance holds for widgets of nodes inside, by node and widget.
        var overrides: [String: [String: JSON]] = [:]
        /// Instances inside, by node.
        var children: [String: Int] = [:]
    }

    let objectInfo: ObjectInfo
    let options: UIWorkflowConverter.Options
    private let subgraphs: [String: UIGraph]
    private(set) var scopes: [Scope] = []
    private var count = 0

    init(_ json: JSON, objectInfo: ObjectInfo, options: UIWorkflowConverter.Options) throws(WorkflowError) {
        (self.objectInfo, self.options) = (objectInfo, options)
        var subgraphs: [String: UIGraph] = [:]
        for item in json["definitions"]?["subgraphs"]?.array ?? [] {
            guard let id = item["id"]?.string else { throw WorkflowError("A subgraph has no id.") }
            subgraphs[id] = try UIGraph(item)
        }
        self.subgraphs = subgraphs
        scopes = [Scope(graph: try UIGraph(json), path: [], host: nil)]
    }

    mutating func workflow() throws(WorkflowError) -> Workflow {
        try unfold(0)
        var workflow = Workflow()
        for scope in scopes.indices {
            for node in scopes[scope].graph.nodes where !node.isDropped && !isVirtual(node) {
                workflow[id(node.id, in: scope)] = try convert(node, in: scope)
            }
        }
        // Muted nodes and what lies behind them are gone: nothing may point there.
        for (id, node) in workflow.nodes {
            for (input, link) in node.links where workflow[link.node] == nil { workflow[id]?.inputs[input] = nil }
        }
        return workflow
    }

    func id(_ node: String, in scope: Int) -> String { (scopes[scope].path + [node]).joined(separator: ":") }

    /// Nodes of the editor that never reach a worker.
    func isVirtual(_ node: UIGraph.Node) -> Bool {
        UIFlattening.virtualTypes.contains(node.type) || subgraphs[node.type] != nil
    }
    static let virtualTypes: Set<String> = ["Reroute", "PrimitiveNode", "Note", "MarkdownNote"]

    /// Opens a scope for each subgraph instance that runs, outside first.
    private mutating func unfold(_ first: Int) throws(WorkflowError) {
        var scope = first
        while scope < scopes.count {
            for node in scopes[scope].graph.nodes {
                count += 1
                guard count <= UIWorkflowConverter.maximumNodes else {
                    throw WorkflowError("The workflow has more than \(UIWorkflowConverter.maximumNodes) nodes.")
                }
                guard let graph = subgraphs[node.type], !node.isDropped else { continue }
                let path = scopes[scope].path + [node.id]
                guard path.count <= UIWorkflowConverter.maximumDepth else {
                    throw WorkflowError(node: path.joined(separator: ":"), "Subgraphs are nested too deeply.")
                }
                var inner = Scope(graph: graph, path: path, host: (scope, node.id))
                fill(&inner, from: node, overrides: scopes[scope].overrides[node.id] ?? [:])
                scopes[scope].children[node.id] = scopes.count
                scopes.append(inner)
            }
            scope += 1
        }
    }

    /// Hands the values of an instance's promoted widgets to what lies inside.
    private func fill(_ scope: inout Scope, from node: UIGraph.Node, overrides: [String: JSON]) {
        scope.hostValues = overrides
        let values = node.widgetValues.array ?? []
        if let proxies = node.properties["proxyWidgets"]?.array, !proxies.isEmpty {
            for (proxy, value) in zip(proxies, values) where !value.isNull {
                guard let inner = UIGraph.id(proxy[0]), let name = proxy[1]?.string else { continue }
                if inner == "-1" {
                    scope.hostValues[name] = value
                } else {
                    scope.overrides[inner, default: [:]][name] = value
                }
            }
        } else {
            let slots = Dictionary(node.inputs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            let promoted = scope.graph.inputs.filter { slots[$0.name]?.widget != nil }
            for (slot, value) in zip(promoted, values) where scope.hostValues[slot.name] == nil {
                scope.hostValues[slot.name] = value
            }
        }
    }

    private func convert(_ node: UIGraph.Node, in scope: Int) throws(WorkflowError) -> WorkflowNode {
        let name = id(node.id, in: scope)
        guard let nodeClass = objectInfo[node.type] else {
            let kind = node.type.hasPrefix("workflow/") || node.type.hasPrefix("workflow>")
            throw WorkflowError(
                node: name,
                kind
                    ? "Group nodes are not supported; convert \(node.type) to a subgraph in the editor."
                    : "The worker has no class \(node.type); install the custom node or remove the node.")
        }
        var inputs = JSONObject()
        for widget in UIWidgets(node, of: nodeClass).widgets {
            let own = scopes[scope].overrides[node.id]?[widget.name] ?? widget.value
            guard var value = own else { continue }
            if case .string(let text) = value { value = .string(replaced(text, of: widget, in: nodeClass)) }
            inputs[widget.name] = UIFlattening.wrapped(value)
        }
        let resolver = UILinkResolver(flattening: self)
        for slot in slots(of: node, in: scope) {
            switch try resolver.source(of: slot, node, in: scope) {
            case .output(let link): inputs[slot.name] = link.json
            case .value(let value): inputs[slot.name] = UIFlattening.wrapped(value)
            case nil: break
            }
        }
        return WorkflowNode(node.type, inputs: inputs, title: title(of: node))
    }

    private func title(of node: UIGraph.Node) -> String {
        node.title ?? options.titles[node.type] ?? objectInfo[node.type]?.displayName ?? node.type
    }

    /// Lists would be taken for links.
    private static func wrapped(_ value: JSON) -> JSON {
        if case .array = value { ["__value__": value] } else { value }
    }

    /// The sockets as the editor has them: declared ones first (links, then fields), saved extras behind.
    func slots(of node: UIGraph.Node, in scope: Int) -> [UIGraph.Slot] {
        let saved = Dictionary(node.inputs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let declared: [(name: String, type: String)]
        if let graph = subgraphs[node.type] {
            declared = graph.inputs.map { ($0.name, $0.type) }
        } else if let nodeClass = objectInfo[node.type] {
            let known = InputSpec.expanded(nodeClass.inputs, for: JSONObject()).map { spec in
                (spec, UIWidgets.isWidget(spec, slot: saved[spec.name]))
            }
            declared = (known.filter { !$0.1 } + known.filter(\.1)).map { spec, _ in
                (spec.name, spec.rawType.string ?? "COMBO")
            }
        } else {
            return node.inputs
        }
        var seen: Set<String> = []
        var out: [UIGraph.Slot] = []
        for (name, type) in declared where seen.insert(name).inserted {
            let slot = saved[name]
            out.append(UIGraph.Slot(name: name, type: type, link: slot?.link, widget: slot?.widget))
        }
        return out + node.inputs.filter { seen.insert($0.name).inserted }
    }

    func outputType(_ slot: Int, of node: UIGraph.Node) -> String? {
        if let outputs = objectInfo[node.type]?.outputs, outputs.indices.contains(slot) {
            return outputs[slot].type.string ?? "COMBO"
        }
        return node.outputs.indices.contains(slot) ? node.outputs[slot].type : nil
    }

    private func replaced(_ text: String, of widget: UIWidgets.Widget, in nodeClass: NodeClass) -> String {
        if widget.spec?.flag("dynamicPrompts") == true {
            return DynamicPrompt.expand(text, choose: options.choose)
        }
        if widget.name == "filename_prefix" {
            return FileNamePattern.expand(text, date: options.date) { name, widget in
                namedWidget(name, widget)
            }
        }
        return text
    }

    /// The value that `%Node.widget%` in a file name stands for, among the nodes of the root.
    private func namedWidget(_ name: String, _ widget: String) -> JSON? {
        let nodes = scopes[0].graph.nodes
        let node =
            nodes.first { $0.properties["Node name for S&R"]?.string == name }
            ?? nodes.first { title(of: $0) == name }
        guard let node, let nodeClass = objectInfo[node.type] else { return nil }
        return UIWidgets(node, of: nodeClass)[widget]
    }
}
