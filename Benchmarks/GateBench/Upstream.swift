internal import CBench
internal import CLinux
internal import Glibc
internal import Wire

/// The server behind all proxies, in a process of its own: answers of three sizes, uploads, an echo, and a login check.
///
/// One thread, level-triggered; large bodies leave by `sendfile` from memory, as a file server's would.
@safe final class Upstream {
    static let smallBytes = 199
    static let viewBytes = 1_500_000
    static let bigBytes = 100_000_000

    private final class Client {
        let descriptor: Int32
        var partial: [UInt8] = []
        /// Request body bytes still to be swallowed before the answer.
        var bodyLeft = 0
        var answerAfterBody: [UInt8] = []
        /// Echo bytes that found no room.
        var waiting: [UInt8] = []
        /// What is left of a large body, as places in the file.
        var file: Range<Int> = 0..<0
        var isTunnel = false
        var waitsForRoom = false
        init(_ descriptor: Int32) { self.descriptor = descriptor }
    }

    private let poller: Poller
    private let listener: Int32
    private let file: Int32
    private let tokens: [String: String]
    private var clients: [Int32: Client] = [:]
    private var head = RequestHead()
    private var scratch = [UInt8](repeating: 0, count: 262_144)
    private let small: [UInt8]
    /// Tunnels that get frames at fixed times, as clients of an event socket are told of a step and get a preview.
    private var watchers: Set<Int32> = []
    private var frameDue: UInt64 = 0
    private let frames: [[UInt8]]

    init(port: UInt16, tokens: [String]) throws(BenchError) {
        self.tokens = Dictionary(
            tokens.enumerated().map { ("Bearer " + $1, "user-\($0 % 100)") }, uniquingKeysWith: { first, _ in first })
        poller = try Poller()
        file = bench_memory_file(Self.bigBytes)
        var body = #"{"queue_running": [], "queue_pending": [], "padding": ""#
        body += String(repeating: "x", count: Self.smallBytes - body.utf8.count - 2) + "\"}"
        small = Self.answer("200 OK", type: "application/json", bytes: Self.smallBytes) + Array(body.utf8)
        let length = BenchWorker.previewBytes
        // Of the sizes that a worker's two words about a step have.
        frames = [
            [0x81, 126, 1, 84] + [UInt8](repeating: 0x78, count: 340),
            [0x81, 126, 0, 144] + [UInt8](repeating: 0x78, count: 144),
            [0x82, 127, 0, 0, 0, 0, 0, UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255)]
                + [UInt8](repeating: 0x78, count: length),
        ]
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = gate_set_option(listener, SOL_SOCKET, SO_REUSEADDR, 1)
        let size = UInt32(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeBytes(of: &address) { unsafe gate_bind(listener, $0.baseAddress, size) }
        guard file >= 0, bound == 0, listen(listener, 4_096) == 0 else {
            throw BenchError("the upstream cannot listen at port \(port): errno \(errno)")
        }
        _ = gate_adopt(listener)
        poller.add(listener, Int(listener))
    }

    func run() throws(BenchError) {
        while true {
            try Interruption.check()
            let ready = poller.wait(nanoseconds: sendFrames())
            for index in 0..<ready {
                let number = Int32(poller.number(index))
                if number == listener {
                    accept()
                } else if let client = clients[number], !serve(client, writable: poller.isWritable(index)) {
                    clients[number] = nil
                    watchers.remove(number)
                    close(number)
                }
            }
        }
    }

    /// Sends what is due; how long the next is away.
    private func sendFrames() -> Int64 {
        guard !watchers.isEmpty else { return 200_000_000 }
        let now = Clock.now()
        if now >= frameDue {
            for number in watchers {
                // Who takes none misses some.
                guard let client = clients[number], client.waiting.count < 500_000 else { continue }
                if !frames.allSatisfy({ send(client, $0) }) {
                    clients[number] = nil
                    watchers.remove(number)
                    close(number)
                }
            }
            frameDue = max(frameDue, now) + UInt64(BenchWorker.stepMilliseconds) * 1_000_000
        }
        return Int64(max(frameDue, now) - now)
    }

    private func accept() {
        while true {
            let descriptor = gate_accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = gate_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            clients[descriptor] = Client(descriptor)
            poller.add(descriptor, Int(descriptor))
        }
    }

    /// False when the connection is over.
    private func serve(_ client: Client, writable: Bool) -> Bool {
        if writable, client.waitsForRoom { return push(client) }
        guard !client.waitsForRoom else { return true }
        let count = unsafe scratch.withUnsafeMutableBytes {
            unsafe gate_receive(client.descriptor, $0.baseAddress, $0.count)
        }
        guard count > 0 else { return count < 0 && errno == EAGAIN }
        if client.isTunnel {
            client.waiting.append(contentsOf: scratch[..<count])
            return push(client)
        }
        guard client.partial.isEmpty else {
            client.partial.append(contentsOf: scratch[..<count])
            let all = client.partial
            client.partial = []
            return take(client, all, all.count)
        }
        return take(client, scratch, count)
    }

    /// Requests, and bodies of requests, as they come.
    private func take(_ client: Client, _ bytes: [UInt8], _ count: Int) -> Bool {
        var at = 0
        while at < count {
            if client.bodyLeft > 0 {
                let taken = min(client.bodyLeft, count - at)
                client.bodyLeft -= taken
                at += taken
                if client.bodyLeft == 0, !send(client, client.answerAfterBody) { return false }
                continue
            }
            let rest = bytes.span.extracting(at..<count)
            guard let isWhole = try? head.parse(rest, limits: HeadLimits()) else { return false }
            guard isWhole else {
                client.partial = Array(bytes[at..<count])
                return true
            }
            at += head.byteCount
            guard answer(client, rest) else { return false }
        }
        return true
    }

    private func answer(_ client: Client, _ bytes: Span<UInt8>) -> Bool {
        // The gate takes the service's path away, the peers leave it.
        var path = bytes.string(head.target)
        if path.hasPrefix("/bench/") { path = String(path.dropFirst(6)) }
        if case .length(let length) = head.framing {
            client.bodyLeft = length
            client.answerAfterBody = small
            return true
        }
        if head.wantsUpgrade {
            client.isTunnel = true
            if path == "/frames" { watchers.insert(client.descriptor) }
            return send(
                client,
                Array(
                    """
                    HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n
                    """.utf8))
        }
        switch path {
        case "/view": return send(client, file: Self.viewBytes)
        case "/big": return send(client, file: Self.bigBytes)
        case "/auth":
            for field in head.fields where bytes.equalsIgnoringCase(field.name, "authorization") {
                guard let user = tokens[bytes.string(field.value)] else { break }
                return send(client, Self.answer("200 OK", extra: "X-User: \(user)\r\n", bytes: 0))
            }
            return send(client, Self.answer("401 Unauthorized", bytes: 0))
        default: return send(client, small)
        }
    }

    private static func answer(
        _ status: String, type: String = "text/plain", extra: String = "", bytes: Int
    ) -> [UInt8] {
        Array("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n\(extra)Content-Length: \(bytes)\r\n\r\n".utf8)
    }

    private func send(_ client: Client, file bytes: Int) -> Bool {
        client.waiting += Self.answer("200 OK", type: "image/png", bytes: bytes)
        client.file = 0..<bytes
        return push(client)
    }

    private func send(_ client: Client, _ bytes: [UInt8]) -> Bool {
        if client.waiting.isEmpty, client.file.isEmpty {
            let count = unsafe gate_send(client.descriptor, bytes, bytes.count)
            if count == bytes.count { return true }
            guard count >= 0 || errno == EAGAIN else { return false }
            client.waiting = Array(bytes[max(0, count)...])
            return push(client)
        }
        client.waiting += bytes
        return push(client)
    }

    private func push(_ client: Client) -> Bool {
        while !client.waiting.isEmpty {
            let count = unsafe gate_send(client.descriptor, client.waiting, client.waiting.count)
            guard count > 0 else { return count < 0 && errno == EAGAIN && wait(client, true) }
            client.waiting.removeFirst(count)
        }
        while !client.file.isEmpty {
            let count = bench_send_file(client.descriptor, file, client.file.lowerBound, client.file.count)
            guard count > 0 else { return count < 0 && errno == EAGAIN && wait(client, true) }
            client.file = client.file.lowerBound + count..<client.file.upperBound
        }
        return wait(client, false)
    }

    private func wait(_ client: Client, _ waits: Bool) -> Bool {
        if client.waitsForRoom != waits {
            client.waitsForRoom = waits
            poller.change(client.descriptor, Int(client.descriptor), writing: waits)
        }
        return true
    }
}
