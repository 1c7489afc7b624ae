import Basics
import Testing
import Wire

@testable import Gate

struct ConfigurationChangeTests {
    private static func base() -> Configuration {
        var base = Configuration(cores: 2)
        base.worker.url = HTTPAddress("https://127.0.0.1:8188")
        base.tls.certificate = "/a.pem"
        base.tls.key = "/a.key"
        return base
    }

    private static func service(_ name: String, _ upstream: String) -> Configuration.Service {
        var service = Configuration.Service(name: name)
        service.upstream = HTTPAddress(upstream)
        return service
    }

    private static let live: [(String, @Sendable (inout Configuration) -> Void)] = [
        ("limits.connections", { $0.limits.connections = 11 }),
        ("limits.drain", { $0.limits.drain = .seconds(1) }),
        ("public_url", { $0.publicURLs = [HTTPAddress("https://a.example")].compactMap(\.self) }),
        ("trusted_proxies", { $0.trustedProxies = [IPNetwork("10.0.0.0/8")].compactMap(\.self) }),
        ("log.level", { $0.log.level = .debug }), ("log.file", { $0.log.file = "/log" }),
        ("log.access", { $0.log.access = false }), ("tls.certificate", { $0.tls.certificate = "/b.pem" }),
        ("tls.minimum", { $0.tls.minimum = .v13 }),
        ("worker.ca", { $0.worker.authority = "/ca.pem" }),
        ("worker.client_certificate", { $0.worker.clientCertificate = "/client.pem" }),
        ("worker.client_key", { $0.worker.clientKey = "/client.key" }),
        ("services.forge", { $0.services = [service("forge", "http://127.0.0.1:7860")] }),
    ]

    @Test(arguments: live.indices) func whatCanChangeChanges(index: Int) {
        let (key, change) = Self.live[index]
        var wanted = Self.base()
        change(&wanted)
        let result = ConfigurationChange(from: Self.base(), to: wanted)
        #expect(result.applied == [key])
        #expect(result.waiting.isEmpty)
        #expect(result.configuration == wanted)
    }

    private static let fixed: [(String, @Sendable (inout Configuration) -> Void)] = [
        ("listen.addresses", { $0.listen.addresses = [ListenAddress(":1")].compactMap(\.self) }),
        ("listen.plain", { $0.listen.plain = .lan }), ("base_path", { $0.basePath = "/x" }),
        ("console_listen.socket", { $0.console.socket = "/s" }), ("data", { $0.data = "/d" }),
        ("loops", { $0.loops = 7 }), ("guests", { $0.guests = true }),
        ("password_hash", { $0.passwordHash = .yescrypt }),
        ("worker.url", { $0.worker.url = HTTPAddress("http://127.0.0.1:1") }),
        ("worker.unix", { $0.worker.unix = "/worker.sock" }),
        ("worker.bearer_file", { $0.worker.bearer = try? Secret(reading: Array("abc".utf8)) }),
        ("metrics.token_file", { $0.metrics.token = try? Secret(reading: Array("abc".utf8)) }),
        ("session.idle", { $0.session.idle = .seconds(61) }),
    ]

    @Test(arguments: fixed.indices) func whatIsSettledAtTheStartWaitsForTheNext(index: Int) {
        let (key, change) = Self.fixed[index]
        var wanted = Self.base()
        change(&wanted)
        let result = ConfigurationChange(from: Self.base(), to: wanted)
        #expect(result.waiting == [key])
        #expect(result.applied.isEmpty)
        #expect(result.configuration == Self.base())
    }

    @Test func switchingTLSOffOrOnNeedsARestart() {
        var plain = Self.base()
        plain.tls = Configuration.TLS()
        for (from, to) in [(Self.base(), plain), (plain, Self.base())] {
            let result = ConfigurationChange(from: from, to: to)
            #expect(result.waiting == ["tls.certificate", "tls.key"])
            #expect(result.configuration.tls == from.tls)
        }
    }

    @Test func certificatesForAnotherWorkerWaitWithItsAddress() {
        let changes: [(String, @Sendable (inout Configuration) -> Void)] = [
            ("worker.url", { $0.worker.url = HTTPAddress("https://127.0.0.1:1") }),
            ("worker.unix", { $0.worker.unix = "/worker.sock" }),
        ]
        for (key, change) in changes {
            var wanted = Self.base()
            change(&wanted)
            wanted.worker.authority = "/ca.pem"
            let result = ConfigurationChange(from: Self.base(), to: wanted)
            #expect(result.waiting.sorted() == ["worker.ca", key])
            #expect(result.configuration == Self.base())
        }
    }

    @Test func aWorkerThatWasFoundStays() {
        var wanted = Self.base()
        wanted.worker.url = nil
        let result = ConfigurationChange(from: Self.base(), to: wanted)
        #expect(result.applied + result.waiting == [])
        #expect(result.configuration == Self.base())
    }

    @Test func servicesAreNamedOnce() {
        var current = Self.base()
        current.services = [Self.service("a", "http://127.0.0.1:1"), Self.service("b", "http://127.0.0.1:2")]
        var wanted = current
        wanted.services = [Self.service("a", "http://127.0.0.1:3"), Self.service("c", "http://127.0.0.1:2")]
        #expect(
            ConfigurationChange(from: current, to: wanted).applied == ["services.a", "services.b", "services.c"])
        wanted.services = current.services.reversed()
        #expect(ConfigurationChange(from: current, to: wanted).applied == ["services"])
    }
}
