import Basics
import CommandLineKit
import ComfyAPI
import Testing

@testable import comfygate

struct RunTableTests {
    private func table(_ text: String) throws -> RunTable { try RunTable(parsing: Array(text.utf8), path: "t.csv") }

    @Test("Quotes, line ends, a byte order mark and empty lines are read as spreadsheets write them")
    func reads() throws {
        let read = try table("\u{FEFF}6.text,3.seed\r\n\"a \"\"red\"\" fox,\nrunning\",7\r\n\r\ncat,8")
        #expect(read.names == ["6.text", "3.seed"])
        #expect(read.rows == [["a \"red\" fox,\nrunning", "7"], ["cat", "8"]])
        #expect(try table("a\n\"\"\n").rows == [[""]])
    }

    @Test(
        "A table without rows, with ragged rows or an open quote is refused",
        arguments: ["", "a,b\n", "a,b\n1\n", "a\n\"x"])
    func refuses(text: String) { #expect(throws: CommandFailure.self) { try table(text) } }
}

struct RunPlanTests {
    private var workflow: Workflow {
        var workflow = Workflow()
        workflow["3"] = WorkflowNode("KSampler", inputs: ["seed": 7, "steps": 2])
        workflow["4"] = WorkflowNode("KSamplerAdvanced", inputs: ["noise_seed": ["3", 0]])
        workflow["12"] = WorkflowNode("LoadImage", inputs: ["image": "x.png"], title: "Photo")
        return workflow
    }

    @Test("Rows times repetitions, each with its settings; a column image:NODE uploads")
    func items() throws {
        let table = try RunTable(parsing: Array("6.text,image:12\nfox,a.png\ncat,b.png\n".utf8), path: "t.csv")
        let items = RunPlan.items(set: [Assignment("3.steps", "5")], files: [], table: table, times: 2)
        #expect(items.count == 4)
        #expect(items[3].assignments == [Assignment("3.steps", "5"), Assignment("6.text", "cat")])
        #expect(items[3].files == [Assignment("12", "b.png")])
        #expect(items.map(\.seedStep) == [0, 1, 0, 1])
        #expect(items[3].label == "cat, b.png, seed +1")
    }

    @Test("Literal seeds count up, linked ones stay, and the largest wraps")
    func seeds() {
        #expect(RunPlan.hasSeed(workflow))
        #expect(RunPlan.stepping(workflow, by: 2)["3"]?.inputs["seed"] == 9)
        #expect(RunPlan.stepping(workflow, by: 2)["4"] == workflow["4"])
        #expect(RunPlan.stepping(workflow, by: 0) == workflow)
        var last = workflow
        last["3"]?.inputs["seed"] = .number(JSONNumber(UInt64.max))
        #expect(RunPlan.stepping(last, by: 1)["3"]?.inputs["seed"] == .number(JSONNumber(0 as UInt64)))
    }

    @Test(
        "A file goes to the node's usual input, or to the one that is named", arguments: ["12", "Photo", "LoadImage"])
    func fileInput(key: String) throws {
        #expect(try RunPlan.fileInput(key, in: workflow) == "\(key).image")
        #expect(try RunPlan.fileInput("12.mask", in: workflow) == "12.mask")
        #expect(throws: CommandFailure.self) { try RunPlan.fileInput("3", in: workflow) }
    }

    @Test(
        "Lack of memory is recognised by type or words",
        arguments: [
            ("torch.OutOfMemoryError", "", true), ("OutOfMemoryError", "x", true),
            ("RuntimeError", "CUDA out of memory. Tried", true),
            ("torch.AcceleratorError", "Allocation on device ", true),
            ("ValueError", "memory", false),
        ])
    func memory(type: String, message: String, isMemory: Bool) {
        let error = ExecutionError(
            promptID: "", node: nil, nodeType: nil, exceptionMessage: message, exceptionType: type)
        #expect(RunFailure.isMemory(error) == isMemory)
    }
}
