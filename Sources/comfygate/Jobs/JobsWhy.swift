internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs why`.
struct JobsWhy: AdminCommand {
    static let declaration = CommandDeclaration(
        "why",
        Message(
            "jobs.why.summary", en: "Say why a job is where it is",
            fr: "Dit pourquoi un job en est là"),
        JobOptions.all,
        examples: ["jobs why 4711"])

    let job: JobOptions
    var options: AdminOptions { job.admin }

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let found = try await admin.ask(.get, ["jobs", job.job, "why"], query: job.query)
        let reasons = Self.reasons(found)
        terminal.put(found) { reasons.map { terminal.text($0) + "\n" }.joined() }
    }

    private static func reasons(_ found: JSON) -> [Phrase] {
        let text = { (name: String) in found[name]?.cell ?? "" }
        let state = found["phase"]?.string ?? text("state")
        var lines = [
            JobMessages.whyState(["number": text("number"), "account": text("account"), "state": state])
        ]
        guard found["ended"]?.isNull ?? true else {
            let message = found["message"]?.string
            return lines + [message.map { JobMessages.whyEnded(["message": $0]) } ?? JobMessages.whyDone()]
        }
        if found["quarantined"]?.bool == true {
            lines.append(JobMessages.whyQuarantined(["signature": String(text("signature").prefix(12))]))
        }
        guard found["gate_runs"]?.bool == true else { return lines + [JobMessages.whyNoGate()] }
        if let ahead = found["ahead"]?.int { lines.append(JobMessages.whyAhead(count: ahead)) }
        for worker in found["workers"]?.array ?? [] { lines.append(reason(worker)) }
        return lines
    }

    private static func reason(_ worker: JSON) -> Phrase {
        let name = worker["name"]?.string ?? ""
        if worker["stuck"]?.bool == true { return JobMessages.whyWorkerStuck(["worker": name]) }
        if let reason = worker["trouble"]?.string {
            return JobMessages.whyWorkerDown(["worker": name, "reason": reason])
        }
        guard let number = worker["job"]?.int else { return JobMessages.whyWorkerFree(["worker": name]) }
        let phase = worker["phase"]?.string ?? ""
        return JobMessages.whyWorkerBusy(["worker": name, "number": "\(number)", "phase": phase])
    }
}
