internal import CBench
internal import CLinux
internal import Glibc

/// An epoll instance; each descriptor carries a number of the caller's.
@safe final class Poller {
    static let capacity = 1_024
    private let epoll: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    init() throws(BenchError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        unsafe events = .allocate(capacity: Self.capacity)
        guard epoll >= 0 else { throw BenchError("epoll_create1: errno \(errno)") }
    }

    deinit {
        close(epoll)
        unsafe events.deallocate()
    }

    /// Level-triggered.
    func add(_ descriptor: Int32, _ number: Int, writing: Bool = false) {
        control(EPOLL_CTL_ADD, descriptor, number, writing)
    }
    func change(_ descriptor: Int32, _ number: Int, writing: Bool) {
        control(EPOLL_CTL_MOD, descriptor, number, writing)
    }
    func remove(_ descriptor: Int32) { _ = gate_epoll_control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0) }

    private func control(_ operation: Int32, _ descriptor: Int32, _ number: Int, _ writing: Bool) {
        let events = UInt32(GATE_EPOLL_READ) | (writing ? UInt32(GATE_EPOLL_WRITE) : 0)
        _ = gate_epoll_control(epoll, operation, descriptor, events, UInt64(number))
    }

    /// How many are ready; a signal counts as none.
    func wait(nanoseconds: Int64) -> Int {
        max(0, Int(unsafe bench_wait(epoll, events, Int32(Self.capacity), nanoseconds)))
    }
    /// Calls `body` with the number of each that is ready, until `end` or for as long as it `goesOn`.
    func turn(
        until end: UInt64, while goesOn: @autoclosure () -> Bool, _ body: (Int) throws(BenchError) -> Void
    ) throws(BenchError) {
        while goesOn() {
            let now = Clock.now()
            guard now < end else { return }
            try Interruption.check()
            let ready = wait(nanoseconds: Int64(min(end - now, 100_000_000)))
            for index in 0..<ready { try body(number(index)) }
        }
    }
    func number(_ index: Int) -> Int { Int(unsafe gate_epoll_value(events, Int32(index))) }
    func isWritable(_ index: Int) -> Bool {
        unsafe gate_epoll_events(events, Int32(index)) & UInt32(GATE_EPOLL_WRITE) != 0
    }
}
