public import Basics
internal import COpenSSL
internal import Glibc

/// One TLS connection of OpenSSL's on a non-blocking socket.
@safe public final class TLSSession {
    private var ssl: OpaquePointer?
    /// The last read could not go on before the socket takes more, as in the middle of a handshake.
    private(set) var readWaitsForRoom = false
    /// Why the handshake failed, for the log; nil while nothing is wrong.
    public private(set) var failure: String?

    init(_ ssl: OpaquePointer) {
        unsafe self.ssl = ssl
    }

    deinit { free() }

    func attach(to descriptor: Int32) {
        guard let ssl = unsafe ssl else { return }
        _ = unsafe SSL_set_fd(ssl, descriptor)
    }

    /// The handshake is done.
    public var isEstablished: Bool {
        guard let ssl = unsafe ssl else { return false }
        return unsafe SSL_is_init_finished(ssl) == 1
    }

    /// When the other side's certificate ends; nil where it has shown none.
    public var peerCertificateEnd: Timestamp? {
        guard let ssl = unsafe ssl else { return nil }
        let seconds = unsafe gate_end_of_peer(ssl)
        return seconds < 0 ? nil : Timestamp(seconds: seconds)
    }

    func free() {
        guard let ssl = unsafe ssl else { return }
        unsafe SSL_free(ssl)
        unsafe self.ssl = nil
    }

    /// Sends the close alert, without waiting for the peer's.
    func close() {
        guard let ssl = unsafe ssl else { return }
        ERR_clear_error()
        if unsafe SSL_is_init_finished(ssl) == 1 { _ = unsafe SSL_shutdown(ssl) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Stream.Received {
        guard let ssl = unsafe ssl else { return .end }
        ERR_clear_error()
        let count = unsafe SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
        readWaitsForRoom = false
        if count > 0 { return .bytes(Int(count)) }
        switch unsafe SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ: return .wouldBlock
        case SSL_ERROR_WANT_WRITE:
            readWaitsForRoom = true
            return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .end
        case SSL_ERROR_SYSCALL: return .failed(errno == 0 ? ECONNRESET : errno)
        default:
            unsafe note(ssl)
            return .failed(EPROTO)
        }
    }

    /// Bytes written; 0 when the socket is full or the handshake must go on first; -1 when the connection is broken.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let ssl = unsafe ssl else { return -1 }
        ERR_clear_error()
        let count = unsafe SSL_write(ssl, bytes.baseAddress, Int32(min(bytes.count, 1 << 30)))
        if count > 0 { return Int(count) }
        switch unsafe SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return 0
        default:
            unsafe note(ssl)
            return -1
        }
    }

    /// Keeps the first reason: what follows is only its consequence.
    private func note(_ ssl: OpaquePointer) {
        guard failure == nil else { return }
        let verification = unsafe SSL_get_verify_result(ssl)
        if verification != Int(X509_V_OK), let text = unsafe X509_verify_cert_error_string(verification) {
            failure = unsafe String(cString: text)
            return
        }
        let error = ERR_peek_error()
        guard error != 0, let text = unsafe ERR_reason_error_string(error) else { return }
        failure = unsafe String(cString: text)
    }
}
