public import Basics
public import Secrets

/// One container, as the engine runs it or as a compose file would start it: in one form, so that one rule judges both.
public struct ContainerFacts: Sendable, Hashable {
    public enum Origin: Sendable, Hashable {
        case engine(id: String)
        /// - Parameter file: Relative to the project's folder.
        case compose(file: String, service: String)
    }

    /// A port that is reachable from outside the container.
    public struct Port: Sendable, Hashable {
        /// On the host; empty for every address it has.
        public var address: String
        /// On the host; nil where the engine chooses.
        public var host: Int?
        public var container: Int
        /// `tcp`, `udp`, `sctp`.
        public var transport: String

        public init(address: String, host: Int?, container: Int, transport: String = "tcp") {
            (self.address, self.host, self.container, self.transport) = (address, host, container, transport)
        }

        /// Others than this machine can reach it.
        public var isPublic: Bool { ["", "0.0.0.0", "::", "[::]"].contains(address) }
    }

    public struct Mount: Sendable, Hashable {
        public enum Kind: Sendable, Hashable { case bind, volume, other(String) }
        public var kind: Kind
        /// On the host; of a compose file relative ones are resolved against its folder where that lies in the project.
        public var source: String
        public var target: String
        public var isReadOnly: Bool

        public init(_ kind: Kind, source: String, target: String, isReadOnly: Bool = false) {
            (self.kind, self.source, self.target, self.isReadOnly) = (kind, source, target, isReadOnly)
        }
    }

    public struct Variable: Sendable, Hashable {
        public let name: String
        /// Redacted wherever it is printed.
        public let value: DotenvValue
        /// The variable that its compose file fills in; nil where none is, or nobody knows.
        public let source: String?

        public init(_ name: String, _ value: DotenvValue, source: String? = nil) {
            (self.name, self.value, self.source) = (name, value, source)
        }
    }

    /// Cards that the container asks the engine for.
    public struct CardRequest: Sendable, Hashable {
        /// Numbers or UUIDs; empty asks by count.
        public var ids: [String]
        /// −1 asks for all.
        public var count: Int?

        public init(ids: [String], count: Int?) { (self.ids, self.count) = (ids, count) }
    }

    public struct HealthCheck: Sendable, Hashable {
        /// `CMD` and words, `CMD-SHELL` and a line, or `NONE`.
        public var test: [String]
        public init(_ test: [String]) { self.test = test }
        public var isOff: Bool { test.first == "NONE" || test.isEmpty }
    }

    /// What only a container has that was made.
    public struct Run: Sendable, Hashable {
        /// `running`, `exited`, `restarting`, `created`, `paused`, `dead`.
        public var status: String
        public var exitCode: Int
        public var wasKilledForMemory: Bool
        public var restarts: Int
        /// RFC 3339, as the engine writes it.
        public var startedAt: String
        /// `healthy`, `unhealthy`, `starting`; nil without a health check.
        public var health: String?
        public var failingStreak: Int
        /// What its health check wrote last.
        public var healthOutput: String
        /// In the engine's own system; 0 when it does not run.
        public var pid: Int
        /// In the engine's networks.
        public var addresses: [String]
        /// Mount points that show a file which has been replaced since.
        public var staleMounts: [String] = []
        /// UUIDs of the cards that nvidia-smi sees inside, or its last words; nil where it was not asked or is not there.
        public var cards: Cards?

        public enum Cards: Sendable, Hashable {
            case seen([String])
            case failed(String)
        }

        public init(
            status: String, exitCode: Int = 0, wasKilledForMemory: Bool = false, restarts: Int = 0,
            startedAt: String = "", health: String? = nil, failingStreak: Int = 0, healthOutput: String = "",
            pid: Int = 0, addresses: [String] = []
        ) {
            (self.status, self.exitCode, self.wasKilledForMemory) = (status, exitCode, wasKilledForMemory)
            (self.restarts, self.startedAt, self.health) = (restarts, startedAt, health)
            (self.failingStreak, self.healthOutput) = (failingStreak, healthOutput)
            (self.pid, self.addresses) = (pid, addresses)
        }

        public var isRunning: Bool { status == "running" }

        /// It ends and is started again, now and more than once: between two ends it is called `running` for a moment.
        public func isDying(at now: Timestamp) -> Bool {
            guard status != "restarting" else { return true }
            guard isRunning, restarts > 1, let start = Timestamp(rfc3339: startedAt) else { return false }
            return now.seconds - start.seconds < Self.moment
        }

        private static let moment: Int64 = 30
    }

    public var name: String
    public var origin: Origin
    public var image: String
    /// When the image was made; nil where that is not known.
    public var imageMade: Timestamp?
    /// The image is made on this machine: no registry has it.
    public var isImageOwn = false
    /// As it is set or as the image has it; empty is root; nil is not known.
    public var user: String?
    public var ports: [Port] = []
    public var mounts: [Mount] = []
    public var environment: [Variable] = []
    /// Of a compose file: what `env_file` names and must be there, relative to the project's folder.
    public var environmentFiles: [String] = []
    public var cards: [CardRequest] = []
    /// Bytes; nil without a limit.
    public var memoryLimit: Int?
    /// Bytes of `/dev/shm`; nil is the engine's 64 MB.
    public var sharedMemory: Int?
    public var isPrivileged = false
    /// Rights beyond an ordinary container's, as capabilities(7) names them, without `CAP_`.
    public var capabilities: [String] = []
    /// `host` shows it every process of the host.
    public var pid = ""
    /// `bridge`, `host`, `none`, or a network's name.
    public var network = ""
    /// Ports by TCP that the image or the command names, whether they are published or not.
    public var exposed: [Int] = []
    /// `host` shares that of the host.
    public var ipc = ""
    public var healthCheck: HealthCheck?
    /// What is run: entry point, then command.
    public var words: [String] = []
    public var restart = ""
    /// Of a compose file: it starts only where one of them is asked for; empty starts always.
    public var profiles: [String] = []
    /// The compose service and project that it came from, and the files of it.
    public var project: String?
    public var service: String?
    public var run: Run?

    public init(name: String, origin: Origin, image: String) {
        (self.name, self.origin, self.image) = (name, origin, image)
    }

    public subscript(variable name: String) -> DotenvValue? { environment.last { $0.name == name }?.value }

    /// The words of its command, also those that images append from a variable: `CLI_ARGS`, `COMMANDLINE_ARGS`.
    public var arguments: [String] {
        let variables = environment.filter { $0.name.hasSuffix("ARGS") || $0.name.hasSuffix("FLAGS") }
            .map { String(decoding: $0.value.reveal(), as: UTF8.self) }
        return (words + variables).flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    }

    /// The word behind each occurrence of an option in its command, also behind a `=`; nil where it is the last.
    public func values(of option: String) -> [String?] {
        let all = arguments.flatMap { $0.split(separator: "=").map(String.init) }
        return all.indices.filter { all[$0] == option }.map { $0 + 1 < all.count ? all[$0 + 1] : nil }
    }

    /// A capability's name in one spelling: `CAP_SYS_ADMIN` and `sys_admin` are `SYS_ADMIN`.
    static func capability(_ name: String) -> String {
        let upper = name.uppercased()
        return upper.hasPrefix("CAP_") ? String(upper.dropFirst(4)) : upper
    }

    /// What NVIDIA's container runtime gives it, which reads one variable. Images of CUDA have it too, and without the runtime
    /// it means nothing.
    var cardsOfRuntime: [CardRequest] {
        let named = self[variable: "NVIDIA_VISIBLE_DEVICES"].map { String(decoding: $0.reveal(), as: UTF8.self) }
        switch named {
        case nil, "", "void", "none": return []
        case "all": return [CardRequest(ids: [], count: -1)]
        case let names?: return [CardRequest(ids: names.split(separator: ",").map(String.init), count: nil)]
        }
    }
}
