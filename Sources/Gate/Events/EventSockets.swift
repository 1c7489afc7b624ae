internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Identity
internal import Wire

/// The event sockets of one loop, by account.
///
/// Each is registered before the fleet is asked how things stand, and gets nothing until that answer has come: so it
/// misses nothing and hears nothing twice.
final class EventSockets {
    private var byAccount: [UUID: [EventSocket]] = [:]
    private var lastNumber: UInt64
    /// Numbers of different loops must differ.
    private static let numbersPerLoop: UInt64 = 1 << 48

    init(loop: Int) { lastNumber = UInt64(loop) * Self.numbersPerLoop }

    func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    func add(_ socket: EventSocket) {
        byAccount[socket.principal.account, default: []].append(socket)
    }

    func remove(_ socket: EventSocket) {
        let account = socket.principal.account
        byAccount[account]?.removeAll { $0 === socket }
        if byAccount[account]?.isEmpty == true { byAccount[account] = nil }
    }

    func deliver(_ delivery: EventDelivery) {
        guard let own = byAccount[delivery.audience.account] else { return }
        let frames = delivery.frames.map(ReadyFrame.init)
        switch delivery.audience {
        case .account: for socket in own where socket.isLive { socket.send(frames) }
        case .client(_, let id):
            for socket in own where socket.isLive && socket.clientID == id { socket.send(frames) }
        case .socket(_, let number):
            guard let socket = own.first(where: { $0.number == number }) else { return }
            socket.isLive = true
            socket.send(frames)
        }
    }

    /// Bytes that wait for all sockets of an account.
    func waiting(for account: UUID) -> Int { byAccount[account]?.reduce(0) { $0 + $1.pendingByteCount } ?? 0 }

    /// Ends those whose right has ended.
    func close(_ isOver: (Principal) -> Bool) {
        for socket in byAccount.values.flatMap(\.self) where isOver(socket.principal) {
            socket.close(.policyViolation)
        }
    }
}

/// A message with the frames that are made of it: pictures are large, and many sockets get the same bytes.
final class ReadyFrame {
    let message: EventFrame
    private lazy var detailed = Self.frame(message, withMetadata: true)
    private lazy var plain = Self.frame(message, withMetadata: false)

    init(_ message: EventFrame) { self.message = message }

    /// The WebSocket frame of anything but text, which each socket may pack in its own way.
    func frame(withMetadata: Bool) -> [UInt8] { withMetadata ? detailed : plain }

    private static func frame(_ message: EventFrame, withMetadata: Bool) -> [UInt8] {
        var out: [UInt8] = []
        switch message {
        case .text: break
        case .binary(let bytes): WebSocketWriter().binary(bytes.span, to: &out)
        case .preview(let detailed, let plain), .picture(let detailed, let plain):
            WebSocketWriter().binary(withMetadata ? detailed.span : plain.span, to: &out)
        }
        return out
    }
}

/// One client's event socket.
final class EventSocket: WebSocketHandler {
    let number: UInt64
    let principal: Principal
    let clientID: String
    /// It has been told how things stand.
    var isLive = false
    private weak var sockets: EventSockets?
    private var webSocket: WebSocket?
    private let budget: AccountBudget
    private let features: @Sendable () -> JSONObject
    /// The window for the handshake closes with the first JSON object, whatever its type.
    private var hasShakenHands = false
    private var wantsMetadata = false

    /// Bytes that wait, of which so many belong to pictures that no file holds.
    var pendingByteCount: Int { webSocket?.pendingByteCount ?? 0 }
    private var pictureByteCount = 0

    /// Bytes that may wait for a slow client beside such pictures; previews are dropped from half of it on.
    static let outputLimit = 1 << 20
    /// Bytes that may wait for an account's sockets when one more such picture comes.
    static let pictureLimit = 64 << 20

    init(
        _ number: UInt64, _ principal: Principal, clientID: String, in sockets: EventSockets, _ budget: AccountBudget,
        features: @escaping @Sendable () -> JSONObject
    ) {
        (self.number, self.principal, self.clientID) = (number, principal, clientID)
        (self.sockets, self.budget, self.features) = (sockets, budget, features)
    }

    func begin(_ webSocket: WebSocket) { if webSocket.isOpen { self.webSocket = webSocket } }
    var isOpen: Bool { webSocket != nil }

    func send(_ frames: [ReadyFrame]) {
        guard let webSocket, webSocket.isOpen else { return }
        for frame in frames {
            if frame.message.isDroppable, webSocket.pendingByteCount > Self.outputLimit / 2 { continue }
            if case .text(let bytes) = frame.message {
                webSocket.send(text: bytes.span)
                continue
            }
            let bytes = frame.frame(withMetadata: wantsMetadata)
            if case .picture = frame.message {
                guard sockets?.waiting(for: principal.account) ?? 0 <= Self.pictureLimit else {
                    return close(.tryAgainLater)
                }
                pictureByteCount = min(pictureByteCount, webSocket.pendingByteCount) + bytes.count
            }
            webSocket.send(frame: bytes.span)
        }
        pictureByteCount = min(pictureByteCount, webSocket.pendingByteCount)
        // It would miss what it cannot do without: better that it comes again and is told how things stand.
        if webSocket.pendingByteCount - pictureByteCount > Self.outputLimit { close(.tryAgainLater) }
    }

    func close(_ code: WebSocketCloseCode) { webSocket?.close(code) }

    // MARK: From the client

    func received(text: Span<UInt8>, on socket: WebSocket) {
        guard !hasShakenHands, let message = try? JSON(parsing: [UInt8](copying: text)), message.object != nil else {
            return
        }
        hasShakenHands = true
        guard message["type"] == "feature_flags" else { return }
        wantsMetadata = message["data"]?["supports_preview_metadata"] == true
        send([ReadyFrame(.text(WorkerEvent.featureFlags(features()).encoded()))])
    }

    func received(binary: Span<UInt8>, on socket: WebSocket) {}

    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {
        sockets?.remove(self)
        webSocket = nil
        budget.giveBack(.eventSocket)
    }
}
