// OpenSSL 3: digests, HMAC, random bytes, TLS. Macros become functions here, because Swift sees no macro.
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <time.h>

// SHA-256 without the heap, for each request's credential: the EVP functions allocate a context at every start.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline void gate_sha256(const void *bytes, size_t count, unsigned char *out) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(out, &context);
}
#pragma clang diagnostic pop

// TLS 1.2 and later; buffers are given back while a connection idles; a write may take a part and be repeated from
// another address, as a queue does.
static inline void gate_prepare_context(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // One system call for a record's head and body, not two.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
}

static inline void gate_require_tls13(SSL_CTX *context) { SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION); }

static inline int gate_choose_http11(SSL *ssl, const unsigned char **out, unsigned char *out_count,
                                     const unsigned char *offered, unsigned int count, void *unused) {
    static const unsigned char spoken[] = "\x08http/1.1";
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, out_count, spoken, sizeof spoken - 1, offered, count) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static inline void gate_select_http11(SSL_CTX *context) { SSL_CTX_set_alpn_select_cb(context, gate_choose_http11, NULL); }

// Sessions of clients with certificates may be resumed only within this context.
static inline void gate_require_client(SSL_CTX *context) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"gate", 4);
}

// The name to send (SNI) and to find in the certificate; an IP address is only compared.
static inline int gate_set_host(SSL *ssl, const char *host) {
    X509_VERIFY_PARAM *rules = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1) return 1;
    return SSL_set_tlsext_host_name(ssl, host) == 1 && SSL_set1_host(ssl, host) == 1;
}

// The end of a certificate in seconds since 1970; -1 without one.
static inline int64_t gate_end_of(const X509 *certificate) {
    struct tm end;
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return -1;
    return timegm(&end);
}

static inline int64_t gate_end_of_peer(const SSL *ssl) { return gate_end_of(SSL_get0_peer_certificate(ssl)); }

// Nobody is asked for a password.
static inline int gate_no_password(char *to, int room, int writes, void *unused) { return -1; }

// The same of the first certificate in the bytes of a PEM file, and how many there are, up to a limit.
static inline int64_t gate_end_of_pem(const void *bytes, int count, int limit, int *found) {
    BIO *source = BIO_new_mem_buf(bytes, count);
    int64_t end = -1;
    X509 *next;
    *found = 0;
    while (source && *found < limit && (next = PEM_read_bio_X509(source, NULL, gate_no_password, NULL))) {
        if (!(*found)++) end = gate_end_of(next);
        X509_free(next);
    }
    BIO_free(source);
    ERR_clear_error();
    return end;
}
