internal import CBench
internal import CLinux
internal import COpenSSL
internal import Glibc
internal import Loop

/// The client's side of TLS 1.3: checks no certificate, resumes no session.
@safe final class ClientTLS {
    fileprivate let context: OpaquePointer

    init() throws(BenchError) {
        guard let context = unsafe bench_client_tls() else { throw BenchError("OpenSSL cannot start") }
        unsafe self.context = context
    }
    deinit { unsafe SSL_CTX_free(context) }
}

/// A connection to a port of this machine, non-blocking once made.
@safe final class Connection {
    enum Received: Equatable { case bytes(Int), wouldBlock, end }

    let descriptor: Int32
    private let tls: OpaquePointer?
    private var isOpen = true

    /// Connects; with TLS the handshake is left to `shakeHands`.
    init(port: UInt16, tls: ClientTLS? = nil) throws(BenchError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        unsafe self.tls = unsafe tls.flatMap { unsafe SSL_new($0.context) }
        guard descriptor >= 0 else { throw BenchError("socket: errno \(errno)") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = UInt32(MemoryLayout<sockaddr_in>.size)
        let connected = unsafe withUnsafeBytes(of: &address) {
            unsafe gate_connect(descriptor, $0.baseAddress, size)
        }
        guard connected == 0 else { throw BenchError("port \(port) takes no connection: errno \(errno)") }
        _ = gate_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        _ = gate_adopt(descriptor)
        if let ssl = unsafe self.tls {
            _ = unsafe SSL_set_fd(ssl, descriptor)
            unsafe SSL_set_connect_state(ssl)
        }
    }

    deinit { close() }

    /// True when the handshake is over; false when it waits for the peer.
    func shakeHands() throws(BenchError) -> Bool {
        guard let ssl = unsafe tls else { return true }
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return true }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
        default: throw BenchError("the TLS handshake failed")
        }
    }

    /// The handshake at once, for clients that then idle.
    func shakeHandsBlocking() throws(BenchError) {
        let limit = Clock.now() + 10_000_000_000
        while try !shakeHands() {
            guard Clock.now() < limit else { throw BenchError("the TLS handshake takes too long") }
            waitReadable(milliseconds: 100)
            try Interruption.check()
        }
    }

    func waitReadable(milliseconds: Int32) {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&wanted, 1, milliseconds)
    }

    /// Bytes taken; 0 when there is no room; -1 when the connection is broken.
    func send(_ bytes: [UInt8], from start: Int) -> Int {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            let first = unsafe buffer.baseAddress?.advanced(by: start)
            guard let ssl = unsafe tls else { return unsafe gate_send(descriptor, first, buffer.count - start) }
            ERR_clear_error()
            let count = unsafe SSL_write(ssl, first, Int32(buffer.count - start))
            if count > 0 { return Int(count) }
            let error = unsafe SSL_get_error(ssl, count)
            errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE
            return -1
        }
        return count >= 0 ? count : errno == EAGAIN ? 0 : -1
    }

    func receive(into buffer: inout [UInt8]) -> Received {
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
            guard let ssl = unsafe tls else {
                return unsafe gate_receive(descriptor, buffer.baseAddress, buffer.count)
            }
            ERR_clear_error()
            let count = unsafe SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
            if count > 0 { return Int(count) }
            errno = unsafe SSL_get_error(ssl, count) == SSL_ERROR_WANT_READ ? EAGAIN : EPIPE
            return -1
        }
        return count > 0 ? .bytes(count) : count < 0 && errno == EAGAIN ? .wouldBlock : .end
    }

    /// Whether bytes can be thrown away without reading them.
    var canDiscard: Bool { unsafe tls == nil }
    /// Bytes may lie decrypted in the session although the socket is empty.
    var mayHoldMore: Bool { unsafe tls != nil }

    func discard(_ limit: Int) -> Received {
        let count = bench_discard(descriptor, limit)
        return count > 0 ? .bytes(count) : count < 0 && errno == EAGAIN ? .wouldBlock : .end
    }

    /// - Parameter reset: Without the goodbye that would keep the port for a minute.
    func close(reset: Bool = false) {
        guard isOpen else { return }
        isOpen = false
        if reset { gate_reset_on_close(descriptor) }
        if let ssl = unsafe tls { unsafe SSL_free(ssl) }
        Glibc.close(descriptor)
    }
}
