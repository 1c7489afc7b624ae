import Basics

/// The widgets of one node and their values, in the order in which the editor makes and saves them.
struct UIWidgets {
    struct Widget {
        let name: String
        var value: JSON?
        /// Nil for the editor's own widgets.
        let spec: InputSpec?
    }

    private(set) var widgets: [Widget] = []
    private var values: [JSON]
    private var next = 0
    private let byName: JSONObject?
    private let slots: [String: UIGraph.Slot]

    /// What goes into the prompt, by name.
    subscript(name: String) -> JSON? { widgets.last { $0.name == name }?.value }

    init(_ node: UIGraph.Node, of nodeClass: NodeClass) {
        byName = node.widgetValues.object
        values = node.widgetValues.array ?? []
        slots = Dictionary(node.inputs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        values = UIWidgets.migrated(values, nodeClass)
        for spec in nodeClass.inputs { add(spec, depth: 0) }
    }

    /// True for inputs the editor shows as a field; all others are sockets only.
    static func isWidget(_ spec: InputSpec, slot: UIGraph.Slot?) -> Bool {
        if spec.flag("forceInput") { return false }
        switch spec.type {
        case .int, .float, .string, .boolean, .combo, .dynamicCombo: return true
        case .autogrow, .matchType: return false
        case .link:
            return spec.flag("socketless") || spec.options["widgetType"] != nil || slot?.widget != nil
                || fieldTypes.contains(spec.rawType.string ?? "")
        }
    }

    private static let fieldTypes: Set<String> = [
        "MARKDOWN", "COLOR", "COLORS", "CURVE", "BOUNDING_BOX", "BOUNDING_BOXES", "IMAGECOMPARE", "LOAD_3D",
        "LOAD_3D_ANIMATION", "WEBCAM", "AUDIO_RECORD",
    ]

    /// Graphs saved when inputs with `forceInput` still had a field carry one value too many for each.
    private static func migrated(_ values: [JSON], _ nodeClass: NodeClass) -> [JSON] {
        var isForced: [Bool] = []
        for spec in nodeClass.inputs where isWidget(spec, slot: nil) || spec.flag("forceInput") {
            isForced.append(spec.flag("forceInput"))
            if spec.options["control_after_generate"].map(PythonText.bool) ?? false { isForced.append(false) }
        }
        guard isForced.contains(true), isForced.count == values.count else { return values }
        return zip(values, isForced).filter { !$1 }.map(\.0)
    }

    private mutating func add(_ spec: InputSpec, depth: Int) {
        guard depth < 16 else { return }
        if case .autogrow(let template) = spec.type {
            guard let model = template.model, UIWidgets.isWidget(model, slot: nil) else { return }
            for name in template.names where slots[spec.name + "." + name] != nil {
                widgets.append(Widget(name: spec.name + "." + name, value: take(spec.name + "." + name), spec: model))
            }
            return
        }
        guard UIWidgets.isWidget(spec, slot: slots[spec.name]) else { return }
        let value = take(spec.name) ?? UIWidgets.standard(spec)
        widgets.append(Widget(name: spec.name, value: value, spec: spec))
        addCompanions(of: spec)
        if case .dynamicCombo(let branches) = spec.type,
            let branch = branches.first(where: { $0.key == value?.string })
        {
            for inner in InputSpec.list(branch.inputs, prefix: spec.name + ".") { add(inner, depth: depth + 1) }
        }
    }

    /// Fields that the editor puts behind one of the node's own; buttons for uploads come last and need no place.
    private mutating func addCompanions(of spec: InputSpec) {
        let control = spec.options["control_after_generate"]
        switch spec.type {
        case .int:
            // Whole numbers with these names get the field by an old convention.
            let isSeed = ["seed", "noise_seed"].contains(spec.name)
            if control.map(PythonText.bool) ?? isSeed { _ = take("control_after_generate") }
        case .combo where control.map(PythonText.bool) ?? false:
            _ = take("control_after_generate")
            _ = take("control_filter_list")
        default: break
        }
        if let remote = spec.options["remote"]?.object {
            _ = take("auto_refresh")
            if remote["refresh_button"]?.bool == true {
                widgets.append(Widget(name: "refresh", value: take("refresh") ?? "refresh", spec: nil))
            }
        }
    }

    private mutating func take(_ name: String) -> JSON? {
        if let byName { return byName[name] }
        guard next < values.count else { return nil }
        defer { next += 1 }
        return values[next]
    }

    /// What a field holds before anybody touched it.
    static func standard(_ spec: InputSpec) -> JSON? {
        if let value = spec.options["default"] { return value }
        switch spec.type {
        case .int, .float: return 0
        case .string: return ""
        case .boolean: return false
        case .combo(let values): return values.first
        case .dynamicCombo(let branches): return branches.first.map { .string($0.key) }
        case .autogrow, .matchType, .link: return nil
        }
    }
}
