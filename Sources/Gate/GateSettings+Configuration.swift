internal import Basics
internal import Fleet
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

extension GateSettings {
    /// The request path's view of a checked configuration.
    ///
    /// - Throws: `invalidArgument` when the worker is missing or a file for TLS cannot be used.
    init(_ configuration: Configuration) throws(GateError) {
        guard let url = configuration.worker.url else {
            throw GateError(
                .invalidArgument, from: .gateway,
                "No worker is configured: give worker.url, or --worker URL on the command line.")
        }
        let publicURLs = configuration.publicURLs.compactMap { HTTPURL($0.description) }
        let isSecure = configuration.tls.isOn || (!publicURLs.isEmpty && publicURLs.allSatisfy(\.isSecure))
        names = PublicNames(publicURLs)
        basePath = configuration.basePath.split(separator: "/").map(String.init)
        forwarding = ForwardingPolicy(proxies: configuration.trustedProxies)
        speaksProxyProtocol = configuration.proxyProtocol
        cookie = SessionCookie(basePath: configuration.basePath, isSecure: isSecure, surface: .gate)
        sessionLimits = SessionLimits(configuration.session)
        workerTLS = try Self.tls(
            url, authority: configuration.worker.authority, certificate: configuration.worker.clientCertificate,
            key: configuration.worker.clientKey)
        worker = UpstreamOptions(url, unix: configuration.worker.unix, tls: workerTLS?.source)
        workerAuthority = url.authority
        workerBearer = configuration.worker.bearer
        workerBasePath = url.path
        (workerRestart, workerFiles) = (configuration.worker.restart, configuration.worker.files)
        (showsMetrics, metricsToken) = (configuration.metrics.isOn, configuration.metrics.token)
        accountLimits = AccountLimits(configuration.limits)
        body = configuration.limits.body.bytes
        promptBody = configuration.limits.promptBody.bytes
        policies = PolicyBook(configuration.policies)
        jobLimits = JobLimits(configuration.jobs)
        self.isSecure = isSecure
        services = []
        for service in configuration.services {
            services.append(try ServiceOptions(service, loops: configuration.loops))
        }
    }

    private static func tls(
        _ url: HTTPAddress, authority: String?, certificate: String?, key: String?
    ) throws(GateError) -> UpstreamTLS? {
        guard url.isSecure else { return nil }
        let own: (path: String, key: String)? = if let certificate, let key { (certificate, key) } else { nil }
        return try UpstreamTLS(authority: authority, certificate: own)
    }
}

extension WorkerAddress {
    /// The one worker of a gate.
    init(_ settings: GateSettings) {
        self.init(
            name: settings.workerAuthority, upstream: settings.worker, authority: settings.workerAuthority,
            basePath: settings.workerBasePath, credential: WorkerHead.credential(settings))
        (restart, files) = (settings.workerRestart, settings.workerFiles)
    }
}

extension JobLimits {
    init(_ jobs: Configuration.Jobs) {
        self.init()
        attempts = jobs.attempts
        rules.handOverGrace = UInt64(jobs.handOverGrace.wholeMilliseconds)
        rules.workerGrace = UInt64(jobs.workerGrace.wholeMilliseconds)
        stall = UInt64(jobs.stall.wholeMilliseconds)
        cancelGrace = UInt64(jobs.cancelGrace.wholeMilliseconds)
        finishGrace = UInt64(jobs.finishGrace.wholeMilliseconds)
        idleUnload = jobs.idleUnload.map { UInt64($0.wholeMilliseconds) }
    }
}

extension SessionLimits {
    init(_ session: Configuration.Session) {
        self.init()
        idleSeconds = Int64(session.idle.wholeMilliseconds / 1_000)
        absoluteSeconds = Int64(session.absolute.wholeMilliseconds / 1_000)
    }
}

extension AccountLimits {
    init(_ limits: Configuration.Limits) {
        self.init()
        (requestRate, requestBurst) = (limits.requestRate, limits.requestBurst)
        (uploads, eventSockets) = (limits.uploads, limits.eventSockets)
    }
}

extension UpstreamOptions {
    init(_ url: HTTPAddress, unix: String?, tls: (@Sendable () -> TLSContext?)?) {
        self.init(unix.map { .unix($0) } ?? .host(url.host, port: url.port))
        self.tls = tls
    }
}

extension HTTPAddress {
    /// The value of `Host`.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}

extension ServiceOptions {
    init(_ service: Configuration.Service, loops: Int) throws(GateError) {
        guard let url = service.upstream else {
            throw GateError(.invalidArgument, from: .gateway, "The service \(service.name) has no upstream.")
        }
        let tls = url.isSecure ? try UpstreamTLS() : nil
        var options = UpstreamOptions(url, unix: service.unix, tls: tls?.source)
        options.connections = max(1, service.connections / max(1, loops))
        options.connectTime = UInt64(service.connectTime.wholeMilliseconds)
        options.responseTime = UInt64(service.responseTime.wholeMilliseconds)
        options.idleTime = UInt64(service.idle.wholeMilliseconds)
        self.init(name: service.name, upstream: options, authority: url.authority)
        self.tls = tls
        path = service.path?.split(separator: "/").map(String.init)
        host = service.host.flatMap { Authority($0) }
        upstreamPath = url.path
        if let name = service.credentialHeader, let value = service.credential { credential = (name, value) }
        allowsWebSocket = service.websocket
        body = service.body.bytes
    }
}
