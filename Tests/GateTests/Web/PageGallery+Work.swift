import Basics
import Store
import Wire

@testable import Gate

extension PageGallery {
    private func job(_ number: Int, _ state: String, _ more: JSONObject = [:]) -> JobRow {
        var json: JSONObject = [
            "number": JSON(number), "id": .string(text("5b1f0c77-0d1c-4f4b-9b2a-1f3a6d1c2e55")),
            "account": .string(text("jean-françois.lefèvre")), "state": .string(state),
            "submitted": .string(at(minutes: -12).rfc3339), "tries": 1,
            "workflow": .string(text("Portraits for the spring catalogue")), "bytes": 14_233,
            "signature": "5e2a81c05e2a81c05e2a81c05e2a81c05e2a81c05e2a81c05e2a81c05e2a81c0",
        ]
        for member in more.members { json[member.key] = member.value }
        return JobRow(.object(json))
    }

    private var jobs: [JobRow] {
        let ran: JSONObject = [
            "started": .string(at(minutes: -11).rfc3339), "ended": .string(at(minutes: -2).rfc3339),
        ]
        var failed = ran
        failed["failure"] = .string(text("worker_crashed"))
        failed["message"] = .string(text("The worker that ran this job stopped; it may have been too much for it."))
        return [
            job(4_715, "queued", ["expires": .string(at(days: 7).rfc3339)]),
            job(4_714, "dispatched", ["phase": "running", "started": .string(at(minutes: -1).rfc3339)]),
            job(4_713, "failed", failed), job(4_712, "succeeded", ran), job(4_711, "withdrawn"),
            job(4_710, "something new"),
        ]
    }

    private func entry(_ name: String, _ page: any WebPage, _ path: WebPath) -> Entry {
        Entry(name: name, surface: .console, page: page, path: path, isLoggedIn: true)
    }

    var work: [Entry] {
        let filter = JobsPage.Filter(state: "failed", account: text("maria"), since: text("2026-03-01"))
        let counts: [JobState: Int] = [.queued: 3, .dispatched: 1, .succeeded: 1_204, .failed: 17, .canceled: 0]
        let list = JobsPage(jobs: jobs, counts: counts, filter: filter, isLater: true, next: 4_700)
        var bad = JobsPage(filter: filter)
        bad.problems = [
            FormProblem(Phrase(verbatim: text("since is a day such as 2026-12-31.")), at: .since),
            FormProblem(StoreRules.noAccount, at: .account),
        ]
        let waiting = JobDetailPage(
            job: jobs[0],
            reasons: [
                JobReasons.ahead(count: 2),
                JobReasons.workerDown(["worker": text("worker"), "reason": text("refused")]),
            ], isQuarantined: true)
        let failed = JobDetailPage(
            job: jobs[2], reasons: [ServiceWords.phrase(JobReasons.ended(["message": jobs[2].message ?? ""]))],
            attempts: [
                .init(
                    worker: text("worker"), began: at(minutes: -11), ended: at(minutes: -8),
                    outcome: text("worker_crashed")),
                .init(worker: text("worker"), began: at(minutes: -8), ended: nil, outcome: nil),
            ],
            files: [
                .init([
                    "type": "output", "subfolder": .string(text("2026/spring")),
                    "name": .string(text("portrait_00001_.png")), "size": 1_523_004,
                ])
            ], problems: [FormProblem(Phrase(verbatim: text("The job has ended already.")))])
        var done = JobDetailPage(job: jobs[3])
        done.notice = .jobRepeated
        let held = QuarantinePage(graphs: [
            .init(
                signature: .sha256([1]), deaths: 2, isHeld: true, last: at(hours: -3), account: text("maria")),
            .init(signature: .sha256([2]), deaths: 1, isHeld: false, last: nil, account: text("render-bot")),
        ])
        return [
            entry("jobs", list, .jobs), entry("jobs-none", JobsPage(gate: url.description), .jobs),
            entry("jobs-none-fits", JobsPage(counts: counts, filter: filter), .jobs), entry("jobs-bad", bad, .jobs),
            entry("job-waiting", waiting, .job(4_715)), entry("job-running", JobDetailPage(job: jobs[1]), .job(4_714)),
            entry("job-failed", failed, .job(4_713)), entry("job-done", done, .job(4_712)),
            entry("job-odd", JobDetailPage(job: jobs[5]), .job(4_710)),
            entry("quarantine", held, .quarantine), entry("quarantine-none", QuarantinePage(), .quarantine),
        ] + sums
    }

    private var sums: [Entry] {
        var usage = UsagePage(since: "2026-03-01", until: "2026-03-14")
        usage.sums = [
            .init(text("maria"), jobs: 1_204, failed: 17, seconds: 48_233.5, bytes: 3_221_225_472),
            .init(text("jean-françois.lefèvre"), jobs: 3, failed: 0, seconds: 12.3, bytes: 4_200),
        ]
        let limits: [UsagePage.Limit] = [
            .init(name: "waiting_jobs", used: 3, limit: 200), .init(name: "waiting_bytes", used: 9, limit: 268_435_456),
            .init(name: "day_jobs", used: 50, limit: 50), .init(name: "day_gpu_seconds", used: 3_300, limit: 3_600),
            .init(name: "month_jobs", used: 120, limit: 1_000),
            .init(name: "month_gpu_seconds", used: 48_233, limit: 360_000),
            .init(name: "stored_bytes", used: 0, limit: 0), .init(name: text("another"), used: 1, limit: 9),
        ]
        usage.accounts = [
            .init(text("maria"), policy: text("class-a"), limits),
            .init(text("render-bot"), policy: text("default"), [limits[0], limits[1]]),
        ]
        var teams = usage
        teams.key = .team
        teams.sums.append(.init("-", jobs: 1, failed: 0, seconds: 0.04, bytes: 0))
        let none = UsagePage(since: "2026-03-01", until: "2026-03-14")
        var bad = UsagePage(since: text("2026-03-14"), until: text("x"), account: text("maria"))
        bad.problems = [FormProblem(Phrase(verbatim: text("since is behind until.")), at: .since)]
        let rows: [FilesPage.Row] = [
            .init(text("maria"), inputs: 40, outputs: 2_210, previews: 17, bytes: 3_221_225_472),
            .init(text("old.student"), inputs: 0, outputs: 0, previews: 0, bytes: 0),
        ]
        var files = FilesPage(rows: rows, disk: .init(free: 67_064_709_120, size: 270_553_174_016, isLow: false))
        files.outcome = .init(isTrial: true, files: 12, bytes: 44_040_192, jobs: 3, assets: 7, freed: 9_001)
        var low = FilesPage(rows: rows, disk: .init(free: 1_000_000_000, size: 270_553_174_016, isLow: true))
        low.outcome = .init(isTrial: false, files: 12, bytes: 44_040_192, jobs: 3, assets: 7, freed: 9_001)
        let own = AccountFilesPage(
            account: text("maria"),
            files: [
                .init([
                    "type": "output", "subfolder": "", "name": .string(text("portrait_00001_.png")), "size": 1_523_004,
                    "created": .string(at(hours: -2).rfc3339),
                ])
            ])
        return [
            entry("usage", usage, .usage), entry("usage-teams", teams, .usage), entry("usage-none", none, .usage),
            entry("usage-bad", bad, .usage), entry("files", files, .files), entry("files-low", low, .files),
            entry("files-bare", FilesPage(rows: []), .files), entry("files-of", own, .files),
            entry("files-of-none", AccountFilesPage(account: text("bob")), .files),
        ]
    }
}
