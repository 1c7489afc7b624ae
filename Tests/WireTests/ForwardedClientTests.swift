import Testing
import Wire

struct ForwardedClientTests {
    static let policy = ForwardingPolicy(proxies: ["10.0.0.0/8", "fd00::/8"].compactMap { IPNetwork($0) })

    private func client(_ peer: String?, _ forwardedFor: [String], policy: ForwardingPolicy = policy) -> String? {
        policy.client(peer: peer.flatMap { IPAddress($0) }, isSecure: false, forwardedFor: forwardedFor).address?
            .description
    }

    @Test(arguments: [
        ("1.1.1.1", [], "1.1.1.1"), ("1.1.1.1", ["2.2.2.2"], "1.1.1.1"), ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["2.2.2.2"], "2.2.2.2"), ("10.0.0.1", ["9.9.9.9, 2.2.2.2"], "2.2.2.2"),
        ("10.0.0.1", ["9.9.9.9, 2.2.2.2, 10.0.0.2"], "2.2.2.2"),
        ("10.0.0.1", ["9.9.9.9", "2.2.2.2 ,10.0.0.2"], "2.2.2.2"), ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["2.2.2.2:1234"], "2.2.2.2"), ("10.0.0.1", ["[2001:db8::1]:1234"], "2001:db8::1"),
        ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::1"), ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("fd00::1", ["2.2.2.2"], "2.2.2.2"), ("::ffff:10.0.0.1", ["2.2.2.2"], "2.2.2.2"),
        ("10.0.0.1", ["2.2.2.2, unknown"], "10.0.0.1"), ("10.0.0.1", ["2.2.2.2, junk, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["2.2.2.2,"], "2.2.2.2"), ("10.0.0.1", [""], "10.0.0.1"), ("10.0.0.1", ["2.2.2.2:"], "10.0.0.1"),
        ("10.0.0.1", ["02.2.2.2"], "10.0.0.1"), ("10.0.0.1", ["host:80"], "10.0.0.1"),
        ("10.0.0.1", ["\"2.2.2.2\""], "10.0.0.1"), ("10.0.0.1", ["2.2.2.2:99999"], "10.0.0.1"),
    ])
    func walksFromTheRightPastProxiesOnly(peer: String, forwardedFor: [String], expected: String) {
        #expect(client(peer, forwardedFor) == expected)
    }

    @Test(arguments: [15, 16, 17]) func limitsTheHops(count: Int) {
        let entries = (1...count).reversed().map { "10.0.1.\($0)" }
        #expect(client("10.0.0.1", [entries.joined(separator: ",")]) == "10.0.1.\(min(count, 16))")
    }

    @Test func localSocketsAreTrustedOnlyWhenSaidSo() {
        #expect(client(nil, ["2.2.2.2"]) == nil)
        #expect(client(nil, ["2.2.2.2"], policy: ForwardingPolicy(trustsLocalSockets: true)) == "2.2.2.2")
        #expect(client(nil, [], policy: ForwardingPolicy(trustsLocalSockets: true)) == nil)
    }

    @Test(arguments: [
        ("1.1.1.1", "https", false), ("10.0.0.1", "https", true), ("10.0.0.1", "HTTPS", true),
        ("10.0.0.1", "http", false), ("10.0.0.1", "junk", false), ("10.0.0.1", "http, https", true),
        ("10.0.0.1", "https, http", false),
    ])
    func believesTheSchemeOfProxiesOnly(peer: String, proto: String, expected: Bool) {
        let client = Self.policy.client(
            peer: IPAddress(peer), isSecure: false, forwardedFor: ["2.2.2.2"], forwardedProto: [proto])
        #expect(client.isSecure == expected)
    }

    @Test func takesSchemeAndHostOfTheSameHop() {
        let client = Self.policy.client(
            peer: IPAddress(10, 0, 0, 1), isSecure: true, forwardedFor: ["9.9.9.9, 2.2.2.2, 10.0.0.2"],
            forwardedProto: ["junk, http, https"],
            forwardedHost: ["evil, gate.example:8443, inner"])
        #expect(client.isSecure == false)
        #expect(client.host == Authority("gate.example:8443"))
    }

    @Test func ignoresHostsThatAreNone() {
        let client = Self.policy.client(peer: IPAddress(10, 0, 0, 1), isSecure: true, forwardedHost: ["a/b"])
        #expect(client.host == nil && client.isSecure)
        #expect(Self.policy.client(peer: IPAddress(1, 1, 1, 1), isSecure: false, forwardedHost: ["a"]).host == nil)
    }
}

struct ProxyProtocolTests {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    static let ipv4: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 0xC0, 0x00, 0x01, 0xBB]

    static func header(_ command: UInt8, _ family: UInt8, _ body: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(body.count >> 8), UInt8(body.count & 255)] + body
    }

    private func read(_ bytes: [UInt8]) throws(ProxyProtocolReader.Failure) -> ProxyProtocolHeader? {
        var reader = ProxyProtocolReader()
        let (taken, header) = try reader.feed(bytes.span)
        #expect(taken == bytes.count)
        return header
    }

    @Test func readsAddressesInSlicesOfAnySizeAndLeavesTheRest() throws {
        let bytes = Self.header(0x21, 0x11, Self.ipv4)
        for slice in 1...bytes.count + 3 {
            var reader = ProxyProtocolReader()
            var header: ProxyProtocolHeader?
            var total = 0
            let input = bytes + [0x47, 0x45, 0x54]
            while header == nil, total < input.count {
                let part = try reader.feed(input.span.extracting(total..<min(input.count, total + slice)))
                total += part.taken
                header = part.header
            }
            #expect(total == bytes.count)
            #expect(header?.source == .init(address: IPAddress(1, 2, 3, 4), port: 0xC000))
            #expect(header?.destination == .init(address: IPAddress(5, 6, 7, 8), port: 443))
            #expect(header?.isSecure == false)
        }
    }

    @Test func readsIPv6AndTLS() throws {
        let addresses =
            [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 9, 9, 9, 9] + [
                0, 1, 0, 2,
            ]
        let header = try read(Self.header(0x21, 0x21, addresses + [0x20, 0, 5, 1, 0, 0, 0, 0]))
        #expect(header?.source?.address == IPAddress("::1"))
        #expect(header?.destination == .init(address: IPAddress(9, 9, 9, 9), port: 2))
        #expect(header?.isSecure == true)
    }

    @Test(arguments: [
        header(0x20, 0x00, []), header(0x20, 0x11, ipv4), header(0x20, 0xFF, [1, 2, 3]), header(0x21, 0x00, []),
        header(0x21, 0x00, [9]), header(0x21, 0x31, [UInt8](repeating: 0, count: 216)),
    ])
    func healthChecksAndUnknownPeersHaveNoAddress(bytes: [UInt8]) throws {
        #expect(try read(bytes) == read(Self.header(0x20, 0x00, [])))
    }

    @Test(
        arguments: [
            ([0x47], .notPresent), (signature.dropLast() + [0], .notPresent), (signature + [0x11], .unsupported),
            (signature + [0x22], .unsupported), (signature + [0x30], .unsupported),
            (header(0x21, 0x12, ipv4), .unsupported), (header(0x21, 0x41, ipv4), .unsupported),
            (header(0x21, 0x11, Array(ipv4.dropLast())), .malformed), (header(0x21, 0x21, ipv4), .malformed),
            (header(0x21, 0x11, ipv4 + [1]), .malformed), (header(0x21, 0x11, ipv4 + [1, 0]), .malformed),
            (header(0x21, 0x11, ipv4 + [1, 0, 1]), .malformed),
            (header(0x21, 0x11, ipv4 + [3, 0, 3, 0, 0, 0]), .malformed),
            (header(0x21, 0x11, ipv4 + [0x20, 0, 4, 0, 0, 0, 0]), .malformed),
            (header(0x21, 0x11, ipv4 + [3, 0, 4, 1, 2, 3, 4]), .invalidChecksum),
        ] as [([UInt8], ProxyProtocolReader.Failure)])
    func refusesEverythingElse(bytes: [UInt8], failure: ProxyProtocolReader.Failure) {
        #expect(throws: failure) { try read(bytes) }
    }

    @Test func checksTheChecksum() throws {
        var bytes = Self.header(0x21, 0x11, Self.ipv4 + [3, 0, 4, 0, 0, 0, 0])
        var crc: UInt32 = .max
        for byte in bytes {
            for bit in 0..<8 {
                let isSet = (crc ^ UInt32(byte >> UInt8(bit))) & 1 != 0
                crc = isSet ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1
            }
        }
        for index in 0..<4 {
            bytes[bytes.count - 4 + index] = UInt8(truncatingIfNeeded: ~crc >> UInt32(24 - 8 * index))
        }
        #expect(try read(bytes)?.source?.port == 0xC000)
    }

    @Test(arguments: [63, 64, 65]) func limitsTheLength(count: Int) throws {
        let padding = count - 16 - 12 - 3
        let bytes = Self.header(0x21, 0x11, Self.ipv4 + [4, 0, UInt8(padding)] + [UInt8](repeating: 0, count: padding))
        var reader = ProxyProtocolReader(limit: 64)
        #expect(bytes.count == count)
        if count <= 64 {
            #expect(try reader.feed(bytes.span).header != nil)
        } else {
            #expect(throws: ProxyProtocolReader.Failure.tooLong(limit: 64)) { try reader.feed(bytes.span) }
        }
    }
}
