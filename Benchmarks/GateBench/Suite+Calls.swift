/// What one small request makes the gate do: countable, so that it is the same on a busy machine.
extension Suite {
    mutating func systemCalls() throws(BenchError) {
        print("P3: system calls and heap allocations a small request, 64 connections")
        let gate = try gate()
        let calls = try Tracing(lab: lab).callsEach(gate, requests: 5_000)
        let names = calls.perRequest.sorted { $0.value > $1.value }.filter { $0.value >= 0.005 }
        report.tell(
            "system calls a small request: " + names.map { "\($0.key) \($0.value.spelled(3))" }.joined(separator: ", "))
        report.add(
            Goal(
                id: "P3-socket-calls", title: "socket calls a small request", value: calls.sockets, direction: .atMost,
                goal: 4.1))
        report.add(
            Goal(
                id: "P3-epoll-wait", title: "epoll_wait a small request", value: calls.waits, direction: .atMost,
                goal: 0.1, digits: 3))
        guard let shim = options.shim else {
            report.remark("heap allocations were not counted: no --shim")
            return
        }
        let allocations = try Tracing(lab: lab).allocationsEach(shim: shim, requests: 10_000)
        report.add(
            Goal(
                id: "P3-allocations", title: "heap allocations a small request", value: allocations, direction: .atMost,
                // Of thousands of requests one hands the log's block over.
                goal: 0.005))
    }
}
