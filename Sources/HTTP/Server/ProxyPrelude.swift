internal import CLinux
internal import Glibc
public import Loop
public import Wire

/// A connection whose proxy says by a PROXY header whose it is; with the header read it becomes a `ServerConnection`.
///
/// The header is looked at without taking it, so that what stands behind it stays in the socket, where TLS looks for it.
final class ProxyPrelude: Channel {
    private let peer: SocketAddress
    private let server: HTTPServer
    private let tls: (@Sendable () -> TLSContext?)?

    init(descriptor: Int32, peer: SocketAddress, server: HTTPServer, tls: (@Sendable () -> TLSContext?)?) {
        (self.peer, self.server, self.tls) = (peer, server, tls)
        super.init(descriptor: descriptor, reactor: server.reactor)
    }

    func start() {
        open()
        reactor.setDeadline(self, after: server.limits.headTime)
    }

    override func deadlineReached() { close() }

    override func ready(_ events: Readiness) {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe gate_peek(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else {
            if count == 0 || gate_errno() != EAGAIN && gate_errno() != EINTR { close() }
            return
        }
        var reader = ProxyProtocolReader()
        do throws(ProxyProtocolReader.Failure) {
            let (taken, header) = try reader.feed(bytes.span.extracting(0..<count))
            guard let header else {
                // The rest will not come any more.
                if !events.isDisjoint(with: [.peerDone, .hungUp, .failed]) { close() }
                return
            }
            _ = unsafe bytes.withUnsafeMutableBytes { unsafe gate_receive(descriptor, $0.baseAddress, taken) }
            let client = header.source.map { SocketAddress($0.address, port: UInt16(clamping: $0.port)) } ?? peer
            server.preludeEnded(self)
            server.serve(takeDescriptor(), client, tls: tls, proxyIsSecure: header.isSecure)
        } catch {
            // Not the proxy's words: nothing is answered.
            close()
        }
    }

    override func willClose() { server.preludeEnded(self) }
}

extension SocketAddress {
    public init(_ address: IPAddress, port: UInt16) {
        func word(_ octets: ArraySlice<UInt8>) -> UInt64 { octets.reduce(0) { $0 << 8 | UInt64($1) } }
        let octets = address.octets
        self =
            octets.count == 4
            ? .v4(UInt32(word(octets[...])), port: port)
            : .v6(word(octets.prefix(8)), word(octets.suffix(8)), port: port)
    }
}
