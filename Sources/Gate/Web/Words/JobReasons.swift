public import Basics

/// Why a job is where it is, in words: for the command line and for pages, from the answer of `jobs/{}/why`.
public enum JobReasons {
    /// Which job it is, and its state.
    public static func headline(_ found: JSON) -> Phrase {
        let text = { (name: String) in found[name]?.string ?? found[name]?.int.map { "\($0)" } ?? "" }
        let state = found["phase"]?.string ?? text("state")
        return self.state(["number": text("number"), "account": text("account"), "state": state])
    }

    /// One sentence for each thing that it waits for, or how it ended.
    public static func reasons(_ found: JSON) -> [Phrase] {
        guard found["ended"]?.isNull ?? true else {
            guard let message = found["message"]?.string else {
                return [found["state"]?.string == "succeeded" ? done() : over()]
            }
            return [ended(["message": message])]
        }
        var lines: [Phrase] = []
        if found["quarantined"]?.bool == true {
            lines.append(quarantined(["signature": String((found["signature"]?.string ?? "").prefix(12))]))
        }
        guard found["gate_runs"]?.bool == true else { return lines + [noGate()] }
        if let jobs = found["ahead"]?.int { lines.append(jobs > 0 ? ahead(count: jobs) : next()) }
        for worker in found["workers"]?.array ?? [] { lines.append(reason(worker)) }
        return lines
    }

    private static func reason(_ worker: JSON) -> Phrase {
        let name = worker["name"]?.string ?? ""
        if worker["stuck"]?.bool == true { return workerStuck(["worker": name]) }
        if let reason = worker["trouble"]?.string { return workerDown(["worker": name, "reason": reason]) }
        guard let number = worker["job"]?.int else { return workerFree(["worker": name]) }
        return workerBusy(["worker": name, "number": "\(number)", "phase": worker["phase"]?.string ?? ""])
    }

    static let state = Message(
        "jobs.why.state", en: "Job {number} of {account}: {state}.", fr: "Job {number} de {account} : {state}.")
    static let ended = Message("jobs.why.ended", en: "It has ended: {message}", fr: "Il est terminé : {message}")
    static let done = Message(
        "jobs.why.done", en: "It has ended, with its files.", fr: "Il est terminé, avec ses fichiers.")
    static let over = Message(
        "jobs.why.over", en: "It has ended because somebody canceled it.",
        fr: "Il est terminé parce que quelqu’un l’a annulé.")
    static let ahead = Message(
        "jobs.why.ahead", en: (one: "1 job runs before it.", other: "{count} jobs run before it."),
        fr: (one: "{count} job passe avant lui.", other: "{count} jobs passent avant lui."))
    static let next = Message(
        "jobs.why.next", en: "It is next, as soon as a worker is free.",
        fr: "C’est le prochain, dès qu’un worker est libre.")
    static let workerDown = Message(
        "jobs.why.worker_down", en: "The worker {worker} gets nothing: {reason}.",
        fr: "Le worker {worker} ne reçoit rien : {reason}.")
    static let workerStuck = Message(
        "jobs.why.worker_stuck",
        en: "The worker {worker} does not stop a job that was canceled: restart it.",
        fr: "Le worker {worker} n’arrête pas un job annulé : redémarrez-le.")
    static let workerBusy = Message(
        "jobs.why.worker_busy", en: "The worker {worker} has job {number} ({phase}).",
        fr: "Le worker {worker} a le job {number} ({phase}).")
    static let workerFree = Message(
        "jobs.why.worker_free", en: "The worker {worker} is free.", fr: "Le worker {worker} est libre.")
    static let quarantined = Message(
        "jobs.why.quarantined",
        en: "Workers stopped under graphs like this: it will fail until `comfygate jobs release {signature}`.",
        fr:
            "Des workers se sont arrêtés sous de tels graphes : il échouera jusqu’à `comfygate jobs release {signature}`."
    )
    static let noGate = Message(
        "jobs.why.no_gate", en: "No gate runs with this data folder.", fr: "Aucun portail ne tourne avec ce dossier.")

    static let all = [
        state, ended, done, over, ahead, next, workerDown, workerStuck, workerBusy, workerFree, quarantined, noGate,
    ]
}
