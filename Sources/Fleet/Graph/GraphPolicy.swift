/// What a role or a team may run.
///
/// Judged are the nodes that would run; what hangs loose in a graph never reaches a worker.
public struct GraphPolicy: Sendable, Hashable {
    public var classes: NameRules
    /// Folders below `custom_nodes` of the worker; ComfyUI's own classes belong to none.
    public var packs: NameRules
    /// Model files as the lists of values name them, and the same behind their folder: `loras/style/*`.
    public var models: NameRules
    /// Classes whose runs are not repeated when a worker is lost; API nodes never are.
    public var neverRetried: [NamePattern]
    /// Nodes that call a paid host on the internet with the caller's key.
    public var allowsAPINodes: Bool
    /// Lets another node make the text of a path input, so that nobody can tell what is read and written, and lets
    /// custom nodes take absolute paths.
    public var allowsLinkedPaths: Bool
    public var limits: GraphLimits

    public init(
        classes: NameRules = .everything, packs: NameRules = .everything, models: NameRules = .everything,
        neverRetried: [NamePattern] = [], allowsAPINodes: Bool = false, allowsLinkedPaths: Bool = false,
        limits: GraphLimits = GraphLimits()
    ) {
        (self.classes, self.packs, self.models) = (classes, packs, models)
        (self.neverRetried, self.allowsAPINodes) = (neverRetried, allowsAPINodes)
        (self.allowsLinkedPaths, self.limits) = (allowsLinkedPaths, limits)
    }

    /// For people who may do all that a worker of their own would do; only the number of nodes is limited.
    public static let permissive = GraphPolicy(
        allowsAPINodes: true, allowsLinkedPaths: true,
        limits: GraphLimits(pixels: nil, steps: nil, frames: nil, cost: nil))

    /// For members: no API nodes, nothing that saves models, trains, or reads whole folders.
    public static let standard = GraphPolicy(classes: NameRules(denied: modelSavers + trainers + folderLoaders))

    /// Core classes that write models below the output folder.
    public static let modelSavers: [NamePattern] = [
        "CLIPSave", "CheckpointSave", "ImageOnlyCheckpointSave", "LoraSave", "ModelSave", "SaveLoRA", "SaveLoRANode",
        "VAESave",
    ]
    /// Core classes that train or make data sets.
    public static let trainers: [NamePattern] = [
        "LossGraphNode", "MakeTrainingDataset", "SaveImageDataSetToFolder", "SaveImageTextDataSetToFolder",
        "SaveTrainingDataset", "TrainLoraNode",
    ]
    /// Core classes that read every file of a folder of the worker.
    public static let folderLoaders: [NamePattern] = [
        "LoadImageDataSetFromFolder", "LoadImageSetFromFolderNode", "LoadImageTextDataSetFromFolder",
        "LoadImageTextSetFromFolderNode", "LoadTrainingDataset",
    ]
}

/// How big a graph may be; nil is no limit. A size that another node computes at run time is not seen.
public struct GraphLimits: Sendable, Hashable {
    /// Nodes in the whole graph, also those that do not run. Default 5,000.
    public var nodes: Int?
    /// Width × height × batch of one node, in pixels. Default 67,108,864: 64 pictures of 1024 × 1024.
    public var pixels: Int?
    /// Steps of one sampler. Default 500.
    public var steps: Int?
    /// Frames of one video. Default 1,000.
    public var frames: Int?
    /// `CheckedGraph.cost`: megapixels × frames × steps. Default 20,000.
    public var cost: Int?

    public init(
        nodes: Int? = 5_000, pixels: Int? = 67_108_864, steps: Int? = 500, frames: Int? = 1_000, cost: Int? = 20_000
    ) {
        (self.nodes, self.pixels, self.steps, self.frames, self.cost) = (nodes, pixels, steps, frames, cost)
    }
}
