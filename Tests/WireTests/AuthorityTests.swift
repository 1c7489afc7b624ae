import Testing
import Wire

struct AuthorityTests {
    @Test(arguments: [
        ("Example.COM", "example.com"), ("example.com.", "example.com"), ("a:1", "a:1"), ("a:65535", "a:65535"),
        ("a:080", "a:80"),
        ("127.0.0.1:8188", "127.0.0.1:8188"), ("[::1]", "[::1]"), ("[::1]:80", "[::1]:80"), ("[0:0::0001]", "[::1]"),
        ("[::ffff:1.2.3.4]:5", "1.2.3.4:5"), ("comfy_worker-1", "comfy_worker-1"), ("1a.2b", "1a.2b"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ])
    func readsAndNormalises(text: String, expected: String) {
        #expect(Authority(text)?.description == expected)
    }

    @Test(arguments: [
        "", ":", ":80", "a:", "a:0", "a:65536", "a:999999", "a:+1", "a:1 ", " a", "a b", "a/b", "u@a", "u:p@a:1",
        "a:1:2", "::1", "[::1", "[::1]x",
        "[::1]80", "[::1]:", "[]", "[1.2.3.4]", "[fe80::1%25eth0]", "[v1.a]", "a..b", ".a", ".", "..", "-a", "a-",
        "a%41", "é", "a\u{0}", "127.1", "1",
        "0x7f.1", "0x7f000001", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "a.1", "a.0x", "a,b", "a\r\nb", "a#", "a?b", "a*",
    ])
    func refusesWhatIsNotAHost(text: String) { #expect(Authority(text) == nil) }

    @Test func limitsNamesAndLabels() {
        let label = String(repeating: "a", count: 63)
        #expect(Authority(label) != nil)
        #expect(Authority(label + "a") == nil)
        let name = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
        #expect(name.count == 253)
        #expect(Authority(name) != nil)
        #expect(Authority(name + "a") == nil)
    }

    @Test func comparesWithTheSchemesOwnPort() throws {
        let plain = try #require(Authority("Host"))
        #expect(plain.isSame(as: try #require(Authority("host:80")), secure: false))
        #expect(plain.isSame(as: try #require(Authority("host.:443")), secure: true))
        #expect(!plain.isSame(as: try #require(Authority("host:80")), secure: true))
        #expect(!plain.isSame(as: try #require(Authority("host2")), secure: false))
    }

    @Test(arguments: [
        ("localhost", true), ("a.localhost", true), ("127.9.9.9", true), ("[::1]", true), ("notlocalhost", false),
        ("10.0.0.1", false),
    ])
    func knowsLoopback(text: String, expected: Bool) { #expect(Authority(text)?.host.isLoopback == expected) }
}

struct OriginTests {
    @Test(arguments: [
        ("null", "null"), ("http://a", "http://a"), ("HTTP://A:80", "http://a"), ("https://a:443", "https://a"),
        ("https://a:80", "https://a:80"),
        ("http://[::1]:8188", "http://[::1]:8188"), ("chrome-extension://abc", "chrome-extension://abc"),
    ])
    func readsAndNormalises(text: String, expected: String) { #expect(Origin(text)?.description == expected) }

    @Test(arguments: [
        "", "NULL", "a", "http:", "http://", "http:/a", "http://a/", "http://a/b", "http://u@a", "http://a http://b",
        "http://a,http://b", "http://a?b",
        "http://a#b", "://a", "1x://a", "x y://a", "file://", "http://a:0", "http://a\u{0}", "x://a/b",
    ])
    func refusesWhatIsNotOneOrigin(text: String) { #expect(Origin(text) == nil) }

    @Test(arguments: [
        ("https://gate.example", true), ("https://GATE.example:443", true), ("http://gate.example", false),
        ("https://gate.example:8443", false),
        ("https://gate.example.evil.org", false), ("https://evil-gate.example", false), ("null", false),
        ("http://127.0.0.1:8080", true),
        ("http://localhost:8080", false), ("chrome-extension://gate.example", false),
    ])
    func isComparedWithThePublicURLs(text: String, expected: Bool) throws {
        let urls = [
            try #require(HTTPURL("https://gate.example/comfy")), try #require(HTTPURL("http://127.0.0.1:8080")),
        ]
        #expect(try #require(Origin(text)).isAny(of: urls) == expected)
    }
}

struct HTTPURLTests {
    @Test(arguments: [
        ("http://a", "http://a/", "", "a", 80), ("HTTPS://A:443/comfy/", "https://a/comfy/", "/comfy", "a", 443),
        ("http://[::1]:8188/x%20y?q=1", "http://[::1]:8188/x%20y?q=1", "/x%20y", "[::1]:8188", 8_188),
    ])
    func readsWebAddresses(text: String, description: String, base: String, host: String, port: Int) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.description == description)
        #expect(url.basePath == base)
        #expect(url.hostHeader == host)
        #expect(url.port == port)
    }

    @Test(arguments: ["unix:/run/comfy.sock", "unix:///run/comfy.sock"]) func readsSockets(text: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.endpoint == .unix(path: "/run/comfy.sock"))
        #expect(url.hostHeader == "localhost")
        #expect(url.origin == nil && url.port == nil && !url.isSecure)
        #expect(url.description == "unix:/run/comfy.sock")
    }

    @Test(arguments: [
        "", "/a", "a:80", "*", "ftp://a", "http:a", "http://", "http://u:p@a", "http://a#b", "http://a/../b",
        "http://a//b", "http://a/%zz", "unix:",
        "unix:a", "unix:/", "unix://a", "unix:/a\u{0}", "ws://a",
    ])
    func refusesOtherAddresses(text: String) { #expect(HTTPURL(text) == nil) }

    @Test(arguments: [106, 107, 108]) func socketPathsFitTheKernel(count: Int) {
        #expect((HTTPURL("unix:/" + String(repeating: "a", count: count - 1)) != nil) == (count <= 107))
    }
}
