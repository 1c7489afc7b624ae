// Runs a small workflow with the ComfyAPI library and stores its pictures:
//
//     swift run generate http://127.0.0.1:8188 "a red fox" pictures
//
// `comfygate simulate` is a server for it that needs no graphics card.
import Basics
import ComfyAPI

@main struct Generate {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4 else {
            print("generate URL PROMPT FOLDER")
            return
        }
        let client = try ComfyClient(url: words[1])

        // Any graph that the editor exports in the API format will do.
        var workflow = Workflow()
        workflow["1"] = WorkflowNode(
            "CheckpointLoaderSimple", inputs: ["ckpt_name": "v1-5-pruned-emaonly-fp16.safetensors"])
        workflow["2"] = WorkflowNode("CLIPTextEncode", inputs: ["text": JSON(words[2]), "clip": ["1", 1]])
        workflow["3"] = WorkflowNode("CLIPTextEncode", inputs: ["text": "blurred", "clip": ["1", 1]])
        workflow["4"] = WorkflowNode("EmptyLatentImage", inputs: ["width": 512, "height": 512, "batch_size": 1])
        workflow["5"] = WorkflowNode(
            "KSampler",
            inputs: [
                "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
                "seed": JSON(Int.random(in: 0..<1 << 32)), "steps": 20, "cfg": 7.5, "sampler_name": "euler",
                "scheduler": "normal", "denoise": 1.0,
            ])
        workflow["6"] = WorkflowNode("VAEDecode", inputs: ["samples": ["5", 0], "vae": ["1", 2]])
        workflow["7"] = WorkflowNode("SaveImage", inputs: ["images": ["6", 0], "filename_prefix": "generate"])

        for try await event in client.run(workflow) {
            switch event {
            case .queued(let ahead): print("waiting behind \(ahead)")
            case .node(let node): print(node.title)
            case .progress(let progress): print("  step \(Int(progress.value)) of \(Int(progress.maximum))")
            case .finished(let result):
                guard result.isWhole else { throw GenerateError(outcome: result.outcome) }
                for file in result.files {
                    let stored = try await client.download(file, to: words[3])
                    print("\(stored.path), \(stored.byteCount) bytes")
                }
            default: break
            }
        }
    }
}

struct GenerateError: Error {
    let outcome: RunResult.Outcome
}
