internal import Basics
internal import Loop
public import Wire

extension HTTPClient {
    /// Opens a WebSocket.
    ///
    /// - Throws: `invalid` with the status when the server answers anything but a right 101.
    public func webSocket(
        _ target: String, _ fields: Fields = [:], options: WebSocket.Options = WebSocket.Options(),
        handler: any WebSocketHandler
    ) async throws(UpstreamFailure) -> WebSocket {
        let handshake = WebSocketRequest(nonce: RandomBytes.make(16), offersDeflate: options.compression)
        var request = ClientRequest(.get, target, fields)
        for (name, value) in handshake.fields { request.fields.append(name, value) }
        let exchange = WebSocketExchange(request: handshake, options: options, handler: handler)
        begin(exchange, request)
        return try await exchange.socket()
    }
}

/// The request that becomes a WebSocket.
private final class WebSocketExchange: UpstreamExchange {
    private let request: WebSocketRequest
    private let options: WebSocket.Options
    private let handler: any WebSocketHandler
    private var webSocket: WebSocket?
    private var failure: UpstreamFailure?
    private var waiter: Latch?

    init(request: WebSocketRequest, options: WebSocket.Options, handler: any WebSocketHandler) {
        (self.request, self.options, self.handler) = (request, options, handler)
        super.init()
        wantsUpgrade = true
    }

    func socket() async throws(UpstreamFailure) -> WebSocket {
        while webSocket == nil, failure == nil { await Latch.wait { waiter = $0 } }
        if let failure { throw failure }
        guard let webSocket else { throw .brokeOff }
        return webSocket
    }

    private func wake() {
        waiter?.open()
        waiter = nil
    }

    private func refuse(_ failure: UpstreamFailure) {
        guard self.failure == nil, webSocket == nil else { return }
        self.failure = failure
        upstream?.abandon()
        wake()
    }

    override func responseHead(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
        guard let upstream else { return }
        var fields = Fields()
        for field in head.fields { fields.append(bytes.string(field.name), bytes.string(field.value)) }
        do throws(WebSocketRefusal) {
            let agreement = try WebSocketAgreement(answerTo: request, status: head.status) { fields.all($0) }
            webSocket = WebSocket(
                transport: upstream, role: .client, deflate: agreement.deflate, subprotocol: agreement.subprotocol,
                codec: upstream.pool.codec, options: options, handler: handler)
        } catch {
            refuse(.invalid("the WebSocket was refused: \(error)"))
        }
    }

    override func switched() {
        webSocket?.begin()
        wake()
    }

    override var acceptsMore: Bool { webSocket?.wantsBytes ?? true }
    override func tunnelBytes(_ bytes: Span<UInt8>) { webSocket?.received(bytes) }
    override func tunnelDeadline() { webSocket?.deadlineReached() }
    override func upstreamDrained() {
        webSocket?.drained()
        upstream?.pump()
    }
    override func responseEnded() {
        webSocket?.closed()
        refuse(.brokeOff)
    }
    override func responseFailed(_ failure: UpstreamFailure) {
        webSocket?.closed()
        refuse(failure)
    }
}
