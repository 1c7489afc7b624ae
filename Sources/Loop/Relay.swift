internal import CLinux
internal import Glibc

/// A pipe of the system, where `splice` keeps bytes between two sockets.
final class Pipe {
    let readEnd: Int32
    let writeEnd: Int32
    /// Bytes asked for; the system may grant less to a user who has many.
    static let capacity = 1 << 20

    /// `splice` cannot be told, as `send` can, that a closed socket is an error number and not a signal.
    static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    init?() {
        Self.ignoresBrokenPipes
        var ends: (Int32, Int32) = (-1, -1)
        let made = unsafe withUnsafeMutableBytes(of: &ends) { pair in
            unsafe gate_pipe(pair.assumingMemoryBound(to: Int32.self).baseAddress, Int32(Self.capacity))
        }
        guard made == 0 else { return nil }
        (readEnd, writeEnd) = ends
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }
}

/// A known number of bytes on their way from one plain socket to another without passing through the process.
///
/// What has left the source and not reached the sink counts as the sink's `pendingByteCount`.
public final class Relay: Deadline {
    public enum Progress: Sendable, Hashable {
        case done
        /// `readable` of the source tells when to go on.
        case sourceIsEmpty
        /// `writable` of the sink tells when to go on.
        case sinkIsFull
        /// Enough for this turn: go on in the next one.
        case paused
        /// The source ended early, or one of the sockets failed.
        case sourceFailed
        case sinkFailed
    }

    private let source: Stream
    private let sink: Stream
    private let pipe: Pipe
    /// Bytes that the source has still to give.
    public private(set) var remaining: Int
    private var inPipe = 0
    /// The sink is what the relay waits for.
    public private(set) var waitsForSink = false
    /// Bytes that the sink's socket has taken.
    public private(set) var moved = 0
    /// Bytes moved before others get their turn.
    private static let turnLimit = 4 << 20
    /// Bytes the source's socket gathers before epoll tells of them (`SO_RCVLOWAT`).
    private var wakeLevel = 1
    /// The source once took longer than `patience` to fill a batch: its bytes go on as they come.
    private var isSlow = false
    /// One turn for many segments: the turns are what costs, not the bytes.
    private static let batch = 262_144
    /// Milliseconds that bytes may lie in the source's socket until there are enough of them.
    private static let patience: UInt64 = 64
    /// Bodies below are not worth the calls.
    public static let threshold = 131_072

    /// Nil when one of the sockets is under TLS, the sink has bytes waiting, or there is no pipe to be had: then copy.
    public init?(from source: Stream, to sink: Stream, count: Int) {
        guard source.tls == nil, sink.tls == nil, sink.pendingByteCount == 0, !sink.isBroken,
            let pipe = source.reactor.takePipe()
        else { return nil }
        (self.source, self.sink, self.pipe, remaining) = (source, sink, pipe, count)
        super.init()
    }

    /// Moves what can be moved now.
    public func move() -> Progress {
        var thisTurn = 0
        waitsForSink = false
        source.reactor.clearDeadline(self)
        while thisTurn < Self.turnLimit {
            var isStarved = false
            if remaining > 0, inPipe < Pipe.capacity {
                let count = gate_splice(source.descriptor, pipe.writeEnd, min(remaining, Pipe.capacity - inPipe))
                if count > 0 {
                    remaining -= count
                    inPipe += count
                    sink.relayed(taken: count)
                } else if count == 0 {
                    return .sourceFailed
                } else {
                    let error = gate_errno()
                    if error == EINTR { continue }
                    guard error == EAGAIN else { return .sourceFailed }
                    // A pipe may be full in slots before it is full in bytes: only an empty one proves an empty source.
                    if inPipe == 0 {
                        source.mayRead = false
                        waitForBatch()
                        return .sourceIsEmpty
                    }
                    isStarved = true
                }
            }
            let count = gate_splice(pipe.readEnd, sink.descriptor, inPipe)
            if count > 0 {
                inPipe -= count
                moved += count
                thisTurn += count
                sink.relayed(sent: count)
                if remaining == 0, inPipe == 0 {
                    tellOf(1)
                    return .done
                }
            } else if count < 0, gate_errno() == EAGAIN {
                sink.waitsForRoom = true
                waitsForSink = true
                return .sinkIsFull
            } else if count < 0, gate_errno() != EINTR {
                return .sinkFailed
            }
            if isStarved, inPipe > 0 { continue }
        }
        return .paused
    }

    private func waitForBatch() {
        if !isSlow { tellOf(min(Self.batch, remaining)) }
        if wakeLevel > 1 { source.reactor.setDeadline(self, after: Self.patience) }
    }

    /// Has epoll tell of the source when it holds so many bytes, or has ended.
    private func tellOf(_ count: Int) {
        guard count != wakeLevel, source.isOpen else { return }
        wakeLevel = count
        _ = gate_set_option(source.descriptor, SOL_SOCKET, SO_RCVLOWAT, Int32(count))
    }

    /// The batch is late.
    public override func deadlineReached() {
        isSlow = true
        tellOf(1)
        // Not every kind of socket tells now of what it has held back.
        if source.isOpen { source.ready(.readable) }
    }

    deinit {
        source.reactor.retireDeadline(self)
        tellOf(1)
        if inPipe > 0 { sink.relayed(taken: -inPipe) } else { source.reactor.giveBack(pipe) }
    }
}
