public import Basics
internal import COpenSSL

/// Certificates in a PEM file (RFC 7468).
public enum CertificateFile {
    /// More than a server sends: the file is a list of authorities.
    private static let chain: Int32 = 8

    /// When a server's own certificate ends, which is the first one of its file; nil for a file without one, and for a list of
    /// authorities, in which old ones are no fault.
    public static func end(of bytes: [UInt8]) -> Timestamp? {
        guard bytes.count <= Int(Int32.max) else { return nil }
        var found: Int32 = 0
        let seconds = unsafe bytes.withUnsafeBytes {
            unsafe gate_end_of_pem($0.baseAddress, Int32($0.count), chain + 1, &found)
        }
        return seconds < 0 || found > chain ? nil : Timestamp(seconds: seconds)
    }
}
