public import Basics
public import Fleet
public import HTTP
public import Identity
internal import Store
internal import Telemetry
public import Wire

/// What all loops of a gate share; immutable, or locked inside.
final class GateShared: Sendable {
    let settings: GateSettings
    let identity: IdentityService
    let fleet: FleetService
    let userData: any UserDataStore
    let pictures: PictureMaker
    let references: any AssetReferenceStore
    let budgets: BudgetBook
    let readiness: ReadinessBoard
    let isDraining: Locked<Bool>
    /// The text of `/metrics`; set once the loops are there.
    let metrics: Locked<(@Sendable () async -> String)?>
    let log: GateLog
    let pages: GatePages
    let clock: WallClock

    init(
        settings: GateSettings, identity: IdentityService, fleet: FleetService, userData: any UserDataStore,
        references: any AssetReferenceStore, pictures: PictureMaker, log: GateLog, clock: @escaping WallClock
    ) {
        (self.settings, self.identity, self.fleet, self.userData) = (settings, identity, fleet, userData)
        (self.references, self.pictures) = (references, pictures)
        self.log = log
        self.clock = clock
        (budgets, readiness) = (BudgetBook(), ReadinessBoard())
        (isDraining, metrics) = (Locked(false), Locked(nil))
        pages = GatePages(settings, guestsAllowed: identity.settings.guestsAllowed)
    }

    /// The same gate with other settings.
    init(_ old: GateShared, settings: GateSettings) {
        self.settings = settings
        (identity, fleet, userData, log, clock) = (old.identity, old.fleet, old.userData, old.log, old.clock)
        (references, pictures) = (old.references, old.pictures)
        (budgets, readiness, isDraining, metrics) = (old.budgets, old.readiness, old.isDraining, old.metrics)
        pages = GatePages(settings, guestsAllowed: old.identity.settings.guestsAllowed)
    }
}

/// The configuration as the request path wants it.
public struct GateSettings: Sendable {
    public var names: PublicNames
    /// Decoded segments, none at the root.
    public var basePath: [String]
    public var forwarding = ForwardingPolicy()
    /// Connections of trusted proxies begin with a PROXY header.
    public var speaksProxyProtocol = false
    public var cookie: SessionCookie
    public var sessionLimits = SessionLimits()
    public var worker: UpstreamOptions
    /// Behind `worker.tls`; nil for plain HTTP.
    var workerTLS: UpstreamTLS?
    /// What the worker is told as `Host`.
    public var workerAuthority: String
    /// The worker's own credential, if it has one.
    public var workerBearer: Secret?
    public var workerBasePath = ""
    /// See `WorkerAddress`.
    public var workerRestart: [String] = []
    public var workerFiles: String?
    public var services: [ServiceOptions] = []
    public var showsMetrics = true
    /// Opens `/metrics` besides an operator's own credential.
    public var metricsToken: Secret?
    public var accountLimits = AccountLimits()
    /// Bytes of a request body.
    public var body = 100 << 20
    public var policies = PolicyBook([])
    public var jobLimits = JobLimits()
    /// Bytes of a `POST /prompt`.
    public var promptBody = 32 << 20
    /// Old clients of ComfyUI-Login may log in and show their token as they are used to.
    public var isSecure = false

    /// An absolute path on the gate.
    func path(_ rest: String) -> String { (basePath + [rest]).map { "/" + $0 }.joined() }
}
