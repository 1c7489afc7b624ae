// OpenSSL 3: digests, HMAC, random bytes, TLS. Macros become functions here, because Swift sees no macro.
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
