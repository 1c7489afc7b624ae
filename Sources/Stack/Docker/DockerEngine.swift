public import Basics
internal import Glibc
internal import HTTP
public import Loop
internal import Wire

/// The API of one Docker Engine, as far as it is read here.
///
/// Source: docs.docker.com/reference/api/engine. Each request has a connection of its own, so that many can be under way.
public struct DockerEngine: Sendable {
    /// Bytes of one answer.
    static let answerLimit = 16 << 20

    public let endpoint: DockerEndpoint
    /// What is spoken with it.
    public let version: DockerVersion
    private let connection: DockerConnection

    /// The engine that the environment names, or the one at the first of the usual places.
    public static func connect(
        environment: [String: String], on loop: EventLoop
    ) async throws(DockerFailure) -> DockerEngine {
        try await connect(to: DockerEndpoint.find(environment: environment), on: loop)
    }

    /// Asks the engine which version it speaks.
    public static func connect(to endpoint: DockerEndpoint, on loop: EventLoop) async throws(DockerFailure)
        -> DockerEngine
    {
        let connection = DockerConnection(endpoint: endpoint, loop: loop)
        let answer = try await connection.ask(.get, "/_ping")
        guard answer.status == 200, let said = answer.apiVersion,
            let version = DockerVersion.spoken(with: DockerVersion(said))
        else { throw .notDocker(endpoint.description) }
        return DockerEngine(endpoint: endpoint, version: version, connection: connection)
    }

    /// - Parameter path: Without the version: `/containers/json?all=1`.
    public func get(_ path: String) async throws(DockerFailure) -> JSON {
        try await json(connection.ask(.get, "/v\(version)\(path)"))
    }

    /// Every container, running or not, with all that the engine knows of it. One that goes away meanwhile is left out.
    public func containers() async throws(DockerFailure) -> [ContainerFacts] {
        let listed = try await get("/containers/json?all=1").array ?? []
        let ids = listed.compactMap { $0["Id"]?.string }
        async let images = images()
        let found = await inParallel(ids) { id -> (container: ContainerFacts, image: String?)? in
            let answer = try? await get("/containers/\(id)/json")
            guard let answer, let container = ContainerFacts(inspected: answer) else { return nil }
            return (await looked(into: container), answer["Image"]?.string)
        }
        let known = await images
        return found.compactMap { found in
            guard var container = found?.container else { return nil }
            if let image = found?.image.flatMap({ known[$0] }) {
                (container.imageMade, container.isImageOwn) = (image.made, image.isOwn)
            }
            return container
        }
    }

    /// With what only a look inside tells.
    private func looked(into container: ContainerFacts) async -> ContainerFacts {
        async let stale = staleMounts(of: container)
        async let cards = cards(in: container)
        var container = container
        container.run?.staleMounts = await stale
        container.run?.cards = await cards
        return container
    }

    /// What is known of images, by their ids; nothing where the engine does not say.
    private func images() async -> [String: (made: Timestamp?, isOwn: Bool)] {
        let listed = (try? await get("/images/json"))?.array ?? []
        var images: [String: (made: Timestamp?, isOwn: Bool)] = [:]
        for image in listed {
            guard let id = image["Id"]?.string else { continue }
            // Tools that build the same bytes each time write 0 or thereabouts.
            let made = image["Created"]?.int.flatMap { $0 > 1_000_000_000 ? Timestamp(seconds: Int64($0)) : nil }
            images[id] = (made, image["RepoDigests"]?.array?.isEmpty ?? true)
        }
        return images
    }

    /// What a program inside a running container writes, and its exit code; nil when it cannot be run, as where there is no
    /// such program.
    ///
    /// - Parameter words: The program and its arguments; it is meant to look, not to change anything.
    public func output(of words: [String], in id: String) async throws(DockerFailure) -> (status: Int, output: [UInt8])?
    {
        let wanted: JSON = [
            "AttachStdout": true, "AttachStderr": false, "Cmd": .array(words.map { .string($0) }),
        ]
        let made = try await connection.ask(.post, "/v\(version)/containers/\(id)/exec", wanted)
        guard let run = try json(made)["Id"]?.string else { return nil }
        let begun = try await connection.ask(.post, "/v\(version)/exec/\(run)/start", ["Detach": false, "Tty": false])
        guard begun.status == 200 else { return nil }
        let ended = try await get("/exec/\(run)/json")
        // 126 and 127: the program is not there, or is none.
        guard let status = ended["ExitCode"]?.int, status != 126, status != 127 else { return nil }
        return (status, Self.output(of: begun.body))
    }

    /// What a container has written last.
    ///
    /// - Parameter lines: At most so many.
    public func log(of id: String, lines: Int) async throws(DockerFailure) -> [UInt8] {
        let answer = try await connection.ask(
            .get, "/v\(version)/containers/\(id)/logs?stdout=1&stderr=1&tail=\(lines)")
        guard answer.status == 200 else { throw refusal(answer) }
        return Self.output(of: answer.body)
    }

    /// The bytes of a stream in frames of eight bytes of head (stream, three zeros, length) and content; of a container with
    /// a terminal they come bare.
    static func output(of stream: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var index = 0
        while index + 8 <= stream.count {
            guard stream[index] <= 2, stream[index + 1..<index + 4].allSatisfy({ $0 == 0 }) else { return stream }
            let count = stream[index + 4..<index + 8].reduce(0) { $0 << 8 | Int($1) }
            let end = min(stream.count, index + 8 + count)
            output += stream[index + 8..<end]
            index = end
        }
        return output
    }

    private func json(_ answer: DockerConnection.Answer) throws(DockerFailure) -> JSON {
        guard (200..<300).contains(answer.status) else { throw refusal(answer) }
        guard let json = try? JSON(parsing: answer.body) else { throw .notDocker(endpoint.description) }
        return json
    }

    private func refusal(_ answer: DockerConnection.Answer) -> DockerFailure {
        let words = (try? JSON(parsing: answer.body))?["message"]?.string
        return .refused(status: answer.status, words ?? String(decoding: answer.body.prefix(200), as: UTF8.self))
    }
}

/// Requests to one engine.
struct DockerConnection: Sendable {
    struct Answer: Sendable {
        let status: Int
        let apiVersion: String?
        let body: [UInt8]
    }

    let endpoint: DockerEndpoint
    let loop: EventLoop

    /// - Parameter body: Sent as JSON.
    func ask(_ method: Method, _ target: String, _ body: JSON? = nil) async throws(DockerFailure) -> Answer {
        let options = try options()
        let request = Self.request(method, target, body)
        let limit = DockerEngine.answerLimit
        do {
            return try await loop.run { reactor in
                let pool = UpstreamPool(options, reactor: reactor, resolver: Resolver())
                defer { pool.closeIdle() }
                let answer = try await HTTPClient(pool, authority: "docker").fetch(request, limit: limit)
                return Answer(
                    status: answer.status.code, apiVersion: answer.fields["Api-Version"], body: answer.body)
            }
        } catch let failure as UpstreamFailure {
            throw self.failure(failure)
        } catch {
            throw .silent(endpoint.description)
        }
    }

    private static func request(_ method: Method, _ target: String, _ body: JSON?) -> ClientRequest {
        guard let body else { return ClientRequest(method, target) }
        return ClientRequest(method, target, ["Content-Type": "application/json"], body: body.encoded())
    }

    private func options() throws(DockerFailure) -> UpstreamOptions {
        var options: UpstreamOptions
        switch endpoint {
        case .unix(let path): options = UpstreamOptions(.unix(path))
        case .tcp(let host, let port, let certificates):
            options = UpstreamOptions(.host(host, port: port))
            if let folder = certificates {
                let context: TLSContext
                do {
                    context = try TLSContext(
                        clientAuthority: folder + "/ca.pem",
                        certificate: (path: folder + "/cert.pem", key: folder + "/key.pem"))
                } catch {
                    throw .certificates(folder, "\(error)")
                }
                options.tls = { context }
            }
        }
        options.connectTime = 2_000
        options.responseTime = 10_000
        options.bodyStall = 10_000
        return options
    }

    private func failure(_ failure: UpstreamFailure) -> DockerFailure {
        let place = endpoint.description
        return switch failure {
        case .unreachable(let reason) where reason.hasSuffix(systemMessage(EACCES)): .denied(place)
        case .unreachable, .overloaded: .silent(place)
        case .timedOut: .timedOut(place)
        case .brokeOff, .invalid: .notDocker(place)
        }
    }
}
