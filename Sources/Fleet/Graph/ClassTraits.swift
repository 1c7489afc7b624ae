import Basics
import ComfyAPI

/// What the gate must know of a class, worked out once for each `object_info`.
struct ClassTraits: Sendable {
    /// What one input is to the gate.
    enum Role: Sendable {
        case plain
        /// Names files of the worker's folders. `isObject`: in the members of an object. `constants`: choices that are
        /// no files.
        case read(isObject: Bool, constants: [String])
        /// `fallback`: what the class takes when the input is left out.
        case write(fallback: String)
        /// `folder`: below `models/`; nil when unknown.
        case model(folder: String?)
        /// Named like a path, in a class nobody here knows.
        case freePath
        case seed
        case size(SizeKind)
    }

    enum SizeKind: Sendable { case width, height, batch, frames, steps }

    /// Runs anew for each attempt, since its result shows names or the whole graph.
    let isMarked: Bool
    /// Would hand the mark to its function.
    let isUnmarkable: Bool
    let isAPINode: Bool
    /// The folder below `custom_nodes`.
    let pack: String?
    /// Roles depend on the values given.
    let isDynamic: Bool
    let roles: [String: Role]
    let writes: [(input: String, fallback: String)]

    init(_ nodeClass: NodeClass, unmarkable: [NamePattern]) {
        let needsMark =
            nodeClass.isOutputNode
            || ["PROMPT", "DYNPROMPT", "EXTRA_PNGINFO"].contains { nodeClass.takesHidden($0) }
        let refusesMark =
            nodeClass.json["accept_all_inputs"]?.bool == true
            || unmarkable.contains { $0.matches(nodeClass.name) }
        isMarked = needsMark && !refusesMark
        isUnmarkable = needsMark && refusesMark
        isAPINode = nodeClass.isAPINode || nodeClass.pythonModule.hasPrefix("comfy_api_nodes")
        pack = ClassTraits.pack(nodeClass)
        isDynamic = nodeClass.inputs.contains { spec in
            switch spec.type {
            case .dynamicCombo, .autogrow: true
            default: false
            }
        }
        roles = ClassTraits.roles(nodeClass.inputs, of: nodeClass)
        writes = ClassTraits.writes(roles)
    }

    private static func pack(_ nodeClass: NodeClass) -> String? {
        let module = nodeClass.pythonModule.split(separator: ".")
        return module.count > 1 && module[0] == "custom_nodes" ? String(module[1]) : nil
    }

    static func roles(_ specs: [InputSpec], of nodeClass: NodeClass) -> [String: Role] {
        var out: [String: Role] = [:]
        out.reserveCapacity(specs.count)
        let isForeign = pack(nodeClass) != nil
        for spec in specs {
            let role = role(spec, of: nodeClass.name)
            if isForeign, case .plain = role, spec.type == .string, FreePath.isNamedLikeOne(spec.name) {
                out[spec.name] = .freePath
            } else {
                out[spec.name] = role
            }
        }
        return out
    }

    static func writes(_ roles: [String: Role]) -> [(input: String, fallback: String)] {
        roles.compactMap { name, role in if case .write(let fallback) = role { (name, fallback) } else { nil } }
    }

    /// What an input is that the class does not declare; the worker hands such values to some classes all the same.
    static func role(undeclared name: String) -> Role { isWrite(name) ? .write(fallback: "") : .plain }

    private static func role(_ spec: InputSpec, of classType: String) -> Role {
        let isPrefix = spec.name == "prefix" && ["SaveLoRA", "SaveLoRANode"].contains(classType)
        if isWrite(spec.name) || isPrefix || PathInputs.role(of: spec, in: classType) == .writes {
            return .write(fallback: spec.options["default"]?.string ?? "ComfyUI")
        }
        if case .link(let type) = spec.type, let isObject = fileWidgets[type] {
            return .read(isObject: isObject, constants: [""])
        }
        if PathInputs.role(of: spec, in: classType) == .reads {
            let constants = (spec.choices ?? []).compactMap(\.string).filter { $0 == "none" || $0 == "None" }
            return .read(isObject: false, constants: spec.type == .string ? [""] : constants)
        }
        let folder = ModelFolders.folder(of: classType, spec.name)
        if folder != nil { return .model(folder: folder) }
        if let choices = spec.choices, choices.contains(where: { $0.string.map(ModelNames.isFile) ?? false }) {
            return .model(folder: nil)
        }
        return number(spec, of: classType)
    }

    private static func number(_ spec: InputSpec, of classType: String) -> Role {
        guard spec.type == .int else { return .plain }
        if spec.name == "seed" || spec.name == "noise_seed" { return .seed }
        switch spec.options["control_after_generate"] {
        case .bool(true)?, .string?: return .seed
        default: break
        }
        switch last(spec.name) {
        case "width": return .size(.width)
        case "height": return .size(.height)
        case "batch_size": return .size(.batch)
        case "amount": return classType.hasPrefix("Repeat") ? .size(.batch) : .plain
        case "length", "frames", "video_frames", "num_frames", "frame_count": return .size(.frames)
        case "steps": return .size(.steps)
        default: return .plain
        }
    }

    private static func isWrite(_ name: String) -> Bool {
        let last = last(name)
        return last == "filename_prefix" || last == "folder_name"
    }

    /// Members of dynamic groups have dotted names.
    private static func last(_ name: String) -> Substring {
        name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[name.index(after: $0)...] } ?? name[...]
    }

    /// Widgets whose value names files that the editor uploaded; true when it is an object of several.
    /// Source: `comfy_extras/nodes_load_3d.py`, `nodes_webcam.py`, `nodes_audio.py`.
    private static let fileWidgets = [
        "LOAD_3D": true, "LOAD_3D_ANIMATION": true, "WEBCAM": false, "AUDIO_RECORD": false,
    ]
}

/// Which texts are names of model files, and which of the models are heavy.
enum ModelNames {
    /// By extension; the same set as the workers list.
    static func isFile(_ name: String) -> Bool {
        // Prompts are long and come here, too: only their end is looked at.
        let end = name.utf8.suffix(longestExtension)
        guard let dot = end.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return extensions.contains(name[dot...].lowercased())
    }

    private static let longestExtension = 12
    private static let extensions: Set<String> = [
        ".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".onnx", ".pkl",
    ]
    /// Values that lists of models offer beside files.
    static let constants: Set<String> = ["pixel_space", "None", "none", ""]
    /// Small ones, which say nothing about where a graph runs well.
    static let light: Set<String> = ["configs", "embeddings", "hypernetworks", "loras", "upscale_models", "vae_approx"]
}
