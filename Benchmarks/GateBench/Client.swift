internal import Basics

/// One person at a gate or a worker, for what has to be set up: asks, waits, reads.
struct Client {
    private let connection: Connection
    private let port: UInt16
    private let token: String

    /// - Parameter token: Empty for a server that wants none.
    init(_ proxy: Proxy, token: String) throws(BenchError) {
        (port, self.token) = (proxy.port, token)
        connection = try Connection(port: proxy.port, tls: proxy.tls)
        try connection.shakeHandsBlocking()
    }

    @discardableResult
    func get(_ path: String) throws(BenchError) -> [UInt8] { try ask("GET", path, nil, "") }

    @discardableResult
    func post(_ path: String, _ body: [UInt8], type: String = "application/json") throws(BenchError) -> [UInt8] {
        try ask("POST", path, body, type)
    }

    private func ask(
        _ method: String, _ path: String, _ body: [UInt8]?, _ type: String
    ) throws(BenchError) -> [UInt8] {
        var bank = RequestBank(
            method: method, path: path, tokens: token.isEmpty ? [] : [token], bodies: body.map { [$0] } ?? [],
            type: type, port: port)
        do throws(BenchError) {
            let answer = try IdleClients.ask(connection, bank.take(), .init(status: 200, bytes: nil))
            guard let end = answer.indices.first(where: { answer[$0...].starts(with: [13, 10, 13, 10]) }) else {
                throw BenchError("an answer without a head")
            }
            return Array(answer[(end + 4)...])
        } catch { throw BenchError("\(method) \(path): \(error.message)") }
    }

    func json(_ path: String) throws(BenchError) -> JSON {
        guard let json = try? JSON(parsing: try get(path), dialect: .python) else {
            throw BenchError("\(path) is not JSON")
        }
        return json
    }
}
