public import Loop

extension HTTPServer {
    /// Copies of the listening sockets, for a successor; the caller closes them.
    public func duplicateListeners() -> [(address: SocketAddress, descriptor: Int32)] {
        listeners.map { ($0.address, $0.duplicate()) }
    }

    /// Accepts no more; connections that wait are left to whoever has copies of the sockets.
    public func releaseListeners() {
        for listener in listeners { listener.release() }
        listeners = []
    }

    /// A connection waits for an answer, or has one on its way. Tunnels and WebSockets do not count: they have no end.
    public var owesAnswers: Bool { connections.values.contains { !$0.isEndless } }
}

extension ServerConnection {
    fileprivate var isEndless: Bool {
        switch phase {
        case .upgraded: true
        case .forward(let forward): forward.isTunnel
        case .idle, .head, .exchange, .draining: false
        }
    }
}
