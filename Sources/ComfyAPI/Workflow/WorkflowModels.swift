public import Basics

/// A model file that a workflow names.
public struct ModelReference: Sendable, Hashable {
    /// Nil when only the editor's metadata names the file, as for a bypassed node.
    public let node: String?
    public let input: String?
    public let classType: String
    /// Relative to its folder, `/`-joined.
    public let name: String
    /// Below `models/`; nil when neither the class nor the metadata tells.
    public let folder: String?
    /// Where the workflow's author says it can be had.
    public let url: String?

    public init(node: String?, input: String?, classType: String, name: String, folder: String?, url: String?) {
        (self.node, self.input, self.classType) = (node, input, classType)
        (self.name, self.folder, self.url) = (name, folder, url)
    }
}

extension WorkflowEditing {
    /// The model files a graph names, each node and input once.
    ///
    /// - Parameter ui: The same workflow in the editor's format: its nodes' `properties.models` give folder and URL, and
    ///   those that the graph does not use come last.
    public static func models(of workflow: Workflow, ui: JSON? = nil) -> [ModelReference] {
        let declared = ui.map(declaredModels) ?? []
        let byName = Dictionary(declared.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var out: [ModelReference] = []
        var used: Set<String> = []
        for (id, node) in workflow.nodes {
            for (input, value) in node.inputs.members {
                guard case .string(let name) = value else { continue }
                let folder = ModelFolders.folder(of: node.classType, input)
                let known = byName[name]
                let isModel = folder != nil || (ModelFolders.isModelFile(name) && !input.contains("prefix"))
                guard isModel || known != nil, !ModelFolders.constants.contains(name) else { continue }
                used.insert(name)
                out.append(
                    ModelReference(
                        node: id, input: input, classType: node.classType, name: name,
                        folder: known?.folder ?? folder ?? ModelFolders.guess(input), url: known?.url))
            }
        }
        return out + declared.filter { used.insert($0.name).inserted }
    }

    /// `properties.models` of every node, those inside subgraphs included; one entry a class and file.
    public static func declaredModels(_ ui: JSON) -> [ModelReference] {
        let graphs = [ui] + (ui["definitions"]?["subgraphs"]?.array ?? [])
        var seen: Set<ModelReference> = []
        var out: [ModelReference] = []
        for node in graphs.flatMap({ $0["nodes"]?.array ?? [] }) {
            for model in node["properties"]?["models"]?.array ?? [] {
                guard let name = model["name"]?.string else { continue }
                let reference = ModelReference(
                    node: nil, input: nil, classType: node["type"]?.string ?? "", name: name,
                    folder: model["directory"]?.string, url: model["url"]?.string)
                if seen.insert(reference).inserted { out.append(reference) }
            }
        }
        return out
    }
}

/// Which inputs of ComfyUI's own classes name model files, and where those lie.
public enum ModelFolders {
    /// Nil for inputs that name no model file as far as is known.
    public static func folder(of classType: String, _ input: String) -> String? {
        if let folder = byClass[classType + "." + input] { return folder }
        return byInput[input]
    }

    /// Values that such lists offer beside files.
    static let constants: Set<String> = ["pixel_space", "None", "none", ""]

    private static let byClass = [
        "AudioEncoderLoader.audio_encoder_name": "audio_encoders", "CLIPLoader.clip_name": "text_encoders",
        "CLIPVisionLoader.clip_name": "clip_vision", "CheckpointLoader.config_name": "configs",
        "DiffusersLoader.model_path": "diffusers", "DualCLIPLoader.clip_name1": "text_encoders",
        "DualCLIPLoader.clip_name2": "text_encoders", "FrameInterpolationModelLoader.model_name": "frame_interpolation",
        "LTXAVTextEncoderLoader.text_encoder": "text_encoders",
        "LatentUpscaleModelLoader.model_name": "latent_upscale_models",
        "LoadBackgroundRemovalModel.bg_removal_name": "background_removal",
        "ModelPatchLoader.name": "model_patches", "OpticalFlowLoader.model_name": "optical_flow",
        "PhotoMakerLoader.photomaker_model_name": "photomaker", "QuadrupleCLIPLoader.clip_name1": "text_encoders",
        "QuadrupleCLIPLoader.clip_name2": "text_encoders", "QuadrupleCLIPLoader.clip_name3": "text_encoders",
        "QuadrupleCLIPLoader.clip_name4": "text_encoders", "TripleCLIPLoader.clip_name1": "text_encoders",
        "TripleCLIPLoader.clip_name2": "text_encoders", "TripleCLIPLoader.clip_name3": "text_encoders",
        "UpscaleModelLoader.model_name": "upscale_models",
    ]

    /// Names that mean the same in core and in the custom packs that follow it.
    private static let byInput = [
        "ckpt_name": "checkpoints", "control_net_name": "controlnet", "gligen_name": "gligen",
        "hypernetwork_name": "hypernetworks", "lora_name": "loras", "style_model_name": "style_models",
        "unet_name": "diffusion_models", "vae_name": "vae",
    ]

    static func guess(_ input: String) -> String? { input.contains("lora") ? "loras" : nil }

    private static let extensions = [
        ".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".onnx", ".pkl",
    ]

    static func isModelFile(_ name: String) -> Bool {
        let name = name.lowercased()
        return extensions.contains { name.hasSuffix($0) }
    }
}
