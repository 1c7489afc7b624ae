/// Clients that make a full TLS handshake, ask for something they may not have, and begin anew.
///
/// The refused request shows that the server has finished the handshake too; it needs no upstream.
final class HandshakeLoop {
    private struct Client {
        var connection: Connection
        var isEstablished = false
        var reader = AnswerReader()
    }

    private let poller: Poller
    private let port: UInt16
    private let tls: ClientTLS
    private var clients: [Client] = []
    private let request: [UInt8]
    private let expected: AnswerReader.Expectation
    private var scratch = [UInt8](repeating: 0, count: 65_536)
    private var result = LoadResult()

    init(port: UInt16, connections: Int, tls: ClientTLS) throws(BenchError) {
        (self.port, self.tls) = (port, tls)
        poller = try Poller()
        expected = .init(status: 401, bytes: nil)
        var bank = RequestBank(path: "/bench/small", tokens: [], port: port)
        request = bank.take()
        for number in 0..<connections {
            let connection = try Connection(port: port, tls: tls)
            poller.add(connection.descriptor, number)
            clients.append(Client(connection: connection))
        }
    }

    deinit { for client in clients { client.connection.close(reset: true) } }

    func run(warm: Double = 0.1, seconds: Double, mark: () -> Void) throws(BenchError) -> LoadResult {
        for number in clients.indices { try step(number) }
        try turn(until: Clock.now() + UInt64(warm * 1e9))
        result.count = 0
        let start = Clock.now()
        mark()
        try turn(until: start + UInt64(seconds * 1e9))
        mark()
        result.seconds = Double(Clock.now() - start) / 1e9
        return result
    }

    private func turn(until end: UInt64) throws(BenchError) {
        try poller.turn(until: end, while: result.fault == nil) { number throws(BenchError) in try step(number) }
    }

    private func step(_ number: Int) throws(BenchError) {
        let connection = clients[number].connection
        if !clients[number].isEstablished {
            guard try connection.shakeHands() else { return }
            clients[number].isEstablished = true
            guard connection.send(request, from: 0) == request.count else {
                result.fault = "a request could not be sent at once"
                return
            }
        }
        while result.fault == nil {
            switch connection.receive(into: &scratch) {
            case .wouldBlock: return
            case .end: result.fault = "the connection ended before the answer"
            case .bytes(let count):
                switch clients[number].reader.take(scratch.span.extracting(first: count), expected) {
                case .more: continue
                case .wrong(let what): result.fault = what
                case .done:
                    result.count += 1
                    connection.close(reset: true)
                    let next = try Connection(port: port, tls: tls)
                    clients[number] = Client(connection: next)
                    poller.add(next.descriptor, number)
                    return try step(number)
                }
            }
        }
    }
}
