import Testing

/// What a server that forwards everything does with hostile bytes.
enum Verdict: Sendable {
    /// Answered with this status, then closed; the upstream sees nothing.
    case refused(Int)
    /// The same, after the upstream saw a part of the request, which it can never take for a whole.
    case brokenOff(Int)
    /// Forwarded; the upstream's bytes hold all of the first and none of the others.
    case passes([String], not: [String] = [])
}

struct HostileCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let verdict: Verdict
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ verdict: Verdict) {
        (self.name, bytes, self.verdict) = (name, Array(text.utf8), verdict)
    }

    init(_ name: String, bytes: [UInt8], _ verdict: Verdict) {
        (self.name, self.bytes, self.verdict) = (name, bytes, verdict)
    }
}

/// A GET with these field lines.
private func get(_ lines: String...) -> String {
    "GET /a HTTP/1.1\r\nHost: x\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A POST with these field lines and a body.
private func post(_ lines: String..., body: String) -> String {
    "POST /a HTTP/1.1\r\nHost: x\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
}

private func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body: body) }

private func text(_ count: Int) -> String { String(repeating: "a", count: count) }

/// A smuggled request: the upstream must never see it.
private let second = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

enum HostileCases {
    static let lengths: [HostileCase] = [
        .init("two equal lengths", post("Content-Length: 3", "Content-Length: 3", body: "abc"), .refused(400)),
        .init("two lengths", post("Content-Length: 3", "Content-Length: 4", body: "abc"), .refused(400)),
        .init("a list of equal lengths", post("Content-Length: 3, 3", body: "abc"), .refused(400)),
        .init("a list of lengths", post("Content-Length: 3, 4", body: "abc"), .refused(400)),
        .init("plus sign", post("Content-Length: +3", body: "abc"), .refused(400)),
        .init("minus sign", post("Content-Length: -3", body: "abc"), .refused(400)),
        .init("hexadecimal length", post("Content-Length: 0x3", body: "abc"), .refused(400)),
        .init("length with underscore", post("Content-Length: 1_0", body: "abc"), .refused(400)),
        .init("length with inner space", post("Content-Length: 1 0", body: "abc"), .refused(400)),
        .init("fractional length", post("Content-Length: 3.0", body: "abc"), .refused(400)),
        .init("length with exponent", post("Content-Length: 3e0", body: "abc"), .refused(400)),
        .init("empty length", post("Content-Length:", body: "abc"), .refused(400)),
        .init("length beyond 64 bits", post("Content-Length: 18446744073709551619", body: "abc"), .refused(400)),
        .init("length of 19 digits", post("Content-Length: 1000000000000000000", body: ""), .refused(400)),
        .init("full-width digit", post("Content-Length: \u{FF13}", body: "abc"), .refused(400)),
        .init("quoted length", post("Content-Length: \"3\"", body: "abc"), .refused(400)),
        .init("length with vertical tab", post("Content-Length: \u{0B}3", body: "abc"), .refused(400)),
        .init("length with trailing garbage", post("Content-Length: 3;", body: "abc"), .refused(400)),
        .init(
            "length and chunked", post("Content-Length: 3", "Transfer-Encoding: chunked", body: second), .refused(400)),
        .init(
            "chunked and length", post("Transfer-Encoding: chunked", "Content-Length: 3", body: second), .refused(400)),
        .init(
            "chunked and length 0", post("Transfer-Encoding: chunked", "Content-Length: 0", body: second), .refused(400)
        ),
        .init("leading zeros", post("Content-Length: 003", body: "abc"), .passes(["Content-Length: 3\r\n", "abc"])),
        .init(
            "spaces around", post("Content-Length: \t 3 \t", body: "abc"), .passes(["Content-Length: 3\r\n", "abc"])),
        .init("a GET with a body", get("Content-Length: 0"), .passes(["Content-Length: 0\r\n"])),
    ]

    static let codings: [HostileCase] =
        [
            "xchunked", "chunked, chunked", "identity", "gzip, chunked", "chunked, identity", "identity, chunked", "x",
            "chunked;q=1", "\"chunked\"", "chunked,", ",chunked", "chunked\u{0B}", "chunked\u{0C}", "chunke",
            "chunkedd",
            "ch unked", "\u{7F}chunked", "gzip", "deflate", "trailers", "",
        ].map { value in
            // A control byte is the head's fault, another coding an unknown one.
            let isControl = value.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
            return HostileCase(
                "Transfer-Encoding: \(value.debugDescription)",
                post("Transfer-Encoding: \(value)", body: "0\r\n\r\n" + second), .refused(isControl ? 400 : 501))
        } + [
            .init(
                "two codings in two fields",
                post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body: "0\r\n\r\n"), .refused(400)),
            .init(
                "chunked, then identity in a second field",
                post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body: "0\r\n\r\n"), .refused(400)),
            .init(
                "space before the colon of the coding", post("Transfer-Encoding : chunked", body: "0\r\n\r\n"),
                .refused(400)),
            .init(
                "coding of HTTP/1.0",
                "POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .refused(400)),
            .init(
                "capital letters", post("TRANSFER-ENCODING: Chunked", body: "1\r\na\r\n0\r\n\r\n"),
                .passes(["Transfer-Encoding: chunked\r\n", "1\r\na\r\n", "0\r\n\r\n"])),
            .init(
                "underscore coding is no coding", post("Transfer_Encoding: chunked", body: ""),
                .passes(["POST /a"], not: ["ransfer"])),
        ]

    static let lines: [HostileCase] = [
        .init("bare LF after the request line", "GET /a HTTP/1.1\nHost: x\r\n\r\n", .refused(400)),
        .init("bare LF after a field", "GET /a HTTP/1.1\r\nHost: x\n\r\n", .refused(400)),
        .init("bare LF as the empty line", "GET /a HTTP/1.1\r\nHost: x\r\n\n", .refused(400)),
        .init("bare LF everywhere", "GET /a HTTP/1.1\nHost: x\n\n", .refused(400)),
        .init("bare CR after a field", "GET /a HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", .refused(400)),
        .init("bare CR as the empty line", "GET /a HTTP/1.1\r\nHost: x\r\n\rX", .refused(400)),
        .init("CR CR LF", "GET /a HTTP/1.1\r\nHost: x\r\r\n\r\n", .refused(400)),
        .init("folded by a space", get("A: b", " c"), .refused(400)),
        .init("folded by a tab", get("A: b", "\tc"), .refused(400)),
        .init("folded first field", "GET /a HTTP/1.1\r\n Host: x\r\n\r\n", .refused(400)),
        .init("space before the colon", get("A : b"), .refused(400)),
        .init("tab before the colon", get("A\t: b"), .refused(400)),
        .init("no colon", get("A"), .refused(400)),
        .init("no name", get(": b"), .refused(400)),
        .init("space in a name", get("A B: c"), .refused(400)),
        .init("parenthesis in a name", get("A(: c"), .refused(400)),
        .init("quote in a name", get("\"A\": c"), .refused(400)),
        .init("slash in a name", get("A/B: c"), .refused(400)),
        .init("name beyond ASCII", get("\u{E9}: c"), .refused(400)),
        .init("NUL in a name", get("A\0: c"), .refused(400)),
        .init("NUL in a value", get("A: b\0c"), .refused(400)),
        .init("bell in a value", get("A: b\u{07}c"), .refused(400)),
        .init("escape in a value", get("A: b\u{1B}[31mc"), .refused(400)),
        .init("DEL in a value", get("A: b\u{7F}c"), .refused(400)),
        .init("vertical tab in a value", get("A: b\u{0B}c"), .refused(400)),
        .init("empty value", get("A:"), .passes(["A: \r\n"])),
        .init("tab in a value", get("A: b\tc"), .passes(["A: b\tc\r\n"])),
        .init("bytes above ASCII in a value", get("A: \u{E9}"), .passes(["A: \u{E9}\r\n"])),
        .init("colons in a value", get("A: b:c: d"), .passes(["A: b:c: d\r\n"])),
    ]

    static let requestLines: [HostileCase] = [
        .init("no version", "GET /a\r\nHost: x\r\n\r\n", .refused(400)),
        .init("two spaces before the target", "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("two spaces after the target", "GET /a  HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("tab instead of space", "GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("space at the beginning", " GET /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("space after the version", "GET /a HTTP/1.1 \r\nHost: x\r\n\r\n", .refused(400)),
        .init("no method", "/a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("method with a parenthesis", "G(T /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("method of 33 letters", text(33) + " /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(501)),
        .init("HTTP/2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", .refused(505)),
        .init("HTTP/0.9", "GET /a HTTP/0.9\r\nHost: x\r\n\r\n", .refused(505)),
        .init("HTTP/1.2", "GET /a HTTP/1.2\r\nHost: x\r\n\r\n", .refused(505)),
        .init("HTTP/1.10", "GET /a HTTP/1.10\r\nHost: x\r\n\r\n", .refused(400)),
        .init("lower-case http", "GET /a http/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("ICY", "GET /a ICY/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("NUL in the target", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("control byte in the target", "GET /a\u{01} HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("byte above ASCII in the target", "GET /\u{E9} HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .refused(505)),
        .init("two empty lines first", "\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("bare LF first", "\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("one empty line first", "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", .passes(["GET /a HTTP/1.1\r\n"])),
        .init("TLS on a plain port", bytes: [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0, 0x0D, 0x0A], .refused(400)),
        .init("PROXY line that nobody asked for", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n", .refused(400)),
        .init("binary noise", bytes: (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 128) }, .refused(400)),
    ]

    static let hosts: [HostileCase] = [
        .init("no Host", "GET /a HTTP/1.1\r\n\r\n", .refused(400)),
        .init("two Hosts", get("Host: y"), .refused(400)),
        .init("two equal Hosts", get("Host: x"), .refused(400)),
        .init("empty Host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", .refused(400)),
        .init("Host with a user", "GET /a HTTP/1.1\r\nHost: u@x\r\n\r\n", .refused(400)),
        .init("Host with a path", "GET /a HTTP/1.1\r\nHost: x/y\r\n\r\n", .refused(400)),
        .init("Host with a space", "GET /a HTTP/1.1\r\nHost: x y\r\n\r\n", .refused(400)),
        .init("list of Hosts", "GET /a HTTP/1.1\r\nHost: x,y\r\n\r\n", .refused(400)),
        .init("Host with an escape", "GET /a HTTP/1.1\r\nHost: x%2e\r\n\r\n", .refused(400)),
        .init("two Hosts of HTTP/1.0", "GET /a HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", .refused(400)),
        .init("no Host of HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", .passes(["Host: up\r\n"])),
        .init("our own Host goes upstream", get("X-Forwarded-Host: evil"), .passes(["Host: up\r\n"], not: ["evil"])),
        .init("absolute form, other host", "GET http://y/a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("absolute form, other port", "GET http://x:81/a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("absolute form, no host", "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("absolute form, user", "GET http://u@x/a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("absolute form of a file", "GET file:///etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("absolute form without Host", "GET http://x/a HTTP/1.0\r\n\r\n", .refused(400)),
        .init("CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", .refused(501)),
        .init("CONNECT with a path", "CONNECT /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(501)),
        .init("TRACE", "TRACE /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(501)),
        .init("authority form of GET", "GET x:80 HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("asterisk form of GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
        .init("relative target", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
    ]

    static let chunks: [HostileCase] =
        [
            ("hexadecimal prefix", "0x1\r\na\r\n0\r\n\r\n"), ("plus sign", "+1\r\na\r\n0\r\n\r\n"),
            ("minus sign", "-1\r\na\r\n0\r\n\r\n"), ("underscore", "1_0\r\na\r\n0\r\n\r\n"),
            ("leading space", " 1\r\na\r\n0\r\n\r\n"), ("no size", "\r\na\r\n0\r\n\r\n"),
            ("no hexadecimal digit", "g\r\na\r\n0\r\n\r\n"), ("extension without size", ";a=b\r\na\r\n0\r\n\r\n"),
            ("bare LF after the size", "1\na\r\n0\r\n\r\n"), ("bare CR after the size", "1\ra\r\n0\r\n\r\n"),
            ("bare LF after the data", "1\r\na\n0\r\n\r\n"), ("longer than its size", "1\r\nab\r\n0\r\n\r\n"),
            ("NUL after the size", "1\0\r\na\r\n0\r\n\r\n"),
            ("control byte in an extension", "1;a\u{01}\r\na\r\n0\r\n\r\n"),
            ("bare LF in an extension", "1;a\nb\r\na\r\n0\r\n\r\n"),
            ("bare CR in an extension", "1;a\rb\r\na\r\n0\r\n\r\n"),
            ("bare LF at the end", "1\r\na\r\n0\r\n\n"), ("bare CR at the end", "1\r\na\r\n0\r\n\rX"),
            ("trailer without name", "1\r\na\r\n0\r\n: b\r\n\r\n"), ("folded trailer", "1\r\na\r\n0\r\n b\r\n\r\n"),
            ("control byte in a trailer", "1\r\na\r\n0\r\nA: \0\r\n\r\n"),
            ("bare LF in a trailer", "1\r\na\r\n0\r\nA: b\nC: d\r\n\r\n"),
        ].map { HostileCase("chunk: \($0.0)", chunked($0.1), .brokenOff(400)) } + [
            .init("chunk beyond 64 bits", chunked("10000000000000001\r\na"), .brokenOff(413)),
            .init("chunk of 15 digits", chunked("fffffffffffffff\r\na"), .brokenOff(413)),
            .init(
                "chunk with many zeros", chunked(text(0) + String(repeating: "0", count: 40) + "1\r\n"), .brokenOff(413)
            ),
            .init("endless extension", chunked("1;" + text(9_000)), .brokenOff(413)),
            .init("endless trailers", chunked("0\r\n" + String(repeating: "A: b\r\n", count: 2_000)), .brokenOff(413)),
            .init(
                "extensions are dropped", chunked("1;x=y\r\na\r\n0\r\n\r\n"),
                .passes(["1\r\na\r\n", "0\r\n\r\n"], not: ["x=y"])),
            .init(
                "trailers are dropped", chunked("1\r\na\r\n0\r\nAuthorization: x\r\n\r\n"),
                .passes(["0\r\n\r\n"], not: ["Authorization"])),
            .init(
                "capital digits", chunked("A\r\n0123456789\r\n0\r\n\r\n"),
                .passes(["9\r\n", "0\r\n\r\n"])),
        ]

    static let limits: [HostileCase] = [
        .init("target at the limit", "GET /\(text(8_191)) HTTP/1.1\r\nHost: x\r\n\r\n", .passes(["GET /aaa"])),
        .init("target one below", "GET /\(text(8_190)) HTTP/1.1\r\nHost: x\r\n\r\n", .passes(["GET /aaa"])),
        .init("target one above", "GET /\(text(8_192)) HTTP/1.1\r\nHost: x\r\n\r\n", .refused(414)),
        .init("endless target", "GET /\(text(20_000))", .refused(414)),
        .init("head one below the limit", get("A: \(text(16_384 - 34))"), .passes(["A: aaa"])),
        .init("head at the limit", get("A: \(text(16_384 - 33))"), .passes(["A: aaa"])),
        .init("head one above the limit", get("A: \(text(16_384 - 32))"), .refused(431)),
        .init("endless field value", "GET /a HTTP/1.1\r\nHost: x\r\nA: \(text(20_000))", .refused(431)),
        .init("endless field name", "GET /a HTTP/1.1\r\nHost: x\r\n\(text(20_000))", .refused(431)),
        .init("99 fields", fields(99), .passes(["GET /a"])),
        .init("100 fields", fields(100), .passes(["GET /a"])),
        .init("101 fields", fields(101), .refused(431)),
        .init("method of 32 letters", text(32) + " /a HTTP/1.1\r\nHost: x\r\n\r\n", .passes([text(32) + " /a"])),
    ]

    private static func fields(_ count: Int) -> String {
        "GET /a HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: count - 1) + "\r\n"
    }

    static let hopByHop: [HostileCase] = [
        .init("underscore names", get("X_Forwarded_For: 1.1.1.1", "A_B: c"), .passes(["GET"], not: ["_"])),
        .init("nominated field", get("Connection: x-secret", "X-Secret: s"), .passes(["GET"], not: ["ecret"])),
        .init("nominated in a list", get("Connection: close , X-A", "X-A: s"), .passes(["GET"], not: ["X-A"])),
        .init(
            "nominated in two fields", get("Connection: a", "Connection: b", "B: s"), .passes(["GET"], not: ["B: s"])),
        .init("nominated known field", get("Connection: cookie", "Cookie: s"), .passes(["GET"], not: ["Cookie"])),
        .init("Keep-Alive", get("Keep-Alive: timeout=1"), .passes(["GET"], not: ["Keep-Alive"])),
        .init("TE", get("TE: trailers"), .passes(["GET"], not: ["TE:"])),
        .init("Trailer", get("Trailer: A"), .passes(["GET"], not: ["Trailer"])),
        .init("Proxy-Connection", get("Proxy-Connection: x"), .passes(["GET"], not: ["Proxy"])),
        .init("Proxy-Authorization", get("Proxy-Authorization: x"), .passes(["GET"], not: ["Proxy"])),
        .init(
            "forwarding fields", get("X-Forwarded-For: 1.1.1.1", "Forwarded: for=x"),
            .passes(["GET"], not: ["orwarded"])),
        .init(
            "the length cannot be nominated away", post("Connection: content-length", "Content-Length: 3", body: "abc"),
            .passes(["Content-Length: 3\r\n", "abc"])),
        .init("the Host cannot be nominated away", get("Connection: host"), .passes(["Host: up\r\n"])),
        .init(
            "Expect: 100-continue", post("Expect: 100-continue", "Content-Length: 3", body: "abc"),
            .passes(["abc"], not: ["Expect"])),
        .init(
            "Expect in capitals", post("Expect: 100-Continue", "Content-Length: 3", body: "abc"),
            .passes(["abc"], not: ["Expect"])),
        .init("unknown expectation", post("Expect: 200-ok", "Content-Length: 3", body: "abc"), .refused(501)),
        .init("list of expectations", post("Expect: 100-continue, x", "Content-Length: 3", body: "abc"), .refused(501)),
        .init(
            "Expect of HTTP/1.0", "POST /a HTTP/1.0\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            .passes(["abc"], not: ["Expect"])),
        .init(
            "upgrade to h2c",
            get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
            .passes(["GET"], not: ["pgrade", "h2c", "Settings"])),
        .init("upgrade without Connection", get("Upgrade: websocket"), .passes(["GET"], not: ["pgrade"])),
        .init(
            "list of upgrades", get("Connection: upgrade", "Upgrade: h2c, websocket"), .passes(["GET"], not: ["pgrade"])
        ),
        .init(
            "two upgrades", get("Connection: upgrade", "Upgrade: websocket", "Upgrade: h2c"),
            .passes(["GET"], not: ["pgrade"])),
        .init(
            "upgrade of a POST", post("Connection: upgrade", "Upgrade: websocket", "Content-Length: 3", body: "abc"),
            .passes(["abc"], not: ["pgrade"])),
        .init(
            "upgrade of HTTP/1.0", "GET /a HTTP/1.0\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            .passes(["GET"], not: ["pgrade"])),
        .init(
            "a right upgrade", get("Connection: keep-alive, Upgrade", "Upgrade: WebSocket"),
            .passes(["Connection: Upgrade\r\nUpgrade: websocket\r\n"])),
        .init(
            "bytes behind a refused upgrade", get("Connection: upgrade", "Upgrade: h2c") + second,
            .passes(["GET /a"], not: ["smuggled"])),
        .init(
            "bytes behind Connection: close", get("Connection: close") + second, .passes(["GET /a"], not: ["smuggled"])),
    ]

    static let all = lengths + codings + lines + requestLines + hosts + chunks + limits + hopByHop
}
