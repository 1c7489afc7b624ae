public import HTTP
public import Loop
public import Wire

/// What an event socket brought and nobody has taken yet; belongs to one loop, and one task takes from it.
public final class EventInbox: WebSocketHandler {
    public enum Arrival: Sendable {
        case text([UInt8])
        case binary([UInt8])
        case closed(reason: String)
        /// The time is over, or the waiting task was cancelled.
        case nothing
    }

    public let id: Int
    /// Held so that the pool outlives a socket that is still closing.
    private let http: HTTPClient
    private let reactor: Reactor
    private var socket: WebSocket?
    private var arrivals: [Arrival] = []
    private var arrivalBytes = 0
    private var waiter: Latch?
    private var timer: Loop.Timer?
    private var isWoken = false
    /// Arrivals taken since the loop turned.
    private var taken = 0
    private static let burst = 8

    /// Bytes of messages held for a task that does not take them; pictures go first, then the socket is given up.
    private static let limit = 64 << 20

    /// - Parameter http: Held so long as the inbox is.
    public init(id: Int, http: HTTPClient, reactor: Reactor) {
        (self.id, self.http, self.reactor) = (id, http, reactor)
    }

    public var isConnected: Bool { socket != nil }
    public var isEmpty: Bool { arrivals.isEmpty }

    public func connect(_ target: String, _ fields: Fields, messageLimit: Int) async throws(UpstreamFailure) {
        var options = WebSocket.Options()
        options.messageLimit = messageLimit
        socket = try await http.webSocket(target, fields, options: options, handler: self)
    }

    public func send(_ text: String) { socket?.send(text: text) }

    public func close() {
        let socket = socket
        self.socket = nil
        socket?.close()
        wake()
    }

    /// Ends the wait of `next`, or the next one.
    public func wake() {
        isWoken = true
        resume()
    }

    /// The next thing that happens; `nothing` after so many milliseconds or when woken.
    ///
    /// Lets the loop turn now and then even when much has come: others on it have their turn, and its clock goes on.
    public func next(within milliseconds: UInt64) async -> Arrival {
        assert(reactor.loop.isOnLoop)
        if arrivals.isEmpty, !isWoken {
            timer = reactor.timer(after: milliseconds) { [unowned self] in wake() }
            await wait()
        } else if taken >= Self.burst {
            timer = reactor.timer(after: 0) { [unowned self] in resume() }
            await wait()
        }
        taken += 1
        isWoken = false
        guard !arrivals.isEmpty else { return .nothing }
        let arrival = arrivals.removeFirst()
        arrivalBytes -= Self.size(arrival)
        return arrival
    }

    private func wait() async {
        await Latch.wait { waiter = $0 }
        timer = nil
        taken = 0
    }

    private func resume() {
        let waiter = waiter
        self.waiter = nil
        waiter?.open()
    }

    private static func size(_ arrival: Arrival) -> Int {
        switch arrival {
        case .text(let bytes), .binary(let bytes): bytes.count + 64
        case .closed, .nothing: 64
        }
    }

    private func take(_ arrival: Arrival, on socket: WebSocket) {
        arrivalBytes += Self.size(arrival)
        arrivals.append(arrival)
        if arrivalBytes > Self.limit {
            arrivals.removeAll { if case .binary = $0 { true } else { false } }
            arrivalBytes = arrivals.reduce(0) { $0 + Self.size($1) }
            if arrivalBytes > Self.limit { socket.close(.policyViolation) }
        }
        resume()
    }

    public func received(text: Span<UInt8>, on socket: WebSocket) {
        take(.text([UInt8](copying: text)), on: socket)
    }

    public func received(binary: Span<UInt8>, on socket: WebSocket) {
        take(.binary([UInt8](copying: binary)), on: socket)
    }

    public func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {
        // One that we closed ourselves is no news.
        guard self.socket === socket else { return }
        self.socket = nil
        take(.closed(reason: reason.isEmpty ? "code \(code.rawValue)" : reason), on: socket)
    }
}
