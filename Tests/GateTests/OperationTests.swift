import Basics
import Fleet
import HTTP
import Identity
import Loop
import Store
import Testing
import Wire

@testable import Gate

struct OperationTests {
    private static func metrics(_ configuration: inout Configuration) {
        configuration.metrics.token = Secret("metrics-secret")
        var service = Configuration.Service(name: "forge")
        (service.path, service.upstream) = ("/forge", configuration.worker.url)
        configuration.services = [service]
        configuration.loops = 2
    }

    @Test("Numbers are for operators and for the bearer of the metrics token, and name no account")
    func showsMetrics() async throws {
        try await GateWorld.run(Self.metrics) { world in
            for (name, status) in [
                (nil, .unauthorized), ("alice", .forbidden), ("olga", .ok), ("root", .ok),
            ] as [(String?, Status)] {
                try await world.expect(status, .get, "/metrics", as: name)
            }
            try await world.expect(.unauthorized, .get, "/metrics", ["Authorization": "Bearer metrics-secreT"])
            try await world.expect(.unauthorized, .get, "/metrics?token=metrics-secret")
            try await world.expect(.unauthorized, .get, "/queue", ["Authorization": "Bearer metrics-secret"])
            _ = try await world.login("alice")
            _ = try await world.ask(.post, "/login", body: FormBody.encode([("username", "alice"), ("password", "x")]))
            try await world.expect(.ok, .get, "/queue", as: "alice")
            try await world.expect(.ok, .get, "/forge/x", as: "alice")
            let answer = try await world.ask(.get, "/metrics", ["Authorization": "Bearer metrics-secret"])
            #expect(answer.status == .ok)
            #expect(answer.fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            for line in [
                "comfygate_build_info{version=\"\(GateVersion.current)\"} 1", "comfygate_tokens 4",
                "comfygate_sessions 1", "comfygate_logins_total{result=\"ok\"} 1",
                "comfygate_logins_total{result=\"failed\"} 1", "comfygate_lane_refusals_total{lane=\"resolve\"} 0",
                "comfygate_lane_queue_length{lane=\"log\"} 0", "comfygate_log_lines_dropped_total 0",
                "comfygate_store_queue_length 0", "comfygate_store_queue_capacity 4096",
                "comfygate_upstream_connections{upstream=\"service:forge\",state=\"idle\"} 1",
                "comfygate_upstream_connections{upstream=\"worker\",state=\"busy\"} 0",
                "comfygate_upstream_waiting_requests{upstream=\"worker\"} 0",
            ] { #expect(answer.text.contains("\n" + line + "\n") || answer.text.contains(line + "\n"), "\(line)") }
            // Four accounts, four tokens and a login at least.
            let counted = answer.text.split(separator: "\n").filter { $0.hasPrefix("comfygate_store_") }.compactMap {
                Int($0.split(separator: " ")[1])
            }
            #expect(counted.count == 4 && counted[2] >= 9 && counted[3] >= counted[2], "\(counted)")
            for name in world.accounts.keys { #expect(!answer.text.contains(name)) }
            #expect(answer.text.contains("comfygate_process_start_time_seconds "))
        }
    }

    @Test("The text is what Prometheus reads: each family once, with help and type before its samples")
    func writesFamilies() async throws {
        try await GateWorld.run(Self.metrics) { world in
            await world.server.look()
            let lines = try await world.ask(.get, "/metrics", as: "olga").text.split(separator: "\n")
            var family = ""
            var kind = ""
            var seen: Set<String> = []
            for line in lines {
                let words = line.split(separator: " ", maxSplits: 3).map(String.init)
                if words[1] == "HELP" {
                    family = words[2]
                    #expect(seen.insert(family).inserted)
                    #expect(family.hasPrefix("comfygate_"))
                } else if words[1] == "TYPE" {
                    #expect(words[2] == family)
                    #expect((words[3] == "counter") == family.hasSuffix("_total"), "\(line)")
                    kind = words[3]
                } else {
                    let name = line.prefix { $0 != "{" && $0 != " " }
                    let parts = kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                    #expect(parts.contains { name == family + $0 }, "\(line)")
                    #expect(Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
                }
            }
            #expect(seen.contains("comfygate_worker_up"))
        }
    }

    @Test("The console shows the same numbers to operators, and to the command line without a login")
    func showsMetricsOnTheConsole() async throws {
        try await GateWorld.run(Self.metrics, peerUserID: { _ in 0 }) { world in
            for (name, status) in [
                (nil, .unauthorized), ("alice", .forbidden), ("olga", .ok),
            ] as [(String?, Status)] {
                let answer = try await world.console(.get, "/metrics", as: name)
                #expect(answer.status == status)
                #expect(answer.text.contains("comfygate_build_info") == (status == .ok))
            }
            let local = try await world.local(.get, "/metrics")
            #expect(local.text.contains("comfygate_build_info"))
        }
    }

    @Test("Switched off, numbers are nowhere")
    func hidesMetrics() async throws {
        try await GateWorld.run({ $0.metrics.isOn = false }) { world in
            for name in [nil, "alice", "root"] { try await world.expect(.notFound, .get, "/metrics", as: name) }
            #expect(try await world.console(.get, "/metrics", as: "root").status == .notFound)
        }
    }

    @Test("Ready says yes or no to strangers, and why to those who look after the gate")
    func tellsReadiness() async throws {
        try await GateWorld.run({
            $0.metrics.token = Secret("metrics-secret")
            $0.worker.url = HTTPAddress("http://127.0.0.1:1")
        }) { world in
            let stranger = try await world.ask(.get, "/ready")
            #expect(stranger.status == .serviceUnavailable)
            #expect(stranger.json == ["status": "unavailable"])
            #expect(stranger.fields["Retry-After"] != nil)
            #expect(try await world.ask(.get, "/ready", as: "alice").json == ["status": "unavailable"])
            for fields in [
                ["Authorization": "Bearer metrics-secret"],
                ["Authorization": "Bearer \(world.tokens["olga"]!.reveal())"],
            ] as [Fields] {
                let known = try await world.ask(.get, "/ready", fields)
                #expect(known.status == .serviceUnavailable)
                #expect(known.json?["worker"]?["state"] == "down")
                #expect(known.json?["worker"]?["reason"]?.string?.contains("cannot be reached") == true)
                #expect(known.json?["store"] == "ok")
                #expect(!known.text.contains("127.0.0.1"))
            }
            try await world.expect(.ok, .get, "/health")
            let odd = try await world.ask(.get, "/ready", ["Authorization": "x"])
            #expect(odd.json == ["status": "unavailable"])
        }
    }

    @Test("Many who ask at once make one request to the worker")
    func asksTheWorkerOnce() async throws {
        try await GateWorld.run { world in
            let began = ContinuousClock.now
            await world.server.look()
            // Not before a prompt would be taken.
            while try await world.ask(.get, "/ready").status != .ok {}
            #expect(world.server.shared.fleet.catalogue != nil)
            for _ in 0..<20 { try await world.expect(.ok, .get, "/ready") }
            let count = world.probes.withLock { $0 }
            let seconds = Int((ContinuousClock.now - began) / .seconds(1))
            // The fleet asks for itself when it begins.
            #expect((1...seconds + 4).contains(count))
        }
    }

    @Test("A worker that answers but refuses the gate is not ready, and the reason names the remedy")
    func tellsRefusals() async throws {
        try await GateWorld.run { world in
            world.answers.withLock { $0["GET /system_stats"] = ScriptedAnswer(status: .unauthorized) }
            let answer = try await world.ask(.get, "/ready", as: "olga")
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.json?["worker"]?["reason"]?.string?.contains("401") == true)
            #expect(answer.json?["worker"]?["reason"]?.string?.contains("worker.bearer_file") == true)
        }
    }

    @Test("The status page shows the worker as it was found by the last look, and since when")
    func showsTheWorker() async throws {
        let now = Locked(Timestamp(milliseconds: 1_800_000_000_000))
        let log = try TestLog()
        try await GateWorld.run(log: log, clock: { now.withLock { $0 } }) { world in
            let cookie = try await world.consoleLogin("olga")
            func page() async throws -> String {
                try await world.console(.get, "/status", cookie: cookie, ["Accept": "text/html"]).text
            }
            #expect(try await page().contains("not asked yet"))
            world.answers.withLock {
                $0["GET /system_stats"] = ScriptedAnswer(
                    body: #"{"system":{"comfyui_version":"0.3.64","python_version":"3.12","argv":["main.py"]},"#
                        + #""devices":[{"name":"cuda:0 <b>"},{}]}"#)
            }
            try await world.server.keepHouse()
            let up = try await page()
            #expect(up.contains("answers") && up.contains("0.3.64") && up.contains("cuda:0 &lt;b&gt;"))
            world.answers.withLock { $0["GET /system_stats"] = ScriptedAnswer(status: .badGateway) }
            now.withLock { $0 = $0.advanced(bySeconds: 60) }
            try await world.server.keepHouse()
            now.withLock { $0 = $0.advanced(bySeconds: 60) }
            try await world.server.keepHouse()
            let down = try await page()
            #expect(down.contains("does not answer") && down.contains("502"))
            let status = try await world.console(.get, "/api/v1/status", as: "olga")
            let worker = status.json?["readiness"]?["worker"]
            #expect(worker?["since"] == "2027-01-15T08:01:00.000Z")
            #expect(worker?["asked"] == "2027-01-15T08:02:00.000Z")
        }
        // The fleet has lines of its own, which name their worker.
        #expect(try await log.lines("worker_down").count { $0["worker"] == nil } == 1)
    }

    @Test("Each minute the log gets the head of the audit trail, which the verification takes")
    func logsTheAuditHead() async throws {
        let log = try TestLog()
        try await GateWorld.run(log: log) { world in
            try await world.server.keepHouse()
            let text = try #require(try await log.lines("audit_head").last?["head"]?.string)
            let head = try #require(AuditHead(text))
            #expect(head.count > 0)
            _ = try await world.login("alice")
            let newest = try await world.server.identity.auditHead()
            #expect(try await world.server.identity.verifyAudit(head: head) == .intact(newest))
            let forged = AuditHead(count: head.count, mac: .zero)
            #expect(try await world.server.identity.verifyAudit(head: forged) != .intact(head))
        }
    }

    @Test("A way around the gate is looked for each minute and logged when it changes")
    func looksForWaysAround() async throws {
        let log = try TestLog()
        try await GateWorld.run(log: log) { world in
            let find: @Sendable () async -> [String] = {
                await world.server.findExposure { [.v4(0x7F00_0002, port: $0)] }
            }
            #expect(await find().count == 1)
            #expect(await find().count == 1)
            let cookie = try await world.consoleLogin("olga")
            let page = try await world.console(.get, "/status", cookie: cookie, ["Accept": "text/html"]).text
            #expect(page.contains("127.0.0.2"))
        }
        #expect(try await log.lines("worker_reachable_around_gate").count == 1)
    }

    @Test("The console answers to a name of its own, by which pages of the gate get nowhere")
    func answersToItsOwnName() async throws {
        try await GateWorld.run({
            $0.publicURLs = [HTTPAddress("https://comfy.example")!]
            $0.console.publicURLs = [HTTPAddress("https://console.example")!]
            $0.trustedProxies = [IPNetwork("127.0.0.0/8")!]
        }) { world in
            let proxy: Fields = ["Host": "console.example", "X-Forwarded-Proto": "https"]
            #expect(try await world.statusOfConsole(at: "console.example") == .ok)
            #expect(try await world.statusOfConsole(at: "other.example") == .misdirectedRequest)
            #expect(try await world.statusOfConsole(at: "comfy.example") == .misdirectedRequest)
            var fields = proxy
            fields["Origin"] = "https://console.example"
            let login = try await world.console(
                .post, "/login", fields, ["username": "root", "password": "password of root"])
            #expect(login.status == .ok, "\(login.text)")
            let cookie = login.fields["Set-Cookie"] ?? ""
            #expect(cookie.hasPrefix("__Host-") && cookie.contains("; Secure"))
            let own = String(cookie.prefix { $0 != ";" })
            #expect(
                try await world.console(.post, "/api/v1/teams", cookie: own, fields, ["name": "a"]).status == .created)
            for origin in ["https://comfy.example", "http://console.example", "https://console.example:8443", "null"] {
                fields["Origin"] = origin
                let answer = try await world.console(.post, "/api/v1/teams", cookie: own, fields, ["name": "b"])
                #expect(answer.status == .forbidden, "\(origin)")
            }
        }
    }
}
