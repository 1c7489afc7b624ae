import Basics
public import ComfyAPI

/// Decides whether a graph may run, from what the gate can know.
///
/// ComfyUI's own rules come first and in its words, then the policy. Files are those of the account: the worker's
/// folders do not exist for a graph.
public struct GraphCheck: Sendable {
    public let objectInfo: ObjectInfo
    public let flavour: ComfyFlavour
    let traits: TraitsTable

    /// Core classes that are output nodes or see the graph, and take any input.
    public static let unmarkableClasses: [NamePattern] = []

    /// - Parameter unmarkable: Classes that hand unknown inputs to their function; object_info does not tell.
    /// - Complexity: O(classes); keep the value as long as the object_info holds.
    public init(
        _ objectInfo: ObjectInfo, flavour: ComfyFlavour, unmarkable: [NamePattern] = unmarkableClasses
    ) {
        var info = objectInfo
        for name in objectInfo.classNames {
            guard let nodeClass = objectInfo[name], let changed = GraphCheck.withOwnFiles(nodeClass) else { continue }
            info[name] = changed
        }
        (self.objectInfo, self.flavour) = (info, flavour)
        traits = TraitsTable(objectInfo, unmarkable: unmarkable)
    }

    /// From the text of `/object_info`, which is kept instead of a tree of it.
    public init(
        indexing objectInfo: [UInt8], flavour: ComfyFlavour, unmarkable: [NamePattern] = unmarkableClasses
    ) throws(WorkflowError) {
        self.flavour = flavour
        self.objectInfo = try ObjectInfo(indexing: objectInfo) { GraphCheck.withOwnFiles($0) ?? $0 }
        traits = TraitsTable(try ObjectInfo(indexing: objectInfo), unmarkable: unmarkable)
    }

    public enum Verdict: Sendable {
        case accepted(CheckedGraph)
        /// - `mayBeStale`: a newer object_info may decide otherwise.
        case rejected(PromptRejection, mayBeStale: Bool)
    }

    /// - Parameter files: The account's file of that name; nil for all it does not have.
    /// - Complexity: O(bytes of the graph).
    public func check(
        _ request: PromptRequest, policy: GraphPolicy, files: @escaping @Sendable (FileReference) -> GraphFile?
    ) -> Verdict {
        if let limit = policy.limits.nodes, request.prompt.count > limit {
            return .rejected(PolicyFault.tooManyNodes(request.prompt.count, limit), mayBeStale: false)
        }
        let traits = traits
        let validator = WorkflowValidator(objectInfo, flavour: flavour) { classType, input, value in
            if case .read(_, let constants)? = traits[classType]?.roles[input], constants.contains(value) {
                return true
            }
            return FileReference(value).flatMap(files) != nil
        }
        let accepted: WorkflowValidator.Accepted
        switch validator.validate(.object(request.prompt), targets: request.targets) {
        case .accepted(let value): accepted = value
        case .rejected(let rejection):
            return .rejected(rejection, mayBeStale: GraphCheck.mayBeStale(rejection))
        case .serverError:
            let rejection = PromptRejection("invalid_prompt", "Each node of a prompt must be an object.")
            return .rejected(rejection, mayBeStale: false)
        }
        var review = GraphReview(
            check: self, policy: policy, original: request.prompt, accepted: accepted, files: files)
        review.run()
        if let rejection = review.rejection { return .rejected(rejection, mayBeStale: false) }
        return .accepted(review.result)
    }

    static func mayBeStale(_ rejection: PromptRejection) -> Bool {
        isStale(rejection.error) || mayBeStale(rejection.nodes)
    }

    static func mayBeStale(_ nodes: [NodeFaults]) -> Bool { nodes.contains { $0.faults.contains(where: isStale) } }

    /// Files are the gate's own, so a complaint about one holds.
    private static func isStale(_ fault: PromptFault) -> Bool {
        fault.mayBeStale && fault.type != "custom_validation_failed"
    }

    /// Lists of the worker's files that no option shows as such: the account's own files are not in them, so they must
    /// not bind.
    private static func withOwnFiles(_ nodeClass: NodeClass) -> NodeClass? {
        var json = nodeClass.json
        var hasChanged = false
        for spec in nodeClass.inputs where spec.choices != nil && !spec.namesAnyFile {
            guard PathInputs.role(of: spec, in: nodeClass.name) == .reads else { continue }
            var options = spec.options
            options["file_upload"] = true
            let group = spec.isRequired ? "required" : "optional"
            guard var inputs = json["input"]?.object, var members = inputs[group]?.object else { continue }
            members[spec.name] = .array([spec.rawType, .object(options)])
            inputs[group] = .object(members)
            json["input"] = .object(inputs)
            hasChanged = true
        }
        return hasChanged ? NodeClass(name: nodeClass.name, json) : nil
    }
}
