import Basics
import CommandLineKit
import ComfyAPI
import Foundation
import Loop
import Simulator
import TestSupport
import Testing

@testable import comfygate

/// The program in this process beside a simulated ComfyUI.
private struct Bench {
    let url: String
    let folder: String

    static func with(_ options: SimulatorOptions = quick(), _ body: (Bench) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        let host = try await SimulatorHost.start(options, on: .loopback(port: 0), shell: SimulatorShellOptions()) {}
        let outcome: (any Error)?
        do {
            try await body(Bench(url: host.url, folder: folder.path))
            outcome = nil
        } catch {
            outcome = error
        }
        await host.stop()
        withExtendedLifetime(folder) {}
        if let outcome { throw outcome }
    }

    static func quick(_ flavour: ComfyFlavour = .current) -> SimulatorOptions {
        var options = SimulatorOptions(flavour)
        options.stepTime = 1_000
        return options
    }

    func run(
        _ words: [String], environment: [String: String] = [:]
    ) async -> (code: Int32, output: String, error: String) {
        let (output, error) = (MemorySink(), MemorySink())
        let environment = environment.merging(["COMFYUI_URL": url]) { given, _ in given }
        let code = await ComfyGateCommand.program.run(words, environment: environment, output: output, error: error)
        return (code, output.text, error.text)
    }

    func write(_ name: String, _ text: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A graph without models: an empty picture, scaled and saved.
    func graph(width: String = "32", source: String = "1") throws -> String {
        try write(
            "graph.json",
            """
            {"1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 5}},
             "2": {"class_type": "ImageScale", "_meta": {"title": "Smaller"},
                   "inputs": {"image": ["\(source)", 0], "upscale_method": "bilinear", "width": \(width), "height": 32,
                              "crop": "disabled"}},
             "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "out"}}}
            """)
    }
}

struct RunCommandTests {
    @Test(
        "A run prints the paths of its files and nothing else, and ends with 0",
        arguments: [ComfyFlavour.classic, .current])
    func success(flavour: ComfyFlavour) async throws {
        try await Bench.with(Bench.quick(flavour)) { bench in
            let path = try bench.graph()
            let (code, output, error) = await bench.run(["run", path, "--out", bench.folder + "/pics"])
            #expect(code == 0, "\(error)")
            #expect(output == bench.folder + "/pics/out_00001_.png\n")
            #expect(
                FileManager.default.contents(atPath: String(output.dropLast()))?.starts(with: [0x89, 0x50]) == true)
        }
    }

    @Test("A batch runs each row, and --json is one document")
    func batch() async throws {
        try await Bench.with { bench in
            let path = try bench.graph()
            let table = try bench.write("t.csv", "Smaller.width,1.color\n10,1\nnone,2\n12,3\n")
            let (code, output, _) = await bench.run(["run", path, "--batch", table, "--out", bench.folder, "--json"])
            #expect(code == 1)
            let document = try JSON(parsing: output)
            #expect(document["ok"]?.bool == false)
            let runs = document["runs"]?.array ?? []
            #expect(runs.map { $0["ok"]?.bool } == [true, false, true])
            #expect(runs[2]["files"]?[0]?["path"]?.string == bench.folder + "/out_00002_.png")
            #expect(runs[1]["errors"]?[0]?["message"]?.string?.contains("'none'") == true)
        }
    }

    @Test("A refused graph names node, title, class and input; the code is 1")
    func refused() async throws {
        try await Bench.with { bench in
            let path = try bench.graph(width: "-4")
            let (code, output, error) = await bench.run(["run", path, "--out", bench.folder])
            #expect(code == 1)
            #expect(output == "")
            #expect(error.contains(#"node 2 (ImageScale "Smaller"), input width"#))
        }
    }

    @Test("A run that fails on the server has code 1 and says where")
    func failed() async throws {
        var options = Bench.quick()
        options.faults.outOfMemoryAtNode = "2"
        try await Bench.with(options) { bench in
            let (code, _, error) = await bench.run(["run", try bench.graph(), "--out", bench.folder])
            #expect(code == 1)
            #expect(error.contains(#"node 2 (ImageScale "Smaller")"#))
            #expect(error.contains("not enough memory"))
        }
    }

    @Test("A picture is uploaded and set")
    func upload() async throws {
        try await Bench.with { bench in
            let made = await bench.run(["run", try bench.graph(), "--out", bench.folder]).output.dropLast()
            let path = try bench.write(
                "load.json",
                """
                {"12": {"class_type": "LoadImage", "inputs": {"image": "nothing.png"}},
                 "3": {"class_type": "SaveImage", "inputs": {"images": ["12", 0], "filename_prefix": "copy"}}}
                """)
            let (code, output, error) = await bench.run(["run", path, "--image", "12=\(made)", "--out", bench.folder])
            #expect(code == 0, "\(error)")
            #expect(output.hasSuffix("/copy_00001_.png\n"))
        }
    }

    @Test("A server that is not there is named with the remedy")
    func unreachable() async throws {
        try await Bench.with { bench in
            let (code, _, error) = await bench.run(["run", try bench.graph(), "--url", "http://127.0.0.1:1"])
            #expect(code == 1)
            #expect(error.contains("http://127.0.0.1:1") && error.contains("--url"))
        }
    }

    @Test("Token sources that say nothing are named", arguments: ["COMFYGATE_TOKEN_FILE", "COMFYUI_AUTH_TOKEN_FILE"])
    func badToken(variable: String) async throws {
        try await Bench.with { bench in
            let path = try bench.write("token.json", #"{"version": "1.0"}"#)
            let (code, _, error) = await bench.run(["run", try bench.graph()], environment: [variable: path])
            #expect(code == 1)
            #expect(error.contains(variable) && error.contains(path))
        }
    }
}

struct WorkflowCommandTests {
    @Test("A check finds dead links and unknown classes by node and input")
    func check() async throws {
        try await Bench.with { bench in
            #expect(await bench.run(["workflow", "check", try bench.graph()]).code == 0)
            let (code, output, _) = await bench.run(["workflow", "check", try bench.graph(source: "77")])
            #expect(code == 1)
            #expect(output.contains("node 2") && output.contains("input image") && output.contains("77"))
            let path = try bench.write("x.json", #"{"1": {"class_type": "KSamplr", "inputs": {}}}"#)
            #expect(await bench.run(["workflow", "check", path]).output.contains("KSampler?"))
        }
    }

    @Test("A fix keeps every old file and leaves a workflow without dead links")
    func fix() async throws {
        try await Bench.with { bench in
            let path = try bench.graph(source: "77")
            let old = FileManager.default.contents(atPath: path)
            for name in ["graph.json.bak", "graph.json.bak-1"] {
                _ = try bench.graph(source: "77")
                let (code, output, error) = await bench.run(["workflow", "fix", path])
                #expect(code == 0, "\(error)")
                #expect(output.contains("dropped the link"))
                #expect(FileManager.default.contents(atPath: "\(bench.folder)/\(name)") == old)
            }
            #expect(await bench.run(["workflow", "fix", path]).output == "")
        }
    }

    @Test("The editor's format is repaired in its own format; notes stay, a second repair finds nothing")
    func drawing() throws {
        let drawing = try JSON(
            parsing: """
                {"version": 0.4, "groups": [1], "links": [[1, 1, 0, 2, 0, "IMAGE"], [2, 9, 0, 2, 1, "IMAGE"]], "nodes": [
                  {"id": 1, "type": "EmptyImage", "inputs": [], "outputs": [{"name": "IMAGE", "links": [1, 7]}]},
                  {"id": 2, "type": "SaveImage", "inputs": [{"name": "images", "link": 1}, {"name": "b", "link": 2}]},
                  {"id": 3, "type": "VAEDecode", "inputs": [{"name": "samples", "link": null}], "outputs": []},
                  {"id": 4, "type": "Note", "inputs": [], "outputs": [], "widgets_values": ["hello"]}]}
                """)
        let repair = WorkflowDrawing(repairing: drawing, ObjectInfo())
        #expect(repair.fixes.count == 3)
        #expect(repair.json["links"]?.array?.count == 1)
        #expect(repair.json["nodes"]?.array?.compactMap { $0["id"]?.int } == [1, 2, 4])
        #expect(repair.json["nodes"]?[0]?["outputs"]?[0]?["links"] == [1])
        #expect(repair.json["nodes"]?[1]?["inputs"]?[1]?["link"]?.isNull == true)
        #expect(repair.json["groups"] == [1])
        #expect(WorkflowDrawing(repairing: .object(repair.json), ObjectInfo()).fixes == [])
    }

    @Test("A value set is a difference, and the only one")
    func setAndDiff() async throws {
        try await Bench.with { bench in
            let path = try bench.graph()
            let other = bench.folder + "/new.json"
            #expect(await bench.run(["workflow", "set", path, "Smaller.width=48", "--output", other]).code == 0)
            let (code, output, _) = await bench.run(["workflow", "diff", path, other, "--exit-code"])
            #expect(code == 1)
            #expect(output == "~ 2 Smaller: width 32 -> 48\n")
            #expect(await bench.run(["workflow", "diff", path, path, "--exit-code"]).code == 0)
        }
    }

    @Test("Missing models are told with their folder; the code is 1")
    func models() async throws {
        try await Bench.with { bench in
            let path = try bench.write(
                "m.json", #"{"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "no.safetensors"}}}"#
            )
            let (code, output, _) = await bench.run(["workflow", "models", path])
            #expect(code == 1)
            #expect(output.contains("missing  models/checkpoints  no.safetensors"))
        }
    }

    @Test("Classes are found by parts of their names and shown with their inputs")
    func nodes() async throws {
        try await Bench.with { bench in
            #expect(await bench.run(["nodes", "list", "ksam*adv"]).output.contains("KSamplerAdvanced"))
            #expect(
                await bench.run(["nodes", "show", "KSampler"]).output.contains("< seed: INT 0…18446744073709551615"))
            #expect(await bench.run(["nodes", "show", "nothing-like-it"]).code == 1)
        }
    }
}
