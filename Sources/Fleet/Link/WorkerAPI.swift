internal import Basics
internal import ComfyAPI
public import HTTP
internal import Loop
public import Wire

/// Where a worker is and what it wants to see.
public struct WorkerAddress: Sendable {
    /// As it stands in the configuration; in every attempt's record.
    public var name: String
    public var upstream: UpstreamOptions
    /// What the worker is told as `Host`.
    public var authority: String
    /// In front of every path; empty or beginning with a slash.
    public var basePath: String
    /// Its own credential, if it has one.
    public var credential: Fields
    /// A command that restarts it, word by word; empty for none.
    public var restart: [String] = []
    /// The folder with its `input`, `output` and `temp`, where this machine has it.
    public var files: String?

    public init(
        name: String, upstream: UpstreamOptions, authority: String, basePath: String = "", credential: Fields = [:]
    ) {
        (self.name, self.upstream, self.authority) = (name, upstream, authority)
        (self.basePath, self.credential) = (basePath, credential)
    }
}

/// A worker's requests, one function each; belongs to the loop of its client. Answers are hostile input with limits.
final class WorkerAPI {
    let address: WorkerAddress
    /// For questions: an answer is due in `answerTime`.
    let http: HTTPClient
    /// For handing prompts over: only an answer on its own connection settles that, so no time limit ends it.
    private let posts: HTTPClient
    /// Milliseconds.
    static let answerTime: UInt64 = 20_000

    init(_ address: WorkerAddress, reactor: Reactor, resolver: Resolver) {
        self.address = address
        var options = address.upstream
        options.responseTime = 0
        posts = HTTPClient(UpstreamPool(options, reactor: reactor, resolver: resolver), authority: address.authority)
        options.responseTime = Self.answerTime
        http = HTTPClient(UpstreamPool(options, reactor: reactor, resolver: resolver), authority: address.authority)
    }

    typealias Answer = (status: Status, fields: Fields, body: [UInt8])

    private func ask(
        _ method: Method, _ path: String, _ body: [UInt8] = [], type: String = "application/json", limit: Int,
        by client: HTTPClient? = nil
    ) async throws(UpstreamFailure) -> Answer {
        var fields = address.credential
        if !body.isEmpty { fields["Content-Type"] = type }
        return try await (client ?? http).fetch(
            ClientRequest(method, address.basePath + path, fields, body: body), limit: limit)
    }

    private func json(_ path: String, limit: Int) async throws(UpstreamFailure) -> JSON {
        let answer = try await ask(.get, path, limit: limit)
        guard answer.status == .ok, let json = try? JSON(parsing: answer.body, dialect: .python) else {
            throw .invalid("\(path) answered \(answer.status.code)")
        }
        return json
    }

    // MARK: Questions

    func systemStats() async throws(UpstreamFailure) -> SystemStats {
        guard let stats = SystemStats(try await json("/system_stats", limit: 1 << 20)) else {
            throw .invalid("/system_stats is not ComfyUI's")
        }
        return stats
    }

    /// The server's feature flags; none for a version that has no such route.
    func features() async throws(UpstreamFailure) -> JSONObject {
        let answer = try await ask(.get, "/features", limit: 1 << 20)
        return (try? JSON(parsing: answer.body, dialect: .python))?.object ?? JSONObject()
    }

    enum Told: Sendable {
        case document(JSON)
        /// It has no such thing.
        case nothing
    }

    /// What the worker says of itself.
    func tell(_ fact: WorkerFact) async throws(UpstreamFailure) -> Told {
        guard let path = fact.path else { return .nothing }
        let answer = try await ask(.get, path, limit: 16 << 20)
        switch answer.status {
        case .notFound, .methodNotAllowed: return .nothing
        case .ok:
            guard let json = try? JSON(parsing: answer.body, dialect: .python), let clean = fact.cleaned(json) else {
                throw .invalid("\(path) is not what it was")
            }
            return .document(clean)
        default: throw .invalid("\(path) answered \(answer.status.code)")
        }
    }

    func objectInfo() async throws(UpstreamFailure) -> [UInt8] {
        let answer = try await ask(.get, "/object_info", limit: 128 << 20)
        guard answer.status == .ok else { throw .invalid("/object_info answered \(answer.status.code)") }
        return answer.body
    }

    /// The queue is asked before the history: what ends in between is then found in the second.
    func sighting(of attempt: UUID) async throws(UpstreamFailure) -> (sighting: Sighting, entry: JSON?) {
        let id = attempt.description
        let queue = try await json("/queue", limit: 256 << 20)
        func lists(_ member: String) -> Bool { queue[member]?.array?.contains { $0[1]?.string == id } ?? false }
        if lists("queue_running") { return (.running, nil) }
        if lists("queue_pending") { return (.pending, nil) }
        let history = try await json("/history/" + id, limit: 256 << 20)
        guard let entry = history[id] else { return (.absent, nil) }
        return (.ended, entry)
    }

    /// Whether the worker's history holds an attempt.
    func remembers(_ attempt: UUID) async throws(UpstreamFailure) -> Bool {
        let id = attempt.description
        return try await json("/history/" + id, limit: 256 << 20)[id] != nil
    }

    /// A file's bytes, as they come.
    func view(_ file: OutputFile) async throws(UpstreamFailure) -> ClientResponse {
        let query = Query([("filename", file.filename), ("subfolder", file.subfolder), ("type", file.type)])
        return try await http.send(
            ClientRequest(.get, address.basePath + "/view?" + query.encoded, address.credential))
    }

    // MARK: Changes

    enum Posted: Sendable {
        case accepted
        case rejected(PromptRejection)
        /// Nothing reached the worker.
        case notSent
        /// It may have been taken.
        case unknown(String)
    }

    /// Hands a prompt over; waits as long as it takes.
    func post(_ body: [UInt8], attempt: UUID) async -> Posted {
        let answer: Answer
        do throws(UpstreamFailure) {
            answer = try await ask(.post, "/prompt", body, limit: 16 << 20, by: posts)
        } catch {
            switch error {
            case .unreachable, .overloaded: return .notSent
            default: return .unknown("\(error)")
            }
        }
        let json = try? JSON(parsing: answer.body, dialect: .python)
        switch answer.status {
        case .ok where json?["prompt_id"]?.string == attempt.description: return .accepted
        case .badRequest:
            return .rejected(
                json.flatMap { PromptRejection($0) }
                    ?? PromptRejection("worker_rejected", "The worker refused the prompt without a reason."))
        default: return .unknown("status \(answer.status.code)")
        }
    }

    /// Takes an attempt out of the queue and stops it, whatever it is at. ComfyUI may lose either wish: repeat it until
    /// the end is seen.
    func stop(_ attempt: UUID) async {
        let id = JSON.string(attempt.description)
        _ = try? await ask(.post, "/queue", (["delete": [id]] as JSON).encoded(), limit: 1 << 20)
        _ = try? await ask(.post, "/interrupt", (["prompt_id": id] as JSON).encoded(), limit: 1 << 20)
    }

    /// Unloads models or drops the execution cache; true when the worker did.
    func free(models: Bool, cache: Bool) async -> Bool {
        let body: JSON = ["unload_models": .bool(models), "free_memory": .bool(cache)]
        return (try? await ask(.post, "/free", body.encoded(), limit: 1 << 20))?.status == .ok
    }

    /// Nothing runs there and nothing waits, whosever it is.
    func isIdle() async -> Bool {
        guard let queue = try? await json("/queue", limit: 256 << 20) else { return false }
        return queue["queue_running"]?.array?.isEmpty == true && queue["queue_pending"]?.array?.isEmpty == true
    }

    /// Lets the worker forget ended attempts, which it would keep in memory.
    func forget(_ attempts: [UUID]) async {
        let ids = attempts.map { JSON.string($0.description) }
        _ = try? await ask(.post, "/history", (["delete": .array(ids)] as JSON).encoded(), limit: 1 << 20)
    }

    /// Uploads an input; returns what a loader's input takes.
    func upload(_ bytes: [UInt8], name: String) async throws(UpstreamFailure) -> String {
        let type: String
        let body: [UInt8]
        do throws(MultipartWriter.Failure) {
            (type, body) = try UploadedFile.form(bytes, name: name)
        } catch {
            throw .invalid("the name of an input cannot be written")
        }
        let answer = try await ask(.post, "/upload/image", body, type: type, limit: 1 << 20)
        guard answer.status == .ok, let json = try? JSON(parsing: answer.body, dialect: .python),
            let file = UploadedFile(json)
        else { throw .invalid("/upload/image answered \(answer.status.code)") }
        return file.reference
    }
}
