import Foundation
import TestSupport

/// A certificate authority and certificates of its own, made by openssl(1) once for all tests.
enum Certificates {
    /// Holds `NAME.pem` and `NAME.key` for `ca`, `other-ca`, `server`, `renewed`, `wrong-name`, `stranger`, `client`.
    static let folder: String = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("gate-tls-\(getpid())")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let script = """
            set -e
            cd "$1"
            authority() {
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" \
                    -days 2 -subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE
            }
            leaf() {
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" \
                    -subj "/CN=$1"
                printf 'subjectAltName=%s\\n' "$3" >"$1.ext"
                openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 \
                    -extfile "$1.ext" -out "$1.pem"
            }
            authority ca
            authority other-ca
            leaf server ca IP:127.0.0.1,DNS:localhost
            leaf renewed ca IP:127.0.0.1,DNS:localhost
            leaf wrong-name ca DNS:elsewhere.example
            leaf stranger other-ca IP:127.0.0.1,DNS:localhost
            leaf client ca DNS:client.example
            """
        _ = ProgramRun.output("/bin/bash", ["-c", script, "bash", url.path])
        // The last test to need them is unknown.
        atexit { try? FileManager.default.removeItem(atPath: Certificates.folder) }
        return url.path
    }()

    static func certificate(_ name: String) -> String { "\(folder)/\(name).pem" }
    static func key(_ name: String) -> String { "\(folder)/\(name).key" }
}
