internal import Basics
internal import CLinux
internal import Glibc

/// What runs on one loop's thread: descriptors, deadlines and the buffers they share.
///
/// Not `Sendable`: whoever holds it is on the loop. Its channels are kept alive from `register` until they close.
@safe public final class Reactor {
    /// Milliseconds of the monotonic clock at the beginning of this turn.
    public var now: UInt64 { turnTime }
    @safe @exclusivity(unchecked) private var turnTime: UInt64
    /// What the last `Stream.receive` read. A reader takes a copy of the reference for as long as it looks at the bytes: a
    /// nested read then fills another buffer instead of pulling this one away.
    public internal(set) var readBuffer: [UInt8]
    /// Where heads are put together before they are sent; empty between uses.
    public var writeBuffer: [UInt8] = []
    /// The loop this reactor belongs to.
    public unowned let loop: EventLoop

    /// Bytes of the read buffer, also the most that one read returns.
    public static let readBufferSize = 65_536

    let epoll: Int32
    private let clock: MonotonicClock
    private let wheel: TimerWheel
    private var channels: [ObjectIdentifier: Channel] = [:]
    private var graveyard: [Channel] = []
    private let events: UnsafeMutablePointer<epoll_event>
    private static let eventCount: Int32 = 256
    /// Empty pipes for the next relays.
    private var sparePipes: [Pipe] = []
    private static let sparePipeLimit = 8
    /// Open channels, for gauges.
    public var channelCount: Int { channels.count }

    init(loop: EventLoop, clock: MonotonicClock) {
        self.loop = loop
        self.clock = clock
        turnTime = clock.milliseconds()
        wheel = TimerWheel(now: turnTime)
        readBuffer = [UInt8](repeating: 0, count: Self.readBufferSize)
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1 failed: \(gate_errno())")
        unsafe events = .allocate(capacity: Int(Self.eventCount))
    }

    deinit {
        unsafe events.deallocate()
        close(epoll)
    }

    /// Sets or moves a deadline to so many milliseconds from now.
    public func setDeadline(_ item: Deadline, after milliseconds: UInt64) {
        wheel.set(item, at: now + milliseconds)
    }

    public func clearDeadline(_ item: Deadline) { wheel.clear(item) }

    /// Clears the deadline of an object whose life ends; one that is no channel calls it at the latest in its `deinit`.
    public func retireDeadline(_ item: Deadline) { wheel.retire(item) }

    /// Runs `body` once after so many milliseconds, unless the returned timer is canceled or let go.
    public func timer(after milliseconds: UInt64, _ body: @escaping () -> Void) -> Timer {
        let timer = Timer(wheel, body)
        setDeadline(timer, after: milliseconds)
        return timer
    }

    /// Watches a channel's descriptor and keeps the channel alive.
    func register(_ channel: Channel, _ mode: Watch) {
        channels[ObjectIdentifier(channel)] = channel
        let events: UInt32 =
            switch mode {
            case .edges: UInt32(GATE_EPOLL_READ) | UInt32(GATE_EPOLL_WRITE) | 1 << 31
            case .level: UInt32(EPOLLIN.rawValue)
            case .sharedLevel: UInt32(EPOLLIN.rawValue) | UInt32(GATE_EPOLL_EXCLUSIVE)
            }
        let value = unsafe UInt64(UInt(bitPattern: Unmanaged.passUnretained(channel).toOpaque()))
        guard gate_epoll_control(epoll, Int32(EPOLL_CTL_ADD), channel.descriptor, events, value) != 0 else { return }
        // The system is out of watches or memory: the channel ends, but not under the feet of the code that opens it.
        loop.submitLocal { channel.close() }
    }

    /// Stops watching a descriptor that goes on living.
    func unwatch(_ channel: Channel) {
        _ = gate_epoll_control(epoll, Int32(EPOLL_CTL_DEL), channel.descriptor, 0, 0)
    }

    /// Ends a channel: its descriptor is closed now, the object lives until the turn ends.
    func unregister(_ channel: Channel) {
        wheel.retire(channel)
        graveyard.append(channel)
        channels[ObjectIdentifier(channel)] = nil
    }

    /// For tests.
    var sparePipeCount: Int { sparePipes.count }

    func takePipe() -> Pipe? { sparePipes.popLast() ?? Pipe() }

    /// Takes back a pipe that is empty.
    func giveBack(_ pipe: Pipe) {
        if sparePipes.count < Self.sparePipeLimit { sparePipes.append(pipe) }
    }

    /// Ends every channel but one, at the end of the loop.
    func closeAll(except kept: Channel) {
        for channel in channels.values where channel !== kept { channel.close() }
    }

    /// The shared output buffer never carries bytes from one event to the next: they would reach another peer.
    func checkWriteBuffer() {
        guard !writeBuffer.isEmpty else { return }
        assertionFailure("\(writeBuffer.count) bytes were left in the loop's write buffer")
        writeBuffer.removeAll(keepingCapacity: true)
    }

    /// One turn: waits for events or the next deadline, then handles both.
    func turn(mayWait: Bool) {
        var timeout: Int32 = 0
        if mayWait { timeout = wheel.wait(now: clock.milliseconds()).map { Int32(min($0, 60_000)) } ?? -1 }
        let count = unsafe epoll_wait(epoll, events, Self.eventCount, clock.isManual && timeout > 0 ? -1 : timeout)
        turnTime = clock.milliseconds()
        for index in 0..<max(0, count) {
            let value = unsafe gate_epoll_value(events, index)
            guard let pointer = unsafe UnsafeRawPointer(bitPattern: UInt(value)) else { continue }
            let channel = unsafe Unmanaged<Channel>.fromOpaque(pointer).takeUnretainedValue()
            // A channel closed earlier in this batch may still have an event here.
            guard channel.isOpen else { continue }
            channel.ready(Readiness(rawValue: unsafe gate_epoll_events(events, index)))
            checkWriteBuffer()
        }
        wheel.advance(to: now)
        checkWriteBuffer()
    }

    func bury() { graveyard.removeAll(keepingCapacity: true) }
}

/// A single shot set by `Reactor.timer`.
public final class Timer: Deadline {
    // Not the reactor: a weak reference would slow down every use of it.
    private let wheel: TimerWheel
    private var body: (() -> Void)?

    init(_ wheel: TimerWheel, _ body: @escaping () -> Void) {
        self.wheel = wheel
        self.body = body
    }

    deinit { cancel() }

    public func cancel() {
        body = nil
        wheel.retire(self)
    }

    public override func deadlineReached() {
        let body = body
        self.body = nil
        body?()
    }
}

/// What epoll says of a descriptor.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let readable = Readiness(rawValue: 0x001)
    public static let writable = Readiness(rawValue: 0x004)
    public static let failed = Readiness(rawValue: 0x008)
    public static let hungUp = Readiness(rawValue: 0x010)
    /// The peer has sent all it will send.
    public static let peerDone = Readiness(rawValue: 0x2000)
}

/// The clock of waits and time-outs; wall time has no say in them.
public final class MonotonicClock: Sendable {
    private let manual: Locked<UInt64>?

    /// The system's monotonic clock.
    public init() { manual = nil }

    /// A clock that stands still until `advance` moves it; tests wake the loops after that.
    public init(manualStart: UInt64) { manual = Locked(manualStart) }

    public var isManual: Bool { manual != nil }

    public func milliseconds() -> UInt64 {
        manual?.withLock { $0 } ?? gate_monotonic_nanoseconds() / 1_000_000
    }

    public func advance(byMilliseconds count: UInt64) { manual?.withLock { $0 += count } }
}
