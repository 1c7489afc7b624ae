internal import Basics
internal import ComfyAPI

/// Which combos list files, and where those lie; in the recordings they are empty.
enum ModelCombos {
    /// Classes, inputs and keys of `/models`.
    static let models: [(classType: String, input: String, folder: String)] = [
        ("CheckpointLoaderSimple", "ckpt_name", "checkpoints"), ("CheckpointLoader", "ckpt_name", "checkpoints"),
        ("CheckpointLoader", "config_name", "configs"), ("unCLIPCheckpointLoader", "ckpt_name", "checkpoints"),
        ("ImageOnlyCheckpointLoader", "ckpt_name", "checkpoints"),
        ("CreateHookModelAsLora", "ckpt_name", "checkpoints"),
        ("CreateHookModelAsLoraModelOnly", "ckpt_name", "checkpoints"),
        ("LTXVAudioVAELoader", "ckpt_name", "checkpoints"), ("LTXAVTextEncoderLoader", "ckpt_name", "checkpoints"),
        ("LTXAVTextEncoderLoader", "text_encoder", "text_encoders"), ("VAELoader", "vae_name", "vae"),
        ("LoraLoader", "lora_name", "loras"), ("LoraLoaderModelOnly", "lora_name", "loras"),
        ("LoraLoaderBypass", "lora_name", "loras"), ("LoraLoaderBypassModelOnly", "lora_name", "loras"),
        ("CreateHookLora", "lora_name", "loras"), ("CreateHookLoraModelOnly", "lora_name", "loras"),
        ("CLIPLoader", "clip_name", "text_encoders"), ("DualCLIPLoader", "clip_name1", "text_encoders"),
        ("DualCLIPLoader", "clip_name2", "text_encoders"), ("TripleCLIPLoader", "clip_name1", "text_encoders"),
        ("TripleCLIPLoader", "clip_name2", "text_encoders"), ("TripleCLIPLoader", "clip_name3", "text_encoders"),
        ("QuadrupleCLIPLoader", "clip_name1", "text_encoders"),
        ("QuadrupleCLIPLoader", "clip_name2", "text_encoders"),
        ("QuadrupleCLIPLoader", "clip_name3", "text_encoders"),
        ("QuadrupleCLIPLoader", "clip_name4", "text_encoders"), ("UNETLoader", "unet_name", "diffusion_models"),
        ("ControlNetLoader", "control_net_name", "controlnet"),
        ("DiffControlNetLoader", "control_net_name", "controlnet"),
        ("StyleModelLoader", "style_model_name", "style_models"), ("CLIPVisionLoader", "clip_name", "clip_vision"),
        ("GLIGENLoader", "gligen_name", "gligen"), ("HypernetworkLoader", "hypernetwork_name", "hypernetworks"),
        ("UpscaleModelLoader", "model_name", "upscale_models"),
        ("LatentUpscaleModelLoader", "model_name", "latent_upscale_models"),
        ("PhotoMakerLoader", "photomaker_model_name", "photomaker"), ("ModelPatchLoader", "name", "model_patches"),
        ("AudioEncoderLoader", "audio_encoder_name", "audio_encoders"),
        ("LoadBackgroundRemovalModel", "bg_removal_name", "background_removal"),
        ("FrameInterpolationModelLoader", "model_name", "frame_interpolation"),
        ("OpticalFlowLoader", "model_name", "optical_flow"), ("LoadMoGeModel", "model_name", "geometry_estimation"),
        ("LoadDA3Model", "model_name", "geometry_estimation"),
        ("LoadMediaPipeFaceLandmarker", "model_name", "detection"),
    ]

    /// Classes, inputs, and what a file's content type begins or its name ends with.
    static let inputFiles: [(classType: String, input: String, kinds: [String])] = [
        ("LoadImage", "image", ["image/"]), ("LoadImageMask", "image", ["image/"]), ("LoadVideo", "file", ["video/"]),
        ("LoadAudio", "audio", ["audio/", "video/"]), ("LoadLatent", "latent", [".latent"]),
    ]

    /// The recorded classes with a worker's models in their combos, as written and as read.
    static func filled(_ resources: SimulatorResources, _ options: SimulatorOptions) -> (JSONObject, ObjectInfo) {
        let files = options.models
        var info = resources.objectInfo
        var classes = resources.classes
        let shipped: JSONObject = ["SaveImageWebsocket": ShippedNodes.saveImageWebsocket(options.flavour)]
        for (name, value) in shipped.members + options.extraClasses.members {
            info[name] = value
            if let object = value.object { classes[name] = NodeClass(name: name, object) }
        }
        for (classType, input, folder) in models {
            guard let names = files[folder], !names.isEmpty, let known = info[classType] else { continue }
            let new = filled(known, input, with: names.sorted())
            info[classType] = new
            if let object = new.object { classes[classType] = NodeClass(name: classType, object) }
        }
        return (info, classes)
    }

    /// The class with the options of one combo put in front of those that are constant (`pixel_space`).
    static func filled(_ info: JSON, _ input: String, with names: [String]) -> JSON {
        guard case .object(var info) = info, case .object(var inputs)? = info["input"] else { return info }
        for section in ["required", "optional"] {
            guard case .object(var fields)? = inputs[section], case .array(var spec)? = fields[input], !spec.isEmpty
            else {
                continue
            }
            let constant: [JSON] = input == "vae_name" ? ["pixel_space"] : []
            let options = names.map { JSON.string($0) } + constant
            if case .array = spec[0] {
                spec[0] = .array(options)
            } else if spec.count > 1, case .object(var details) = spec[1] {
                details["options"] = .array(options)
                spec[1] = .object(details)
            }
            fields[input] = .array(spec)
            inputs[section] = .object(fields)
        }
        info["input"] = .object(inputs)
        return .object(info)
    }
}
