internal import Basics
internal import CLinux
internal import CommandLineKit
internal import Fleet
internal import Gate
internal import Glibc
internal import Identity
internal import Loop
internal import Store
internal import StoreSQLite
internal import Telemetry

/// `comfygate serve`: the gate in front of one ComfyUI.
struct Serve: Command {
    private static let worker = Option<String>(
        "worker",
        Message(
            "serve.worker", en: "Where ComfyUI is; otherwise the usual places are looked at",
            fr: "Où se trouve ComfyUI ; sinon les endroits habituels sont essayés"))
    private static let listen = Option<String>(
        "listen", isRepeatable: true,
        Message(
            "serve.listen", en: "Where to listen, as address:port", fr: "Où écouter, sous la forme adresse:port"))
    private static let data = Option<String>(
        "data", Message("serve.data", en: "The data folder", fr: "Le dossier des données"))
    private static let takeOver = Flag(
        takeOverFlag,
        Message(
            "serve.takeover",
            en: "Take the place of the gate that runs with this data folder, without losing a request",
            fr: "Prend la place du portail qui tourne avec ce dossier de données, sans perdre de requête"))
    static let takeOverFlag = "takeover"

    static let declaration = CommandDeclaration(
        "serve",
        Message(
            "serve.summary", en: "Run the gate in front of ComfyUI", fr: "Lance le portail devant ComfyUI"),
        discussion: Message(
            "serve.discussion",
            en:
                "Ends with SIGTERM or Ctrl-C after requests under way; SIGHUP reads the configuration and the certificates and opens the log file anew.",
            fr:
                "S’arrête avec SIGTERM ou Ctrl-C après les requêtes en cours ; SIGHUP relit la configuration et les certificats et rouvre le fichier journal."
        ),
        ConfigurationOptions.all + [worker, listen, data, takeOver],
        examples: [
            "serve --worker http://127.0.0.1:8188", "serve --config comfygate.yaml",
            "serve --config comfygate.yaml --takeover",
        ])

    private static let ready = Message(
        "serve.ready", en: "ComfyGate is at {url}, in front of {worker}; its console is at {console}.",
        fr: "ComfyGate est à {url}, devant {worker} ; sa console est à {console}.")
    private static let draining = Message(
        "serve.draining", en: "Ending after the requests under way; once more ends now.",
        fr: "Fin après les requêtes en cours ; une seconde fois arrête tout de suite.")
    private static let looked = Message(
        "serve.looked", en: "Looking for ComfyUI: {url}: {answer}", fr: "Recherche de ComfyUI : {url} : {answer}")
    private static let noWorker = Message(
        "serve.no_worker", en: "No ComfyUI was found", fr: "Aucun ComfyUI trouvé")
    private static let noWorkerRemedy = Message(
        "serve.no_worker.remedy", en: "Start it, or name it with --worker URL.",
        fr: "Lancez-le, ou indiquez-le avec --worker URL.")
    private static let exposed = Message(
        "serve.exposed",
        en:
            "ComfyUI answers at {addresses} without this gate: anybody who reaches it needs no account. Start it with --listen 127.0.0.1, or publish its port on 127.0.0.1 only.",
        fr:
            "ComfyUI répond à {addresses} sans ce portail : quiconque l’atteint n’a pas besoin de compte. Lancez-le avec --listen 127.0.0.1, ou publiez son port sur 127.0.0.1 seulement."
    )
    static let messages =
        [ready, exposed, draining, looked, noWorker, noWorkerRemedy] + Predecessor.messages

    private let options: ConfigurationOptions
    private let worker: String?
    private let addresses: [String]
    private let data: String?
    private let takesOver: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try ConfigurationOptions(arguments)
        worker = try arguments.get(Self.worker)
        addresses = try arguments.all(Self.listen)
        data = try arguments.get(Self.data)
        takesOver = arguments.has(Self.takeOver)
    }

    /// On a full disk, with what the reserve gives: else nobody could cancel, or see what there is.
    private static func open(_ folder: String, _ lanes: StoreLanes) throws(GateError) -> SQLiteDatabase {
        do throws(GateError) { return try SQLiteDatabase(folder: folder, lanes: lanes) } catch {
            guard error.code == .storeFull, DiskGuard.giveUpReserve(in: folder) else { throw error }
        }
        return try SQLiteDatabase(folder: folder, lanes: lanes)
    }

    private func load(_ terminal: Terminal) -> ConfigurationReport {
        var flags: [ConfigurationSources.Override] = []
        if let worker { flags.append(.init("worker.url", worker, flag: "--worker")) }
        for address in addresses { flags.append(.init("listen.addresses", address, flag: "--listen")) }
        if let data { flags.append(.init("data", data, flag: "--data")) }
        var report = options.load(terminal.environment, flags: flags)
        report.fit(descriptors: Int(clamping: gate_raise_descriptor_limit()))
        return report
    }

    func run(_ terminal: Terminal) async throws {
        gate_keep_memory_small()
        // Before the threads below start, so that all of them inherit it.
        MainThread.block([SIGTERM, SIGINT, SIGHUP])
        var sockets = InheritedSockets.take(terminal.environment)
        let report = load(terminal)
        report.report(to: terminal)
        guard report.problems.isEmpty else { throw ExitFailure() }
        var configuration = report.configuration
        if configuration.worker.url == nil { configuration.worker.url = try await find(terminal) }
        let writer = try LogWriter(path: configuration.log.file, minimum: LogLevel(configuration.log.level))
        let log = GateLog(writer, access: configuration.log.logsAccess)
        var predecessor: HandOverChannel?
        if takesOver {
            let (channel, taken) = try Predecessor.leave(configuration, terminal)
            (predecessor, sockets) = (channel, taken)
        }

        let lanes = StoreLanes(
            write: Lane("store-write", threads: 1, capacity: 4_096),
            read: Lane("store-read", threads: 2, capacity: 1_024))
        let database = try Self.open(configuration.data, lanes)
        let passwordLane = Lane("passwords", threads: 1, capacity: 64, niceness: 19)
        let passwords = PasswordGate(
            hasher: PasswordHasher(scheme: configuration.passwordHash == .bcrypt ? .bcrypt : .yescrypt),
            lane: passwordLane)
        let settings = IdentitySettings(configuration)
        let files = Lane("files", threads: 2, capacity: 1_024)
        let storage = try GateStorage(database, configuration, lane: files)
        let server = try GateServer(
            configuration: configuration, storage: storage,
            pictures: try PictureMaker(folder: configuration.data + "/pictures"), log: log,
            lanes: [lanes.write, lanes.read, passwordLane]
        ) { onChange in
            IdentityService(
                store: SQLiteAccountStore(database), passwords: passwords, settings: settings, onChange: onChange)
        }
        try await FirstAdministrator.make(server.identity, terminal)
        try await LoginMigration.apply(configuration, server, log, terminal)
        let places = try await server.start(on: sockets)
        predecessor?.tellServing()
        predecessor = nil
        let events = ServeEvents([SIGTERM, SIGINT, SIGHUP])
        let successors = try HandOverListener(in: configuration.data) { events.tell(.successor($0)) }
        terminal.say(
            Self.ready([
                "url": places.gate.joined(separator: ", "), "worker": configuration.worker.url?.description ?? "",
                "console": (places.console + ["unix:" + configuration.consoleSocket]).joined(separator: ", "),
            ]))
        let exposed = await server.findExposure()
        if !exposed.isEmpty { terminal.warn(Self.exposed(["addresses": exposed.joined(separator: ", ")])) }
        try await FirstAdministrator.invite(
            server.identity, configuration, console: places.console, terminal)
        let keeper = configuration.secrets.root.map { root in
            SecretsKeeper(root: root, writer: writer) { [identity = server.identity] name in
                try? await identity.note("secrets.rotate", "project:\(root)", by: .system, ["credential": JSON(name)])
            }
        }
        let successor = await watch(events, Reload(server: server, writer: writer, log: log), server, keeper, terminal)
        successors.close()
        guard let successor else {
            await end(events, server, terminal)
            await writer.flush()
            return await database.close()
        }
        writer.write(.info, "upgrade_begins")
        await server.handOver()
        await database.close()
        await successor.finish(writer)
    }

    // MARK: Finding a worker

    private func find(_ terminal: Terminal) async throws -> HTTPAddress {
        let places = [
            "http://127.0.0.1:8188", "http://host.docker.internal:8188", "http://comfyui:8188", "http://127.0.0.1:8000",
        ]
        let found = await WorkerProbe.first(of: places) { place, answer in
            terminal.say(Self.looked(["url": place, "answer": answer]))
        }
        guard let found, let url = HTTPAddress(found) else {
            throw CommandFailure(at: "serve", Self.noWorker(), Self.noWorkerRemedy())
        }
        return url
    }

    // MARK: While it runs

    /// Handles what comes from outside until the gate is to end; returns the successor, if there is one.
    private func watch(
        _ events: ServeEvents, _ reload: Reload, _ server: GateServer, _ keeper: SecretsKeeper?, _ terminal: Terminal
    ) async -> Successor? {
        let house = Task {
            while !Task.isCancelled {
                do { try await Task.sleep(for: .seconds(60)) } catch { return }
                // What went wrong is in the log; the next minute tries again.
                try? await server.keepHouse()
            }
        }
        defer { house.cancel() }
        let secrets = keeper.map { keeper in Task { await keeper.run() } }
        defer { secrets?.cancel() }
        var successor: Successor?
        for await event in events.values {
            switch event {
            case .signal(SIGHUP): await reload.run { load(terminal) }
            case .signal:
                successor?.refuse()
                return nil
            case .successor(let channel):
                guard successor == nil else {
                    channel.refuse("another process is taking over already")
                    continue
                }
                successor = Successor(channel, sockets: await server.listeningSockets(), events)
            case .successorReady: return successor
            case .successorFailed(let reason):
                reload.writer.write(.warning, "upgrade_failed", ["reason": .string(reason)])
                successor?.refuse()
                successor = nil
            }
        }
        return nil
    }

    /// Lets requests under way end, unless one more signal comes.
    private func end(_ events: ServeEvents, _ server: GateServer, _ terminal: Terminal) async {
        terminal.say(Self.draining())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.drain() }
            group.addTask {
                for await event in events.values {
                    if case .signal(let signal) = event, signal != SIGHUP { return await server.cutOff() }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}

extension LogLevel {
    init(_ level: Configuration.LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}

extension Configuration.Log {
    /// On standard error requests would bury what people want to read.
    var logsAccess: Bool { access && file != nil }
}

extension IdentitySettings {
    init(_ configuration: Configuration) {
        self.init()
        sessions.idleSeconds = Int64(configuration.session.idle.wholeMilliseconds / 1_000)
        sessions.absoluteSeconds = Int64(configuration.session.absolute.wholeMilliseconds / 1_000)
        guestsAllowed = configuration.guests
    }
}

extension GateStorage {
    /// What a gate with this configuration keeps, on this store and beside it.
    init(_ database: SQLiteDatabase, _ configuration: Configuration, lane: Lane) throws(GateError) {
        let jobs = SQLiteJobStore(database)
        self.init(
            jobs: jobs, files: jobs, userData: SQLiteUserDataStore(database), references: jobs,
            assets: try AssetStore(folder: configuration.data + "/assets", lane: lane),
            disk: DiskGuard(folder: configuration.data, low: configuration.jobs.diskLow, lane: lane),
            shelf: try WorkerShelf(folder: configuration.data + "/worker", lane: lane), lane: lane)
    }
}
