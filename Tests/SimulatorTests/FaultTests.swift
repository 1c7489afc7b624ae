import Basics
import ComfyAPI
@testable import Simulator
import Testing

/// What goes wrong on purpose, and what goes wrong in real workers too.
struct FaultTests {
    private func submit(_ bench: Bench, _ more: JSON = ["client_id": "a"]) throws -> JSON {
        var request = JSONObject(["prompt": Graphs.basic()])
        for (key, value) in more.object?.members ?? [] { request[key] = value }
        return try bench.post("/prompt", .object(request)).json
    }

    private func lastMessage(_ bench: Bench) throws -> String? {
        let entry = try bench.json("/history").object?.members.last?.value
        return entry?["status"]?["messages"]?.array?.last?[0]?.string
    }

    @Test func anInterruptBeforeTheRunBeginsIsAnsweredAndLost() throws {
        for late in [false, true] {
            let bench = try Bench()
            let id = try submit(bench)["prompt_id"]?.string ?? ""
            bench.worker.advance(to: bench.worker.now)
            #expect(try bench.json("/queue")["queue_running"]?.array?.count == 1)
            if late { bench.wait(milliseconds: 4) }
            #expect(try bench.post("/api/jobs/\(id)/cancel", nil).json["cancelled"] == true)
            bench.settle()
            #expect(try lastMessage(bench) == (late ? "execution_interrupted" : "execution_success"))
        }
    }

    @Test func aStalledSubmitIsNowhereAndRunsLater() throws {
        let bench = try Bench()
        bench.worker.faults.stalledPosts = 1
        bench.worker.faults.postStall = 1_000_000_000
        let answer = bench.post(
            "/prompt", ["prompt": Graphs.basic(), "prompt_id": "00000000-0000-4000-8000-000000000001"])
        #expect(answer.delivery == .holdUntil(bench.worker.now + 1_000_000_000))
        #expect(answer.status == 200)
        bench.wait(milliseconds: 900)
        #expect(try bench.json("/queue")["queue_pending"] == [])
        #expect(try bench.json("/history/00000000-0000-4000-8000-000000000001") == [:])
        bench.settle()
        #expect(try bench.json("/history/00000000-0000-4000-8000-000000000001").object?.isEmpty == false)
    }

    @Test func anAnswerIsLostAfterTheRequestWasCarriedOut() throws {
        let bench = try Bench()
        bench.worker.faults.lostAnswers = 1
        #expect(bench.post("/prompt", ["prompt": Graphs.basic()]).delivery == .drop)
        #expect(try bench.json("/prompt")["exec_info"]?["queue_remaining"] == 1)
        #expect(bench.post("/prompt", ["prompt": Graphs.basic()]).delivery == .send)
        // Whoever sets the faults hears that they are set.
        bench.worker.faults.lostAnswers = 1
        #expect(bench.post("/simulator/faults", ["lostAnswers": 2]).delivery == .send)
    }

    @Test func aFileBreaksOffAndIsWholeTheNextTime() throws {
        let bench = try Bench()
        bench.worker.faults.brokenFiles = 1
        #expect(bench.get("/view?filename=nowhere.png").delivery == .send, "an answer without a file is whole")
        #expect(bench.get("/view?filename=example.png&type=input").delivery == .breakOff)
        #expect(bench.get("/view?filename=example.png&type=input").delivery == .send)
    }

    @Test func anEventIsLostWithItsSocket() throws {
        let bench = try Bench()
        let socket = try #require(bench.worker.connect(clientID: "a"))
        let heard = bench.heard[socket]?.count
        bench.worker.faults.cutSockets = 1
        _ = try submit(bench)
        #expect(bench.closed[socket] == 1_006)
        #expect(bench.heard[socket]?.count == heard)
    }

    @Test func theJournalTellsWhatReallyHappens() throws {
        let bench = try Bench()
        var lines: [JSON] = []
        bench.worker.journal = { lines.append($0) }
        let id = try submit(bench)["prompt_id"] ?? nil
        bench.settle()
        #expect(lines.map { $0["event"] } == ["received", "started", "ended"])
        #expect(lines.allSatisfy { $0["id"] == id })
        #expect(lines[0]["prompt"] == Graphs.basic())
        #expect(lines[2]["completed"] == true && lines[2]["last"] == "execution_success")
        let waiting = try submit(bench)["prompt_id"]?.string ?? ""
        bench.post("/queue", ["delete": [.string(waiting)]])
        #expect(lines.last?["event"] == "deleted" && lines.last?["id"] == .string(waiting))
        let other = try Bench { $0.faults.crashAtNode = FaultPlan.anyNode }
        other.worker.journal = { lines.append($0) }
        _ = try submit(other)
        other.settle()
        #expect(lines.suffix(3).map { $0["event"] } == ["received", "started", "crashed"])
    }

    @Test func aDelayedAnswerHidesAQueuedJob() throws {
        let bench = try Bench()
        bench.worker.faults.delayedPosts = 1
        bench.worker.faults.postDelay = 7
        let answer = bench.post("/prompt", ["prompt": Graphs.basic()])
        #expect(answer.delivery == .holdUntil(bench.worker.now + 7))
        #expect(try bench.json("/prompt")["exec_info"]?["queue_remaining"] == 1)
        #expect(bench.post("/prompt", ["prompt": Graphs.basic()]).delivery == .send)
    }

    @Test func a500MayHideAQueuedJob() throws {
        let bench = try Bench()
        bench.worker.faults.failedButQueued = 1
        #expect(bench.post("/prompt", ["prompt": Graphs.basic()]).status == 500)
        #expect(try bench.json("/prompt")["exec_info"]?["queue_remaining"] == 1)
        #expect(bench.post("/prompt", ["prompt": Graphs.basic()]).status == 200)
    }

    @Test func aPromptIsRefusedOnDemand() throws {
        let bench = try Bench()
        bench.worker.faults.rejectedPrompts = 1
        let answer = bench.post("/prompt", ["prompt": Graphs.basic()])
        #expect(answer.status == 400)
        #expect(try answer.json["error"]?["type"] == "prompt_outputs_failed_validation")
    }

    @Test(arguments: ["2", FaultPlan.anyNode]) func aNodeFailsOnDemand(node: String) throws {
        let bench = try Bench()
        bench.worker.faults.errorAtNode = node
        _ = try submit(bench)
        bench.settle()
        #expect(try lastMessage(bench) == "execution_error")
    }

    @Test func memoryRunsOut() throws {
        let bench = try Bench()
        bench.worker.faults.outOfMemoryAtNode = "3"
        _ = try submit(bench)
        bench.settle()
        let error = try bench.json("/history").object?.members.last?.value["status"]?["messages"]?.array?.last?[1]
        #expect(error?["exception_type"] == "torch.OutOfMemoryError")
        #expect(error?["exception_message"]?.string?.hasSuffix("\n") == true)
    }

    @Test func tooManyPixelsRunOutOfMemory() throws {
        for (limit, expected) in [(255, "execution_error"), (256, "execution_success"), (257, "execution_success")] {
            let bench = try Bench { $0.maximumPixels = limit }
            _ = try submit(bench)
            bench.settle()
            #expect(try lastMessage(bench) == expected)
        }
    }

    @Test func aHangKeepsTheJobRunning() throws {
        let bench = try Bench()
        bench.worker.faults.hangAtNode = "2"
        _ = try submit(bench)
        bench.settle()
        #expect(bench.worker.nextWake == nil)
        #expect(try bench.json("/queue")["queue_running"]?.array?.count == 1)
        bench.post("/interrupt", [:])
        bench.wait(milliseconds: 60_000)
        #expect(try bench.json("/queue")["queue_running"]?.array?.count == 1)
    }

    @Test func aCrashEndsEverythingUntilRestart() throws {
        let bench = try Bench()
        bench.worker.faults.crashAtNode = "2"
        let socket = try bench.connect("a")
        _ = try submit(bench)
        bench.settle()
        #expect(bench.crashes == 1)
        #expect(bench.get("/queue").delivery == .drop)
        #expect(bench.worker.connect(clientID: "b") == nil)
        let before = bench.frames(socket).count
        bench.worker.faults.crashAtNode = nil
        bench.worker.restart()
        #expect(try bench.json("/queue") == ["queue_running": [], "queue_pending": []])
        _ = try submit(bench)
        bench.settle()
        #expect(bench.frames(socket).count == before)
        #expect(try lastMessage(bench) == "execution_success")
    }

    @Test func restartKeepsOutputsAndLosesHistoryAndTemp() throws {
        for loses in [true, false] {
            let bench = try Bench()
            bench.worker.faults.losesHistory = loses
            _ = try submit(bench)
            bench.settle()
            bench.worker.restart()
            #expect(try bench.json("/history").object?.isEmpty == loses)
            #expect(try bench.json("/internal/files/output").array?.count == 1)
            #expect(try bench.json("/internal/files/temp") == [])
        }
    }

    @Test(arguments: ComfyFlavour.allCases) func aListAsClientIDKillsTheProcess(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour)
        #expect(try submit(bench, ["client_id": ["a"]])["prompt_id"] != nil)
        bench.settle()
        #expect(bench.crashes == 1)
    }

    @Test func nullExtraDataStopsTheOldVersionForEver() throws {
        let bench = try Bench(.classic)
        #expect(bench.post("/prompt", ["prompt": Graphs.basic(), "extra_data": nil]).status == 200)
        _ = try submit(bench)
        bench.settle()
        #expect(try bench.json("/prompt")["exec_info"]?["queue_remaining"] == 2)
        #expect(bench.post("/prompt", ["prompt": Graphs.basic(), "extra_data": nil, "client_id": "a"]).status == 500)
        #expect(try Bench(.current).post("/prompt", ["prompt": Graphs.basic(), "extra_data": nil]).status == 500)
    }

    @Test func nanIsEmittedUnlessSwitchedOff() throws {
        let bench = try Bench()
        let body = JSON(dictionaryLiteral: ("prompt", Graphs.basic())).encoded().dropLast() + ", \"number\": NaN}".utf8
        #expect(bench.send("POST", "/prompt", body: Array(body)).text.contains("\"number\": NaN"))
        #expect(bench.get("/queue").text.contains("[NaN, "))
        bench.worker.faults.emitsNaN = false
        #expect(bench.get("/queue").text.contains("[null, "))
    }

    @Test func oneOddJobBreaksTheJobsListForAll() throws {
        let bench = try Bench()
        _ = try submit(bench, ["extra_data": ["extra_pnginfo": ["workflow": nil]]])
        bench.settle()
        #expect(bench.get("/api/jobs").status == 500)
        bench.post("/history", ["clear": true])
        #expect(bench.get("/api/jobs").status == 200)
    }

    @Test func aSlowStartRefusesOrAnswers503() throws {
        for refuses in [true, false] {
            let bench = try Bench {
                $0.faults.startupTime = 5_000_000
                $0.faults.refusesDuringStartup = refuses
            }
            #expect(bench.get("/prompt").delivery == (refuses ? .drop : .send))
            #expect(bench.get("/prompt").status == 503)
            #expect(bench.worker.connect(clientID: "a") == nil)
            bench.wait(milliseconds: 5)
            #expect(bench.get("/prompt").status == 200)
        }
    }

    @Test func deafSocketsHearTheirFirstMessageOnly() throws {
        let bench = try Bench()
        bench.worker.faults.deafSockets = true
        let socket = try bench.connect("a")
        _ = try submit(bench)
        bench.settle()
        #expect(try bench.types(socket) == ["status"])
    }

    @Test func faultsAreSwitchedByARoute() throws {
        let bench = try Bench()
        #expect(bench.post("/simulator/faults", ["errorAtNode": "4", "emitsNaN": false]).status == 200)
        #expect(bench.worker.faults.errorAtNode == "4")
        #expect(!bench.worker.faults.emitsNaN)
        for bad: JSON in [["unknown": 1], ["postStall": -1], ["emitsNaN": 1], [1]] {
            #expect(bench.post("/simulator/faults", bad).status == 400)
        }
        let all = try #require(try bench.json("/simulator/faults").object)
        #expect(bench.worker.faults.updated(by: all) == bench.worker.faults)
    }
}
