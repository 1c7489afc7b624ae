import TestSupport
import Testing
import Wire

struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:0:5:0:7:0", "1:0:3:0:5:0:7:0"), ("::ffff:1.2.3.4", "1.2.3.4"),
        ("::FFFF:0102:0304", "1.2.3.4"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("0:0:0:1::", "0:0:0:1::"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
    func readsAndWritesTheCanonicalForm(text: String, expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
        #expect(IPAddress(octets: address.octets) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "1..2.3", "256.1.1.1", "01.2.3.4", "1.2.3.04", "0x1.2.3.4",
        "1.2.3.4 ", " 1.2.3.4", "1.2.3.+4",
        "1.2.3.-4", ":", ":::", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8", "12345::", "g::", "::1.2.3",
        "::1.2.3.4.5", "1.2.3.4::", "::1.2.3.4:5", "fe80::1%eth0", "[::1]", "::1/128", "1:2:3:4:5:6:7:1.2.3.4",
        "::01.2.3.4", "\u{0}",
    ])
    func refusesOtherSpellings(text: String) { #expect(IPAddress(text) == nil) }

    @Test func roundTripsRandomAddresses() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            var octets = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // Runs of zeros are what the canonical form is about.
            for _ in 0..<3 where Bool.random(using: &generator) {
                let start = Int.random(in: 0..<16, using: &generator)
                for index in start..<Int.random(in: start...16, using: &generator) { octets[index] = 0 }
            }
            let address = try #require(IPAddress(octets: octets))
            #expect(IPAddress(address.description) == address)
        }
    }

    @Test(
        arguments: [
            ("8.8.8.8", .global), ("0.0.0.0", .unspecified), ("0.1.2.3", .reserved), ("10.255.0.1", .privateUse),
            ("11.0.0.1", .global), ("100.63.255.255", .global),
            ("100.64.0.0", .sharedCGNAT), ("100.127.255.255", .sharedCGNAT), ("100.128.0.0", .global),
            ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
            ("169.254.169.254", .linkLocal), ("172.15.0.1", .global), ("172.16.0.1", .privateUse),
            ("172.31.255.255", .privateUse), ("172.32.0.0", .global),
            ("192.168.1.1", .privateUse), ("192.0.2.1", .reserved), ("198.18.0.1", .reserved), ("198.20.0.1", .global),
            ("224.0.0.1", .multicast),
            ("239.255.255.255", .multicast), ("240.0.0.1", .reserved), ("255.255.255.255", .reserved),
            ("::", .unspecified), ("::1", .loopback), ("::2", .reserved),
            ("::127.0.0.1", .reserved), ("::ffff:127.0.0.1", .loopback), ("::ffff:169.254.169.254", .linkLocal),
            ("fe80::1", .linkLocal), ("febf::1", .linkLocal),
            ("fec0::1", .reserved), ("fc00::1", .uniqueLocal), ("fdff::1", .uniqueLocal), ("ff02::1", .multicast),
            ("64:ff9b::7f00:1", .nat64), ("64:ff9b:1::1", .nat64),
            ("2001::1", .tunnel), ("2002:7f00:1::", .tunnel), ("2001:db8::1", .reserved), ("2606:4700::1", .global),
            ("4000::1", .reserved),
        ] as [(String, IPAddress.Category)])
    func classifies(text: String, category: IPAddress.Category) { #expect(IPAddress(text)?.category == category) }

    @Test func unwrapsNAT64() {
        #expect(IPAddress("64:ff9b::7f00:1")?.nat64Target == IPAddress(127, 0, 0, 1))
        #expect(IPAddress("2606:4700::1")?.nat64Target == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "1.2.3.4", true),
        ("0.0.0.0/0", "::1", false),
        ("1.2.3.4", "1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false), ("::/0", "1::", true), ("::/0", "1.2.3.4", false),
        ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fe00::", false), ("::ffff:10.0.0.0/104", "10.1.2.3", true),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("192.168.128.0/17", "192.168.127.255", false),
        ("2001:db8::1/128", "2001:db8::1", true),
    ])
    func networksContain(network: String, address: String, expected: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(try #require(IPAddress(address))) == expected)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/08", "10.0.0.0/+8", "10/8", "::/129", "::1/64",
        "::ffff:0.0.0.0/95", "10.0.0.0/8/8", "1.2.3.4/-1", "a/8",
    ])
    func refusesOtherNetworks(text: String) { #expect(IPNetwork(text) == nil) }
}
