public import Basics

extension PromptRequest {
    /// Reads a body strictly.
    ///
    /// - Parameters:
    ///   - body: UTF-8; Python's `NaN` is read, and refused by name.
    ///   - flavour: 0.26 wants `prompt_id` to be a canonical UUID; 0.3 takes any text.
    /// - Throws: A rejection in ComfyUI's shape for every body that could harm a worker, exceeds a limit, or that a
    ///   worker would refuse or answer with 500 before it looks at the graph. Unknown members are dropped silently.
    public init(
        parsing body: [UInt8], flavour: ComfyFlavour = .current, limits: PromptLimits = PromptLimits()
    ) throws(PromptRejection) {
        guard body.count <= limits.body else {
            throw PromptRejection.limit("body", "The request is larger than \(limits.body) bytes.")
        }
        if let quick = Scanned(body, limits) {
            try self.init(quick.members, quick.extra, flavour: flavour, limits: limits)
            return
        }
        let json: JSON
        do {
            json = try JSON(
                parsing: body, dialect: JSONDialect(allowsNonFinite: true, maximumDepth: limits.depth))
        } catch {
            throw PromptRejection("invalid_json", "The request is not valid JSON", details: "\(error)")
        }
        try self.init(json, flavour: flavour, limits: limits)
    }

    /// The same for a body already read; its size is not judged again.
    public init(
        _ json: JSON, flavour: ComfyFlavour = .current, limits: PromptLimits = PromptLimits()
    ) throws(PromptRejection) {
        guard case .object(let body) = json, body["prompt"] != nil else { throw PromptRejection.noPrompt }
        try PromptChecks.finite(json)
        var extra = ExtraData(try PromptChecks.object(body["extra_data"], "extra_data"))
        extra.pngInfo = try PromptChecks.pngInfo(extra.members["extra_pnginfo"]).map { ExtraPNGInfo($0) }
        extra.members["extra_pnginfo"] = nil
        try self.init(body, extra, flavour: flavour, limits: limits)
    }

    /// - Parameter body: Its `extra_data` is not looked at.
    private init(
        _ body: JSONObject, _ extra: ExtraData, flavour: ComfyFlavour, limits: PromptLimits
    ) throws(PromptRejection) {
        guard let prompt = body["prompt"] else { throw PromptRejection.noPrompt }
        self.init(
            prompt: try PromptChecks.prompt(prompt, limits),
            clientID: try PromptChecks.text(body["client_id"], "client_id", limits),
            promptID: try PromptChecks.promptID(body["prompt_id"], flavour, limits),
            number: try PromptChecks.number(body["number"]),
            // Beside a number it means nothing.
            front: body["number"] == nil && (body["front"].map(PythonText.bool) ?? false),
            targets: try PromptChecks.targets(body["partial_execution_targets"], limits),
            extraPNGInfo: extra.pngInfo,
            credentials: try PromptChecks.credentials(extra.members),
            otherExtraData: try PromptChecks.others(extra.members, limits))
    }

    /// A body of which a tree was made only where somebody looks: most of what editors send is for pictures.
    private struct Scanned {
        var members = JSONObject()
        var extra = ExtraData(JSONObject())

        /// Nil for every body with something unusual in it, right or wrong: then the whole tree tells what.
        init?(_ body: [UInt8], _ limits: PromptLimits) {
            let bytes = body.span
            let dialect = JSONDialect(maximumDepth: limits.depth, onlyModestNumbers: true)
            var scanner = JSONScanner(dialect: dialect)
            var hasExtra = false
            do throws(JSONError) {
                guard try scanner.kind(in: bytes) == .object else { return nil }
                try scanner.enterObject(in: bytes)
                while let key = try scanner.nextKey(in: bytes) {
                    guard let name = key.string(in: bytes), members[name] == nil else { return nil }
                    if name == "extra_data" {
                        guard !hasExtra, let found = try ExtraData(&scanner, body, dialect) else { return nil }
                        (extra, hasExtra) = (found, true)
                    } else {
                        members[name] = try JSON(try scanner.skipValue(in: bytes), of: body, dialect: dialect)
                    }
                }
                try scanner.finish(in: bytes)
            } catch { return nil }
            // Its absence and its other forms are judged in one place.
            guard extra.members["extra_pnginfo"] == nil else { return nil }
        }
    }
}

extension PromptRejection {
    static let noPrompt = PromptRejection("no_prompt", "No prompt provided", details: "No prompt provided")

    static func limit(_ what: String, _ details: String) -> PromptRejection {
        PromptRejection(
            "prompt_too_large", "The prompt is too large", details: details, extra: ["limit": .string(what)])
    }

    static func invalid(_ member: String, _ details: String) -> PromptRejection {
        PromptRejection(
            "invalid_\(member)", "The member \(member) is not valid", details: details,
            extra: ["member": .string(member)])
    }
}

/// The rules, one a member.
enum PromptChecks {
    /// NaN and infinities come out of a worker as bare words that no browser can read.
    static func finite(_ json: JSON) throws(PromptRejection) {
        // As deep as the parser allowed.
        switch json {
        case .number(let number):
            guard !isFinite(number) else { return }
            throw PromptRejection(
                "non_finite_number", "The request holds a number that is not finite",
                details: "\(number.literal.prefix(40)) cannot be passed on; use an ordinary number.")
        case .array(let items): for item in items { try finite(item) }
        case .object(let object): for member in object.members { try finite(member.value) }
        case .null, .bool, .string: return
        }
    }

    private static func isFinite(_ number: JSONNumber) -> Bool {
        let literal = number.literal.utf8
        // Nearly all are short and have no exponent: nothing has to be computed for them.
        if literal.count <= 15, literal.allSatisfy({ 0x2D...0x39 ~= $0 }) { return true }
        // Python reads whole numbers of up to 4,300 digits, and 1e400 as infinity.
        return number.isInteger ? literal.count <= 4_300 : number.isFinite
    }

    static func prompt(_ json: JSON, _ limits: PromptLimits) throws(PromptRejection) -> JSONObject {
        guard case .object(let nodes) = json else { throw .invalid("prompt", "prompt must be an object of nodes.") }
        guard WorkflowFormat(of: json) != .ui else {
            throw .invalid("prompt", "prompt is a workflow in the editor's format; export it in the API format.")
        }
        guard nodes.count <= limits.nodes else {
            throw .limit("nodes", "The prompt has \(nodes.count) nodes; at most \(limits.nodes) are accepted.")
        }
        for (id, node) in nodes.members {
            guard id.utf8.count <= limits.nodeID, isPrintable(id), !id.isEmpty else {
                throw .invalid("prompt", "A node id must have 1 to \(limits.nodeID) bytes and no control characters.")
            }
            guard case .object(let node) = node else { throw .invalid("prompt", "Node \(id) must be an object.") }
            switch node["class_type"] {
            case .string?, nil: break
            default: throw .invalid("prompt", "Node \(id): class_type must be a string.")
            }
            switch node["inputs"] {
            case .object?, nil: break
            default: throw .invalid("prompt", "Node \(id): inputs must be an object.")
            }
            switch node["_meta"] {
            case .object(let meta)? where meta["title"].map({ $0.string != nil || $0.isNull }) ?? true: break
            case nil: break
            default: throw .invalid("prompt", "Node \(id): _meta must be an object, and its title a string.")
            }
        }
        return nodes
    }

    static func text(_ json: JSON?, _ name: String, _ limits: PromptLimits) throws(PromptRejection) -> String? {
        switch json {
        case nil, .null?: return nil
        case .string(let text)? where text.utf8.count <= limits.identifier && isPrintable(text): return text
        default:
            throw .invalid(
                name, "\(name) must be a string of at most \(limits.identifier) bytes without control characters.")
        }
    }

    static func promptID(
        _ json: JSON?, _ flavour: ComfyFlavour, _ limits: PromptLimits
    ) throws(PromptRejection) -> String? {
        if flavour == .current {
            switch json {
            case nil, .null?: return nil
            case .string(let text)? where UUID(text) != nil: return text
            default:
                throw PromptRejection(
                    "invalid_prompt_id", "prompt_id must be a valid UUID",
                    details: "prompt_id must be a UUID string in canonical lowercase hyphenated form; "
                        + "omit it to let the server generate one")
            }
        }
        // 0.3 prints whatever it is given; numbers are the harmless case.
        if case .number(let number)? = json, number.isInteger {
            return try text(.string(number.literal), "prompt_id", limits)
        }
        let text = try text(json, "prompt_id", limits)
        guard text != "" else { throw .invalid("prompt_id", "prompt_id must not be empty.") }
        return text
    }

    static func number(_ json: JSON?) throws(PromptRejection) -> JSONNumber? {
        switch json {
        case nil: return nil
        case .number(let number)? where number.isFinite: return number
        default: throw .invalid("number", "number must be a finite number.")
        }
    }

    static func targets(_ json: JSON?, _ limits: PromptLimits) throws(PromptRejection) -> [String]? {
        let name = "partial_execution_targets"
        guard let json, !json.isNull else { return nil }
        guard case .array(let items) = json, items.count <= limits.nodes else {
            throw .invalid(name, "\(name) must be a list of at most \(limits.nodes) node ids.")
        }
        var out: [String] = []
        for item in items {
            guard case .string(let id) = item, id.utf8.count <= limits.nodeID else {
                throw .invalid(name, "Each of \(name) must be a string of at most \(limits.nodeID) bytes.")
            }
            out.append(id)
        }
        return out
    }

    static func object(_ json: JSON?, _ name: String) throws(PromptRejection) -> JSONObject {
        switch json {
        case nil: return JSONObject()
        case .object(let object)?: return object
        default: throw .invalid(name, "\(name) must be an object.")
        }
    }

    static func pngInfo(_ json: JSON?) throws(PromptRejection) -> JSONObject? {
        guard let json, !json.isNull else { return nil }
        let object = try object(json, "extra_pnginfo")
        for (key, value) in object.members where value.object == nil {
            throw .invalid("extra_pnginfo", "The member \(key.prefix(100)) of extra_pnginfo must be an object.")
        }
        return object
    }

    static func credentials(_ extra: JSONObject) throws(PromptRejection) -> [String: Secret] {
        var out: [String: Secret] = [:]
        for name in PromptRequest.credentialNames {
            switch extra[name] {
            case nil, .null?: break
            case .string(let text)?: out[name] = Secret(text)
            default: throw .invalid("extra_data", "The member \(name) of extra_data must be a string.")
            }
        }
        return out
    }

    /// What a server sets itself or what is kept apart.
    private static let own: Set<String> = Set(PromptRequest.credentialNames).union([
        "extra_pnginfo", "client_id", "create_time",
    ])

    /// Members with a meaning to ComfyUI, which reads them as text.
    private static let texts: Set<String> = ["preview_method", "comfy_usage_source"]

    static func others(_ extra: JSONObject, _ limits: PromptLimits) throws(PromptRejection) -> JSONObject {
        let kept = JSONObject(extra.members.filter { !own.contains($0.key) }.map { ($0.key, $0.value) })
        for name in texts {
            switch kept[name] {
            case nil, .null?, .string?: break
            default: throw .invalid("extra_data", "The member \(name) of extra_data must be a string.")
            }
        }
        guard kept.isEmpty || JSON.object(kept).encoded().count <= limits.extraData else {
            throw .limit("extra_data", "extra_data holds more than \(limits.extraData) bytes beside the workflow.")
        }
        return kept
    }

    private static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
}
