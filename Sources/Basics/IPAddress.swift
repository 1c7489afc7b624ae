internal import Glibc

/// An IPv4 or IPv6 address; IPv4 in IPv6 (`::ffff:10.0.0.1`) is the IPv4 address, so that one rule judges both.
public struct IPAddress: Sendable, Hashable, LosslessStringConvertible {
    public let isV6: Bool
    private let high: UInt64
    private let low: UInt64

    /// - Parameter bytes: 4 or 16 bytes in network order.
    public init?(bytes: some Collection<UInt8>) {
        var value: (UInt64, UInt64) = (0, 0)
        for byte in bytes { value = (value.0 << 8 | value.1 >> 56, value.1 << 8 | UInt64(byte)) }
        switch bytes.count {
        case 4: self.init(isV6: false, high: 0, low: value.1)
        case 16 where value.0 == 0 && value.1 >> 32 == 0xFFFF:
            self.init(isV6: false, high: 0, low: value.1 & 0xFFFF_FFFF)
        case 16: self.init(isV6: true, high: value.0, low: value.1)
        default: return nil
        }
    }

    private init(isV6: Bool, high: UInt64, low: UInt64) { (self.isV6, self.high, self.low) = (isV6, high, low) }

    /// Reads the usual text forms without brackets, port and zone; `127.1` and `010.0.0.1` are refused, as by inet_pton(3).
    public init?(_ text: String) {
        let isV6 = text.utf8.contains(0x3A)
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
        let family = isV6 ? AF_INET6 : AF_INET
        let done = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) }
        guard done == 1 else { return nil }
        self.init(bytes: bytes)
    }

    /// In network order: 4 or 16.
    public var bytes: [UInt8] {
        let shifts = stride(from: 56, through: 0, by: -8)
        let all = [high, low].flatMap { half in shifts.map { UInt8(truncatingIfNeeded: half >> UInt64($0)) } }
        return isV6 ? all : Array(all.suffix(4))
    }

    public var isLoopback: Bool { isV6 ? high == 0 && low == 1 : low >> 24 == 127 }
    /// `0.0.0.0` or `::`: every address of this machine.
    public var isUnspecified: Bool { high == 0 && low == 0 }

    public var description: String {
        let source = bytes
        var text = [CChar](repeating: 0, count: 46)
        let family = isV6 ? AF_INET6 : AF_INET
        unsafe text.withUnsafeMutableBufferPointer { out in
            _ = unsafe inet_ntop(family, source, out.baseAddress, socklen_t(out.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The first `prefix` bits, the rest zero.
    func masked(to prefix: Int) -> IPAddress {
        let bits = isV6 ? prefix : prefix + 96
        let highMask: UInt64 = bits >= 64 ? .max : bits == 0 ? 0 : .max << UInt64(64 - bits)
        let lowMask: UInt64 = bits <= 64 ? 0 : .max << UInt64(128 - bits)
        return IPAddress(isV6: isV6, high: high & highMask, low: low & lowMask)
    }
}

/// A range of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
public struct IPNetwork: Sendable, Hashable, LosslessStringConvertible {
    public let address: IPAddress
    public let prefix: Int

    /// Nil also when bits behind the prefix are set: `10.1.0.0/8` is more often a slip than a wish.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        let width = address.isV6 ? 128 : 32
        var prefix = width
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(parts[1]), number <= width
            else { return nil }
            prefix = number
        }
        guard address.masked(to: prefix) == address else { return nil }
        (self.address, self.prefix) = (address, prefix)
    }

    public func contains(_ other: IPAddress) -> Bool {
        other.isV6 == address.isV6 && other.masked(to: prefix) == address
    }

    public var description: String { "\(address)/\(prefix)" }
}
