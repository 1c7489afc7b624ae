internal import Basics
internal import HTTP
internal import Loop
internal import Telemetry

/// One loop's lines about requests: put together without an allocation, handed to the log in blocks.
final class AccessLog {
    private let writer: LogWriter?
    private let reactor: Reactor
    private let clock: WallClock
    private var block: [UInt8] = []
    private var lineCount = 0
    private var timer: Timer?
    /// The time of the current turn as text, made once a turn.
    private var time: [UInt8] = []
    private var timeTurn = UInt64.max
    /// Bytes that leave at once.
    private static let blockSize = 65_536
    /// Milliseconds that a line may wait for company.
    private static let patience: UInt64 = 1_000

    /// - Parameter writer: Nil writes nothing.
    init(_ writer: LogWriter?, reactor: Reactor, clock: @escaping WallClock) {
        (self.writer, self.reactor, self.clock) = (writer, reactor, clock)
    }

    func add(_ summary: ExchangeSummary) {
        guard writer != nil else { return }
        if timeTurn != reactor.now {
            timeTurn = reactor.now
            time.removeAll(keepingCapacity: true)
            clock().append(to: &time)
        }
        if block.isEmpty {
            block.reserveCapacity(Self.blockSize + 4_096)
            timer = reactor.timer(after: Self.patience) { [unowned self] in flush() }
        }
        block.append(contentsOf: #"{"time":""#.utf8)
        block.append(contentsOf: time)
        block.append(contentsOf: #"","level":"info","event":"request","method":""#.utf8)
        append(escaped: summary.method.utf8)
        block.append(contentsOf: #"","path":""#.utf8)
        append(escaped: summary.path)
        block.append(contentsOf: #"","status":"#.utf8)
        block.append(decimal: summary.status)
        block.append(contentsOf: #","bytes":"#.utf8)
        block.append(decimal: summary.bytesSent)
        block.append(contentsOf: #","ms":"#.utf8)
        block.append(decimal: Int(summary.milliseconds))
        block.append(contentsOf: #","peer":""#.utf8)
        summary.peer.appendHost(to: &block)
        block.append(contentsOf: "\"}\n".utf8)
        lineCount += 1
        if block.count >= Self.blockSize { flush() }
    }

    /// Method and path are visible ASCII; quote and backslash are all that JSON wants escaped of it.
    private func append(escaped text: some Sequence<UInt8>) {
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { block.append(UInt8(ascii: "\\")) }
            block.append(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "?"))
        }
    }

    /// Hands over what has gathered.
    func flush() {
        timer = nil
        guard let writer, !block.isEmpty else { return }
        writer.write(block: block, lines: lineCount)
        block = []
        lineCount = 0
    }
}
