/// What a load saw.
struct LoadResult {
    /// Answers, messages or handshakes inside the measured time.
    var count = 0
    /// Body bytes inside the measured time.
    var bytes = 0
    var seconds = 0.0
    /// The first wrong answer; a round with one is void.
    var fault: String?
    /// Microseconds of each answer, when they were asked for.
    var latencies: [Double] = []
}

/// What is asked, and what must come.
struct Workload {
    var path = "/bench/small"
    var method = "GET"
    /// Bodies in turn; without one nothing is sent.
    var bodies: [[UInt8]] = []
    var mediaType = "application/octet-stream"
    var expected = AnswerReader.Expectation(status: 200, bytes: Upstream.smallBytes)

    static let small = Workload()
    static func body(_ path: String, _ bytes: Int) -> Workload {
        Workload(path: "/bench" + path, expected: .init(status: 200, bytes: bytes))
    }
    static let upload = Workload(
        path: "/bench/upload", method: "POST", bodies: [[UInt8](repeating: 0x78, count: 100_000)],
        expected: .init(status: 200, bytes: Upstream.smallBytes))
}

/// Keep-alive clients that each send the next request when the answer is there.
final class ClosedLoop {
    private struct Client {
        let connection: Connection
        var reader = AnswerReader()
        var request: [UInt8]
        var sent = 0
        var waitsForRoom = false
        var asked: UInt64 = 0
    }

    private let poller: Poller
    private let work: Workload
    private var bank: RequestBank
    private var clients: [Client] = []
    private var scratch = [UInt8](repeating: 0, count: 262_144)
    private var result = LoadResult()
    /// Requests that may still be sent; nil without a limit.
    private var allowance: Int?

    private let takesTimes: Bool

    /// Opens the connections, with their TLS handshakes.
    init(
        _ work: Workload, port: UInt16, connections: Int, tokens: [String], tls: ClientTLS? = nil,
        takesTimes: Bool = false
    ) throws(BenchError) {
        (self.work, self.takesTimes) = (work, takesTimes)
        poller = try Poller()
        bank = RequestBank(
            method: work.method, path: work.path, tokens: tokens, bodies: work.bodies, type: work.mediaType, port: port)
        for number in 0..<connections {
            let connection = try Connection(port: port, tls: tls)
            try connection.shakeHandsBlocking()
            poller.add(connection.descriptor, number)
            clients.append(Client(connection: connection, request: []))
        }
    }

    deinit { for client in clients { client.connection.close(reset: true) } }

    /// Loads for `warm` seconds, then for `seconds` between the two calls of `mark`.
    func run(warm: Double = 0.1, seconds: Double, mark: () -> Void) throws(BenchError) -> LoadResult {
        for number in clients.indices { ask(number) }
        try turn(until: Clock.now() + UInt64(warm * 1e9))
        (result.count, result.bytes, result.latencies) = (0, 0, [])
        let start = Clock.now()
        mark()
        try turn(until: start + UInt64(seconds * 1e9))
        mark()
        result.seconds = Double(Clock.now() - start) / 1e9
        return result
    }

    /// Sends so many requests and no more.
    func run(requests: Int, within seconds: Double) throws(BenchError) -> LoadResult {
        (result.count, result.bytes, allowance) = (0, 0, requests)
        let start = Clock.now()
        for number in clients.indices { ask(number) }
        while result.count < requests, result.fault == nil {
            guard Double(Clock.now() - start) / 1e9 < seconds else {
                throw BenchError("\(requests) requests took more than \(Int(seconds)) s")
            }
            try turn(until: Clock.now() + 20_000_000, orCount: requests)
        }
        result.seconds = Double(Clock.now() - start) / 1e9
        return result
    }

    private func turn(until end: UInt64, orCount limit: Int = .max) throws(BenchError) {
        try poller.turn(until: end, while: result.fault == nil && result.count < limit) { number in
            if clients[number].waitsForRoom { push(number) }
            receive(number)
        }
    }

    private func ask(_ number: Int) {
        if let left = allowance {
            guard left > 0 else { return }
            allowance = left - 1
        }
        clients[number].request = bank.take()
        clients[number].sent = 0
        if takesTimes { clients[number].asked = Clock.now() }
        push(number)
    }

    private func push(_ number: Int) {
        let connection = clients[number].connection
        while clients[number].sent < clients[number].request.count {
            let count = connection.send(clients[number].request, from: clients[number].sent)
            if count < 0 { return fail("the connection broke while sending") }
            if count == 0 {
                if !clients[number].waitsForRoom {
                    poller.change(connection.descriptor, number, writing: true)
                    clients[number].waitsForRoom = true
                }
                return
            }
            clients[number].sent += count
        }
        if clients[number].waitsForRoom {
            poller.change(connection.descriptor, number, writing: false)
            clients[number].waitsForRoom = false
        }
    }

    private func receive(_ number: Int) {
        let connection = clients[number].connection
        while result.fault == nil {
            let verdict: AnswerReader.Verdict
            if connection.canDiscard, let left = clients[number].reader.bodyLeft, left > 65_536 {
                guard case .bytes(let count) = took(connection.discard(left)) else { return }
                verdict = clients[number].reader.takeBody(count)
                result.bytes += count
            } else {
                guard case .bytes(let count) = took(connection.receive(into: &scratch)) else { return }
                let before = clients[number].reader.bodyLeft
                verdict = clients[number].reader.take(scratch.span.extracting(first: count), work.expected)
                // The head's bytes of a large answer are too few to matter.
                if before != nil || count > 1_024 { result.bytes += count }
            }
            switch verdict {
            case .more: if !connection.mayHoldMore { return }
            case .wrong(let what): return fail(what)
            case .done:
                result.count += 1
                if takesTimes { result.latencies.append(Double(Clock.now() - clients[number].asked) / 1e3) }
                ask(number)
                if !connection.mayHoldMore { return }
            }
        }
    }

    private func took(_ received: Connection.Received) -> Connection.Received {
        if received == .end { fail("the connection ended before the answer") }
        return received
    }

    private func fail(_ what: String) { if result.fault == nil { result.fault = what } }
}
