internal import Basics
internal import CLinux
internal import Glibc

/// Where a socket listens or connects to. Addresses are numbers, so that one costs no allocation.
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// 127.0.0.1 is 0x7F00_0001.
    case v4(UInt32, port: UInt16)
    /// The first and the last eight bytes, and the interface of a link-local address.
    case v6(UInt64, UInt64, port: UInt16, scope: UInt32 = 0)
    /// The path of a Unix socket; empty for the unnamed end of a client.
    case unix(String)

    public static func loopback(port: UInt16) -> SocketAddress { .v4(0x7F00_0001, port: port) }

    public var port: UInt16? {
        switch self {
        case .v4(_, let port), .v6(_, _, let port, _): port
        case .unix: nil
        }
    }

    /// The IPv4 address, also when it comes as a v4-mapped IPv6 one.
    public var ipv4: UInt32? {
        switch self {
        case .v4(let address, _): address
        case .v6(0, let low, _, _) where low >> 32 == 0xFFFF: UInt32(truncatingIfNeeded: low)
        case .v6, .unix: nil
        }
    }

    /// The host part: an address in text form, or `unix`.
    public var host: String {
        var out: [UInt8] = []
        appendHost(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the text of `host`; for IPv4 without an allocation.
    public func appendHost(to out: inout [UInt8]) {
        if let ipv4 {
            out.append(decimal: Int(ipv4 >> 24))
            var shift: UInt32 = 24
            while shift > 0 {
                shift -= 8
                out.append(UInt8(ascii: "."))
                out.append(decimal: Int(ipv4 >> shift & 255))
            }
        } else if case .v6(let high, let low, _, _) = self {
            out.append(contentsOf: Self.text(high, low).utf8)
        } else {
            out.append(contentsOf: "unix".utf8)
        }
    }

    /// What one peer is counted by: the address without its port, and of IPv6 the half that names a network.
    public var network: SocketAddress {
        if let ipv4 { return .v4(ipv4, port: 0) }
        guard case .v6(let high, _, _, _) = self else { return .unix("") }
        return .v6(high, 0, port: 0)
    }

    public var isLoopback: Bool {
        if let ipv4 { return ipv4 >> 24 == 127 }
        if case .v6(let high, let low, _, _) = self { return high == 0 && low == 1 }
        return true
    }

    public var description: String {
        switch self {
        case .v4(_, let port): "\(host):\(port)"
        case .v6(_, _, let port, _): "[\(host)]:\(port)"
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
    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        let groups = [high, low].flatMap { half in
            stride(from: 48, through: 0, by: -16).map { UInt16(truncatingIfNeeded: half >> $0) }
        }
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

    /// Calls `body` with the system's form of the address; nil when a path is too long for a socket.
    func withSystemAddress<Result>(_ body: (UnsafeRawPointer?, UInt32) -> Result) -> Result? {
        switch self {
        case .v4(let number, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = number.bigEndian
            return unsafe withUnsafeBytes(of: &address) { unsafe body($0.baseAddress, UInt32($0.count)) }
        case .v6(let high, let low, let port, let scope):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &address.sin6_addr) {
                unsafe $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return unsafe withUnsafeBytes(of: &address) { unsafe body($0.baseAddress, UInt32($0.count)) }
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            // The kernel wants room for a final NUL: longer paths cannot be a socket's.
            guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
            return unsafe withUnsafeBytes(of: &address) { unsafe body($0.baseAddress, UInt32($0.count)) }
        }
    }

    /// Reads the system's form; nil for another family.
    init?(system bytes: Span<UInt8>) {
        func number(_ range: Range<Int>) -> UInt64 { range.reduce(0) { $0 << 8 | UInt64(bytes[$1]) } }
        guard bytes.count >= 2 else { return nil }
        switch Int32(UInt16(bytes[0]) | UInt16(bytes[1]) << 8) {
        case AF_INET where bytes.count >= 8: self = .v4(UInt32(number(4..<8)), port: UInt16(number(2..<4)))
        case AF_INET6 where bytes.count >= 28:
            let scope = UInt32(number(24..<28)).byteSwapped
            self = .v6(number(8..<16), number(16..<24), port: UInt16(number(2..<4)), scope: scope)
        case AF_UNIX:
            var path: [UInt8] = []
            for index in 2..<bytes.count where bytes[index] != 0 { path.append(bytes[index]) }
            self = .unix(String(decoding: path, as: UTF8.self))
        default: return nil
        }
    }

    /// The address a socket is bound to, as after listening on port 0.
    static func local(of descriptor: Int32) -> SocketAddress? {
        var bytes = [UInt8](repeating: 0, count: 128)
        var count: UInt32 = 128
        let status = unsafe bytes.withUnsafeMutableBytes { unsafe gate_socket_name(descriptor, $0.baseAddress, &count) }
        return status == 0 ? SocketAddress(system: bytes.span.extracting(0..<Int(count))) : nil
    }
}
