public import Basics
internal import CLinux
internal import Glibc

/// Begins connections without blocking.
public enum Connector {
    /// A socket whose connection attempt has begun; it becomes writable when the attempt ends.
    ///
    /// - Throws: `connectFailed` when the system refuses at once.
    public static func begin(_ address: SocketAddress) throws(GateError) -> Int32 {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw failed(address, gate_errno()) }
        if case .unix = address {
        } else {
            _ = gate_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            gate_keep_alive(descriptor, 60, 150_000)
        }
        let status = unsafe address.withSystemAddress { unsafe gate_connect(descriptor, $0, $1) }
        guard let status else {
            _ = Glibc.close(descriptor)
            throw failed(address, ENAMETOOLONG)
        }
        let error = gate_errno()
        guard status == 0 || error == EINPROGRESS else {
            _ = Glibc.close(descriptor)
            throw failed(address, error)
        }
        return descriptor
    }

    /// How the attempt ended: nil when the connection stands.
    public static func outcome(_ descriptor: Int32, _ address: SocketAddress) -> GateError? {
        let error = gate_socket_error(descriptor)
        return error == 0 ? nil : failed(address, error)
    }

    private static func failed(_ address: SocketAddress, _ error: Int32) -> GateError {
        GateError(
            .connectFailed, from: .worker, "The server could not be reached.",
            detail: "\(address): \(systemMessage(error))")
    }
}

extension GateError.Code {
    public static let connectFailed: Self = "connect_failed"
    public static let nameNotFound: Self = "name_not_found"
}

/// Turns names into addresses on a lane of its own, because the system's resolver blocks.
public final class Resolver: Sendable {
    /// For gauges.
    public let lane: Lane

    public init(lane: Lane = Lane("resolve", threads: 1, capacity: 256)) { self.lane = lane }

    /// All addresses of a name in the system's order; an address in text form is itself.
    ///
    /// - Throws: `nameNotFound`.
    public func addresses(of host: String, port: UInt16) async throws -> [SocketAddress] {
        try await lane.run {
            var hints = unsafe addrinfo()
            unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            var list: UnsafeMutablePointer<addrinfo>?
            let status = unsafe getaddrinfo(host, String(port), &hints, &list)
            defer { unsafe freeaddrinfo(list) }
            var addresses: [SocketAddress] = []
            var item = unsafe list
            while let entry = unsafe item {
                let bytes = unsafe UnsafeRawBufferPointer(
                    start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
                if let address = SocketAddress(system: unsafe Array(bytes).span), !addresses.contains(address) {
                    addresses.append(address)
                }
                unsafe item = entry.pointee.ai_next
            }
            guard status == 0, !addresses.isEmpty else {
                throw GateError(
                    .nameNotFound, from: .gateway, "The name \(host) has no address.",
                    detail: unsafe status == 0 ? nil : String(cString: gai_strerror(status)))
            }
            return addresses
        }
    }
}
