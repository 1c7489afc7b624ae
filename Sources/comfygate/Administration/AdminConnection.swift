internal import Basics
internal import CommandLineKit
internal import Fleet
internal import Gate
internal import Glibc
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import StoreSQLite
internal import Wire

/// Where administration is done.
enum AdminConnection: Sendable {
    /// By the console's Unix socket.
    case gate(GateSocket)
    /// In this process, on a store that it has locked.
    case store(AdminSurface, ClosedGate)

    /// A running gate when its socket answers, else its store.
    ///
    /// - Parameter mayBegin: Makes a store where there is none.
    static func open(_ configuration: Configuration, mayBegin: Bool) async throws -> AdminConnection {
        let socket = GateSocket(path: configuration.consoleSocket)
        if try await socket.answers() { return .gate(socket) }
        socket.close()
        try judge(configuration.data, mayBegin: mayBegin)
        let database: SQLiteDatabase
        do throws(GateError) {
            database = try SQLiteDatabase(folder: configuration.data, lanes: lanes)
        } catch {
            guard error.code == .inUse else { throw error }
            throw CommandFailure(
                at: configuration.data, AdminMessages.inUse(["socket": configuration.consoleSocket]),
                AdminMessages.inUseRemedy())
        }
        let passwords = PasswordGate(
            hasher: PasswordHasher(scheme: configuration.passwordHash == .bcrypt ? .bcrypt : .yescrypt),
            lane: passwordLane)
        let identity = IdentityService(
            store: SQLiteAccountStore(database), passwords: passwords, settings: IdentitySettings(configuration)
        ) { _ in }
        let gate = ClosedGate(database, configuration, lane: filesLane)
        return .store(AdminSurface(identity, work: gate.work), gate)
    }

    func close() async {
        switch self {
        case .gate(let socket): socket.close()
        case .store(_, let gate): await gate.database.close()
        }
    }

    /// - Throws: What the surface says, as `GateError`.
    func ask(
        _ method: Wire.Method, _ path: [String], query: [(name: String, value: String)] = [], _ body: JSON = .null
    ) async throws -> JSON {
        switch self {
        case .gate(let socket): return try await socket.ask(method, path, query, body)
        case .store(let surface, _):
            let request = try AdminRequest(
                method, path, query: query, body: body, principal: .console(uid: Int(geteuid())))
            return try await surface.answer(request).body
        }
    }

    /// The bytes of an asset, piece by piece.
    ///
    /// - Throws: `notFound`.
    func asset(_ hash: String, _ sink: @escaping @Sendable ([UInt8]) throws -> Void) async throws {
        switch self {
        case .gate(let socket): try await socket.download(["assets", hash], sink)
        case .store(let surface, let gate):
            let request = try AdminRequest(.get, ["assets", hash], principal: .console(uid: Int(geteuid())))
            guard let asset = try await surface.answer(request).asset else { return }
            let reader = try await gate.assets().reader(asset.hash)
            var offset = 0
            while offset < reader.size {
                let part = try await reader.read(at: offset, count: min(AssetStore.window, reader.size - offset))
                guard !part.isEmpty else { break }
                try sink(part)
                offset += part.count
            }
        }
    }

    /// A folder of somebody else's must not get files that its owner cannot write.
    private static func judge(_ folder: String, mayBegin: Bool) throws {
        var facts = stat()
        if unsafe stat(folder, &facts) == 0, facts.st_uid != geteuid() {
            throw CommandFailure(
                at: folder, AdminMessages.otherOwner(["owner": "\(facts.st_uid)"]), AdminMessages.otherOwnerRemedy())
        }
        guard unsafe mayBegin || stat(folder + "/comfygate.db", &facts) == 0 else {
            throw CommandFailure(at: folder, AdminMessages.noStore(), AdminMessages.noStoreRemedy())
        }
    }

    // Lanes are threads that never end: one set for the process.
    private static let lanes = StoreLanes(
        write: Lane("store-write", threads: 1, capacity: 4_096), read: Lane("store-read", threads: 1, capacity: 1_024))
    private static let filesLane = Lane("files", threads: 1, capacity: 1_024)
    private static let passwordLane = Lane("passwords", threads: 1, capacity: 64)
}

/// The data folder of a gate that does not run; of the files, only what is asked for is opened.
final class ClosedGate: Sendable {
    let database: SQLiteDatabase
    private let configuration: Configuration
    private let lane: Lane
    private let opened = Locked<AssetStore?>(nil)

    init(_ database: SQLiteDatabase, _ configuration: Configuration, lane: Lane) {
        (self.database, self.configuration, self.lane) = (database, configuration, lane)
    }

    func assets() throws(GateError) -> AssetStore {
        try opened.withLock { opened in
            Result { () throws(GateError) in
                if let opened { return opened }
                let assets = try AssetStore(folder: configuration.data + "/assets", lane: lane)
                opened = assets
                return assets
            }
        }.get()
    }

    @Sendable func work() throws(GateError) -> GateWork {
        let jobs = SQLiteJobStore(database)
        return GateWork(
            jobs: jobs, files: jobs, userData: SQLiteUserDataStore(database), assets: try assets(), lane: lane,
            configuration: configuration)
    }
}

/// The console's Unix socket, from outside.
final class GateSocket: Sendable {
    private let path: String
    private let loop = EventLoop("admin")
    private let resolver = Resolver()

    init(path: String) { self.path = path }

    func close() { loop.stop() }

    /// False when there is no socket, or one that nobody listens at.
    func answers() async throws -> Bool {
        guard unsafe access(path, F_OK) == 0 else { return false }
        do {
            _ = try await fetch(ClientRequest(.get, "/health"))
            return true
        } catch let failure as UpstreamFailure {
            if case .unreachable = failure { return false }
            throw Self.lost(failure, path)
        }
    }

    func ask(
        _ method: Wire.Method, _ words: [String], _ query: [(name: String, value: String)], _ body: JSON
    ) async throws -> JSON {
        guard let target = try? RequestTarget(segments: ["api", "v1"] + words, query: Query(query)) else {
            throw GateError(.invalidArgument, from: .client, "A name or id has characters that none can have.")
        }
        var request = ClientRequest(method, target.encoded)
        if !body.isNull {
            request.fields["Content-Type"] = "application/json"
            request.body = body.encoded()
        }
        let answer: (status: Status, json: JSON)
        do {
            answer = try await fetch(request)
        } catch let failure as UpstreamFailure {
            throw Self.lost(failure, path)
        }
        if answer.status.isSuccess { return answer.json }
        throw Self.refused(answer.status, answer.json)
    }

    func download(_ words: [String], _ sink: @escaping @Sendable ([UInt8]) throws -> Void) async throws {
        guard let target = try? RequestTarget(segments: ["api", "v1"] + words, query: Query([])) else {
            throw GateError(.invalidArgument, from: .client, "A name or id has characters that none can have.")
        }
        let (path, resolver) = (path, resolver)
        try await loop.run { reactor in
            let pool = UpstreamPool(UpstreamOptions(.unix(path)), reactor: reactor, resolver: resolver)
            defer { pool.closeIdle() }
            do {
                let response = try await HTTPClient(pool).send(ClientRequest(.get, target.encoded))
                guard response.status == .ok else {
                    let body = try await response.body(limit: 1 << 20)
                    throw Self.refused(response.status, (try? JSON(parsing: body)) ?? .null)
                }
                while let part = try await response.nextChunk() { try sink(part) }
            } catch let failure as UpstreamFailure {
                throw Self.lost(failure, path)
            }
        }
    }

    private static func refused(_ status: Status, _ json: JSON) -> GateError {
        let error = json["error"]
        return GateError(
            GateError.Code(rawValue: error?["code"]?.string ?? "unknown"), from: .client,
            error?["message"]?.string ?? "The gate answered \(status).")
    }

    private static func lost(_ failure: UpstreamFailure, _ path: String) -> CommandFailure {
        CommandFailure(at: path, AdminMessages.noAnswer(["reason": failure.message]))
    }

    private func fetch(_ request: ClientRequest) async throws -> (status: Status, json: JSON) {
        let (path, resolver) = (path, resolver)
        return try await loop.run { reactor in
            let pool = UpstreamPool(UpstreamOptions(.unix(path)), reactor: reactor, resolver: resolver)
            defer { pool.closeIdle() }
            let answer = try await HTTPClient(pool).fetch(request)
            return (answer.status, (try? JSON(parsing: answer.body)) ?? .null)
        }
    }
}
