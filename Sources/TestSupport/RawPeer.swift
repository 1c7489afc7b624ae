internal import CLinux
internal import Glibc
public import Loop

/// The other end of a connection that sends whatever bytes a test wants, and reads only when it is told to.
public final class RawPeer: Stream {
    private var received: [UInt8] = []
    /// The other side has closed, or the connection broke.
    public private(set) var isEnded = false
    private var waiter: CheckedContinuation<Void, Never>?
    /// Off, nothing is read from the socket: a client that does not take its answer.
    public var reads = true {
        didSet { if reads { readable() } }
    }
    /// Counts what comes instead of keeping it.
    public var onlyCounts = false
    public private(set) var receivedByteCount = 0
    private var isConnected: Bool

    /// Connects from the loop of `reactor`.
    public init(to address: SocketAddress, reactor: Reactor, tls: TLSSession? = nil) throws {
        isConnected = tls == nil
        super.init(descriptor: try Connector.begin(address), reactor: reactor, tls: tls)
        open()
    }

    /// An accepted connection.
    public init(accepted descriptor: Int32, reactor: Reactor, tls: TLSSession? = nil) {
        isConnected = true
        super.init(descriptor: descriptor, reactor: reactor, tls: tls)
        open()
    }

    public override func readable() {
        while isOpen, mayRead, !isEnded, reads {
            switch receive() {
            case .bytes(let count):
                receivedByteCount += count
                if !onlyCounts { received.append(contentsOf: reactor.readBuffer[0..<count]) }
            case .wouldBlock: break
            case .end, .failed: isEnded = true
            }
        }
        wake()
    }

    public override func writable() {
        if !isConnected {
            // The handshake begins with the client's first bytes.
            isConnected = true
            mayRead = true
            readable()
        }
        wake()
    }

    public override func willClose() {
        super.willClose()
        isEnded = true
        wake()
    }

    private func wake() {
        waiter?.resume()
        waiter = nil
    }

    public func send(_ text: String) { send(Array(text.utf8)) }

    /// Ends the connection with a reset.
    public func breakOff() {
        gate_reset_on_close(descriptor)
        close()
    }

    /// Ends the connection below TLS, as an attacker on the way could.
    public func cut() {
        _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
        close()
    }

    /// Waits for something to happen on this connection.
    public func event() async { await withCheckedContinuation { waiter = $0 } }

    /// Waits until all that was sent has left.
    public func drained() async { while pendingByteCount > 0, !isBroken, !isEnded { await event() } }

    /// Everything received until `text` is in it, or until the other side ended; what follows `text` stays.
    public func read(until text: String) async -> String {
        let mark = Array(text.utf8)
        while true {
            if let end = place(of: mark) {
                defer { received.removeFirst(end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            if isEnded { return takeAll() }
            await event()
        }
    }

    /// At least so many bytes, or what there was when the other side ended.
    public func read(count: Int) async -> [UInt8] {
        while received.count < count, !isEnded { await event() }
        let part = Array(received.prefix(count))
        received.removeFirst(part.count)
        return part
    }

    /// Everything until the other side ended.
    public func readToEnd() async -> String {
        while !isEnded { await event() }
        return takeAll()
    }

    /// Everything until the other side ended, as bytes.
    public func bytesToEnd() async -> [UInt8] {
        while !isEnded { await event() }
        defer { received = [] }
        return received
    }

    /// What has come and was not asked for yet.
    public var unread: String { String(decoding: received, as: UTF8.self) }

    private func takeAll() -> String {
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    private func place(of mark: [UInt8]) -> Int? {
        guard !mark.isEmpty, received.count >= mark.count else { return nil }
        for start in 0...(received.count - mark.count) where received[start..<start + mark.count].elementsEqual(mark) {
            return start + mark.count
        }
        return nil
    }
}
