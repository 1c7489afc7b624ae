internal import Basics

/// Bodies of `POST /prompt`.
enum Prompts {
    private static let workflowNode =
        #"{"id":3,"type":"KSampler","pos":[863,186],"size":[315,262],"flags":{},"order":4,"mode":0,"#
        + #""inputs":[{"name":"model","type":"MODEL","link":1},{"name":"positive","type":"CONDITIONING","link":4}],"#
        + #""outputs":[{"name":"LATENT","type":"LATENT","links":[7],"slot_index":0}],"#
        + #""widgets_values":[156680208700286,"randomize",20,8,"euler","normal",1]}"#

    /// The default graph of the editor.
    static func textToImage(seed: Int, steps: Int = 20) -> String {
        """
        {"3":{"inputs":{"seed":\(seed),"steps":\(steps),"cfg":8,"sampler_name":"euler","scheduler":"normal","denoise":1,\
        "model":["4",0],"positive":["6",0],"negative":["7",0],"latent_image":["5",0]},"class_type":"KSampler",\
        "_meta":{"title":"KSampler"}},"4":{"inputs":{"ckpt_name":"\(BenchWorker.checkpoint)"},\
        "class_type":"CheckpointLoaderSimple","_meta":{"title":"Load Checkpoint"}},"5":{"inputs":{"width":512,\
        "height":512,"batch_size":1},"class_type":"EmptyLatentImage","_meta":{"title":"Empty Latent Image"}},\
        "6":{"inputs":{"text":"beautiful scenery nature glass bottle landscape, purple galaxy bottle","clip":["4",1]},\
        "class_type":"CLIPTextEncode","_meta":{"title":"CLIP Text Encode (Prompt)"}},"7":{"inputs":{\
        "text":"text, watermark","clip":["4",1]},"class_type":"CLIPTextEncode",\
        "_meta":{"title":"CLIP Text Encode (Prompt)"}},"8":{"inputs":{"samples":["3",0],"vae":["4",2]},\
        "class_type":"VAEDecode","_meta":{"title":"VAE Decode"}},"9":{"inputs":{"filename_prefix":"ComfyUI",\
        "images":["8",0]},"class_type":"SaveImage","_meta":{"title":"Save Image"}}}
        """
    }

    /// One colour, saved: the smallest job with a file.
    static func colour(_ number: Int) -> String {
        """
        {"1":{"inputs":{"width":64,"height":64,"batch_size":1,"color":\(number % 16_777_216)},\
        "class_type":"EmptyImage"},"2":{"inputs":{"filename_prefix":"ComfyUI","images":["1",0]},\
        "class_type":"SaveImage"}}
        """
    }

    /// Reads an upload and saves it.
    static func copy(of name: String) -> String {
        """
        {"1":{"inputs":{"image":"\(name)"},"class_type":"LoadImage"},"2":{"inputs":{"filename_prefix":"ComfyUI",\
        "images":["1",0]},"class_type":"SaveImage"}}
        """
    }

    /// As many nodes as asked for: chains of a LoRA, two texts, a sampler, a decoder, a scaler and an output.
    static func large(nodes: Int) -> String {
        var all = [#""1":{"inputs":{"ckpt_name":"\#(BenchWorker.checkpoint)"},"class_type":"CheckpointLoaderSimple"}"#]
        var model = #"["1",0]"#
        var clip = #"["1",1]"#
        func add(_ type: String, _ inputs: String) -> Int {
            let id = all.count + 1
            all.append(#""\#(id)":{"inputs":{\#(inputs)},"class_type":"\#(type)","_meta":{"title":"\#(type) \#(id)"}}"#)
            return id
        }
        while all.count + 8 <= nodes {
            let lora = add(
                "LoraLoader",
                #""lora_name":"\#(BenchWorker.lora)","strength_model":0.7,"strength_clip":1,"model":\#(model),"clip":\#(clip)"#
            )
            (model, clip) = (#"["\#(lora)",0]"#, #"["\#(lora)",1]"#)
            let text = add("CLIPTextEncode", #""text":"a lighthouse at dusk, number \#(lora)","clip":\#(clip)"#)
            let negative = add("CLIPTextEncode", #""text":"text, watermark","clip":\#(clip)"#)
            let latent = add("EmptyLatentImage", #""width":512,"height":512,"batch_size":1"#)
            let sampler = add(
                "KSampler",
                #""seed":\#(lora),"steps":20,"cfg":8,"sampler_name":"euler","scheduler":"normal","denoise":1,"model":\#(model),"#
                    + #""positive":["\#(text)",0],"negative":["\#(negative)",0],"latent_image":["\#(latent)",0]"#)
            let picture = add("VAEDecode", #""samples":["\#(sampler)",0],"vae":["1",2]"#)
            let scaled = add(
                "ImageScale",
                #""image":["\#(picture)",0],"upscale_method":"lanczos","width":1024,"height":1024,"crop":"disabled""#)
            _ = add("SaveImage", #""filename_prefix":"bench/\#(scaled)","images":["\#(scaled)",0]"#)
        }
        while all.count < nodes { _ = add("EmptyLatentImage", #""width":512,"height":512,"batch_size":1"#) }
        return "{" + all.joined(separator: ",") + "}"
    }

    /// A whole body.
    ///
    /// - Parameter bytes: Filled up with the editor's own graph, as the web UI sends it along; 0 leaves it out.
    static func body(_ prompt: String, client: String? = nil, bytes: Int = 0) -> [UInt8] {
        var head = "{"
        if let client { head += #""client_id":"\#(client)","# }
        head += #""prompt":\#(prompt)"#
        guard bytes > 0 else { return Array((head + "}").utf8) }
        head += #","extra_data":{"extra_pnginfo":{"workflow":{"id":"5cdc1fd0-2c4f-4d34-8b7c-1f5f0e0f2c3a","nodes":["#
        let tail = #"],"note":""#
        let end = #""}}}}"#
        while head.utf8.count + workflowNode.utf8.count + 1 + tail.utf8.count + end.utf8.count < bytes {
            head += (head.hasSuffix("[") ? "" : ",") + workflowNode
        }
        head += tail
        head += String(repeating: "x", count: max(0, bytes - head.utf8.count - end.utf8.count))
        return Array((head + end).utf8)
    }
}

/// A picture of noise, whose size compression cannot change.
enum NoisePicture {
    /// A PNG of 707 × 707 pixels without compression: 1.5 MB.
    static func png(side: Int = 707) -> [UInt8] {
        var raw: [UInt8] = []
        let noise = Pattern.bytes(side * side * 3)
        for row in 0..<side {
            raw.append(0)
            raw += noise[(row * side * 3)..<((row + 1) * side * 3)]
        }
        var packed: [UInt8] = [0x78, 0x01]
        var at = 0
        while at < raw.count {
            let count = min(65_535, raw.count - at)
            let isLast: UInt8 = at + count == raw.count ? 1 : 0
            packed += [isLast, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8 & 255)]
            packed += raw[at..<(at + count)]
            at += count
        }
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in raw {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        packed += bigEndian(high << 16 | low)
        let header = bigEndian(UInt32(side)) + bigEndian(UInt32(side)) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", packed)
            + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        var check = CRC32()
        check.add(Array(name.utf8) + data)
        return bigEndian(UInt32(data.count)) + Array(name.utf8) + data + bigEndian(check.result)
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }
}
