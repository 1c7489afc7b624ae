internal import Basics
internal import ComfyAPI

/// Runs the nodes: pictures for real, models by dreaming, everything else by handing on what fits.
struct NodeLibrary {
    let flavour: ComfyFlavour
    let files: any FileTree
    /// Nanoseconds since 1970, for files written.
    let time: UInt64
    /// Largest picture made, in pixels.
    let maximumPixels: Int
    /// `prompt` and the members of `extra_pnginfo`, ready for a PNG.
    let metadata: [PNGCodec.Text]
    /// Letters in the temporary names of a node.
    let temporaryName: String
    /// The id of a new file's asset; nil where files have none.
    let assetID: (() -> UUID)?

    func run(_ call: NodeCall) throws(NodeFailure) -> NodeResult {
        if let result = try runImageNode(call) { return result }
        if let result = try runModelNode(call) { return result }
        if let result = try runOutputNode(call) { return result }
        return passThrough(call)
    }

    /// The steps a node reports one by one; nil for a node without progress.
    static func steps(_ call: NodeCall) -> Int? {
        switch call.classType {
        case "KSampler", "SamplerCustom": max(1, call.int("steps", 20))
        case "KSamplerAdvanced":
            max(1, min(call.int("end_at_step", 10_000), call.int("steps", 20)) - max(0, call.int("start_at_step", 0)))
        case "SamplerCustomAdvanced": 20
        default: nil
        }
    }

    /// Pictures in one batch, as the EmptyImage node has it.
    static let maximumBatch = 4_096

    static let samplers: Set<String> = ["KSampler", "KSamplerAdvanced", "SamplerCustom", "SamplerCustomAdvanced"]

    func check(_ width: Int, _ height: Int, _ count: Int = 1) throws(NodeFailure) {
        guard width > 0, height > 0, count > 0, count <= Self.maximumBatch else {
            throw NodeFailure(type: "ValueError", message: "height and width must be > 0")
        }
        guard width <= maximumPixels / height / count else { throw .outOfMemory }
    }

    // MARK: - Pictures

    private func runImageNode(_ call: NodeCall) throws(NodeFailure) -> NodeResult? {
        switch call.classType {
        case "EmptyImage":
            let (width, height, count) = (call.int("width", 512), call.int("height", 512), call.int("batch_size", 1))
            try check(width, height, count)
            let colour = call.int("color", 0)
            let pixel = Picture.Pixel(
                r: UInt8(colour >> 16 & 255), g: UInt8(colour >> 8 & 255), b: UInt8(colour & 255))
            let picture = Picture(width: width, height: height, plain: pixel)
            return NodeResult([.images([Picture](repeating: picture, count: count))])
        case "SolidMask":
            let (width, height) = (call.int("width", 512), call.int("height", 512))
            try check(width, height)
            let grey = UInt8(min(max(call.double("value", 1), 0), 1) * 255)
            let picture = Picture(
                width: width, height: height, plain: Picture.Pixel(r: grey, g: grey, b: grey))
            return NodeResult([.masks([picture])])
        case "LoadImage", "LoadImageOutput":
            let picture = try load(call.text("image"))
            // The mask is one where the picture is transparent.
            let mask =
                picture.isOpaque
                ? Picture(width: 64, height: 64, plain: Picture.Pixel(r: 0, g: 0, b: 0))
                : picture.channel(3, inverted: true)
            return NodeResult([.images([picture.opaque]), .masks([mask])])
        case "LoadImageMask":
            let picture = try load(call.text("image"))
            let channel = ["red": 0, "green": 1, "blue": 2][call.text("channel")] ?? 3
            return NodeResult([.masks([picture.channel(channel, inverted: channel == 3)])])
        case "ImageInvert":
            return NodeResult([.images(call.images("image").map(\.inverted))])
        case "InvertMask":
            return NodeResult([.masks(call.images("mask").map(\.inverted))])
        case "MaskToImage":
            return NodeResult([.images(call.images("mask"))])
        case "ImageToMask":
            let channel = ["red": 0, "green": 1, "blue": 2][call.text("channel")] ?? 3
            return NodeResult([.masks(call.images("image").map { $0.channel(channel) })])
        case "ImageScale":
            let images = call.images("image")
            guard let first = images.first else { return nil }
            var (width, height) = (call.int("width", 512), call.int("height", 512))
            if width == 0 { width = max(1, first.width * height / max(1, first.height)) }
            if height == 0 { height = max(1, first.height * width / max(1, first.width)) }
            return try scaled(images, width, height, call)
        case "ImageScaleBy":
            let images = call.images("image")
            guard let first = images.first else { return nil }
            let factor = call.double("scale_by", 1)
            return try scaled(
                images, Int((Double(first.width) * factor).rounded()), Int((Double(first.height) * factor).rounded()),
                call)
        case "ImageScaleToTotalPixels", "FluxKontextImageScale":
            let images = call.images("image")
            guard let first = images.first else { return nil }
            let total = call.double("megapixels", 1) * 1_048_576
            let factor = (total / Double(first.width * first.height)).squareRoot()
            return try scaled(
                images, max(1, Int((Double(first.width) * factor).rounded())),
                max(1, Int((Double(first.height) * factor).rounded())), call)
        case "ImageCrop":
            let (x, y) = (call.int("x", 0), call.int("y", 0))
            let (width, height) = (call.int("width", 512), call.int("height", 512))
            return NodeResult([
                .images(call.images("image").map { $0.cropped(x: x, y: y, width: width, height: height) })
            ])
        case "ImageFlip":
            let vertically = call.text("flip_method").hasPrefix("x")
            return NodeResult([.images(call.images("image").map { $0.flipped(vertically: vertically) })])
        case "ImageRotate":
            let quarters = (Int(call.text("rotation").prefix { $0.isNumber }) ?? 0) / 90
            return NodeResult([.images(call.images("image").map { $0.rotated(quarters: quarters) })])
        case "ImageBatch":
            let (first, second) = (call.images("image1"), call.images("image2"))
            guard let size = first.first else { return nil }
            return NodeResult([.images(first + second.map { $0.scaled(to: size.width, size.height) })])
        case "ImageBlend":
            let (first, second) = (call.images("image1"), call.images("image2"))
            guard !second.isEmpty else { return nil }
            return NodeResult([
                .images(
                    first.enumerated().map { index, picture in
                        picture.blended(
                            with: second[index % second.count], mode: call.text("blend_mode"),
                            factor: call.double("blend_factor", 0.5))
                    })
            ])
        case "ImageStitch":
            let (first, second) = (call.images("image1"), call.images("image2"))
            guard let left = first.first else { return nil }
            guard let right = second.first else { return NodeResult([.images(first)]) }
            let direction = call.text("direction", "right")
            let size = left.stitchedSize(with: right, direction: direction)
            try check(size.width, size.height)
            return NodeResult([.images([left.stitched(to: right, direction: direction)])])
        case "RepeatImageBatch":
            let images = call.images("image")
            guard let first = images.first else { return nil }
            let count = max(1, call.int("amount", 1))
            try check(first.width, first.height, images.count * count)
            return NodeResult([.images((0..<count).flatMap { _ in images })])
        case "GetImageSize":
            let images = call.images("image")
            guard let first = images.first else { return nil }
            return NodeResult(
                [first.width, first.height, images.count].map { .literal(JSON($0)) },
                text: "width: \(first.width), height: \(first.height)\n batch size: \(images.count)")
        default: return nil
        }
    }

    private func scaled(
        _ images: [Picture], _ width: Int, _ height: Int, _ call: NodeCall
    ) throws(NodeFailure) -> NodeResult {
        try check(width, height, images.count)
        let nearest = call.text("upscale_method").hasPrefix("nearest")
        let crop = call.text("crop") == "center"
        return NodeResult([
            .images(images.map { $0.fitted(to: width, height, crop: crop, nearest: nearest) })
        ])
    }

    /// A picture by the name a loader node carries: relative, with directories, or with its folder in brackets.
    private func load(_ name: String) throws(NodeFailure) -> Picture {
        let named = FilePath.annotated(name)
        let shown = "/opt/ComfyUI-data/\(named.type ?? "input")/\(named.name)"
        guard let path = FilePath.resolve(named.type ?? "input", named.name), let file = files.read(path) else {
            throw NodeFailure(type: "FileNotFoundError", message: "[Errno 2] No such file or directory: '\(shown)'")
        }
        if let picture = PNGCodec.decode(file.bytes, limit: maximumPixels) { return picture }
        if let picture = JPEGCodec.decode(file.bytes, limit: maximumPixels) { return picture }
        throw NodeFailure(type: "PIL.UnidentifiedImageError", message: "cannot identify image file '\(shown)'")
    }

    // MARK: - Models

    private func runModelNode(_ call: NodeCall) throws(NodeFailure) -> NodeResult? {
        switch call.classType {
        case "EmptyLatentImage", "EmptySD3LatentImage", "EmptyFlux2LatentImage", "EmptyHunyuanImageLatent":
            let (width, height, batch) = (call.int("width", 512), call.int("height", 512), call.int("batch_size", 1))
            try check(width, height, batch)
            return NodeResult([.latent(Latent(width: width, height: height, batch: batch))])
        case "LatentUpscale":
            var latent = call.latent("samples")
            let (width, height) = (call.int("width", latent.width), call.int("height", latent.height))
            if width > 0 { latent.width = width }
            if height > 0 { latent.height = height }
            try check(latent.width, latent.height, latent.batch)
            return NodeResult([.latent(latent)])
        case "LatentUpscaleBy":
            var latent = call.latent("samples")
            latent.width = max(8, Int(Double(latent.width) * call.double("scale_by", 1.5)))
            latent.height = max(8, Int(Double(latent.height) * call.double("scale_by", 1.5)))
            try check(latent.width, latent.height, latent.batch)
            return NodeResult([.latent(latent)])
        case "VAEEncode", "VAEEncodeForInpaint":
            let pictures = call.images("pixels")
            guard let first = pictures.first else { return nil }
            return NodeResult([
                .latent(Latent(width: first.width, height: first.height, batch: pictures.count, start: pictures))
            ])
        case "VAEDecode", "VAEDecodeTiled":
            return NodeResult([.images(call.latent("samples").decoded())])
        case "CLIPTextEncode": return NodeResult([.conditioning(call.words("text"))])
        case "CLIPTextEncodeFlux":
            return NodeResult([.conditioning([call.words("clip_l"), call.words("t5xxl")].joined(separator: "\n"))])
        case let name where name.hasPrefix("TextEncode"): return NodeResult([.conditioning(call.words("prompt"))])
        case "ConditioningZeroOut": return NodeResult([.conditioning("")])
        case "ConditioningCombine", "ConditioningConcat":
            return NodeResult([
                .conditioning(call.names.map { call.words($0) }.filter { !$0.isEmpty }.joined(separator: "\n"))
            ])
        case "CheckpointLoaderSimple":
            return NodeResult([.model(call.text("ckpt_name")), .opaque("CLIP"), .opaque("VAE")])
        case "UNETLoader": return NodeResult([.model(call.text("unet_name"))])
        case "LoraLoader", "LoraLoaderModelOnly":
            let model = NodeValue.model(call.model("model") + "+" + call.text("lora_name"))
            return NodeResult(
                call.classType == "LoraLoader" ? [model, call.inputs["clip"] ?? .opaque("CLIP")] : [model])
        case let name where Self.samplers.contains(name):
            return NodeResult([NodeValue](repeating: .latent(sampled(call)), count: max(1, call.outputTypes.count)))
        case "ComfySwitchNode":
            let on = if case .literal(.bool(true))? = call.inputs["switch"] { true } else { false }
            return NodeResult([call.inputs[on ? "on_true" : "on_false"] ?? .literal(.null)])
        case let name where name.hasPrefix("Primitive"): return call.inputs["value"].map { NodeResult([$0]) }
        default: return nil
        }
    }

    /// What a sampler makes of its latent.
    func sampled(_ call: NodeCall) -> Latent {
        var latent = call.latent(call.inputs["latent_image"] == nil ? "samples" : "latent_image")
        if latent.dream != nil { latent.start = latent.decoded() }
        let words = [call.words("positive"), call.words("negative"), call.model("model")].joined(separator: "\n")
        let seed = call.seed(call.inputs["noise_seed"] == nil ? "seed" : "noise_seed")
        let strength = min(max(call.double("denoise", 1), 0), 1)
        latent.dream = Dream(words: words, seed: seed, strength: latent.start.isEmpty ? 1 : strength)
        return latent
    }

    /// One step of a sampler, fitted into a box of `side` pixels.
    func preview(_ call: NodeCall, progress: Double, side: Int) -> Picture {
        let latent = sampled(call)
        let longest = Double(max(latent.width, latent.height))
        // Previews come from a latent an eighth as big; painting them that small and scaling up is as true.
        let small = min(longest / 8, Double(side))
        func fit(_ length: Int, _ size: Double) -> Int { max(1, Int(Double(length) * size / longest)) }
        return DreamPainter(latent.dream ?? Dream(words: "", seed: 0)).paint(
            width: fit(latent.width, small), height: fit(latent.height, small), progress: progress,
            start: latent.start.first.map { ($0, 1 - (latent.dream?.strength ?? 1)) }
        ).scaled(to: fit(latent.width, Double(side)), fit(latent.height, Double(side)))
    }

    // MARK: - Anything else

    /// Hands on, for each output, the first input of its type, or a neutral value.
    private func passThrough(_ call: NodeCall) -> NodeResult {
        NodeResult(
            call.outputTypes.map { type in
                for name in call.names {
                    guard let value = call.inputs[name] else { continue }
                    if value.type == type { return value }
                    if type == "*" || type.hasPrefix("COMFY_MATCHTYPE"), value.type != "BOOLEAN" { return value }
                }
                return Self.neutral(type)
            })
    }

    static func neutral(_ type: String) -> NodeValue {
        switch type {
        case "IMAGE": .images([Picture(width: 64, height: 64, plain: Picture.Pixel(r: 127, g: 127, b: 127))])
        case "MASK": .masks([Picture(width: 64, height: 64, plain: Picture.Pixel(r: 0, g: 0, b: 0))])
        case "LATENT": .latent(Latent(width: 512, height: 512, batch: 1))
        case "CONDITIONING": .conditioning("")
        case "MODEL": .model("")
        case "INT": .literal(0)
        case "FLOAT": .literal(.number(JSONNumber(0.0)))
        case "BOOLEAN": .literal(false)
        case "STRING", "COMBO": .literal("")
        default: .opaque(type)
        }
    }
}
