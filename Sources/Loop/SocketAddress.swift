internal import CLinux
internal import Glibc

/// Where a socket listens or connects to.
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four bytes in network order, and the port.
    case v4([UInt8], port: UInt16)
    /// Sixteen bytes in network order, the port, and the interface of a link-local address.
    case v6([UInt8], port: UInt16, scope: UInt32 = 0)
    /// The path of a Unix socket; empty for the unnamed end of a client.
    case unix(String)

    public static func loopback(port: UInt16) -> SocketAddress { .v4([127, 0, 0, 1], port: port) }

    public var port: UInt16? {
        switch self {
        case .v4(_, let port), .v6(_, let port, _): port
        case .unix: nil
        }
    }

    /// The host part: an address in text form, or `unix`.
    public var host: String {
        switch self {
        case .v4(let bytes, _): bytes.map(String.init).joined(separator: ".")
        case .v6(let bytes, _, _):
            // A v4-mapped address is written as the IPv4 address it is.
            if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
                bytes.suffix(4).map(String.init).joined(separator: ".")
            } else {
                Self.text(v6: bytes)
            }
        case .unix: "unix"
        }
    }

    public var isLoopback: Bool {
        switch self {
        case .v4(let bytes, _): bytes[0] == 127
        case .v6(let bytes, _, _): host.hasPrefix("127.") || bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
        case .unix: true
        }
    }

    public var description: String {
        switch self {
        case .v4(_, let port): "\(host):\(port)"
        case .v6(_, let port, _): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    var family: Int32 {
        switch self {
        case .v4: AF_INET
        case .v6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// RFC 5952: the longest run of zero groups is left out.
    private static func text(v6 bytes: [UInt8]) -> String {
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func hex(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !best.isEmpty else { return hex(groups[...]) }
        return hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
    }

    /// Calls `body` with the system's form of the address.
    func withSystemAddress<Result>(_ body: (UnsafeRawPointer, UInt32) -> Result) -> Result? {
        switch self {
        case .v4(let bytes, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &address.sin_addr) { unsafe $0.copyBytes(from: bytes) }
            return unsafe withUnsafeBytes(of: &address) { unsafe body($0.baseAddress!, UInt32($0.count)) }
        case .v6(let bytes, let port, let scope):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
            return unsafe withUnsafeBytes(of: &address) { unsafe body($0.baseAddress!, UInt32($0.count)) }
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            // The kernel wants room for a final NUL: longer paths cannot be a socket's.
            guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
            return unsafe withUnsafeBytes(of: &address) { unsafe body($0.baseAddress!, UInt32($0.count)) }
        }
    }

    /// Reads the system's form; nil for another family.
    init?(system bytes: [UInt8]) {
        guard bytes.count >= 2 else { return nil }
        let family = Int32(UInt16(bytes[0]) | UInt16(bytes[1]) << 8)
        func port() -> UInt16 { UInt16(bytes[2]) << 8 | UInt16(bytes[3]) }
        switch family {
        case AF_INET where bytes.count >= 8: self = .v4(Array(bytes[4..<8]), port: port())
        case AF_INET6 where bytes.count >= 28:
            let scope = bytes[24..<28].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            self = .v6(Array(bytes[8..<24]), port: port(), scope: scope)
        case AF_UNIX: self = .unix(String(decoding: bytes.dropFirst(2).prefix { $0 != 0 }, as: UTF8.self))
        default: return nil
        }
    }

    /// The address a socket is bound to, as after listening on port 0.
    static func local(of descriptor: Int32) -> SocketAddress? {
        var bytes = [UInt8](repeating: 0, count: 128)
        var count: UInt32 = 128
        let status = unsafe bytes.withUnsafeMutableBytes { unsafe gate_socket_name(descriptor, $0.baseAddress, &count) }
        return status == 0 ? SocketAddress(system: Array(bytes.prefix(Int(count)))) : nil
    }
}
