import Basics
import ComfyAPI
import Fleet
import HTTP
import Identity
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

extension GateWorld {
    /// Asks the console's interface for administration.
    fileprivate func administer(
        _ method: Wire.Method, _ path: String, as name: String = "root", _ body: JSON = .null
    ) async throws -> Answer {
        var request = ClientRequest(method, "/api/v1/" + path)
        request.fields["Authorization"] = "Bearer \(tokens[name]!.reveal())"
        if !body.isNull {
            request.fields["Content-Type"] = "application/json"
            request.body = body.encoded()
        }
        return try await send(request, to: .host("127.0.0.1", port: consolePort))
    }
}

struct AdminJobTests {
    @Test func operatorsSeeHowJobsFareAndAdministratorsWhatTheyHold() async throws {
        try await JobWorld.run { world in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            _ = try await world.ended(id, as: "alice")
            let list = try await world.gate.administer(.get, "jobs?state=succeeded", as: "olga").json
            #expect(list?["jobs"]?.array?.count == 1)
            let job = list?["jobs"]?.array?[0]
            #expect(job?["account"] == "alice" && job?["id"] == .string(id) && job?["state"] == "succeeded")
            let shown = try await world.gate.administer(.get, "jobs/\(id)", as: "olga").json
            #expect(shown?["attempts"]?.array?.count == 1 && shown?["files"]?.array?.count == 2)
            #expect(shown?["documents"] == nil)
            let refused = try await world.gate.administer(.get, "jobs/\(id)?documents=true", as: "olga")
            #expect(refused.status == .forbidden)
            let full = try await world.gate.administer(.get, "jobs/\(id)?documents=true").json
            #expect(full?["documents"]?["prompt"]?["1"]?["class_type"] == "EmptyImage")
            for path in ["jobs", "jobs/\(id)", "usage", "workers", "quarantine"] {
                #expect(try await world.gate.administer(.get, path, as: "bob").status == .forbidden)
            }
            let hash = try #require(shown?["files"]?.array?[0]["hash"]?.string)
            #expect(try await world.gate.administer(.get, "assets/\(hash)", as: "olga").status == .forbidden)
            let bytes = try await world.gate.administer(.get, "assets/\(hash)")
            #expect(bytes.status == .ok && bytes.fields["Content-Disposition"]?.hasPrefix("attachment") == true)
            let usage = try await world.gate.administer(.get, "usage", as: "olga").json
            #expect(usage?["usage"]?.array?[0]["jobs"] == 1)
        }
    }

    @Test func aJobIsDoneAgainUnderANewId() async throws {
        try await JobWorld.run { world in
            let id = try await world.submit(JobWorld.graph(color: 2), as: "alice")
            _ = try await world.ended(id, as: "alice")
            let made = try await world.gate.administer(.post, "jobs/\(id)/retry", as: "olga")
            #expect(made.status == .created && made.json?["retry_of"] == .string(id))
            let again = try #require(made.json?["id"]?.string)
            let files = JobWorld.files(try await world.ended(again, as: "alice")).map(\.filename)
            #expect(files.contains("pic_00002_.png"))
            #expect(try await world.gate.ask(.get, "/history/\(again)", as: "bob").json == [:])
        }
    }

    @Test func aWaitingJobIsMovedExplainedAndCanceled() async throws {
        try await JobWorld.run(worker: JobWorld.slow) { world in
            let running = try await world.running(as: "bob")
            var ids: [String] = []
            for color in 1...3 { ids.append(try await world.submit(JobWorld.graph(color: color), as: "alice")) }
            let last = ids[2]
            #expect(
                try await world.gate.administer(.post, "jobs/\(last)/move", as: "olga", ["to": "first"]).status == .ok)
            let queue = try await world.gate.ask(.get, "/queue", as: "alice").json
            #expect(queue?["queue_pending"]?.array?.first?.array?[1] == .string(last))
            let why = try await world.gate.administer(.get, "jobs/\(last)/why", as: "olga").json
            #expect(why?["gate_runs"] == true && why?["ahead"] == 0 && why?["waiting"] == 3)
            #expect(why?["workers"]?.array?.count == 1)
            #expect(
                try await world.gate.administer(.post, "jobs/\(last)/cancel", as: "olga").json?["state"] == "withdrawn")
            #expect(try await world.gate.administer(.post, "jobs/\(last)/cancel", as: "olga").status == .badRequest)
            let retried = try await world.gate.administer(.post, "jobs/\(ids[0])/retry", as: "olga")
            #expect(retried.status == .badRequest)
            _ = try await world.gate.ask(.post, "/interrupt", as: "bob", body: #"{"prompt_id":"\#(running)"}"#)
        }
    }

    @Test func whoIsErasedLeavesANumberInTheTrail() async throws {
        try await JobWorld.run { world in
            let id = try await world.submit(JobWorld.graph(color: 3), as: "alice")
            _ = try await world.ended(id, as: "alice")
            let export = try await world.gate.administer(.get, "accounts/alice/export").json
            #expect(export?["files"]?.array?.count == 2)
            let jobs = try await world.gate.administer(.get, "accounts/alice/export/jobs").json
            #expect(jobs?["jobs"]?.array?[0]["id"] == .string(id))
            let wrong = try await world.gate.administer(.post, "accounts/alice/erase", ["confirm": "bob"])
            #expect(wrong.status == .badRequest)
            let done = try await world.gate.administer(.post, "accounts/alice/erase", ["confirm": "alice"])
            #expect(done.status == .ok)
            #expect(try await world.gate.ask(.get, "/history", as: "alice").status == .unauthorized)
            #expect(try await world.gate.administer(.get, "jobs").json?["jobs"]?.array?.isEmpty == true)
            let trail = try await world.gate.administer(.get, "audit").json
            let records = try #require(trail?["records"]?.array)
            #expect(records.contains { $0["action"] == "account.erase" })
            #expect(!String(decoding: JSON.array(records).encoded(), as: UTF8.self).contains("alice"))
        }
    }

    @Test func whatAPolicySaysHoldsForItsTeam() async throws {
        try await JobWorld.run(gate: { configuration in
            var policy = Configuration.Policy(name: "class")
            policy.teams = [(try? AccountName("class"))!]
            policy.graph.classes.denied = ["PreviewImage"]
            policy.quota.waitingJobs = 1
            configuration.policies = [policy]
        }) { world in
            _ = try await world.ended(try await world.submit(JobWorld.graph(color: 1), as: "alice"), as: "alice")
            let team = try await world.gate.server.identity.createTeam(name: "class", by: .system)
            let alice = try #require(world.gate.accounts["alice"])
            _ = try await world.gate.server.identity.setTeams(alice, [team.id], by: .system)
            let body: JSON = ["prompt": JobWorld.graph(color: 1)]
            let text = String(decoding: body.encoded(), as: UTF8.self)
            let refused = try await world.gate.ask(.post, "/prompt", as: "alice", body: text)
            #expect(refused.status == .badRequest && refused.text.contains("PreviewImage"))
            #expect(try await world.gate.ask(.post, "/prompt", as: "bob", body: text).status == .ok)
        }
    }

    @Test func whatWaitsTooLongExpiresAndItsOwnerHearsOfIt() async throws {
        try await JobWorld.run(
            worker: JobWorld.slow,
            gate: { configuration in
                var policy = Configuration.Policy(name: "hasty")
                policy.maxQueueAge = .seconds(0)
                configuration.policies = [policy]
            }
        ) { world in
            _ = try await world.running(as: "bob")
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            try await world.gate.server.keepHouse()
            let entry = try await world.ended(id, as: "alice")
            #expect(entry["status"]?["status_str"] == "error")
            #expect(try await world.gate.administer(.get, "jobs/\(id)").json?["failure"] == "queue_expired")
            _ = try await world.gate.ask(.post, "/interrupt", as: "bob", body: "{}")
        }
    }
}
