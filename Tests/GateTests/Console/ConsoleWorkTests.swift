import Basics
import ComfyAPI
import Fleet
import HTTP
import Identity
import Loop
import Simulator
import Store
import Testing
import Wire

@testable import Gate

/// The console's pages about jobs, usage and files, before a gate whose worker really runs things.
struct ConsoleWorkTests {
    private static func actions(_ world: JobWorld) async throws -> [String] {
        try await world.gate.server.identity.auditTail(50).map(\.action)
    }

    @Test("A job is in the list and has a page with its tries and files; done again, it is a new one")
    func showsJobs() async throws {
        try await JobWorld.run { world in
            let gate = world.gate
            let olga = try await gate.consoleLogin("olga")
            #expect(try await gate.page("/jobs", olga).text.contains("No job has been kept yet"))
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            _ = try await world.ended(id, as: "alice")
            let list = try await gate.page("/jobs", olga).text
            #expect(list.contains("href=\"/jobs/1\"") && list.contains("alice") && list.contains("done: 1"))
            let shown = try await gate.page("/jobs/1", olga).text
            for part in [id, "pic_00001_.png", "It has ended, with its files.", "/jobs/1/retry"] {
                #expect(shown.contains(part), "\(part)")
            }
            #expect(!shown.contains("/jobs/1/cancel"))
            let again = try await gate.submit("/jobs/1/retry", olga)
            #expect(again.fields["Location"] == "/jobs/2?done=job_repeated")
            let new = try await gate.page("/jobs/2?done=job_repeated", olga).text
            #expect(new.contains("notice good") && new.contains(id))
            #expect(try await Self.actions(world).contains("job.retry"))
            for (query, isFound) in [
                ("account=alice", true), ("account=bob", false), ("state=failed", false), ("state=ended", true),
                ("since=2020-01-01", true), ("since=2999-01-01", false), ("before=1", false), ("before=2", true),
            ] {
                let page = try await gate.page("/jobs?\(query)", olga)
                #expect(page.status == .ok && page.text.contains("href=\"/jobs/1\"") == isFound, "\(query)")
            }
            for (query, words, field) in [
                ("since=soon", "Write the day as 2026-12-31.", "#since"),
                ("account=nobody", "no such account", "#account"),
                ("account=a%20b", "no such account", "#account"), ("state=odd", "A state is one of", "#state"),
            ] {
                let page = try await gate.page("/jobs?\(query)", olga)
                #expect(page.status == .badRequest && page.text.contains(words), "\(query)")
                #expect(page.text.contains("href=\"\(field)\""), "\(query)")
            }
            let french = try await gate.page("/jobs?since=soon&lang=fr", olga)
            #expect(french.text.contains("Écrivez le jour comme 2026-12-31."))
        }
    }

    @Test("A waiting job is moved and canceled by forms, once, and only by those who look after the gate")
    func changesJobs() async throws {
        try await JobWorld.run(worker: JobWorld.slow) { world in
            let gate = world.gate
            let (olga, alice) = (try await gate.consoleLogin("olga"), try await gate.consoleLogin("alice"))
            _ = try await world.running(as: "bob")
            for color in 1...2 { _ = try await world.submit(JobWorld.graph(color: color), as: "alice") }
            for path in ["/jobs/3/cancel", "/jobs/3/first", "/jobs/3/retry"] {
                #expect(try await gate.submit(path, alice).status == .forbidden, "\(path)")
            }
            let page = try await gate.page("/jobs/3", olga).text
            #expect(page.contains("/jobs/3/first") && page.contains("1 job runs before it."))
            #expect(try await gate.submit("/jobs/3/first", olga).fields["Location"] == "/jobs/3?done=job_moved")
            #expect(try await gate.submit("/jobs/1/first", olga).status == .badRequest)
            #expect(try await gate.submit("/jobs/3/retry", olga).text.contains("nothing to repeat yet"))
            #expect(try await gate.submit("/jobs/3/cancel", olga).fields["Location"] == "/jobs/3?done=job_canceled")
            let late = try await gate.submit("/jobs/3/cancel", olga)
            #expect(late.status == .badRequest && late.text.contains("The job has ended already."))
            #expect(try await gate.submit("/jobs/99/cancel", olga).status == .notFound)
            let actions = try await Self.actions(world)
            #expect(actions.contains("job.move") && actions.contains("job.cancel"))
            let status = try await gate.page("/status", olga).text
            #expect(status.contains("1 running, 1 waiting"))
            _ = try await gate.ask(.post, "/interrupt", as: "bob", body: "{}")
        }
    }

    @Test("A graph in quarantine is listed with its jobs' owner, and released by a form")
    func releases() async throws {
        var shell = SimulatorShellOptions()
        shell.revival = .after(200_000_000)
        try await JobWorld.run(.current, worker: { $0.faults.crashAtNode = "1" }, shell: shell) { world in
            let gate = world.gate
            let olga = try await gate.consoleLogin("olga")
            #expect(try await gate.page("/jobs/quarantine", olga).text.contains("nothing to do here"))
            _ = try await world.ended(try await world.submit(JobWorld.graph(color: 1), as: "alice"), as: "alice")
            let page = try await gate.page("/jobs/quarantine", olga).text
            #expect(page.contains("quarantined") && page.contains("href=\"/jobs?account=alice\""))
            let target = try #require(page.firstMatch(of: #/action="(/jobs/quarantine/[0-9a-f]{64}/release)"/#)).1
            #expect(try await gate.page("/jobs/1", olga).text.contains(target))
            #expect(try await gate.page("/jobs/1?lang=fr", olga).text.contains("c’était peut-être trop pour lui."))
            for _ in 1...2 {
                let done = try await gate.submit(String(target), olga)
                #expect(done.fields["Location"] == "/jobs/quarantine?done=graph_released")
            }
            #expect(try await gate.page("/jobs/quarantine", olga).text.contains("nothing to do here"))
            #expect(try await Self.actions(world).count { $0 == "graph.release" } == 1)
        }
    }

    @Test("Usage shows what jobs came to, and how near their owner is to the policy's limits")
    func showsUsage() async throws {
        try await JobWorld.run(gate: { configuration in
            var policy = Configuration.Policy(name: "small")
            policy.roles = [.user]
            policy.quota.day = AccountQuota.Use(jobs: 2, gpuSeconds: 3_600)
            configuration.policies = [policy]
        }) { world in
            let olga = try await world.gate.consoleLogin("olga")
            #expect(try await world.gate.page("/usage", olga).text.contains("No job has ended in these days."))
            _ = try await world.ended(try await world.submit(JobWorld.graph(color: 1), as: "alice"), as: "alice")
            let page = try await world.gate.page("/usage", olga).text
            for part in ["href=\"/jobs?account=alice\"", "small", "jobs today: 1 of 2", "GPU time today: "] {
                #expect(page.contains(part), "\(part)")
            }
            _ = try await world.ended(try await world.submit(JobWorld.graph(color: 2), as: "alice"), as: "alice")
            #expect(try await world.gate.page("/usage", olga).text.contains("reached"))
            for key in UsagePage.Key.allCases {
                #expect(try await world.gate.page("/usage?by=\(key.rawValue)", olga).text.contains("2"))
            }
            for query in ["since=x", "until=x", "since=2026-02-01&until=2026-01-01", "account=nobody"] {
                #expect(try await world.gate.page("/usage?\(query)", olga).status == .badRequest, "\(query)")
            }
        }
    }

    @Test("Files of all accounts are counted; what nobody needs is counted and let go by forms of administrators")
    func showsFiles() async throws {
        try await JobWorld.run { world in
            let gate = world.gate
            let (olga, root) = (try await gate.consoleLogin("olga"), try await gate.consoleLogin("root"))
            _ = try await world.ended(try await world.submit(JobWorld.graph(color: 1), as: "alice"), as: "alice")
            let page = try await gate.page("/files", root).text
            #expect(page.contains("href=\"/files?account=alice\"") && page.contains("Disk of the data folder"))
            let files = try await gate.page("/files?account=alice", root).text
            #expect(files.contains("pic_00001_.png"))
            #expect(try await gate.page("/files?account=bob", root).text.contains("has no files"))
            for path in ["/files/count", "/files/free"] {
                #expect(try await gate.submit(path, olga).status == .forbidden)
                let done = try await gate.submit(path, root)
                #expect(done.status == .ok && done.text.contains("0 files of 0 B"), "\(path)")
                #expect(try await gate.page(path, root).status == .methodNotAllowed)
            }
            #expect(try await gate.page("/files?account=alice", root).text.contains("pic_00001_.png"))
        }
    }

    @Test("A list longer than a page goes on where it ended, with the same filter")
    func pages() {
        let context = PageGallery().context(.init(name: "", surface: .console, page: JobsPage(), path: .jobs))
        let page = JobsPage(filter: .init(account: "alice"), isLater: true, next: 17)
        let html = page.html(context)
        #expect(html.contains("href=\"/comfy/jobs?account=alice&amp;before=17\""))
        #expect(html.contains("href=\"/comfy/jobs?account=alice\" rel=\"prev\""))
        #expect(!JobsPage(filter: .init(account: "alice")).html(context).contains("pager"))
    }

    @Test(arguments: [
        (0, "0 ms", "0 ms"), (999, "999 ms", "999 ms"), (1_000, "1.0 s", "1,0 s"), (59_999, "59.9 s", "59,9 s"),
        (60_000, "1 min 0 s", "1 min 0 s"),
        (3_599_999, "59 min 59 s", "59 min 59 s"), (3_600_000, "1 h 0 min", "1 h 0 min"), (-5, "0 ms", "0 ms"),
    ])
    func timesAreWrittenAsPeopleDo(milliseconds: Int64, english: String, french: String) {
        let entry = PageGallery.Entry(name: "", surface: .console, page: JobsPage())
        #expect(PageGallery().context(entry).span(milliseconds: milliseconds) == english)
        #expect(PageGallery().context(entry, language: .french).span(milliseconds: milliseconds) == french)
        #expect(PageGallery().context(entry, language: .french).bytes(1_572_864) == "1,5 Mo")
    }

    @Test func whatHasNotEndedCountsAgainstTheDay() {
        var use = AccountUse()
        let today = UsageDay(number: 20_000)
        for (day, jobs) in [(today, 2), (UsageDay(number: 19_999), 5)] {
            use.add(
                UsageRecord(
                    account: UUID(), day: day, workflow: "w", jobs: jobs, failed: 0, gpuMilliseconds: 1_999, bytes: 0),
                today)
        }
        use.open = OpenCount(jobs: 3, waiting: 2, waitingBytes: 10)
        use.storedBytes = 50
        var quota = AccountQuota()
        quota.day.jobs = 10
        quota.month = AccountQuota.Use(jobs: 20, gpuSeconds: 30)
        quota.storedBytes = 100
        let limits = use.limits(quota)
        #expect(
            limits.map(\.name) == [
                "waiting_jobs", "waiting_bytes", "day_jobs", "month_jobs", "month_gpu_seconds", "stored_bytes",
            ])
        #expect(limits.map(\.used) == [2, 10, 5, 10, 3, 50])
        #expect(limits.last?.nearness == 0.5)
        #expect(AccountUse.Limit(name: "x", used: 0, limit: 0).nearness == 1)
    }
}
