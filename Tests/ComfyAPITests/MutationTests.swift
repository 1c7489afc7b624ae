import Basics
import ComfyAPI
import Testing

/// Recorded documents with a few values changed: nearer to what breaks code than random ones are.
struct MutationTests {
    static let words = [
        "inputs", "class_type", "link", "links", "id", "-10", "1", "KSampler", "widgets_values", "mode", "", "type",
        "options", "COMBO", "INT", "required", "template", "__value__",
    ]

    @Test(arguments: 0..<200) func changedWorkflowsNeverTrap(seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed) + 1_000)
        let info = Recordings.info(.current)
        var ui = try Recordings.json("modelless/basic.ui.json")
        var api = try Recordings.json("modelless/output_kinds.api.json")
        for _ in 0..<4 {
            ui = random.mutated(ui, words: Self.words)
            api = random.mutated(api, words: Self.words)
            if let workflow = try? UIWorkflowConverter(info).convert(ui) {
                _ = WorkflowValidator(info, flavour: .current).validate(workflow)
            }
            for flavour in Recordings.flavours { _ = WorkflowValidator(info, flavour: flavour).validate(api) }
            _ = try? PromptRequest(["prompt": api, "extra_data": ["extra_pnginfo": ["workflow": ui]]])
        }
    }

    @Test(arguments: 0..<200) func changedClassesNeverTrap(seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed) + 2_000)
        let names = ["ResizeImageMaskNode", "BatchImagesNode", "KSampler", "LoadImageOutput", "PrimitiveInt"]
        var info = Recordings.info(.current)
        for name in names {
            guard let source = info[name] else { continue }
            var json = JSON.object(source.json)
            for _ in 0..<3 { json = random.mutated(json, words: Self.words) }
            if let object = json.object { info[name] = NodeClass(name: name, object) }
        }
        let nodes = names.enumerated().map { index, name in
            UIWorkflowConverterTests.node(
                index, name, inputs: [("images.image0", "IMAGE", nil), ("input", "IMAGE", nil)],
                widgets: ["scale dimensions", 2, "x", 4.5, true])
        }
        let workflow = try UIWorkflowConverter(info).convert(["nodes": .array(nodes), "links": []])
        _ = WorkflowValidator(info, flavour: .current).validate(workflow)
        var editing = WorkflowEditing(workflow, objectInfo: info)
        for id in workflow.ids {
            for input in workflow[id]?.inputs.keys ?? [] { try? editing.apply("\(id).\(input)=5") }
        }
        _ = editing.fix()
    }

    @Test(arguments: 0..<100) func changedEventsNeverTrap(seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed) + 3_000)
        let lines = try Recordings.transcript("0.26.0/ws/execution_error.jsonl").compactMap { $0["json"] }
        for line in lines {
            let changed = random.mutated(line, words: Self.words)
            guard let event = WorkerEvent(changed) else { continue }
            #expect(WorkerEvent(event.json)?.json == event.json)
        }
        let entry = try Recordings.json("0.26.0/http/history.entry.error.json").object?.members.first?.value ?? .null
        _ = HistoryEntry(random.mutated(entry, words: Self.words))?.outcome
    }
}
