extension IPAddress {
    /// What an address is for; only `global` ones are out on the internet.
    public enum Category: String, Sendable, Hashable, CaseIterable {
        case global
        /// `0.0.0.0`, `::`.
        case unspecified
        case loopback
        /// RFC 1918.
        case privateUse
        case linkLocal
        /// Carrier-grade NAT, RFC 6598.
        case sharedCGNAT
        /// RFC 4193, `fc00::/7`.
        case uniqueLocal
        case multicast
        /// `64:ff9b::/96` and `64:ff9b:1::/48`: stands for the IPv4 address in its last 32 bits.
        case nat64
        /// 6to4 and Teredo: the packet ends at an IPv4 address somewhere else.
        case tunnel
        /// Documentation, benchmarks, broadcast and what nobody has been given.
        case reserved
    }

    /// Source: the IANA special-purpose address registries.
    public var category: Category {
        let table = isIPv4 ? Self.ipv4Ranges : Self.ipv6Ranges
        let width = isIPv4 ? 32 : 128
        for range in table where (bits ^ range.bits) >> UInt128(width - range.prefix) == 0 { return range.category }
        // Outside 2000::/3 nothing is given out.
        return isIPv4 || bits >> 125 == 1 ? .global : .reserved
    }

    /// The IPv4 address that a NAT64 address with the well-known prefix stands for.
    public var nat64Target: IPAddress? {
        category == .nat64 ? IPAddress(bits: bits & 0xFFFF_FFFF, isIPv4: true) : nil
    }

    private typealias Range = (bits: UInt128, prefix: Int, category: Category)

    /// First match wins.
    private static let ipv4Ranges: [Range] = [
        (0x0000_0000, 32, .unspecified), (0x0000_0000, 8, .reserved), (0x0A00_0000, 8, .privateUse),
        (0x6440_0000, 10, .sharedCGNAT), (0x7F00_0000, 8, .loopback), (0xA9FE_0000, 16, .linkLocal),
        (0xAC10_0000, 12, .privateUse), (0xC000_0000, 24, .reserved), (0xC000_0200, 24, .reserved),
        (0xC058_6300, 24, .reserved), (0xC0A8_0000, 16, .privateUse), (0xC612_0000, 15, .reserved),
        (0xC633_6400, 24, .reserved), (0xCB00_7100, 24, .reserved), (0xE000_0000, 4, .multicast),
        (0xF000_0000, 4, .reserved),
    ]

    private static let ipv6Ranges: [Range] = [
        (0, 128, .unspecified), (1, 128, .loopback), (0x0064_FF9B << 96, 96, .nat64),
        (0x0064_FF9B_0001 << 80, 48, .nat64), (0xFC << 120, 7, .uniqueLocal), (0xFE80 << 112, 10, .linkLocal),
        (0xFF << 120, 8, .multicast), (0x2001_0000 << 96, 32, .tunnel), (0x2002 << 112, 16, .tunnel),
        (0x2001_0DB8 << 96, 32, .reserved), (0x2001 << 112, 23, .reserved), (0x3FFF << 112, 20, .reserved),
    ]
}

/// A block of addresses in CIDR form; a bare address is a block of one.
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    public let address: IPAddress
    /// 0...32 or 0...128.
    public let prefixLength: Int

    /// Nil as well when bits behind the prefix are set: `10.0.0.1/8` is more often a mistake than a wish.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        let slash = bytes.firstIndex(of: ASCII.slash, within: bytes.wholeRange)
        guard let address = IPAddress(parsing: bytes, 0..<(slash ?? bytes.count)) else { return nil }
        let hasColon = bytes.firstIndex(of: ASCII.colon, within: bytes.wholeRange) != nil
        let written = hasColon ? 128 : 32
        var prefix = written
        if let slash {
            let digits = slash + 1..<bytes.count
            guard digits.count <= 3, let number = bytes.decimal(digits, saturatingAt: 999), number <= written,
                digits.count == 1 || bytes[digits.lowerBound] != 0x30
            else { return nil }
            prefix = Int(number)
        }
        // `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
        if hasColon, address.isIPv4 { prefix -= 96 }
        let width = address.isIPv4 ? 32 : 128
        guard prefix >= 0, address.bits & (UInt128(1) << UInt128(width - prefix) &- 1) == 0 else { return nil }
        (self.address, self.prefixLength) = (address, prefix)
    }

    public func contains(_ other: IPAddress) -> Bool {
        let width = address.isIPv4 ? 32 : 128
        return other.isIPv4 == address.isIPv4 && (other.bits ^ address.bits) >> UInt128(width - prefixLength) == 0
    }

    public var description: String { "\(address)/\(prefixLength)" }
}
