/// What a policy says to a class, whatever its node is given.
struct ClassVerdict {
    let mayRetry: Bool
    let refusal: (type: String, problem: String)?

    init(_ classType: String, _ traits: ClassTraits, _ policy: GraphPolicy) {
        mayRetry = !traits.isAPINode && !policy.neverRetried.contains { $0.matches(classType) }
        if traits.isAPINode, !policy.allowsAPINodes {
            refusal = ("api_node_not_allowed", "this class calls a paid service, which is not allowed.")
        } else if !policy.classes.allows(classType) {
            refusal = ("class_not_allowed", "this class is not allowed.")
        } else if let pack = traits.pack, !policy.packs.allows(pack) {
            refusal = ("pack_not_allowed", "classes of the custom nodes \(pack) are not allowed.")
        } else {
            refusal = nil
        }
    }
}
