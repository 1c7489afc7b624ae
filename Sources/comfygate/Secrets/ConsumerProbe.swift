internal import Basics
internal import HTTP
internal import Loop
internal import Secrets
internal import Wire

/// Asks a consumer with the right credential, a wrong one and none.
struct ConsumerProbe: Sendable {
    private let consumer: Consumer
    private let bearer: Secret

    /// - Parameter bearer: What the consumer should take.
    init(_ consumer: Consumer, bearer: Secret) { (self.consumer, self.bearer) = (consumer, bearer) }

    /// One connection at a time; at most 5 s a request.
    func ask(on loop: EventLoop) async -> ConsumerVerdict {
        let this = self
        let answers = try? await loop.run { reactor in await this.answers(reactor) }
        guard let answers else { return .unreachable(.notAsked) }
        return ConsumerVerdict(right: answers[0], wrong: answers[1], none: answers[2])
    }

    private func answers(_ reactor: Reactor) async -> [ConsumerVerdict.Answer] {
        guard let url = consumer.url.flatMap({ HTTPURL($0) }), let authority = url.authority, let port = url.port else {
            return Array(repeating: .failure(.noAddress), count: 3)
        }
        let host =
            switch authority.host {
            case .name(let name): name
            case .address(let address): address.description
            }
        var options = UpstreamOptions(.host(host, port: UInt16(port)))
        options.connectTime = 3_000
        options.responseTime = 5_000
        if url.isSecure {
            guard let trust = try? TLSContext(clientAuthority: nil) else {
                return Array(repeating: .failure(.notAsked), count: 3)
            }
            options.tls = { trust }
        }
        let pool = UpstreamPool(options, reactor: reactor, resolver: Resolver())
        defer { pool.closeIdle() }
        let client = HTTPClient(pool, authority: url.hostHeader)
        // As long as the right one and of its alphabet, so that nothing but the value is wrong with it.
        let wrong = Secret(
            consumer.value == .hash ? "$2b$12$" + RawToken.make().reveal() + "0123456789" : RawToken.make().reveal())
        var answers: [ConsumerVerdict.Answer] = []
        for bearer in [bearer, wrong, nil] {
            var request = ClientRequest(.get, url.basePath + consumer.path)
            if let bearer { request.fields["Authorization"] = "Bearer \(bearer.reveal())" }
            request.fields["Accept"] = "application/json"
            do throws(UpstreamFailure) {
                let answer = try await client.fetch(request, limit: 16 << 20)
                answers.append(.status(answer.status.code, location: answer.fields["Location"]))
            } catch {
                answers.append(.failure(Self.silence(error)))
            }
        }
        return answers
    }

    private static func silence(_ failure: UpstreamFailure) -> ConsumerVerdict.Silence {
        switch failure {
        case .unreachable, .overloaded: .noConnection
        case .timedOut: .timedOut
        case .brokeOff: .brokeOff
        case .invalid: .notHTTP
        }
    }
}
