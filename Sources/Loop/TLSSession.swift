internal import COpenSSL
internal import Glibc

/// One TLS connection of OpenSSL's on a non-blocking socket.
@safe public final class TLSSession {
    private var ssl: OpaquePointer?
    /// A read made progress in the handshake, so a write that waited may go on.
    private(set) var wantsFlush = false

    init(_ ssl: OpaquePointer) {
        unsafe self.ssl = ssl
    }

    deinit { free() }

    func attach(to descriptor: Int32) {
        guard let ssl = unsafe ssl else { return }
        _ = unsafe SSL_set_fd(ssl, descriptor)
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
        let wasFinished = unsafe SSL_is_init_finished(ssl) == 1
        let count = unsafe SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
        wantsFlush = unsafe !wasFinished && SSL_is_init_finished(ssl) == 1
        if count > 0 { return .bytes(Int(count)) }
        switch unsafe SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .end
        case SSL_ERROR_SYSCALL: return .failed(errno == 0 ? ECONNRESET : errno)
        default: return .failed(EPROTO)
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
        default: return -1
        }
    }
}
