public import Loop

/// A server made of raw connections: the test reads what came and says what goes back, byte by byte.
public final class RawUpstream {
    private var waiting: [RawPeer] = []
    private var waiter: CheckedContinuation<Void, Never>?
    private var listener: Listener?
    public private(set) var acceptedCount = 0
    /// Off, new connections read nothing until they are told to.
    public var readsAtOnce = true
    public let address: SocketAddress

    /// - Parameter tls: Makes the server's side of TLS for each connection.
    public init(
        on address: SocketAddress = .loopback(port: 0), reactor: Reactor, tls: (() -> TLSSession?)? = nil
    ) throws {
        let box = Box()
        let listener = try Listener(address, reactor: reactor) { descriptor, _ in
            let peer = RawPeer(accepted: descriptor, reactor: reactor, tls: tls?())
            guard let upstream = box.upstream else { return peer.close() }
            upstream.accepted(peer)
        }
        self.listener = listener
        self.address = listener.address
        box.upstream = self
    }

    private final class Box { weak var upstream: RawUpstream? }

    /// The listening socket's.
    public var descriptor: Int32 { listener?.descriptor ?? -1 }
    public var port: UInt16 { address.port ?? 0 }

    private func accepted(_ peer: RawPeer) {
        if !readsAtOnce { peer.reads = false }
        acceptedCount += 1
        waiting.append(peer)
        waiter?.resume()
        waiter = nil
    }

    /// The next connection that was made to this server.
    public func connection() async -> RawPeer {
        while waiting.isEmpty { await withCheckedContinuation { waiter = $0 } }
        return waiting.removeFirst()
    }

    public func stopListening() { listener?.close() }
}
