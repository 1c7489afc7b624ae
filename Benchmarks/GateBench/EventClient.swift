internal import Basics

/// Reads the frames of an event socket; payloads that nobody looks at are thrown away unread.
struct FrameReader {
    private(set) var opcode: UInt8 = 0
    /// Of the frame that is being read.
    private(set) var length = 0
    private(set) var left = 0
    private var head: [UInt8] = []
    private(set) var text: [UInt8] = []

    enum Frame { case text([UInt8]), binary(Int), other }

    /// Takes bytes that came and tells of each frame that has ended.
    mutating func take(_ bytes: Span<UInt8>, _ told: (Frame) -> Void) {
        var at = 0
        while at < bytes.count {
            if left > 0 {
                let count = min(left, bytes.count - at)
                if opcode == 1 { for index in at..<(at + count) { text.append(bytes[index]) } }
                at += count
                skip(count, told)
                continue
            }
            head.append(bytes[at])
            at += 1
            guard head.count >= 2 else { continue }
            let short = Int(head[1] & 0x7F)
            let needed = short == 126 ? 4 : short == 127 ? 10 : 2
            guard head.count == needed else { continue }
            opcode = head[0] & 0x0F
            length = needed == 2 ? short : head[2...].reduce(0) { $0 << 8 | Int($1) }
            head.removeAll(keepingCapacity: true)
            left = length
            if left == 0 { end(told) }
        }
    }

    /// Payload bytes that were thrown away.
    mutating func skip(_ count: Int, _ told: (Frame) -> Void) {
        left -= count
        if left == 0 { end(told) }
    }

    private mutating func end(_ told: (Frame) -> Void) {
        switch opcode {
        case 1:
            let whole = text
            text = []
            told(.text(whole))
        case 2: told(.binary(length))
        default: told(.other)
        }
    }
}

/// Clients that listen to frames they did not ask for: previews at a gate's event sockets, or a server's own.
final class PreviewClients {
    private let poller: Poller
    private var sockets: [Connection] = []
    private var readers: [FrameReader]
    private var scratch = [UInt8](repeating: 0, count: 262_144)
    private var result = LoadResult()
    /// Of each client, since the measurement began.
    private var counts: [Int]

    init(port: UInt16, path: String, token: String, count: Int, asksForMetadata: Bool) throws(BenchError) {
        poller = try Poller()
        readers = .init(repeating: FrameReader(), count: count)
        counts = .init(repeating: 0, count: count)
        for number in 0..<count {
            let socket = try TunnelLoop.open(port: port, token: token, path: path)
            if asksForMetadata {
                let words = Array(#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#.utf8)
                // Masked, as a client's frames are, with a key that changes nothing.
                let frame: [UInt8] = [0x81, 0x80 | UInt8(words.count), 0, 0, 0, 0] + words
                guard socket.send(frame, from: 0) == frame.count else { throw BenchError("the flags were not sent") }
            }
            poller.add(socket.descriptor, number)
            sockets.append(socket)
        }
    }

    deinit { for socket in sockets { socket.close(reset: true) } }

    /// Counts large binary frames for `seconds`, from the moment on when all have had some.
    func run(seconds: Double, mark: () -> Void) throws(BenchError) -> LoadResult {
        let limit = Clock.now() + 10_000_000_000
        while counts.contains(where: { $0 < 3 }), result.fault == nil {
            guard Clock.now() < limit else { throw BenchError("no previews came in 10 s") }
            try turn(until: Clock.now() + 10_000_000)
        }
        counts = .init(repeating: 0, count: counts.count)
        (result.count, result.bytes) = (0, 0)
        let start = Clock.now()
        mark()
        try turn(until: start + UInt64(seconds * 1e9))
        mark()
        result.seconds = Double(Clock.now() - start) / 1e9
        if let most = counts.max(), let least = counts.min(), most - least > 2, result.fault == nil {
            result.fault = "some had \(least) previews and others \(most)"
        }
        return result
    }

    private func turn(until end: UInt64) throws(BenchError) {
        try poller.turn(until: end, while: result.fault == nil) { receive($0) }
    }

    private func receive(_ number: Int) {
        var reader = readers[number]
        defer { readers[number] = reader }
        while true {
            let told: (FrameReader.Frame) -> Void = { [self] frame in
                guard case .binary(let length) = frame, length >= BenchWorker.previewBytes else { return }
                counts[number] += 1
                result.count += 1
                result.bytes += length
            }
            let received: Connection.Received
            if reader.opcode == 2, reader.left > 4_096 {
                received = sockets[number].discard(reader.left)
                if case .bytes(let count) = received { reader.skip(count, told) }
            } else {
                received = sockets[number].receive(into: &scratch)
                if case .bytes(let count) = received { reader.take(scratch.span.extracting(first: count), told) }
            }
            switch received {
            case .bytes: continue
            case .wouldBlock: return
            case .end:
                result.fault = "an event socket ended"
                return
            }
        }
    }
}

/// One person who gives jobs one after the other and waits for the end of each.
final class JobRun {
    private let client: Client
    private let socket: Connection
    private let name = "bench-\(Clock.now())"
    private var reader = FrameReader()
    private var scratch = [UInt8](repeating: 0, count: 65_536)

    init(_ proxy: Proxy, token: String) throws(BenchError) {
        client = try Client(proxy, token: token)
        socket = try TunnelLoop.open(port: proxy.port, token: token, path: "/ws?clientId=\(name)")
    }

    deinit { socket.close(reset: true) }

    /// Microseconds of each job.
    func run(seconds: Double, number: inout Int) throws(BenchError) -> [Double] {
        var times: [Double] = []
        let end = Clock.now() + UInt64(seconds * 1e9)
        while Clock.now() < end || times.isEmpty {
            number += 1
            let body = Prompts.body(Prompts.colour(number), client: name)
            let start = Clock.now()
            try client.post("/prompt", body)
            try waitForEnd()
            times.append(Double(Clock.now() - start) / 1e3)
        }
        return times
    }

    private func waitForEnd() throws(BenchError) {
        let limit = Clock.now() + 10_000_000_000
        var hasEnded = false
        var failure: String?
        while !hasEnded {
            switch socket.receive(into: &scratch) {
            case .bytes(let count):
                reader.take(scratch.span.extracting(first: count)) { frame in
                    guard case .text(let bytes) = frame, let type = (try? JSON(parsing: bytes))?["type"]?.string else {
                        return
                    }
                    if type == "execution_success" { hasEnded = true }
                    if type == "execution_error" { failure = String(decoding: bytes.prefix(300), as: UTF8.self) }
                }
            case .end: throw BenchError("the event socket ended")
            case .wouldBlock:
                guard Clock.now() < limit else { throw BenchError("a job did not end in 10 s") }
                try Interruption.check()
                socket.waitReadable(milliseconds: 100)
            }
            if let failure { throw BenchError(failure) }
        }
    }
}
