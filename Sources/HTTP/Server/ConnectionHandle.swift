internal import CLinux
internal import Loop

/// Lets an application end a connection later, as when the session behind an open socket is revoked. Keeps nothing alive.
public final class ConnectionHandle {
    private weak var connection: ServerConnection?

    init(_ connection: ServerConnection) { self.connection = connection }

    public var isOpen: Bool { connection?.isOpen ?? false }
    public func close() { connection?.close() }
}

extension Exchange {
    /// A handle on the connection, which outlives this exchange when it becomes a tunnel or a WebSocket.
    public var connectionHandle: ConnectionHandle { ConnectionHandle(connection) }

    /// The user id of the process at the other end of a Unix socket, as the kernel knows it; nil for other peers.
    public var peerUserID: Int? {
        guard case .unix = request.peer, connection.isOpen else { return nil }
        let uid = gate_peer_uid(connection.descriptor)
        return uid < 0 ? nil : Int(uid)
    }
}
