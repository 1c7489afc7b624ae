public import Basics
public import Fleet
public import Store
public import Wire

/// Everything that can be chosen about a gate. `ConfigurationKeys` says what each member means, `docs/configuration.md`
/// says it to people; the defaults are the initial values here and nowhere else.
public struct Configuration: Sendable, Hashable {
    public var listen = Listen()
    public var console = Console()
    public var publicURLs: [HTTPAddress] = []
    /// Empty, or `/` and segments without a slash at the end.
    public var basePath = ""
    public var data = "/var/lib/comfygate"
    public var tls = TLS()
    public var trustedProxies: [IPNetwork] = []
    public var proxyProtocol = false
    public var worker = Worker()
    /// In the order of the file.
    public var services: [Service] = []
    /// In the order of the file; the first one that fits an account holds for it.
    public var policies: [Policy] = []
    public var jobs = Jobs()
    public var limits = Limits()
    /// Data loops, each a thread.
    public var loops: Int
    public var passwordHash = PasswordHash.bcrypt
    public var session = Session()
    public var guests = false
    public var migration = Migration()
    public var log = Log()
    public var metrics = Metrics()
    public var secrets = Secrets()

    /// The defaults.
    ///
    /// - Parameter cores: Processors this process may use.
    public init(cores: Int = 2) { loops = max(1, cores - 1) }

    /// Where the console's socket is when nobody chose a place.
    public var consoleSocket: String { console.socket ?? data + "/console.sock" }
}

extension Configuration {
    public struct Listen: Sendable, Hashable {
        public var addresses = [ListenAddress(host: .address(.loopback), port: 8288)]
        /// Why plain HTTP on an address that others can reach is meant; nil refuses it.
        public var plain: PlainListening?
    }
    public enum PlainListening: String, Sendable, Hashable, CaseIterable { case container, lan }

    public struct Console: Sendable, Hashable {
        public var addresses = [ListenAddress(host: .address(.loopback), port: 8289)]
        /// What administrators type to reach it, besides addresses in numbers.
        public var publicURLs: [HTTPAddress] = []
        public var socket: String?
    }

    public struct TLS: Sendable, Hashable {
        public var certificate: String?
        public var key: String?
        public var minimum = TLSVersion.v12
        public var isOn: Bool { certificate != nil && key != nil }
    }
    public enum TLSVersion: String, Sendable, Hashable, CaseIterable { case v12 = "1.2", v13 = "1.3" }

    public struct Worker: Sendable, Hashable {
        public var url: HTTPAddress?
        /// A Unix socket instead of the host and port in `url`.
        public var unix: String?
        public var bearer: Secret?
        public var authority: String?
        public var clientCertificate: String?
        public var clientKey: String?
        public var restart: [String] = []
        public var files: String?
    }

    public enum PasswordHash: String, Sendable, Hashable, CaseIterable { case bcrypt, yescrypt }

    public struct Session: Sendable, Hashable {
        public var idle = Duration.seconds(12 * 3_600)
        public var absolute = Duration.seconds(30 * 86_400)
    }

    public struct Migration: Sendable, Hashable {
        /// The hash line that ComfyUI-Login keeps and its scripts send as a bearer.
        public var password: Secret?
        public var account = "migration"
        public var until: Timestamp?
    }

    public struct Log: Sendable, Hashable {
        /// Nil is standard error.
        public var file: String?
        public var level = LogLevel.info
        public var access = true
    }
    public enum LogLevel: String, Sendable, Hashable, CaseIterable { case debug, info, warning, error }

    public struct Metrics: Sendable, Hashable {
        public var isOn = true
        /// Nil: only on the console.
        public var token: Secret?
    }

    public struct Secrets: Sendable, Hashable {
        /// The folder of a project, as `comfygate secrets --root` takes it.
        public var root: String?
    }

    public struct Limits: Sendable, Hashable {
        public var head = ByteCount.kilobytes(16)
        public var fields = 100
        public var target = ByteCount.kilobytes(8)
        public var body = ByteCount.megabytes(100)
        public var promptBody = ByteCount.megabytes(32)
        public var connections = 10_000
        public var perAddress = 1_000
        public var uploads = 4
        public var headTime = Duration.seconds(10)
        /// Bytes a second.
        public var bodyRate = ByteCount.kilobytes(1)
        public var idle = Duration.seconds(75)
        public var writeStall = Duration.seconds(30)
        public var drain = Duration.seconds(30)
        public var eventSockets = 20
        /// For one account: a steady rate a second and what may come at once.
        public var requestRate = 50
        public var requestBurst = 200
    }

    /// Another HTTP server behind the gate.
    public struct Service: Sendable, Hashable {
        public let name: String
        /// Where browsers find it: below a path of the gate, or by a host of its own.
        public var path: String?
        public var host: String?
        public var upstream: HTTPAddress?
        public var unix: String?
        /// Name and value of the field that proves to the service who asks.
        public var credentialHeader: String?
        public var credential: Secret?
        public var websocket = true
        public var body = ByteCount.megabytes(100)
        public var connections = 100
        public var connectTime = Duration.seconds(5)
        public var responseTime = Duration.seconds(300)
        public var idle = Duration.seconds(75)

        public init(name: String) { self.name = name }
    }

    /// What holds for all jobs.
    public struct Jobs: Sendable, Hashable {
        /// How often a job is begun before it fails, when workers fail under it.
        public var attempts = 2
        /// How long a job that a worker may have got, and does not show, is waited for.
        public var handOverGrace = Duration.seconds(60)
        /// How long a worker that does not answer keeps its job.
        public var workerGrace = Duration.seconds(120)
        /// A running job that shows no life for this time has come to nothing.
        public var stall = Duration.seconds(15 * 60)
        /// How long a worker may go on with a job that its owner has canceled before it counts as stuck.
        public var cancelGrace = Duration.seconds(120)
        /// How long the files of an ended job are asked for.
        public var finishGrace = Duration.seconds(600)
        /// Idle workers unload their models after this time; nil keeps them loaded.
        public var idleUnload: Duration?
        /// Below this much room the gate takes no new jobs and no uploads; at most 5 % of the file system.
        public var diskLow = ByteCount.gigabytes(2)
    }

    /// What some accounts may run, and how much.
    public struct Policy: Sendable, Hashable {
        public let name: String
        /// Whom it is for; with both empty, everybody.
        public var roles: [Role] = []
        public var teams: [AccountName] = []
        public var graph = GraphPolicy.standard
        public var quota = AccountQuota()
        public var maxRun = Duration.seconds(2 * 3_600)
        public var maxQueueAge = Duration.seconds(7 * 86_400)
        public var keep = Keep()

        public init(name: String) { self.name = name }
    }

    /// How long things are kept; nil for ever.
    public struct Keep: Sendable, Hashable {
        public var outputs: Duration?
        public var outputsCount: Int?
        public var outputsSize: ByteCount?
        public var inputs: Duration?
        public var temp: Duration? = Duration.seconds(7 * 86_400)
        public var jobs: Duration?
    }
}
