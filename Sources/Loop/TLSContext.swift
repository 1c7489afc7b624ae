public import Basics
internal import COpenSSL

/// Certificates and rules for TLS connections of one kind; shared by all loops, replaced as a whole on reload.
@safe public final class TLSContext: @unchecked Sendable {
    // Sendable by hand: OpenSSL counts references and locks inside an SSL_CTX; it is not changed after `init`.
    private let context: OpaquePointer
    private let verifiesHost: Bool

    /// The oldest version that is spoken.
    public enum Version: Sendable, Hashable { case v12, v13 }

    /// For a server: HTTP/1.1 by ALPN.
    ///
    /// - Parameters:
    ///   - certificate: Path of a PEM file, leaf first, then intermediates.
    ///   - key: Path of the PEM file with its private key.
    ///   - clientAuthority: Path of a PEM file; clients without a certificate from these authorities are refused.
    /// - Throws: `invalidArgument` that names the file and OpenSSL's reason.
    public init(
        serverCertificate certificate: String, key: String, minimum: Version = .v12, clientAuthority: String? = nil
    ) throws(GateError) {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw Self.failure("TLS could not start.") }
        unsafe self.context = context
        verifiesHost = false
        unsafe Self.prepare(context)
        if minimum == .v13 { unsafe gate_require_tls13(context) }
        unsafe gate_select_http11(context)
        guard unsafe SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw Self.failure("The certificate file cannot be used: \(certificate)")
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
            throw Self.failure("The key file cannot be used: \(key)")
        }
        guard unsafe SSL_CTX_check_private_key(context) == 1 else {
            throw Self.failure("The key does not belong to the certificate: \(key)")
        }
        guard let clientAuthority else { return }
        guard unsafe SSL_CTX_load_verify_locations(context, clientAuthority, nil) == 1 else {
            throw Self.failure("The file of trusted certificates cannot be used: \(clientAuthority)")
        }
        unsafe gate_require_client(context)
    }

    /// For a client that checks the server's certificate and name.
    ///
    /// - Parameters:
    ///   - authority: Path of a PEM file of trusted certificates; nil takes the system's.
    ///   - certificate: Paths of the client's own certificate and key, if the server wants one.
    public init(clientAuthority authority: String?, certificate: (path: String, key: String)? = nil) throws(GateError) {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw Self.failure("TLS could not start.") }
        unsafe self.context = context
        verifiesHost = true
        unsafe Self.prepare(context)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        if let authority {
            guard unsafe SSL_CTX_load_verify_locations(context, authority, nil) == 1 else {
                throw Self.failure("The file of trusted certificates cannot be used: \(authority)")
            }
        } else {
            _ = unsafe SSL_CTX_set_default_verify_paths(context)
        }
        if let certificate {
            guard unsafe SSL_CTX_use_certificate_chain_file(context, certificate.path) == 1,
                unsafe SSL_CTX_use_PrivateKey_file(context, certificate.key, SSL_FILETYPE_PEM) == 1
            else { throw Self.failure("The client certificate cannot be used: \(certificate.path)") }
        }
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// A server's side of a new connection.
    public func accept() -> TLSSession? {
        guard let ssl = unsafe SSL_new(context) else { return nil }
        unsafe SSL_set_accept_state(ssl)
        return unsafe TLSSession(ssl)
    }

    /// A client's side of a new connection; the certificate must be for `host`.
    public func connect(host: String) -> TLSSession? {
        guard let ssl = unsafe SSL_new(context) else { return nil }
        unsafe SSL_set_connect_state(ssl)
        guard unsafe gate_set_host(ssl, host) == 1 else {
            unsafe SSL_free(ssl)
            return nil
        }
        return unsafe TLSSession(ssl)
    }

    private static func prepare(_ context: OpaquePointer) {
        unsafe gate_prepare_context(context)
    }

    private static func failure(_ message: String) -> GateError {
        var text = [CChar](repeating: 0, count: 256)
        unsafe ERR_error_string_n(ERR_get_error(), &text, 256)
        ERR_clear_error()
        let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return GateError(.invalidArgument, from: .gateway, message, detail: reason)
    }
}
