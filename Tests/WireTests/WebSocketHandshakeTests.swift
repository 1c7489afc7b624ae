import Testing
import Wire

/// Fields as an HTTP head would answer for them.
func lookup(_ name: String, _ fields: [(String, String)]) -> [String] {
    fields.filter { $0.0.lowercased() == name.lowercased() }.map(\.1)
}

/// RFC 6455, section 1.3.
let goodRequest = [
    ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
]

struct WebSocketUpgradeTests {
    private func upgrade(
        _ fields: [(String, String)], method: String = "GET", version: (Int, Int) = (1, 1), subprotocols: [String] = [],
        compression: Bool = true
    ) throws(WebSocketUpgradeError) -> WebSocketUpgrade {
        try WebSocketUpgrade(
            method: method, version: version, subprotocols: subprotocols, compression: compression
        ) { lookup($0, fields) }
    }

    private func replacing(_ name: String, with values: String...) -> [(String, String)] {
        goodRequest.filter { $0.0 != name } + values.map { (name, $0) }
    }

    @Test func theExampleOfTheStandard() throws {
        let upgrade = try upgrade(goodRequest)
        #expect(upgrade.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(upgrade.fields.map(\.name) == ["Upgrade", "Connection", "Sec-WebSocket-Accept"])
        #expect(upgrade.deflate == nil)
    }

    @Test(arguments: [
        ("Upgrade", "WebSocket"), ("Upgrade", "foo, websocket"), ("Connection", "keep-alive, Upgrade"),
        ("Connection", "UPGRADE"), ("Connection", "close ,\t upgrade "),
    ])
    func listsAreReadInAnyCase(name: String, value: String) throws {
        _ = try upgrade(replacing(name, with: value))
    }

    @Test(arguments: [
        ("Upgrade", ["websockets"], WebSocketUpgradeError.notAnUpgrade), ("Upgrade", [], .notAnUpgrade),
        ("Upgrade", ["web socket"], .notAnUpgrade), ("Connection", ["keep-alive"], .notAnUpgrade),
        ("Connection", [], .notAnUpgrade), ("Sec-WebSocket-Version", ["8"], .badVersion),
        ("Sec-WebSocket-Version", [], .badVersion), ("Sec-WebSocket-Version", ["13", "13"], .badVersion),
        ("Sec-WebSocket-Version", ["13, 8"], .badVersion), ("Sec-WebSocket-Key", [], .badKey),
        ("Sec-WebSocket-Key", [""], .badKey), ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ"], .badKey),
        ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ==="], .badKey),
        ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZSEh"], .badKey),
        ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="], .badKey),
        ("Sec-WebSocket-Protocol", ["a b"], .badList), ("Sec-WebSocket-Protocol", ["a,a"], .badList),
        ("Sec-WebSocket-Extensions", ["permessage-deflate; =1"], .badList),
        ("Sec-WebSocket-Extensions", ["permessage-deflate server_no_context_takeover"], .badList),
    ])
    func refuses(name: String, values: [String], error: WebSocketUpgradeError) {
        let fields = goodRequest.filter { $0.0 != name } + values.map { (name, $0) }
        #expect(throws: error) { try upgrade(fields) }
    }

    @Test func otherMethodsAndOldVersionsAreRefused() {
        #expect(throws: WebSocketUpgradeError.badRequest) { try upgrade(goodRequest, method: "POST") }
        #expect(throws: WebSocketUpgradeError.badRequest) { try upgrade(goodRequest, version: (1, 0)) }
    }

    @Test func refusalsSayWhatToSend() {
        #expect(WebSocketUpgradeError.badVersion.status == 426)
        #expect(
            WebSocketUpgradeError.badVersion.fields.contains { $0.name == "Sec-WebSocket-Version" && $0.value == "13" })
        #expect(WebSocketUpgradeError.notAnUpgrade.status == 426)
        #expect(WebSocketUpgradeError.badKey.status == 400)
        #expect(WebSocketUpgradeError.badKey.fields.isEmpty)
    }

    @Test(
        arguments: [
            (["b, a"], "b"), (["c", "a"], "a"), (["c"], nil), ([], nil), ([" , ,a"], "a"), (["A"], nil),
        ] as [([String], String?)])
    func theClientsFirstKnownSubprotocolIsChosen(offered: [String], chosen: String?) throws {
        let fields = goodRequest + offered.map { ("Sec-WebSocket-Protocol", $0) }
        let upgrade = try upgrade(fields, subprotocols: ["a", "b"])
        #expect(upgrade.subprotocol == chosen)
        #expect(upgrade.fields.first { $0.name == "Sec-WebSocket-Protocol" }?.value == chosen)
    }

    private static let plainAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    @Test(
        arguments: [
            ("permessage-deflate", plainAnswer), ("permessage-deflate; client_max_window_bits", plainAnswer),
            ("Permessage-Deflate;Client_Max_Window_Bits=8", plainAnswer),
            ("permessage-deflate; client_max_window_bits=\"15\"; server_no_context_takeover", plainAnswer),
            ("permessage-deflate; server_max_window_bits=15", plainAnswer),
            (
                "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
                plainAnswer + "; server_max_window_bits=12"
            ),
            ("permessage-deflate; server_max_window_bits=8", plainAnswer + "; server_max_window_bits=8"),
            ("x-webkit-deflate-frame, permessage-deflate", plainAnswer),
            (
                "permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10",
                plainAnswer + "; server_max_window_bits=10"
            ),
            ("permessage-deflate; unknown", nil), ("permessage-deflate; server_max_window_bits", nil),
            ("permessage-deflate; server_max_window_bits=7", nil),
            ("permessage-deflate; server_max_window_bits=16", nil),
            ("permessage-deflate; server_max_window_bits=08", nil),
            ("permessage-deflate; server_max_window_bits=+9", nil),
            ("permessage-deflate; client_max_window_bits=7", nil),
            ("permessage-deflate; client_max_window_bits=x", nil),
            ("permessage-deflate; server_no_context_takeover=1", nil),
            ("permessage-deflate; client_no_context_takeover; client_no_context_takeover", nil),
            ("permessage-bzip2", nil), ("", nil),
        ] as [(String, String?)])
    func theFirstOfferThatCanBeSatisfiedIsAccepted(offer: String, answer: String?) throws {
        let fields = goodRequest + [("Sec-WebSocket-Extensions", offer)]
        let upgrade = try upgrade(fields)
        #expect(upgrade.fields.first { $0.name == "Sec-WebSocket-Extensions" }?.value == answer)
        #expect(try self.upgrade(fields, compression: false).deflate == nil)
    }
}

struct WebSocketAgreementTests {
    private let request = WebSocketRequest(
        nonce: Array("the sample nonce".utf8), subprotocols: ["a", "b"], offersDeflate: true)
    private let good = [
        ("upgrade", "WebSocket"), ("connection", "upgrade"), ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ]

    private func agree(
        _ fields: [(String, String)], status: Int = 101, _ request: WebSocketRequest? = nil
    ) throws(WebSocketRefusal) -> WebSocketAgreement {
        try WebSocketAgreement(answerTo: request ?? self.request, status: status) { lookup($0, fields) }
    }

    @Test func theRequestCarriesWhatItOffers() {
        #expect(request.key == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(lookup("sec-websocket-protocol", request.fields.map { ($0.name, $0.value) }) == ["a, b"])
        #expect(request.fields.contains { $0.name == "Sec-WebSocket-Extensions" })
        #expect(WebSocketRequest(nonce: [UInt8](repeating: 0, count: 16)).fields.count == 4)
    }

    @Test func serverAndClientAgree() throws {
        let upgrade = try WebSocketUpgrade(method: "GET", subprotocols: ["b"]) { name in
            lookup(name, request.fields.map { ($0.name, $0.value) })
        }
        let agreement = try agree(upgrade.fields.map { ($0.name, $0.value) })
        #expect(agreement.subprotocol == "b")
        #expect(agreement.deflate == upgrade.deflate)
        #expect(agreement.deflate?.outgoingWindowBits == 15)
    }

    @Test func aPlainAnswerIsEnough() throws {
        let agreement = try agree(good)
        #expect(agreement.subprotocol == nil)
        #expect(agreement.deflate == nil)
    }

    @Test(arguments: [
        ("upgrade", [], WebSocketRefusal.notAnUpgrade), ("connection", ["close"], .notAnUpgrade),
        ("sec-websocket-accept", [], .badAccept),
        ("sec-websocket-accept", ["S3pPLMBiTxaQ9kYGzzhZRbK+xOo="], .badAccept),
        ("sec-websocket-accept", ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="], .badAccept),
        ("sec-websocket-protocol", ["c"], .badSubprotocol), ("sec-websocket-protocol", ["A"], .badSubprotocol),
        ("sec-websocket-protocol", ["a", "b"], .badSubprotocol), ("sec-websocket-protocol", [""], .badSubprotocol),
        ("sec-websocket-extensions", ["permessage-bzip2"], .badExtension),
        ("sec-websocket-extensions", ["permessage-deflate"], .badExtension),
        ("sec-websocket-extensions", ["permessage-deflate; client_no_context_takeover"], .badExtension),
        ("sec-websocket-extensions", ["permessage-deflate; server_no_context_takeover; x"], .badExtension),
        (
            "sec-websocket-extensions", ["permessage-deflate; server_no_context_takeover; client_max_window_bits"],
            .badExtension
        ),
        (
            "sec-websocket-extensions", ["permessage-deflate; server_no_context_takeover; client_max_window_bits=16"],
            .badExtension
        ),
        ("sec-websocket-extensions", ["permessage-deflate; server_no_context_takeover, other"], .badExtension),
        ("sec-websocket-extensions", ["permessage-deflate;;"], .badExtension),
    ])
    func refuses(name: String, values: [String], refusal: WebSocketRefusal) {
        let fields = good.filter { $0.0 != name } + values.map { (name, $0) }
        #expect(throws: refusal) { try agree(fields) }
    }

    @Test func otherStatusesAreOrdinaryAnswers() {
        #expect(throws: WebSocketRefusal.status(403)) { try agree(good, status: 403) }
    }

    @Test(arguments: [("server_max_window_bits=9", 15), ("client_max_window_bits=9", 9)])
    func anAnswerMayNarrowBothWindows(parameter: String, outgoing: Int) throws {
        let fields =
            good + [("Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover; \(parameter)")]
        #expect(try agree(fields).deflate?.outgoingWindowBits == outgoing)
        let modest = WebSocketRequest(nonce: Array("the sample nonce".utf8))
        #expect(throws: WebSocketRefusal.badExtension) { try agree(fields, modest) }
    }
}
