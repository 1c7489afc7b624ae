internal import Basics

/// The nodes that write files or show text.
extension NodeLibrary {
    func runOutputNode(_ call: NodeCall) throws(NodeFailure) -> NodeResult? {
        switch call.classType {
        case "SaveImage": return try pictures(call, "images", root: "output", prefix: call.text("filename_prefix"))
        case "PreviewImage": return try pictures(call, "images", root: "temp", prefix: "ComfyUI_temp_\(temporaryName)")
        case "SaveImageWebsocket":
            var result = NodeResult()
            result.sent = call.images("images")
            return result
        case "MaskPreview":
            var result = try pictures(call, "mask", root: "temp", prefix: "ComfyUI_temp_\(temporaryName)")
            if flavour.isModern { result.ui?["animated"] = [false] }
            return result
        case "SaveAnimatedWEBP":
            let bytes = call.images("images").first.map { WebPWriter.encode($0) } ?? []
            return try single(call, "images", bytes, suffix: "_.webp", animated: true)
        case "SaveAnimatedPNG":
            let bytes = call.images("images").first.map { PNGCodec.encode($0, texts: metadata) } ?? []
            return try single(call, "images", bytes, suffix: "_.png", animated: true)
        case "SaveVideo", "SaveWEBM":
            let suffix = call.classType == "SaveVideo" ? "_.mp4" : "_.webm"
            return try single(call, "images", Self.placeholder("video"), suffix: suffix, animated: true)
        case "SaveLatent": return try single(call, "latents", Self.placeholder("latent"), suffix: "_.latent")
        case "SaveAudio": return try single(call, "audio", Self.placeholder("audio"), suffix: audioSuffix + ".flac")
        case "SaveAudioMP3": return try single(call, "audio", Self.placeholder("audio"), suffix: audioSuffix + ".mp3")
        case "SaveAudioOpus": return try single(call, "audio", Self.placeholder("audio"), suffix: audioSuffix + ".opus")
        case "PreviewAudio":
            return try single(
                call, "audio", Self.placeholder("audio"), suffix: audioSuffix + ".flac", root: "temp",
                prefix: "ComfyUI_temp_\(temporaryName)")
        case "PreviewAny":
            let shown: String =
                switch call.inputs["source"] {
                case .literal(.string(let text))?: text
                case .literal(let value)?: PythonJSON.text(value)
                case let value?: value.printed.string ?? ""
                case nil: "None"
                }
            return NodeResult([.literal(.string(shown))], ui: JSONObject([("text", [.string(shown)])]))
        default: return nil
        }
    }

    private var audioSuffix: String { flavour.isModern ? "" : "_" }

    /// Not a real file of its kind; nothing here can play it.
    private static func placeholder(_ kind: String) -> [UInt8] { Array("simulated \(kind)\n".utf8) }

    private var naming: OutputNaming {
        OutputNaming(files: files, time: Timestamp(milliseconds: Int64(time / 1_000_000)))
    }

    /// One PNG for each picture of a batch.
    private func pictures(
        _ call: NodeCall, _ input: String, root: String, prefix: String
    ) throws(NodeFailure) -> NodeResult {
        let batch = call.images(input)
        let size = (batch.first?.width ?? 0, batch.first?.height ?? 0)
        var place = try naming.place(root: root, prefix: prefix, size: size)
        var items: [JSON] = []
        for (index, picture) in batch.enumerated() {
            let stem = OutputNaming.replace("%batch_num%", by: String(index), in: place.stem)
            let name = "\(stem)_\(OutputNaming.padded(place.counter, 5))_.png"
            items.append(try save(PNGCodec.encode(picture, texts: metadata), root, place.subfolder, name))
            place.counter += 1
        }
        return NodeResult(call.inputs[input].map { [$0] } ?? [], ui: JSONObject([("images", .array(items))]))
    }

    private func single(
        _ call: NodeCall, _ key: String, _ bytes: [UInt8], suffix: String, animated: Bool = false,
        root: String = "output", prefix: String? = nil
    ) throws(NodeFailure) -> NodeResult {
        let first = call.images("images").first
        let size = (width: first?.width ?? 0, height: first?.height ?? 0)
        let place = try naming.place(
            root: root, prefix: prefix ?? call.text("filename_prefix"), size: size)
        let name = "\(place.stem)_\(OutputNaming.padded(place.counter, 5))\(suffix)"
        var ui = JSONObject()
        ui[key] = .array([try save(bytes, root, place.subfolder, name)])
        if animated { ui["animated"] = [true] }
        let handedOn = call.names.first.flatMap { call.inputs[$0] }
        return NodeResult(handedOn.map { [$0] } ?? [], ui: ui)
    }

    private func save(
        _ bytes: [UInt8], _ root: String, _ subfolder: String, _ name: String
    ) throws(NodeFailure) -> JSON {
        guard files.write(FilePath.join(FilePath.join(root, subfolder), name), bytes, at: time) else {
            throw NodeFailure(type: "OSError", message: "[Errno 28] No space left on device")
        }
        var item: JSONObject = ["filename": .string(name), "subfolder": .string(subfolder), "type": .string(root)]
        if let assetID { item["id"] = .string(assetID().description) }
        return .object(item)
    }
}
