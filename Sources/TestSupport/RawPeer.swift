public import Loop

/// The other end of a connection that sends whatever bytes a test wants.
public final class RawPeer: Stream {
    private var received: [UInt8] = []
    private var isEnded = false
    private var waiter: CheckedContinuation<Void, Never>?

    /// Connects from the loop of `reactor`.
    public init(to address: SocketAddress, reactor: Reactor) throws {
        super.init(descriptor: try Connector.begin(address), reactor: reactor, tls: nil)
        open()
    }

    public override func readable() {
        while isOpen, mayRead, !isEnded {
            switch receive() {
            case .bytes(let count): received.append(contentsOf: reactor.readBuffer[0..<count])
            case .wouldBlock: break
            case .end, .failed: isEnded = true
            }
        }
        waiter?.resume()
        waiter = nil
    }

    public func send(_ text: String) { send(Array(text.utf8)) }

    /// Everything received until `text` is in it, or until the other side ended; what follows `text` stays.
    public func read(until text: String) async -> String {
        let mark = Array(text.utf8)
        while true {
            if let end = place(of: mark) {
                defer { received.removeFirst(end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            if isEnded { return takeAll() }
            await withCheckedContinuation { waiter = $0 }
        }
    }

    /// Everything until the other side ended.
    public func readToEnd() async -> String {
        while !isEnded { await withCheckedContinuation { waiter = $0 } }
        return takeAll()
    }

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
