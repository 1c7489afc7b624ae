public import Basics
public import Secrets
public import Stack

/// All that could be seen of an installation at one moment.
public struct Survey: Sendable {
    /// What the project's folder holds about credentials.
    public struct Files: Sendable {
        /// A source of truth is there.
        public var hasTruth = false
        /// Why the source of truth cannot be read; nil where it can, and where there is none.
        public var brokenTruth: Phrase?
        /// Git has been asked which files it has.
        public var hasGit = false
        /// There is nothing of an installation in the folder.
        public var isEmpty = false
        /// Every place of a credential, judged.
        public var rows: [AuditRow] = []
        /// Values that look like secrets, and keys that are missing.
        public var findings: [Finding] = []
        /// Dotenv files with something odd in them, by path.
        public var oddities: [String: DotenvOddity] = [:]
        /// Scripts that are mounted into a container one by one.
        public var scripts: [Script] = []
        /// Files and folders that a compose file mounts from the project and that are not there: the path, and the container.
        public var missingMounts: [String: String] = [:]
        /// Keys without which a compose file cannot be filled in, as `a/.env: KEY`: it has nothing in their place, not even nothing.
        public var needed: Set<String> = []
        /// Compose files that Compose does not read, each with the one beside it that it reads.
        public var ignored: [String: String] = [:]
        /// When the certificates among the files end, by path.
        public var certificates: [String: Timestamp] = [:]
        /// What was not read.
        public var leftOut: [LeftOut] = []

        public init() {}
    }

    /// A script that a container runs.
    public struct Script: Sendable, Hashable {
        public var path: String
        public var container: String
        /// It ends its first line with CRLF, so that the kernel looks for a program with CR in its name.
        public var isForeign: Bool
        /// The first line that installs Python packages; nil without one.
        public var installation: String?

        init(path: String, container: String, _ bytes: [UInt8]) {
            (self.path, self.container) = (path, container)
            let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0
            isForeign = end > 0 && bytes[end - 1] == UInt8(ascii: "\r")
            installation = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first { line in
                line.first { $0 != " " && $0 != "\t" } != "#" && line.installsPackages
            }.map(String.init)
        }
    }

    public struct Engine: Sendable, Hashable {
        /// `unix:///var/run/docker.sock`
        public var endpoint: String
        /// Of the API.
        public var version: String
        /// Milliseconds by which the engine's clock is ahead of this process's; nil where it does not say.
        public var clockAhead: Int64?

        public init(endpoint: String, version: String, clockAhead: Int64? = nil) {
            (self.endpoint, self.version, self.clockAhead) = (endpoint, version, clockAhead)
        }
    }

    /// When it was looked at.
    public var time = Timestamp.now()
    /// The project's folder.
    public var root: String
    public var files: Seen<Files>
    public var engine: Seen<Engine>
    /// Containers of the engine, and those that only stand in compose files.
    public var containers: [ContainerFacts] = []
    /// Compose files that Compose itself would refuse.
    public var broken: [BrokenFile] = []
    public var cards: Seen<Cards>
    public var machine = Machine()
    public var disks: [DiskFacts] = []
    /// Every address at which a ComfyUI was asked.
    public var workers: [WorkerFacts] = []
    /// Files of weights that containers have mounted, or that were named.
    public var models: [ModelFile] = []
    /// The ways to a worker that were followed.
    public var ways: [Way] = []

    public struct Way: Sendable, Hashable {
        public var url: String
        /// Broken links, the nearest first.
        public var causes: [Cause]
        /// When the certificate on it ends; nil without one.
        public var certificateEnd: Timestamp?

        init(url: String, causes: [Cause], certificateEnd: Timestamp? = nil) {
            (self.url, self.causes, self.certificateEnd) = (url, causes, certificateEnd)
        }
    }

    /// What the installation's own checks found wrong, by their ids.
    public var own: [String: [OwnFault]] = [:]

    /// What is wrong with the gate's own configuration; nil where there is none.
    public var gate: [Mistake]?

    /// A mistake that another part of the program has found, in its own words.
    public struct Mistake: Sendable {
        public let place: String
        public let what: Phrase
        public let remedy: Phrase?

        public init(place: String, what: Phrase, remedy: Phrase?) {
            (self.place, self.what, self.remedy) = (place, what, remedy)
        }
    }

    public struct BrokenFile: Sendable, Hashable {
        public var path: String
        public var reason: Phrase
    }

    public init(root: String, files: Seen<Files>, engine: Seen<Engine>, cards: Seen<Cards>) {
        (self.root, self.files, self.engine, self.cards) = (root, files, engine, cards)
    }

    /// For a command in a remedy, which is to do something in the same folder: empty, or ` --root PATH`.
    public var rootOption: String { root == "." ? "" : " --root " + root.shellQuoted }

    /// Why a check that needs it says nothing; nil where it was seen.
    func missing(_ need: Check.Need) -> Phrase? {
        switch need {
        case .files: files.reason
        case .engine: engine.reason
        case .cards: cards.reason
        case .containers, .workers, .models, .ways, .certificates, .gate, .git, .users, .answers, .versions, .lists,
            .commands, .appetite:
            nil
        }
    }

    func hasNothing(of need: Check.Need) -> Bool {
        switch need {
        case .files: files.value?.isEmpty ?? false
        case .engine, .cards: false
        case .git: files.value?.hasGit == false
        case .users: containers.allSatisfy { $0.user == nil }
        case .answers: workers.allSatisfy { $0.stats.reply == nil || $0.isOther }
        case .versions: workers.allSatisfy { $0.version == nil }
        case .lists: workers.allSatisfy { $0.models == nil }
        case .commands: workers.allSatisfy { $0.words.isEmpty } && !containers.contains { $0.isComfyUI }
        case .appetite: models.isEmpty && containers.allSatisfy { $0.cards.isEmpty }
        case .containers: containers.isEmpty
        case .workers: workers.isEmpty
        case .models: models.isEmpty
        case .ways: ways.isEmpty
        case .gate: gate == nil
        case .certificates:
            files.value?.certificates.isEmpty ?? true && ways.allSatisfy { $0.certificateEnd == nil }
        }
    }

    /// Containers that run, and those that would if their compose file were started.
    ///
    /// - Parameters:
    ///   - engine: With all that the engine has, stopped ones too.
    ///   - compose: Left out where the engine has a container of the same service or name.
    static func merged(engine: [ContainerFacts], compose: [ContainerFacts]) -> [ContainerFacts] {
        let names = Set(engine.map(\.name))
        return engine
            + compose.filter { service in
                // Two projects may each have a service of one name.
                !names.contains(service.name)
                    && !engine.contains { container in
                        container.service == service.service
                            && (container.project == service.project || container.project == nil
                                || service.project == nil)
                    }
            }
    }
}

extension StringProtocol {
    /// A command line that installs Python packages.
    var installsPackages: Bool { ["pip install", "pip3 install", "uv pip"].contains { self.contains($0) } }
}
