/// Clients behind an upgrade that each send a message and wait for its echo.
final class TunnelLoop {
    private let poller: Poller
    private let message: [UInt8]
    private var tunnels: [Connection] = []
    /// Echo bytes still to come, and bytes of the message sent, of each.
    private var missing: [Int]
    private var sent: [Int]
    private var scratch = [UInt8](repeating: 0, count: 262_144)

    init(port: UInt16, connections: Int, tokens: [String], messageBytes: Int) throws(BenchError) {
        poller = try Poller()
        message = [UInt8](repeating: 0x78, count: messageBytes)
        missing = .init(repeating: 0, count: connections)
        sent = .init(repeating: 0, count: connections)
        for number in 0..<connections {
            let tunnel = try Self.open(port: port, token: tokens[number % tokens.count])
            poller.add(tunnel.descriptor, number)
            tunnels.append(tunnel)
        }
    }

    deinit { for tunnel in tunnels { tunnel.close(reset: true) } }

    /// Asks for the upgrade and reads the 101.
    static func open(port: UInt16, token: String, path: String = "/bench/ws") throws(BenchError) -> Connection {
        let connection = try Connection(port: port)
        let request = RequestBank.upgrade(path: path, token: token, port: port)
        guard connection.send(request, from: 0) == request.count else { throw BenchError("the upgrade was not sent") }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1)
        let limit = Clock.now() + 5_000_000_000
        // Byte by byte: what follows the head belongs to the tunnel.
        while !answer.suffix(4).elementsEqual([13, 10, 13, 10]) {
            switch connection.receive(into: &chunk) {
            case .bytes: answer.append(chunk[0])
            case .end: throw BenchError("the upgrade was answered with the end of the connection")
            case .wouldBlock:
                guard Clock.now() < limit else { throw BenchError("the upgrade was not answered in 5 s") }
                try Interruption.check()
                connection.waitReadable(milliseconds: 100)
            }
        }
        guard answer.starts(with: Array("HTTP/1.1 101".utf8)) else {
            throw BenchError("the upgrade was answered with: \(String(decoding: answer.prefix(12), as: UTF8.self))")
        }
        return connection
    }

    /// Messages both ways: an echo counts as two.
    func run(warm: Double = 0.1, seconds: Double, mark: () -> Void) throws(BenchError) -> LoadResult {
        var result = LoadResult()
        for number in tunnels.indices { begin(number, &result) }
        try turn(until: Clock.now() + UInt64(warm * 1e9), &result)
        (result.count, result.bytes) = (0, 0)
        let start = Clock.now()
        mark()
        try turn(until: start + UInt64(seconds * 1e9), &result)
        mark()
        result.seconds = Double(Clock.now() - start) / 1e9
        return result
    }

    private func turn(until end: UInt64, _ result: inout LoadResult) throws(BenchError) {
        try poller.turn(until: end, while: result.fault == nil) { number in
            if sent[number] < message.count { push(number, &result) }
            receive(number, &result)
        }
    }

    private func begin(_ number: Int, _ result: inout LoadResult) {
        missing[number] = message.count
        sent[number] = 0
        push(number, &result)
    }

    private func push(_ number: Int, _ result: inout LoadResult) {
        let waited = sent[number] > 0
        while sent[number] < message.count {
            let count = tunnels[number].send(message, from: sent[number])
            if count < 0 {
                result.fault = "the tunnel broke while sending"
                return
            }
            if count == 0 {
                poller.change(tunnels[number].descriptor, number, writing: true)
                return
            }
            sent[number] += count
        }
        if waited { poller.change(tunnels[number].descriptor, number, writing: false) }
    }

    private func receive(_ number: Int, _ result: inout LoadResult) {
        switch tunnels[number].receive(into: &scratch) {
        case .wouldBlock: return
        case .end: result.fault = "the tunnel ended"
        case .bytes(let count):
            guard count <= missing[number] else {
                result.fault = "\(count - missing[number]) bytes too many in a tunnel"
                return
            }
            missing[number] -= count
            result.bytes += count
            guard missing[number] == 0 else { return }
            result.count += 2
            begin(number, &result)
        }
    }
}
