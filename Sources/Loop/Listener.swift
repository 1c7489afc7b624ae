public import Basics
internal import CLinux
internal import Glibc

/// A listening socket of one loop.
public final class Listener: Channel {
    private let accepted: (Int32, SocketAddress) -> Void
    public let address: SocketAddress
    private var reserve: Int32

    /// Binds and listens; several loops may listen on one port.
    ///
    /// - Parameters:
    ///   - backlog: Connections the kernel holds until they are accepted.
    ///   - accepted: Gets each new descriptor, which it then owns, and the peer's address.
    /// - Throws: `inUse` or `invalidArgument`, naming the address and the remedy.
    public init(
        _ address: SocketAddress, reactor: Reactor, backlog: Int32 = 1_024,
        accepted: @escaping (Int32, SocketAddress) -> Void
    ) throws(GateError) {
        let descriptor = try Self.listen(on: address, backlog: backlog)
        self.accepted = accepted
        self.address = SocketAddress.local(of: descriptor) ?? address
        reserve = unsafe gate_open("/dev/null", O_RDONLY, 0)
        super.init(descriptor: descriptor, reactor: reactor)
        open(level: true)
    }

    private static func listen(on address: SocketAddress, backlog: Int32) throws(GateError) -> Int32 {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw GateError(.invalidArgument, from: .gateway, "This machine has no sockets for \(address).")
        }
        if case .unix = address {
        } else {
            _ = gate_set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            _ = gate_set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
            if case .v6 = address { _ = gate_set_option(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        }
        let status = unsafe address.withSystemAddress { unsafe gate_bind(descriptor, $0, $1) }
        guard status == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let error = errno
            _ = Glibc.close(descriptor)
            if error == EADDRINUSE {
                throw GateError(
                    .inUse, from: .gateway,
                    "\(address) is taken by another program; end it, or choose another address to listen on.")
            }
            throw GateError(
                .invalidArgument, from: .gateway, "Cannot listen on \(address): \(systemMessage(error)).")
        }
        return descriptor
    }

    public override func ready(_ events: Readiness) {
        // Bounded, so that a flood of connections does not starve those that are open.
        var bytes = [UInt8](repeating: 0, count: 128)
        for _ in 0..<64 {
            var count: UInt32 = 128
            let descriptor = unsafe bytes.withUnsafeMutableBytes {
                unsafe gate_accept(self.descriptor, $0.baseAddress, &count)
            }
            guard descriptor >= 0 else {
                if gate_errno() == EMFILE || gate_errno() == ENFILE { refuseOne() }
                return
            }
            accepted(descriptor, SocketAddress(system: bytes.span.extracting(0..<Int(count))) ?? .unix(""))
        }
    }

    /// Out of descriptors: the reserve is given up for long enough to take one connection and end it.
    private func refuseOne() {
        guard reserve >= 0 else { return }
        _ = Glibc.close(reserve)
        let descriptor = gate_accept(self.descriptor, nil, nil)
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        reserve = unsafe gate_open("/dev/null", O_RDONLY, 0)
    }

    public override func willClose() {
        if reserve >= 0 { _ = Glibc.close(reserve) }
        reserve = -1
    }
}

/// The system's words for an error number.
public func systemMessage(_ error: Int32) -> String {
    guard let text = unsafe strerror(error) else { return "error \(error)" }
    return unsafe String(cString: text)
}
