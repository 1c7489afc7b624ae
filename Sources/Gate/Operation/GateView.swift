internal import Basics

/// What the console sees of the running gate.
struct GateView: Sendable {
    /// Jobs and files, for administration.
    var work: (@Sendable () -> GateWork)?
    var status: @Sendable () async -> JSON = { .null }
    var metrics: @Sendable () async -> String = { "" }
    var readiness: @Sendable () -> Readiness? = { nil }
    /// Where the worker answers without the gate.
    var exposure: @Sendable () -> [String] = { [] }
}

extension StatusPage.Worker {
    init(address: String, _ readiness: Readiness?, reachableAt: [String]) {
        self.init(address: address, state: .unknown)
        self.reachableAt = reachableAt
        guard let readiness else { return }
        state = readiness.worker == .up ? .up : .down(reason: readiness.reason ?? ErrorWords.unreachable())
        (version, python, devices) = (readiness.version, readiness.python, readiness.devices)
        (asked, since) = (readiness.asked, readiness.since)
    }
}
