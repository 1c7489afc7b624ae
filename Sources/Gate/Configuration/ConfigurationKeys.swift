internal import Basics
internal import Fleet
internal import Store

/// All keys, in the order of `docs/configuration.md`.
public enum ConfigurationKeys {
    public static let top: [ConfigurationKey<Configuration>] =
        listening + reaching + identity + jobs + limits + operation

    private static let listening: [ConfigurationKey<Configuration>] = [
        .init(
            list: "listen.addresses", \.listen.addresses, .listen,
            "Where the gate accepts connections; may be written as `listen`."),
        .init(
            "listen.plain", \.listen.plain, .choice,
            "Why plain HTTP on an address that others can reach is right: only a proxy reaches it, or the network is trusted."
        ),
        .init(
            list: "console_listen.addresses", \.console.addresses, .listen,
            "Where administrators find the console; may be written as `console_listen`."),
        .init(
            "console_listen.socket", \.console.socket, .path, defaultText: "`console.sock` in `data`",
            "The console's Unix socket, for the command line."),
        .init(
            list: "console_listen.public_url", \.console.publicURLs, .url,
            "What administrators type to reach the console through a proxy; never an address of the gate's."),
        .init(
            list: "public_url", \.publicURLs, .url,
            "What people type to reach the gate, without a path; judges Origin, Host, cookies and links."),
        .init("base_path", \.basePath, .urlPath, "The path below which the gate lives beside other applications."),
        .init("tls.certificate", \.tls.certificate, .path, "The certificate and its chain as PEM."),
        .init("tls.key", \.tls.key, .path, "The certificate's private key as PEM."),
        .init("tls.minimum", \.tls.minimum, .choice, "The oldest TLS version accepted."),
        .init(
            list: "trusted_proxies", \.trustedProxies, .network, "Proxies whose `X-Forwarded-*` fields are believed."),
        .init(
            "proxy_protocol", \.proxyProtocol, .boolean,
            "Whether trusted proxies begin each connection with PROXY protocol v2."),
    ]

    private static let reaching: [ConfigurationKey<Configuration>] = [
        .init("worker.url", \.worker.url, .url, "The ComfyUI behind the gate."),
        .init(
            "worker.unix", \.worker.unix, .path,
            "A Unix socket that is connected to instead of the host in `worker.url`."),
        .init(
            "worker.bearer_file", \.worker.bearer, .secret,
            "The bearer that ComfyUI-Login or a proxy in front of the worker wants."),
        .init(
            "worker.ca", \.worker.authority, .path, defaultText: "the system's",
            "Certificate authorities that may vouch for the worker, as PEM."),
        .init(
            "worker.client_certificate", \.worker.clientCertificate, .path,
            "The gate's own certificate for the worker, as PEM."),
        .init("worker.client_key", \.worker.clientKey, .path, "The private key of that certificate, as PEM."),
        .init(
            list: "worker.restart", \.worker.restart, .text,
            "The command that restarts the worker, word by word; run when it does not stop in `jobs.cancel_grace`."),
        .init(
            "worker.files", \.worker.files, .path,
            "The worker's folder with `input`, `output` and `temp`, if the gate has it, too: what has been kept is removed."
        ),
    ]

    private static let identity: [ConfigurationKey<Configuration>] = [
        .init(
            "password_hash", \.passwordHash, .choice, "How new passwords are hashed; old ones are read in both forms."),
        .init(
            "session.idle", \.session.idle, .duration(.seconds(60) ... .seconds(365 * 86_400)),
            "A login ends after this time without a request."),
        .init(
            "session.absolute", \.session.absolute, .duration(.seconds(60) ... .seconds(365 * 86_400)),
            "A login ends after this time in any case."),
        .init(
            "guests", \.guests, .boolean, "Whether people may enter without an account, each as a short-lived guest."),
        .init(
            "migration.password_file", \.migration.password, .secret,
            "ComfyUI-Login's PASSWORD file, whose hash old scripts send as a bearer."),
        .init("migration.account", \.migration.account, .text, "The account those scripts act as."),
        .init(
            "migration.until", \.migration.until, .day,
            "The last day on which that bearer is accepted, at most 90 days ahead."),
    ]

    private static let jobs: [ConfigurationKey<Configuration>] = [
        .init(
            "jobs.attempts", \.jobs.attempts, .count(1...10),
            "How often a job is begun before it fails, when workers fail under it."),
        .init(
            "jobs.handover_grace", \.jobs.handOverGrace, .duration(.seconds(1) ... .seconds(3_600)),
            "A job that a worker may have got, and does not show, is given up after this time."),
        .init(
            "jobs.worker_grace", \.jobs.workerGrace, .duration(.seconds(1) ... .seconds(86_400)),
            "A worker that does not answer loses its job after this time."),
        .init(
            "jobs.stall", \.jobs.stall, .duration(.seconds(1) ... .seconds(86_400)),
            "A running job without a sign of life for this time has come to nothing."),
        .init(
            "jobs.cancel_grace", \.jobs.cancelGrace, .duration(.seconds(1) ... .seconds(86_400)),
            "A worker that goes on with a canceled job for this time counts as stuck."),
        .init(
            "jobs.finish_grace", \.jobs.finishGrace, .duration(.seconds(1) ... .seconds(86_400)),
            "The files of an ended job are asked for this long."),
        .init(
            "jobs.idle_unload", \.jobs.idleUnload, .duration(.seconds(60) ... .seconds(365 * 86_400)),
            "A worker that has been idle for this time unloads its models."),
        .init(
            "jobs.disk_low", \.jobs.diskLow, .size(ByteCount(bytes: 0) ... .gigabytes(1_000)),
            "With less room than this in `data`, or than 5 % of its disk, no new jobs and uploads are taken."),
    ]

    private static let limits: [ConfigurationKey<Configuration>] = [
        .init(
            "limits.head", \.limits.head, .size(.kilobytes(1) ... .kilobytes(256)),
            "Request line and header fields of one request."),
        .init("limits.fields", \.limits.fields, .count(10...1_000), "Header fields of one request."),
        .init(
            "limits.target", \.limits.target, .size(.kilobytes(1) ... .kilobytes(64)), "Path and query of one request."),
        .init(
            "limits.body", \.limits.body, .size(.kilobytes(1) ... .gigabytes(64)),
            "One request body, an upload for example."),
        .init(
            "limits.prompt_body", \.limits.promptBody, .size(.kilobytes(1) ... .gigabytes(1)),
            "The body of one `POST /prompt`."),
        .init("limits.connections", \.limits.connections, .count(10...1_000_000), "Open connections."),
        .init("limits.per_address", \.limits.perAddress, .count(1...1_000_000), "Open connections from one address."),
        .init("limits.uploads", \.limits.uploads, .count(1...1_000), "Uploads of one account at the same time."),
        .init(
            "limits.head_time", \.limits.headTime, .duration(.seconds(1) ... .seconds(600)),
            "A request's head must have arrived in this time."),
        .init(
            "limits.body_rate", \.limits.bodyRate, .rate(ByteCount(bytes: 1) ... .megabytes(1)),
            "Bodies slower than this are refused."),
        .init(
            "limits.idle", \.limits.idle, .duration(.seconds(1) ... .seconds(86_400)),
            "A connection without a request is closed after this time."),
        .init(
            "limits.write_stall", \.limits.writeStall, .duration(.seconds(1) ... .seconds(3_600)),
            "A connection whose peer takes no byte for this time is closed."),
        .init(
            "limits.drain", \.limits.drain, .duration(.zero ... .seconds(3_600)),
            "Time for requests to finish when the gate is told to stop."),
        .init("limits.event_sockets", \.limits.eventSockets, .count(1...10_000), "Event sockets of one account."),
        .init(
            "limits.request_rate", \.limits.requestRate, .count(1...1_000_000, unit: "requests/s"),
            "Requests of one account in the long run."),
        .init(
            "limits.request_burst", \.limits.requestBurst, .count(1...1_000_000, unit: "requests"),
            "Requests of one account that may come at once."),
    ]

    private static let operation: [ConfigurationKey<Configuration>] = [
        .init("data", \.data, .path, "The folder that the gate keeps everything in."),
        .init(
            "secrets.root", \.secrets.root, .path,
            "A project folder whose credentials are renewed as their `rotate` policy says; see secrets.md."),
        .init(
            "loops", \.loops, .count(1...256), defaultText: "processors − 1, at least 1",
            "Threads that serve connections."),
        .init(
            "log.file", \.log.file, .path, defaultText: "standard error", "Where the log goes; opened again on SIGHUP."),
        .init("log.level", \.log.level, .choice, "The least important lines that are written."),
        .init("log.access", \.log.access, .boolean, "Whether each request is a line in `log.file`."),
        .init("metrics.enabled", \.metrics.isOn, .boolean, "Whether `/metrics` shows numbers."),
        .init(
            "metrics.token_file", \.metrics.token, .secret, defaultText: "only operators and the console",
            "The bearer that opens `/metrics` on `listen`."),
    ]

    /// The keys below `services.NAME`.
    public static let service: [ConfigurationKey<Configuration.Service>] = [
        .init("path", \.path, .servicePath, "The path of the gate below which the service is found."),
        .init("host", \.host, .host, "The host name by which the service is found; needed for services with pages."),
        .init("upstream", \.upstream, .url, "Where the service listens."),
        .init("unix", \.unix, .path, "A Unix socket that is connected to instead of the host in `upstream`."),
        .init(
            "credential.header", \.credentialHeader, .field, "The field in which the service expects its credential."),
        .init("credential.value_file", \.credential, .secret, "The value of that field."),
        .init("websocket", \.websocket, .boolean, "Whether upgrades to WebSocket are passed on."),
        .init("limits.body", \.body, .size(.kilobytes(1) ... .gigabytes(64)), "One request body."),
        .init("limits.connections", \.connections, .count(1...100_000), "Connections to the service."),
        .init("timeouts.connect", \.connectTime, .duration(.milliseconds(100) ... .seconds(600)), "Time to connect."),
        .init(
            "timeouts.response", \.responseTime, .duration(.seconds(1) ... .seconds(86_400)),
            "Time until the answer begins."),
        .init(
            "timeouts.idle", \.idle, .duration(.seconds(1) ... .seconds(86_400)),
            "An unused connection is kept for this time."),
    ]

    /// The keys below `policies.NAME`.
    public static let policy: [ConfigurationKey<Configuration.Policy>] = [
        .init(list: "roles", \.roles, .choice, "Whom it is for; with `teams` empty, too, everybody."),
        .init(list: "teams", \.teams, .name, "Whom it is for, besides `roles`."),
        .init(
            "jobs.waiting", \.quota.waitingJobs, .count(1...100_000), "Jobs that one account may have waiting."),
        .init(
            "jobs.waiting_size", \.quota.waitingSize, .size(.kilobytes(1) ... .gigabytes(64)),
            "What the documents of those jobs may hold together."),
        .init(
            "jobs.per_day", \.quota.day.jobs, .count(0...1_000_000_000, unit: "jobs"),
            "Jobs of one account in a day of UTC."),
        .init(
            "jobs.per_month", \.quota.month.jobs, .count(0...1_000_000_000, unit: "jobs"),
            "Jobs of one account in a month of UTC."),
        .init(
            "jobs.gpu_time_per_day", \.quota.day.gpuTime, .duration(.zero ... .seconds(365 * 86_400)),
            "Time on graphics cards of one account in a day of UTC."),
        .init(
            "jobs.gpu_time_per_month", \.quota.month.gpuTime, .duration(.zero ... .seconds(365 * 86_400)),
            "Time on graphics cards of one account in a month of UTC."),
        .init(
            "jobs.max_run", \.maxRun, .duration(.seconds(1) ... .seconds(30 * 86_400)),
            "A job that runs longer fails."),
        .init(
            "jobs.max_queue_age", \.maxQueueAge, .duration(.seconds(1) ... .seconds(365 * 86_400)),
            "A job that waits longer expires."),
        .init(
            "files.size", \.quota.storedSize, .size(ByteCount(bytes: 0) ... .gigabytes(1_000_000)),
            "What the files of one account may hold together; beyond it no new jobs and uploads are taken."),
        .init("keep.outputs", \.keep.outputs, Self.span, "Saved pictures are kept for this time."),
        .init(
            "keep.outputs_count", \.keep.outputsCount, .count(0...1_000_000_000), "So many saved pictures are kept."),
        .init(
            "keep.outputs_size", \.keep.outputsSize, .size(ByteCount(bytes: 0) ... .gigabytes(1_000_000)),
            "Saved pictures are kept up to this size together."),
        .init("keep.inputs", \.keep.inputs, Self.span, "Uploads are kept for this time."),
        .init("keep.temp", \.keep.temp, Self.span, "Previews are kept for this time."),
        .init("keep.jobs", \.keep.jobs, Self.span, "Ended jobs stay in the history for this time."),
        .init("graph.nodes", \.graph.limits.nodes, .limit(1...1_000_000), "Nodes of one graph."),
        .init(
            "graph.pixels", \.graph.limits.pixels, .limit(1...1 << 40), "Width × height × batch of one node."),
        .init("graph.steps", \.graph.limits.steps, .limit(1...1_000_000), "Steps of one sampler."),
        .init("graph.frames", \.graph.limits.frames, .limit(1...1_000_000), "Frames of one video."),
        .init(
            "graph.cost", \.graph.limits.cost, .limit(1...1 << 40, unit: "megapixel steps"),
            "Megapixels × frames × steps of one graph."),
        .init(list: "graph.classes.allow", \.graph.classes.only, .pattern, "Node classes; others are refused."),
        .init(
            list: "graph.classes.deny", \.graph.classes.denied, .pattern,
            defaultText: "what saves models, trains, or reads whole folders", "Node classes that are refused."),
        .init(list: "graph.packs.allow", \.graph.packs.only, .pattern, "Folders of custom nodes; others are refused."),
        .init(list: "graph.packs.deny", \.graph.packs.denied, .pattern, "Folders of custom nodes that are refused."),
        .init(list: "graph.models.allow", \.graph.models.only, .pattern, "Model files; others are refused."),
        .init(list: "graph.models.deny", \.graph.models.denied, .pattern, "Model files that are refused."),
        .init(
            list: "graph.never_retry", \.graph.neverRetried, .pattern,
            "Node classes whose jobs are not begun again when a worker is lost."),
        .init(
            "graph.api_nodes", \.graph.allowsAPINodes, .boolean,
            "Whether nodes may call paid hosts with the caller's own key."),
        .init(
            "graph.linked_paths", \.graph.allowsLinkedPaths, .boolean,
            "Whether other nodes may make the names of files that a node reads or writes."),
    ]

    private static let span = ValueReader<Duration>.duration(.seconds(60) ... .seconds(100 * 365 * 86_400))

    /// Every key as people see it: path, type, default, unit, sentence.
    public static var rows: [(path: String, type: String, fallback: String, unit: String, sentence: String)] {
        rows(top, Configuration(), prefix: "")
            + rows(service, Configuration.Service(name: "NAME"), prefix: "services.NAME.")
            + rows(policy, Configuration.Policy(name: "NAME"), prefix: "policies.NAME.")
    }

    private static func rows<Root>(
        _ keys: [ConfigurationKey<Root>], _ defaults: Root, prefix: String
    ) -> [(path: String, type: String, fallback: String, unit: String, sentence: String)] {
        keys.map { key in
            let values = key.show(defaults).map { "`\($0)`" }.joined(separator: ", ")
            return (
                prefix + key.path, key.type, key.defaultText ?? (values.isEmpty ? "—" : values), key.unit, key.sentence
            )
        }
    }

    /// The table of `docs/configuration.md`, which a test compares with the page.
    public static var markdown: String {
        let head = "| key | type | default | unit | meaning |\n|---|---|---|---|---|\n"
        return head
            + rows.map { "| `\($0.path)` | \($0.type) | \($0.fallback) | \($0.unit) | \($0.sentence) |\n" }.joined()
    }
}

// What is kept in whole numbers is written with units.

extension AccountQuota {
    fileprivate var waitingSize: ByteCount {
        get { ByteCount(bytes: waitingBytes) }
        set { waitingBytes = newValue.bytes }
    }
    fileprivate var storedSize: ByteCount? {
        get { storedBytes.map { ByteCount(bytes: $0) } }
        set { storedBytes = newValue?.bytes }
    }
}

extension AccountQuota.Use {
    fileprivate var gpuTime: Duration? {
        get { gpuSeconds.map { .seconds($0) } }
        set { gpuSeconds = newValue.map { Int($0.wholeMilliseconds / 1_000) } }
    }
}

extension NameRules {
    /// Empty allows every name that is not denied.
    fileprivate var only: [NamePattern] {
        get { allowed ?? [] }
        set { allowed = newValue.isEmpty ? nil : newValue }
    }
}
