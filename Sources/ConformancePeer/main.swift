// A WebSocket server that echoes, and a client that echoes to a fuzzing server: what the conformance suite drives.
//
//     ConformancePeer serve              prints the port, serves until its input ends
//     ConformancePeer client HOST PORT   runs every case the server at HOST:PORT offers

internal import Basics
internal import Glibc
internal import HTTP
internal import Loop
internal import Wire

/// Sends back what comes; optionally tells the last text and the end.
final class Echo: WebSocketHandler {
    var lastText = ""
    private var isClosed = false
    private var waiter: CheckedContinuation<Void, Never>?

    func received(text: Span<UInt8>, on socket: WebSocket) {
        lastText = unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        socket.send(text: text)
    }

    func received(binary: Span<UInt8>, on socket: WebSocket) { socket.send(binary: binary) }

    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {
        isClosed = true
        waiter?.resume()
        waiter = nil
    }

    func end() async {
        guard !isClosed else { return }
        await withCheckedContinuation { waiter = $0 }
    }
}

/// The largest message of the suite has 16 MB.
let options = {
    var options = WebSocket.Options()
    options.messageLimit = 32 << 20
    return options
}()

final class EchoServer: HTTPApplication {
    func respond(to exchange: Exchange) async throws {
        try await exchange.upgradeToWebSocket(options: options, handler: Echo())
    }
}

func serve() async throws {
    let loop = EventLoop("peer")
    let port = try await loop.run { reactor in
        let server = HTTPServer(application: EchoServer(), reactor: reactor)
        return try server.listen(on: .loopback(port: 0)).port ?? 0
    }
    print(port)
    fflush(nil)
    while readLine() != nil {}
    loop.stop()
}

func run(host: String, port: UInt16) async throws {
    let loop = EventLoop("peer")
    try await loop.run { reactor in
        let pool = UpstreamPool(UpstreamOptions(.host(host, port: port)), reactor: reactor, resolver: Resolver())
        let client = HTTPClient(pool)
        let counter = Echo()
        _ = try await client.webSocket("/getCaseCount", options: options, handler: counter)
        await counter.end()
        let count = Int(counter.lastText) ?? 0
        print("\(count) cases")
        guard count > 0 else { exit(1) }
        for index in 1...count {
            let echo = Echo()
            _ = try await client.webSocket("/runCase?case=\(index)&agent=comfygate", options: options, handler: echo)
            await echo.end()
        }
        let report = Echo()
        _ = try await client.webSocket("/updateReports?agent=comfygate", options: options, handler: report)
        await report.end()
    }
    loop.stop()
}

let arguments = CommandLine.arguments
switch arguments.count > 1 ? arguments[1] : "" {
case "serve": try await serve()
case "client" where arguments.count == 4: try await run(host: arguments[2], port: UInt16(arguments[3]) ?? 0)
default:
    print("usage: ConformancePeer serve | client HOST PORT")
    exit(2)
}
