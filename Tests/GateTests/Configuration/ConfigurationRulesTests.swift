import Basics
import Testing

@testable import Gate

struct ConfigurationRulesTests {
    @Test(
        "Plain HTTP that others can reach needs a reason",
        arguments: [
            ("listen: 127.0.0.1:1", 0), ("listen: '[::1]:1'", 0), ("listen: 0.0.0.0:1", 1), ("listen: '*:1'", 1),
            ("listen: '[::]:1'", 1), ("listen: 10.0.0.1:1", 1), ("listen: {addresses: '*:1', plain: lan}", 0),
            ("listen: {addresses: '*:1', plain: container}", 0), ("listen: '*:1'\ntls: {certificate: c, key: k}", 0),
            ("console_listen: '*:1'", 1), ("console_listen: '*:1'\nlisten: {plain: lan}", 1),
            ("console_listen: '*:1'\nlisten: {plain: container}", 0),
        ])
    func plain(yaml: String, count: Int) { #expect(load(yaml).problems.count == count) }

    @Test(
        "What contradicts itself is refused",
        arguments: [
            "listen: [127.0.0.1:1, 127.0.0.1:1]", "listen: 127.0.0.1:8289", "tls: {key: k}",
            "worker: {url: 'https://w', client_key: k}", "worker: {url: 'http://w', ca: c}", "public_url: https://a/b",
            "console_listen: {public_url: https://a/b}",
            "{public_url: https://a, console_listen: {public_url: https://a}}",
            "proxy_protocol: true", "session: {idle: 2d, absolute: 1d}", "limits: {target: 64KB}",
            "limits: {body: 1MB}", "limits: {per_address: 20000}", "limits: {request_rate: 300}",
            "services: {a: {path: /x, host: y, upstream: 'http://u'}}", "services: {a: {upstream: 'http://u'}}",
            "services: {a: {path: /, upstream: 'http://u'}}", "services: {a: {path: /x}}",
            "services: {a: {path: /x, upstream: 'http://u'}, b: {path: /x/, upstream: 'http://v'}}",
            "services: {a: {path: /x, upstream: 'http://u', credential: {header: X}}}",
        ])
    func contradictions(yaml: String) { #expect(load(yaml).problems.count == 1) }

    @Test("Port 0 may be listed twice, and a service needs one place")
    func permitted() {
        #expect(load("listen: [127.0.0.1:0, 127.0.0.1:0]").problems.isEmpty)
        #expect(
            load("services: {a: {path: /x, upstream: 'http://u'}, b: {host: h, upstream: 'http://u'}}").problems.isEmpty
        )
    }

    @Test(
        "The migration credential ends within 90 days of now",
        arguments: [
            ("2027-02-18", 0, 0), ("2027-02-19", 1, 0), ("2027-02-20", 1, 0), ("2026-11-21", 0, 0),
            ("2026-11-20", 0, 1),
        ])
    func migration(day: String, problems: Int, warnings: Int) {
        let report = load("migration: {password_file: /p, until: \(day)}", files: ["/p": "$2b$12$x"])
        #expect(report.problems.count == problems)
        #expect(report.warnings.count == warnings)
    }

    @Test("It needs an end")
    func migrationWithoutEnd() {
        #expect(load("migration: {password_file: /p}", files: ["/p": "x"]).problems.count == 1)
    }

    @Test("A socket's path has at most 107 bytes", arguments: [106, 107, 108])
    func socket(count: Int) {
        let path = "/" + String(repeating: "s", count: count - 1)
        #expect(load("console_listen: {socket: \(path)}").problems.isEmpty == (count <= 107))
    }

    @Test(
        "Bounds hold at their edges",
        arguments: [
            ("limits.event_sockets", "1", true), ("limits.event_sockets", "0", false),
            ("limits.head", "256KB", true),
            ("limits.head", "262145", false), ("limits.fields", "9", false), ("limits.fields", "10", true),
            ("limits.fields", "1000", true), ("limits.fields", "1001", false), ("loops", "256", true),
            ("loops", "257", false),
            ("limits.head_time", "1s", true), ("limits.head_time", "999ms", false), ("limits.body_rate", "1", true),
            ("limits.body_rate", "1KB/s", true), ("limits.body_rate", "0", false), ("loops", "+2", false),
        ])
    func bounds(key: String, value: String, isValid: Bool) {
        #expect(load(set: [(key, value)]).problems.isEmpty == isValid)
    }
}

struct AddressTests {
    @Test(
        "Listen addresses are read and written",
        arguments: [
            ("127.0.0.1:8288", "127.0.0.1:8288"), ("[::1]:80", "[::1]:80"), ("localhost:1", "127.0.0.1:1"),
            ("*:1", "*:1"),
            (":1", "*:1"), ("0.0.0.0:0", "0.0.0.0:0"),
        ])
    func listen(text: String, canonical: String) { #expect(ListenAddress(text)?.description == canonical) }

    @Test(
        "Others are refused",
        arguments: [
            "", "8288", "::1:80", "[127.0.0.1]:80", "example.org:80", "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:+1",
            "1.2.3.4:1:2",
        ])
    func refusesListen(text: String) { #expect(ListenAddress(text) == nil) }

    @Test(
        "URLs are read and written without what goes without saying",
        arguments: [
            ("http://a", "http://a"), ("HTTP://A.b:80/", "http://a.b"), ("https://a:443/x/", "https://a/x"),
            ("https://a:8443", "https://a:8443"), ("http://[::1]:8188", "http://[::1]:8188"),
            ("http://my_worker-1:8188", "http://my_worker-1:8188"),
            ("http://[::1]", "http://[::1]"),
        ])
    func url(text: String, canonical: String) {
        #expect(HTTPAddress(text)?.description == canonical)
        #expect(HTTPAddress(canonical)?.description == canonical)
    }

    @Test(
        "Others are refused",
        arguments: [
            "", "a", "ftp://a", "http://", "http:///x", "http://a:0", "http://a:65536", "http://u@a", "http://a?x",
            "http://a#x",
            "http://a/../b", "http://a//b", "http://a/%41", "http://a b", "http://é", "http://[::1", "http://::1",
            "http://a..b", "http://a:80:90",
        ])
    func refusesURL(text: String) { #expect(HTTPAddress(text) == nil) }

    @Test(
        "Connections are as many as the process has descriptors for",
        arguments: [
            (20_064, 10_000, 1_000, 0), (20_063, 9_999, 1_000, 0), (1_024, 480, 480, 1), (96, 16, 16, 1),
            (1, 10, 10, 1),
            (0, 10_000, 1_000, 0),
        ])
    func fitsDescriptors(descriptors: Int, connections: Int, perAddress: Int, warnings: Int) {
        var report = load("")
        let before = report.warnings.count
        report.fit(descriptors: descriptors)
        #expect(report.configuration.limits.connections == connections)
        #expect(report.configuration.limits.perAddress == perAddress)
        #expect(report.warnings.count - before == warnings)
        // Who has set the number is always told.
        var chosen = load("limits: {connections: 9999}")
        chosen.fit(descriptors: 20_060)
        #expect(chosen.configuration.limits.connections == 9_998)
        #expect(chosen.warnings.count - before == 1)
    }
}
