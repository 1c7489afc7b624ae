internal import Basics
internal import HTTP
public import Loop
internal import Wire

/// A client of one ComfyUI server or of a gate in front of some.
///
/// Runs on an event loop of its own, or on the one it is given; connections are kept and closed with the client.
public actor ComfyClient {
    /// As it was understood; without the token.
    public nonisolated let address: String
    public nonisolated let options: ComfyClientOptions
    let url: HTTPURL
    let credential: Credential?
    nonisolated let loop: EventLoop
    private let ownsLoop: Bool
    private let trust: TLSContext?
    private var connected: (http: HTTPClient, pool: UpstreamPool)?
    var inboxes: [Int: EventInbox] = [:]
    private var inboxCount = 0

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.unownedExecutor }

    /// - Parameters:
    ///   - url: `http://host:port`, `https://host/prefix` or `unix:/path`; without a scheme it is plain HTTP.
    ///   - loop: Where to run; nil starts a loop that ends with the client.
    /// - Throws: `badAddress`, also for a URL with a query, where a token would be seen by everybody; `badAuthority`.
    public init(
        url: String, credential: Credential? = nil, options: ComfyClientOptions = ComfyClientOptions(),
        loop: EventLoop? = nil
    ) throws(ComfyClientError) {
        let whole = url.contains("://") || url.hasPrefix("unix:") ? url : "http://" + url
        guard let parsed = HTTPURL(whole), parsed.target.query.isEmpty else { throw .badAddress(url) }
        self.url = parsed
        address = parsed.description
        self.credential = credential
        self.options = options
        if parsed.isSecure {
            do throws(GateError) {
                trust = try TLSContext(clientAuthority: options.authority)
            } catch {
                throw .badAuthority(error.message)
            }
        } else {
            trust = nil
        }
        ownsLoop = loop == nil
        self.loop = loop ?? EventLoop("comfy-client")
    }

    isolated deinit {
        connected?.pool.closeIdle()
        if ownsLoop { loop.stop() }
    }

    /// Milliseconds of the loop's clock.
    var now: UInt64 { loop.reactor.now }

    var http: HTTPClient {
        if let connected { return connected.http }
        var upstream: UpstreamOptions
        switch url.endpoint {
        case .unix(let path): upstream = UpstreamOptions(.unix(path))
        case .tcp(_, let authority):
            let port = UInt16(url.port ?? 80)
            switch authority.host {
            case .name(let name): upstream = UpstreamOptions(.host(name, port: port))
            case .address(let address): upstream = UpstreamOptions(.host(address.description, port: port))
            }
        }
        if let trust { upstream.tls = { trust } }
        upstream.connections = 16
        upstream.responseTime = options.responseTime
        upstream.bodyStall = options.stallTime
        let pool = UpstreamPool(upstream, reactor: loop.reactor, resolver: Self.resolver)
        let http = HTTPClient(pool, authority: url.hostHeader)
        connected = (http, pool)
        return http
    }

    private static let resolver = Resolver()

    // MARK: Waiting

    /// A place where a task waits for a socket's messages, a time, or its own cancellation.
    func openInbox() -> EventInbox {
        inboxCount += 1
        let inbox = EventInbox(id: inboxCount, http: http, reactor: loop.reactor)
        inboxes[inbox.id] = inbox
        return inbox
    }

    func closeInbox(_ inbox: EventInbox) {
        inbox.close()
        inboxes[inbox.id] = nil
    }

    /// The next thing that happens to `inbox`; `nothing` after `milliseconds` or when the task is cancelled.
    func next(_ inbox: EventInbox, within milliseconds: UInt64) async -> EventInbox.Arrival {
        let id = inbox.id
        // With Swift 6.3 a closure that captures what is not `Sendable` leaves the loop: this one takes the number.
        return await withTaskCancellationHandler {
            await self.arrival(id, within: milliseconds)
        } onCancel: {
            Task { await self.wake(id) }
        }
    }

    private func arrival(_ id: Int, within milliseconds: UInt64) async -> EventInbox.Arrival {
        guard let inbox = inboxes[id], !Task.isCancelled else { return .nothing }
        return await inbox.next(within: milliseconds)
    }

    private func wake(_ id: Int) { inboxes[id]?.wake() }

    /// - Throws: `cancelled`.
    func pause(_ milliseconds: UInt64) async throws(ComfyClientError) {
        let inbox = openInbox()
        defer { closeInbox(inbox) }
        guard !Task.isCancelled else { throw .cancelled }
        _ = await next(inbox, within: milliseconds)
        guard !Task.isCancelled else { throw .cancelled }
    }
}
