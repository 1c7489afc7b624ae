internal import Glibc

/// What counts as one address for a throttle: an IPv4 address, or the /64 an IPv6 host chooses its addresses from.
public struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
    private let high: UInt64
    private let isV6: Bool
    public let description: String

    /// Reads a numeric address without port; anything else (a Unix socket) counts as one address named `local`.
    public init(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if unsafe inet_pton(AF_INET, text, &v4) == 1 {
            (high, isV6) = (UInt64(UInt32(bigEndian: v4.s_addr)), false)
        } else if unsafe inet_pton(AF_INET6, text, &v6) == 1 {
            let bytes = unsafe withUnsafeBytes(of: &v6) { unsafe Array($0) }
            let (first, second) = (Self.word(bytes[0..<8]), Self.word(bytes[8..<16]))
            // ::ffff:a.b.c.d is how a dual-stack socket shows an IPv4 peer.
            let isMapped = first == 0 && second >> 32 == 0xFFFF
            (high, isV6) = isMapped ? (second & 0xFFFF_FFFF, false) : (first, true)
        } else {
            (high, isV6) = (.max, false)
            description = "local"
            return
        }
        description = text
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    public static func == (left: ClientAddress, right: ClientAddress) -> Bool {
        left.high == right.high && left.isV6 == right.isV6
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(isV6)
    }
}
