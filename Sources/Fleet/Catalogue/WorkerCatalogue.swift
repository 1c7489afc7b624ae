public import Basics
public import ComfyAPI

/// What a worker can do, as it said when it was asked last; immutable, shared by all loops.
public final class WorkerCatalogue: Sendable {
    /// ComfyUI's version; empty when it does not say.
    public let version: String
    public let flavour: ComfyFlavour
    public let check: GraphCheck
    private let text: ObjectInfoText
    /// The answer of `GET /features`.
    public let features: JSONObject
    /// Which ComfyUI with which web UI: what workers answer is kept apart by it.
    public let edition: String
    /// What it was read from; the same text is not read twice.
    let hash: Digest32

    /// - Throws: When `objectInfo` is not what ComfyUI answers.
    init(
        version: String, edition: String, objectInfo: [UInt8], features: JSONObject
    ) throws(WorkflowError) {
        flavour = ComfyFlavour(version: version)
        let check = try GraphCheck(indexing: objectInfo, flavour: flavour)
        do throws(JSONError) {
            text = try ObjectInfoText(objectInfo, check)
        } catch { throw WorkflowError("object_info is not JSON: \(error).") }
        (self.check, self.version, self.edition, self.features) = (check, version, edition, features)
        hash = BLAKE3.hash(objectInfo)
    }

    convenience init(_ kept: KeptCatalogue) throws(WorkflowError) {
        try self.init(
            version: kept.version, edition: kept.edition, objectInfo: kept.objectInfo, features: kept.features)
    }

    /// Whether reading this would give the same.
    func isSame(as kept: KeptCatalogue) -> Bool {
        version == kept.version && edition == kept.edition && features == kept.features
            && hash == BLAKE3.hash(kept.objectInfo)
    }

    /// The answer of `GET /object_info` for one account, or of one class.
    ///
    /// - Parameter files: The account's own inputs that a loader offers.
    public func objectInfo(of nodeClass: String? = nil, files: (OfferedFiles) -> [String]) -> [UInt8] {
        text.text(of: nodeClass, files: files)
    }
}

/// Where the catalogue in force is found from every loop.
public final class CatalogueBoard: Sendable {
    private let held = Locked<WorkerCatalogue?>(nil)

    public init() {}

    /// Nil until a worker has been reached for the first time.
    public var current: WorkerCatalogue? { held.withLock { $0 } }
    func put(_ catalogue: WorkerCatalogue) { held.withLock { $0 = catalogue } }
}
