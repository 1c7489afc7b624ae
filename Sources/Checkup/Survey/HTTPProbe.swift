public import Basics
internal import HTTP
public import Loop
internal import Wire

/// What one request came to.
public enum HTTPAnswer: Sendable, Hashable {
    case answered(status: Int, location: String?, body: [UInt8])
    /// Nobody listens there.
    case refused
    /// No connection, for another reason: the system's words.
    case unreachable(String)
    case timedOut
    /// Something that is not HTTP, or that ends in mid-answer.
    case notHTTP

    public var status: Int? { if case .answered(let status, _, _) = self { status } else { nil } }
    public var body: [UInt8]? { if case .answered(_, _, let body) = self { body } else { nil } }
}

/// Asks one address, with a connection of its own for each request.
public struct HTTPProbe: Sendable {
    /// Bytes of an answer that are read.
    private static let answerLimit = 4 << 20

    public let host: String
    public let port: UInt16
    /// Milliseconds to connect, and to the head of the answer.
    public var connectTime: UInt64 = 2_000
    public var answerTime: UInt64 = 5_000
    private let loop: EventLoop

    public init(host: String, port: UInt16, on loop: EventLoop) {
        (self.host, self.port, self.loop) = (host, port, loop)
    }

    /// Nil for a socket's path and for TLS, which `comfygate diagnose` is for.
    ///
    /// - Parameter limit: Milliseconds to connect, and to the head of the answer.
    init?(_ url: HTTPURL, on loop: EventLoop, limit: UInt64) {
        guard !url.isSecure, let host = url.authority?.host.description, let port = url.port else { return nil }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.init(host: bare, port: UInt16(port), on: loop)
        (connectTime, answerTime) = (limit, limit)
    }

    /// `http://127.0.0.1:8188`
    public var address: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    public func get(_ target: String, bearer: Secret? = nil) async -> HTTPAnswer {
        await ask(.get, target, bearer: bearer)
    }

    /// - Parameter body: JSON.
    public func post(_ target: String, _ body: String, bearer: Secret? = nil) async -> HTTPAnswer {
        await ask(.post, target, Array(body.utf8), bearer: bearer)
    }

    private func ask(_ method: Method, _ target: String, _ body: [UInt8] = [], bearer: Secret?) async -> HTTPAnswer {
        var request = ClientRequest(method, target, ["Accept": "application/json"], body: body)
        if !body.isEmpty { request.fields["Content-Type"] = "application/json" }
        if let bearer { request.fields["Authorization"] = "Bearer \(bearer.reveal())" }
        var options = UpstreamOptions(.host(host, port: port))
        (options.connectTime, options.responseTime, options.bodyStall) = (connectTime, answerTime, answerTime)
        let (asked, chosen) = (request, options)
        do {
            return try await loop.run { reactor in
                let pool = UpstreamPool(chosen, reactor: reactor, resolver: Resolver())
                defer { pool.closeIdle() }
                let answer = try await HTTPClient(pool).fetch(asked, limit: Self.answerLimit)
                return .answered(
                    status: answer.status.code, location: answer.fields["Location"], body: answer.body)
            }
        } catch let failure as UpstreamFailure {
            switch failure {
            case .unreachable(let reason): return failure.isRefusal ? .refused : .unreachable(reason)
            case .overloaded: return .unreachable("\(failure)")
            case .timedOut: return .timedOut
            case .brokeOff, .invalid: return .notHTTP
            }
        } catch {
            return .unreachable("\(error)")
        }
    }
}
