/// Clients that have had an answer, or a tunnel, and are now silent.
final class IdleClients {
    private var connections: [Connection] = []

    /// Opens keep-alive connections; each gets one small answer first.
    init(keepAlive count: Int, port: UInt16, tokens: [String], tls: ClientTLS? = nil) throws(BenchError) {
        var bank = RequestBank(path: "/bench/small", tokens: tokens, port: port)
        for _ in 0..<count {
            let connection = try Connection(port: port, tls: tls)
            try connection.shakeHandsBlocking()
            try Self.ask(connection, bank.take(), Workload.small.expected)
            connections.append(connection)
        }
    }

    /// Opens tunnels; each echoes one short message first.
    init(tunnels count: Int, port: UInt16, tokens: [String]) throws(BenchError) {
        let message = [UInt8](repeating: 0x78, count: 200)
        for number in 0..<count {
            let tunnel = try TunnelLoop.open(port: port, token: tokens[number % tokens.count])
            guard tunnel.send(message, from: 0) == message.count else { throw BenchError("a message was not sent") }
            var missing = message.count
            var chunk = [UInt8](repeating: 0, count: 256)
            while missing > 0 { missing -= try Self.receive(tunnel, &chunk) }
            connections.append(tunnel)
        }
    }

    deinit { for connection in connections { connection.close(reset: true) } }

    /// One request and its answer, waited for; the answer's bytes.
    @discardableResult
    static func ask(
        _ connection: Connection, _ request: [UInt8], _ expected: AnswerReader.Expectation
    ) throws(BenchError) -> [UInt8] {
        var sent = 0
        while sent < request.count {
            let count = connection.send(request, from: sent)
            guard count >= 0 else { throw BenchError("the connection broke while sending") }
            sent += count
            try Interruption.check()
        }
        var reader = AnswerReader()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var answer: [UInt8] = []
        while true {
            let count = try receive(connection, &chunk)
            answer.append(contentsOf: chunk[..<count])
            switch reader.take(chunk.span.extracting(first: count), expected) {
            case .more: continue
            case .done: return answer
            case .wrong(let what): throw BenchError(what)
            }
        }
    }

    private static func receive(_ connection: Connection, _ chunk: inout [UInt8]) throws(BenchError) -> Int {
        let limit = Clock.now() + 10_000_000_000
        while true {
            switch connection.receive(into: &chunk) {
            case .bytes(let count): return count
            case .end: throw BenchError("the connection ended before the answer")
            case .wouldBlock:
                guard Clock.now() < limit else { throw BenchError("no answer in 10 s") }
                try Interruption.check()
                connection.waitReadable(milliseconds: 100)
            }
        }
    }
}
