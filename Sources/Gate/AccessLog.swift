internal import Basics
internal import HTTP
internal import Loop

/// One loop's lines about requests: put together without an allocation, handed to the log in blocks.
final class AccessLog: Deadline {
    private let log: GateLog
    private let reactor: Reactor
    private let clock: WallClock
    private var block: [UInt8] = []
    @safe @exclusivity(unchecked) private var lineCount = 0
    /// The time of the current turn as text, made once a turn.
    private var time: [UInt8] = []
    @safe @exclusivity(unchecked) private var timeTurn = UInt64.max
    /// Bytes that leave at once.
    private static let blockSize = 262_144
    /// Milliseconds that a line may wait for company.
    private static let patience: UInt64 = 1_000

    init(_ log: GateLog, reactor: Reactor, clock: @escaping WallClock) {
        (self.log, self.reactor, self.clock) = (log, reactor, clock)
        super.init()
    }

    deinit { reactor.retireDeadline(self) }

    func add(_ summary: ExchangeSummary) {
        guard log.isAccessLogged else { return }
        if timeTurn != reactor.now {
            timeTurn = reactor.now
            time.removeAll(keepingCapacity: true)
            clock().append(to: &time)
        }
        if block.isEmpty {
            block.reserveCapacity(Self.blockSize + 4_096)
            reactor.setDeadline(self, after: Self.patience)
        }
        // Out of the object for the while: each single use of it there would be checked.
        var line: [UInt8] = []
        swap(&line, &block)
        line.append(text: #"{"time":""#)
        line.append(contentsOf: time)
        line.append(text: #"","level":"info","event":"request","method":""#)
        // A token: nothing in it wants escaping.
        line.append(contentsOf: summary.method.utf8)
        line.append(text: #"","path":""#)
        Self.append(escaped: summary.path, to: &line)
        line.append(text: #"","status":"#)
        line.append(decimal: summary.status)
        line.append(text: #","bytes":"#)
        line.append(decimal: summary.bytesSent)
        line.append(text: #","ms":"#)
        line.append(decimal: Int(summary.milliseconds))
        line.append(text: #","peer":""#)
        summary.loggedPeer.appendHost(to: &line)
        if !summary.requestID.isEmpty {
            line.append(text: #"","request":""#)
            Self.append(escaped: summary.requestID, to: &line)
        }
        line.append(text: "\"}\n")
        swap(&line, &block)
        lineCount += 1
        if block.count >= Self.blockSize { flush() }
    }

    /// Path and id are visible ASCII; quote and backslash are all that JSON wants escaped of it.
    private static func append(escaped text: [UInt8], to line: inout [UInt8]) {
        if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            line.append(contentsOf: text)
            return
        }
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { line.append(UInt8(ascii: "\\")) }
            line.append(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "?"))
        }
    }

    override func deadlineReached() { flush() }

    /// Hands over what has gathered.
    func flush() {
        reactor.clearDeadline(self)
        guard !block.isEmpty else { return }
        log.write(block: block, lines: lineCount)
        block = []
        lineCount = 0
    }
}
