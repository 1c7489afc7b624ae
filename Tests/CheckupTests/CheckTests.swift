import Basics
import Foundation
import Secrets
import Stack
import Testing

@testable import Checkup

/// An installation with nothing wrong in it, and one thing at a time put wrong.
struct CheckTests {
    static let uuids = ["GPU-11111111-2222-3333-4444-555555555555", "GPU-66666666-7777-8888-9999-000000000000"]

    static func container(_ name: String = "comfyui") -> ContainerFacts {
        var container = ContainerFacts(name: name, origin: .engine(id: name), image: "example/comfyui:1")
        container.user = "1000:1000"
        container.ports = [ContainerFacts.Port(address: "127.0.0.1", host: 8_188, container: 8_188)]
        container.mounts = [ContainerFacts.Mount(.volume, source: "models", target: "/models")]
        container.environment = [variable("TZ", "Europe/Paris"), variable("COMFYUI_LOGIN_ENABLED", "true")]
        container.cards = [ContainerFacts.CardRequest(ids: [uuids[0]], count: nil)]
        container.memoryLimit = 32 << 30
        container.sharedMemory = 8 << 30
        container.healthCheck = ContainerFacts.HealthCheck(["CMD", "curl", "-s", "http://localhost:8188/system_stats"])
        container.words = ["python", "main.py", "--listen", "0.0.0.0"]
        container.run = ContainerFacts.Run(
            status: "running", exitCode: 0, wasKilledForMemory: false, restarts: 0, startedAt: "2026-01-01T00:00:00Z",
            health: "healthy", failingStreak: 0, healthOutput: "", pid: 1, addresses: ["172.17.0.2"])
        return container
    }

    static func variable(_ name: String, _ value: String) -> ContainerFacts.Variable {
        ContainerFacts.Variable(name, DotenvValue(value.utf8))
    }

    static func worker(_ host: String = "127.0.0.1") -> WorkerFacts {
        let closed = HTTPAnswer.answered(HTTPReply(status: 401))
        return WorkerFacts(
            container: "comfyui", host: host, port: 8_188, stats: closed, prompt: closed, manager: closed)
    }

    /// As ComfyUI answers a prompt with nothing in it.
    static let taken = HTTPAnswer.answered(
        HTTPReply(status: 400, body: Array(#"{"error": {"type": "no_prompt"}, "node_errors": {}}"#.utf8)))

    static func stats(
        _ version: String, device: String = "cuda:0 NVIDIA RTX 9 : cudaMallocAsync", kind: String = "cuda"
    ) -> HTTPAnswer {
        let body =
            #"{"system": {"comfyui_version": "\#(version)"}, "devices": [{"name": "\#(device)", "type": "\#(kind)"}]}"#
        return .answered(HTTPReply(status: 200, body: Array(body.utf8)))
    }

    static func healthy() -> Survey {
        let cards = uuids.enumerated().map { index, uuid in
            Card(index: index, uuid: uuid, name: "NVIDIA RTX \(9 - index)", memory: 24 << 30)
        }
        var survey = Survey(
            root: "/srv/genai", files: .seen(Survey.Files()),
            engine: .seen(Survey.Engine(endpoint: "unix:///var/run/docker.sock", version: "1.41")),
            cards: .seen(Cards(.nvml, driver: "550", cuda: "12.4", cards)))
        survey.containers = [container()]
        survey.machine.memory = 64 << 30
        survey.disks = [DiskFacts(path: "/", size: 1 << 40, free: 500 << 30, kind: nil)]
        survey.workers = [worker()]
        survey.models = [ModelFile(path: "/srv/genai/models/a.safetensors", size: 20 << 30, state: .whole)]
        return survey
    }

    static func wsl(_ text: String) -> WSLConfig { WSLConfig(Array(text.utf8), path: "/mnt/c/Users/a/.wslconfig") }

    static func faulty(_ survey: Survey) -> [String] { Array(Set(CheckReport(survey).faults.map(\.check))).sorted() }

    @Test("Every text is there in both languages, and every check has an id of its own")
    func catalogue() {
        #expect(Message.faults(in: CheckList.messages + ReportMessages.all + SurveyMessages.all) == [])
        #expect(Set(CheckList.all.map(\.id)).count == CheckList.all.count)
        for check in CheckList.all {
            #expect(check.id.split(separator: ".").count == 2, "\(check.id)")
        }
    }

    @Test("An installation without faults is green")
    func green() {
        let report = CheckReport(Self.healthy())
        #expect(report.faults.isEmpty, "\(report.faults)")
        #expect(report.unseen.isEmpty)
        #expect(report.lines.allSatisfy { $0.score == 100 })
    }

    struct Planted: Sendable, CustomTestStringConvertible {
        let check: String
        let plant: @Sendable (inout Survey) -> Void
        var testDescription: String { check }

        init(_ check: String, _ plant: @escaping @Sendable (inout Survey) -> Void) {
            (self.check, self.plant) = (check, plant)
        }

        init(files check: String, _ plant: @escaping @Sendable (inout Survey.Files) -> Void) {
            self.init(check) { survey in
                guard case .seen(var files) = survey.files else { return }
                plant(&files)
                survey.files = .seen(files)
            }
        }

        init(container check: String, _ plant: @escaping @Sendable (inout ContainerFacts) -> Void) {
            self.init(check) { plant(&$0.containers[0]) }
        }
    }

    static let planted: [Planted] = [
        Planted(container: "port.public") { $0.ports[0].address = "0.0.0.0" },
        Planted(container: "port.public") { $0.ports[0].address = "" },
        Planted(container: "port.public") { $0.ports[0].address = "::" },
        Planted(container: "container.root") { $0.user = "" },
        Planted(container: "container.root") { $0.user = "root" },
        Planted(container: "container.root") { $0.user = "0:1000" },
        Planted(container: "container.no_memory_limit") { $0.memoryLimit = nil },
        Planted(container: "container.engine_socket") {
            $0.mounts.append(
                ContainerFacts.Mount(.bind, source: "/var/run/docker.sock", target: "/var/run/docker.sock"))
        },
        Planted(container: "container.privileged") { $0.isPrivileged = true },
        Planted(container: "container.engine_socket") {
            $0.mounts.append(ContainerFacts.Mount(.bind, source: "/var/run", target: "/var/run", isReadOnly: true))
        },
        Planted(container: "container.system_folder") {
            $0.mounts.append(ContainerFacts.Mount(.bind, source: "/", target: "/host"))
        },
        Planted(container: "container.broad_rights") { $0.capabilities = ["NET_BIND_SERVICE", "SYS_ADMIN"] },
        Planted(container: "container.system_folder") {
            $0.mounts.append(ContainerFacts.Mount(.bind, source: "/mnt/c", target: "/windows"))
        },
        Planted(container: "container.broad_rights") { $0.pid = "host" },
        Planted(container: "container.secret_in_command") { $0.words += ["--token", "CfTok_123"] },
        Planted(container: "container.secret_in_command") { $0.words += ["--db=postgres://a:b@db/x"] },
        Planted(container: "port.public") { $0.ports[0].address = "192.168.1.5" },
        Planted(container: "port.public") {
            ($0.network, $0.run, $0.ports) = ("host", nil, [])
        },
        Planted(container: "port.public") {
            ($0.network, $0.run, $0.ports) = ("host", nil, [])
            $0.words = ["python", "main.py"]
            $0.environment.append(variable("CLI_ARGS", "--port 8189 --listen"))
        },
        Planted(container: "port.public") {
            ($0.network, $0.run, $0.ports) = ("host", nil, [])
            $0.words = ["python", "main.py", "--listen=192.168.1.5"]
        },
        Planted("port.public") {
            $0.containers.append(container("caddy"))
            ($0.containers[1].image, $0.containers[1].cards) = ("caddy:2", [])
            $0.containers[1].ports = [ContainerFacts.Port(address: "", host: 9_000, container: 443)]
        },
        Planted(container: "container.secret_in_environment") {
            $0.environment.append(variable("HF_TOKEN", "hf_" + String(repeating: "aB3", count: 11)))
        },
        Planted(container: "login.empty_key") { $0.environment.append(variable("API_KEY", "")) },
        Planted(container: "login.empty_key") {
            $0.name = "whisper-1"
            $0.environment.append(variable("WHISPER_API_KEY", ""))
        },
        Planted(container: "container.unhealthy") {
            $0.run = ContainerFacts.Run(
                status: "running", health: "unhealthy", failingStreak: 4, healthOutput: "exit 7")
        },
        Planted(container: "container.restarting") {
            $0.run = ContainerFacts.Run(status: "restarting", restarts: 7)
        },
        // Caught between two ends.
        Planted("container.restarting") {
            $0.containers[0].run = ContainerFacts.Run(
                status: "running", restarts: 7, startedAt: $0.time.advanced(bySeconds: -3).rfc3339)
        },
        Planted(container: "container.ended") { $0.run = ContainerFacts.Run(status: "exited", exitCode: 1) },
        Planted(container: "container.out_of_memory") {
            $0.run = ContainerFacts.Run(status: "exited", exitCode: 137, wasKilledForMemory: true)
        },
        Planted(container: "container.blind_health_check") {
            $0.healthCheck = ContainerFacts.HealthCheck(["CMD", "curl", "-f", "http://localhost:8188/"])
        },
        Planted(container: "container.blind_health_check") {
            $0.healthCheck = ContainerFacts.HealthCheck(["CMD-SHELL", "curl -sf http://localhost:8188/ || exit 1"])
        },
        Planted(container: "container.installs_at_start") {
            $0.words = ["bash", "-c", "pip install torch --index-url https://x && python main.py"]
        },
        Planted(container: "container.small_shared_memory") { $0.sharedMemory = 64 << 20 },
        Planted(container: "container.small_shared_memory") { $0.sharedMemory = nil },
        Planted(container: "container.stale_mount") { $0.run?.staleMounts = ["/token"] },
        Planted(container: "gpu.filtered_twice") { $0.environment.append(variable("CUDA_VISIBLE_DEVICES", "1")) },
        Planted(container: "gpu.named_by_number") { $0.cards[0].ids = ["1"] },
        Planted(container: "gpu.no_such_card") { $0.cards[0].ids = ["GPU-deadbeef"] },
        Planted("gpu.not_visible") { $0.cards = .unseen(Phrase(verbatim: "no driver")) },
        Planted("compose.broken") {
            $0.broken = [Survey.BrokenFile(path: "compose.yaml:3", reason: Phrase(verbatim: "no YAML"))]
        },
        Planted(container: "login.fresh_hash") {
            $0.environment.append(variable("COMFYUI_PASSWORD", "${from-elsewhere}"))
        },
        Planted(files: "compose.missing_mount") { $0.missingMounts = [".secrets/a.token": "comfyui"] },
        Planted(files: "compose.ignored") { $0.ignored = ["docker-compose.yml": "compose.yaml"] },
        Planted("machine.clock") {
            $0.engine = .seen(Survey.Engine(endpoint: "unix:///d", version: "1.41", clockAhead: -3_600_000))
        },
        Planted(files: "files.left_out") { $0.leftOut = [LeftOut(path: ".env", reason: .tooLarge)] },
        Planted(files: "files.foreign_script") {
            $0.scripts = [Survey.Script(path: "start.sh", container: "comfyui", Array("#!/bin/sh\r\nexit\r\n".utf8))]
        },
        Planted("machine.little_memory") { $0.machine.memory = 8 << 30 },
        Planted("machine.little_memory") { $0.machine.memoryLimit = 8 << 30 },
        Planted("machine.little_memory") { ($0.models, $0.machine.memory) = ([], 15 << 30) },
        Planted("container.little_memory") {
            $0.containers[0].mounts = [ContainerFacts.Mount(.bind, source: "models", target: "/ComfyUI/models")]
            $0.containers[0].memoryLimit = 16 << 30
        },
        Planted("port.taken_twice") {
            $0.containers.append(container("other"))
            $0.containers[1].ports[0].container = 80
        },
        Planted(container: "image.old") { $0.imageMade = Timestamp(seconds: 1_600_000_000) },
        Planted(container: "image.floating") { $0.image = "registry.example:5000/comfyui" },
        Planted(container: "image.floating") { $0.image = "example/comfyui:latest" },
        Planted(files: "certificate.expired") { $0.certificates = ["tls/cert.pem": Timestamp(seconds: 1_700_000_000)] },
        Planted("certificate.ends_soon") {
            let end = $0.time.advanced(bySeconds: 5 * 86_400)
            $0.ways = [Survey.Way(url: "https://x", causes: [], certificateEnd: end)]
        },
        Planted(container: "gpu.none_inside") { $0.run?.cards = .seen([]) },
        Planted(container: "gpu.none_inside") {
            $0.run?.cards = .failed("Failed to initialize NVML: Unknown Error")
        },
        Planted(container: "gpu.other_card") { $0.run?.cards = .seen([uuids[1]]) },
        Planted("gpu.other_card") {
            $0.workers[0].stats = stats("0.3.76", device: "cuda:0 NVIDIA RTX 8 : cudaMallocAsync")
        },
        // CUDA counts the faster card first, and nvidia-smi the one of the lower slot.
        Planted("gpu.other_card") {
            $0.containers[0].cards = [ContainerFacts.CardRequest(ids: [], count: -1)]
            $0.containers[0].environment.append(variable("CUDA_VISIBLE_DEVICES", "1"))
            $0.workers[0].stats = stats("0.3.76", device: "cuda:0 NVIDIA RTX 9 : native")
        },
        Planted("gpu.not_used") { $0.workers[0].stats = stats("0.3.76", device: "cpu", kind: "cpu") },
        Planted(files: "container.installs_at_start") {
            let script = "#!/bin/sh\n# pip install nothing\n  pip3 install torch\nexec python main.py\n"
            $0.scripts = [Survey.Script(path: "start.sh", container: "comfyui", Array(script.utf8))]
        },
        Planted("machine.wsl_one") { $0.machine.wsl = 1 },
        Planted("machine.wsl_config") { $0.machine.wslConfigs = [wsl("[wsl2]\nmemory=48\n")] },
        Planted("machine.wsl_config") { $0.machine.wslConfigs = [wsl("[wsl2]\nmemory=32GB\n")] },
        Planted("machine.wsl_config") { $0.machine.wslConfigs = [wsl("memory=64GB\n[wsl2]\n")] },
        Planted("disk.low") { $0.disks[0].free = 1 << 30 },
        Planted("disk.odd_file_system") { $0.disks[0].kind = "9p" },
        Planted("worker.open_here") { $0.workers[0].prompt = taken },
        Planted("worker.open_to_network") {
            $0.workers = [worker("192.168.1.5")]
            $0.workers[0].prompt = taken
        },
        Planted("worker.manager_open") {
            $0.workers = [worker("192.168.1.5")]
            $0.workers[0].manager = .answered(HTTPReply(status: 200))
        },
        Planted("models.truncated") { $0.models = [ModelFile(path: "/m/a", size: 1, state: .truncated(expected: 9))] },
        Planted("models.not_a_model") { $0.models = [ModelFile(path: "/m/a", size: 1, state: .webPage)] },
        Planted("models.not_a_model") { $0.models = [ModelFile(path: "/m/a", size: 1, state: .gitPointer)] },
        Planted("models.unfinished") { $0.models = [ModelFile(path: "/m/a.part", size: 1, state: .unfinished)] },
        Planted("request.broken") {
            let words = Phrase(verbatim: "expired")
            let cause = Cause(id: "tls.expired", hop: .tls, place: "x", evidence: words, remedy: words)
            $0.ways = [Survey.Way(url: "https://x", causes: [cause])]
        },
        Planted("worker.no_models") { $0.workers[0].models = 0 },
        Planted(container: "worker.any_origin") { $0.words += ["--enable-cors-header", "--port", "1"] },
        Planted(container: "worker.any_origin") { $0.words += ["--enable-cors-header=*"] },
        Planted("worker.any_origin") {
            let body = #"{"system": {"argv": ["main.py", "--enable-cors-header", "*"]}}"#
            $0.workers[0].stats = .answered(HTTPReply(status: 200, body: Array(body.utf8)))
        },
        Planted("worker.known_hole") {
            $0.workers[0].stats = stats("0.3.39")
        },
        Planted("worker.manager_hole") {
            $0.workers[0].stats = stats("v0.3.75")
            $0.workers[0].manager = .answered(HTTPReply(status: 403))
        },
        Planted("gate.configuration") {
            let words = Phrase(verbatim: "no port")
            $0.gate = [Survey.Mistake(place: "comfygate.yaml:3", what: words, remedy: nil)]
        },
        Planted(container: "worker.any_origin") {
            $0.environment.append(variable("CLI_ARGS", "--listen --enable-cors-header *"))
        },
        Planted("worker.silent") { $0.workers[0].stats = .failed(.refused) },
        Planted("worker.other_server") { $0.workers[0].stats = .answered(HTTPReply(status: 500)) },
        Planted("worker.other_server") {
            let page = HTTPAnswer.answered(HTTPReply(status: 200, body: Array("<html>my router".utf8)))
            ($0.workers[0].stats, $0.workers[0].prompt, $0.workers[0].manager) = (page, page, page)
        },
    ]

    @Test("What is put wrong is found under its name, and nothing else is red", arguments: planted)
    func plant(_ planted: Planted) {
        var survey = Self.healthy()
        planted.plant(&survey)
        #expect(Self.faulty(survey) == [planted.check])
    }

    @Test("What looks alike and is fine is left alone")
    func fine() {
        var survey = Self.healthy()
        survey.containers[0].environment += [
            // For somebody else's service.
            Self.variable("OPENAI_API_KEY", ""), Self.variable("CIVITAI_API_TOKEN", ""),
            Self.variable("MAX_TOKENS", ""), Self.variable("API_KEY_FILE", "/run/secrets/key"),
            Self.variable("CUDA_VISIBLE_DEVICES", "0"), Self.variable("NVIDIA_VISIBLE_DEVICES", "all"),
        ]
        survey.containers[0].run?.cards = .seen([Self.uuids[0]])
        // It died once or twice, long ago.
        survey.containers[0].run?.restarts = 7
        survey.containers[0].words += ["--enable-cors-header", "https://comfy.example.org"]
        survey.workers[0].models = 1
        (survey.containers[0].image, survey.containers[0].isImageOwn) = ("own:latest", true)
        survey.ways = [
            Survey.Way(url: "https://x", causes: [], certificateEnd: survey.time.advanced(bySeconds: 60 * 86_400))
        ]
        survey.workers[0].stats = Self.stats("0.3.76")
        survey.containers[0].ports.append(ContainerFacts.Port(address: "127.0.0.1", host: nil, container: 9_000))
        // Stopped by somebody.
        survey.containers[0].run = ContainerFacts.Run(status: "exited", exitCode: 137)
        // As nginx answers plain HTTP on a port for TLS.
        survey.workers.append(Self.worker("192.168.1.5"))
        survey.workers[1].prompt = .answered(HTTPReply(status: 400, body: Array("<html>400 Bad Request".utf8)))
        survey.containers.append(Self.container("stopped"))
        survey.containers[1].ports = [
            ContainerFacts.Port(address: "127.0.0.2", host: 8_188, container: 8_188),
            ContainerFacts.Port(address: "172.17.0.1", host: 8_188, container: 8_188),
            ContainerFacts.Port(address: "127.0.0.1", host: 8_188, container: 8_188, transport: "udp"),
        ]
        survey.containers[1].mounts += [
            ContainerFacts.Mount(.bind, source: "/", target: "/host", isReadOnly: true),
            ContainerFacts.Mount(.volume, source: "run", target: "/var/run"),
        ]
        survey.containers[1].capabilities = ["NET_BIND_SERVICE"]
        survey.containers[1].words += ["--api-key", "${KEY}", "--max-tokens", "5"]
        // What others are to reach, and what stands between them and the engine.
        for (name, port) in [("caddy", 443), ("docker-socket-proxy", nil)] as [(String, Int?)] {
            var container = Self.container(name)
            (container.image, container.cards) = ("example/\(name):2", [])
            container.ports = port.map { [ContainerFacts.Port(address: "", host: $0, container: $0)] } ?? []
            container.mounts = [ContainerFacts.Mount(.bind, source: "/var/run/docker.sock", target: "/s")]
            if port != nil { container.mounts = [] }
            survey.containers.append(container)
        }
        #expect(Self.faulty(survey) == [])
    }

    @Test("A secret in a command, a log or a name is in no report")
    func redacts() {
        let token = "hf_" + String(repeating: "aB3", count: 11)
        var survey = Self.healthy()
        survey.containers[0].environment.append(Self.variable("FORGE_PASSWORD", "of/theirs$1"))
        survey.containers[0].words = ["sh", "-c", "pip install https://of%2Ftheirs%241@host/x.whl \(token)"]
        survey.containers[0].healthCheck = ContainerFacts.HealthCheck([
            "CMD", "curl", "-f", "-H", "Bearer \(token)", "/",
        ])
        survey.containers[0].run = ContainerFacts.Run(
            status: "running", health: "unhealthy", failingStreak: 1, healthOutput: "401 for of/theirs$1")
        let faults = CheckReport(survey).faults
        #expect(faults.count >= 3)
        for fault in faults {
            for text in [fault.place, fault.evidence.text(in: .english), fault.remedy.text(in: .french)] {
                #expect(!text.contains(token) && !text.contains("of/theirs") && !text.contains("of%2F"), "\(text)")
            }
        }
    }

    @Test("A password that is a service's name leaves the service its name")
    func commonWords() {
        var survey = Self.healthy()
        survey.containers[0].environment += [
            Self.variable("COMFYUI_PASSWORD", "comfyui"), Self.variable("A_PASSWORD", "x"),
            Self.variable("B_PASSWORD", "of/theirs$1"),
        ]
        #expect(survey.redaction("comfyui at x, of/theirs$1, A_PASSWORD=x") == "comfyui at x, …, A_PASSWORD=…")
    }

    @Test("What did not answer is not called closed, and an empty folder not well kept")
    func unknown() {
        var survey = Self.healthy()
        survey.workers[0].stats = .failed(.refused)
        survey.workers[0].prompt = .failed(.refused)
        survey.containers[0].user = nil
        guard case .seen(var files) = survey.files else { return }
        files.isEmpty = true
        survey.files = .seen(files)
        let judged = CheckReport(survey).outcomes.compactMap { outcome -> String? in
            if case .holds = outcome.state { outcome.check.id } else { nil }
        }
        let unknown = [
            "worker.open_to_network", "worker.known_hole", "container.root", "files.tracked", "secrets.no_truth",
            "worker.no_models", "worker.manager_hole",
        ]
        #expect(Set(judged).isDisjoint(with: unknown))
        // One address that does not answer, beside one that does, is no silence.
        survey = Self.healthy()
        survey.workers.append(Self.worker("192.168.1.5"))
        survey.workers[1].stats = .failed(.unreachable("no route"))
        #expect(Self.faulty(survey) == [])
    }

    @Test("Where nothing runs, nothing is called fine")
    func empty() {
        var survey = Self.healthy()
        (survey.containers, survey.workers) = ([], [])
        let lines = CheckReport(survey).lines
        #expect(lines.first { $0.area == .hardening }?.score == nil)
        #expect(lines.first { $0.area == .workers }.map { $0.holding + $0.faulty } == 0)
        #expect(lines.first { $0.area == .disk }?.score == 100)
    }

    @Test("Without an engine, cards and files nothing is red, and each absence is told")
    func blind() {
        let survey = Survey(
            root: "/", files: .unseen(Phrase(verbatim: "a")), engine: .unseen(Phrase(verbatim: "b")),
            cards: .unseen(Phrase(verbatim: "c")))
        let report = CheckReport(survey)
        #expect(report.faults.isEmpty)
        #expect(Set(report.unseen.map { $0.reason.text(in: .english) }) == ["a", "b", "c"])
        #expect(report.worst == nil)
    }

    @Test("The manual has every check, and no other")
    func manual() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/check.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        let wanted = CheckList.all.map { check in
            "| `\(check.id)` | \(check.area.rawValue) | \(check.severity.rawValue) | \(check.title.text(in: .english)) |"
        }
        #expect(Set(rows).symmetricDifference(wanted) == [])
    }

    @Test("The exit code is that of the worst")
    func exitCodes() {
        #expect(Severity.allCases.map(\.exitCode) == [0, 3, 4, 5])
        #expect(Severity.notice < .warning && Severity.error < .critical)
    }
}

struct CheckHistoryTests {
    @Test("What is written is read again, broken lines are passed over, and only so much is kept")
    func roundTrip() {
        var history = CheckHistory()
        let report = CheckReport(CheckTests.healthy())
        for index in 0..<(CheckHistory.most + 5) { history.append(report, at: Timestamp(seconds: Int64(index))) }
        #expect(history.entries.count == CheckHistory.most)
        #expect(history.entries.first?.time == Timestamp(seconds: 5))
        #expect(CheckHistory(parsing: history.bytes) == history)
        #expect(history.lastFaults == [])
        var survey = CheckTests.healthy()
        survey.containers[0].isPrivileged = true
        history.append(CheckReport(survey), at: Timestamp(seconds: 9))
        #expect(history.lastFaults == [Fault.Name(check: "container.privileged", place: "comfyui")])
        #expect(CheckHistory(parsing: history.bytes) == history)
        let broken = Array("{\"time\": 1}\nrubbish\n{\"time\": \"2026".utf8) + [0x0A] + history.bytes
        #expect(CheckHistory(parsing: broken) == history)
    }

    @Test("A score is compared with that of the last time")
    func trend() {
        var survey = CheckTests.healthy()
        var history = CheckHistory()
        survey.containers[0].isPrivileged = true
        let bad = CheckReport(survey)
        history.append(bad, at: Timestamp(seconds: 1))
        var good = CheckReport(CheckTests.healthy())
        #expect(good.lines.allSatisfy { $0.trend == nil && $0.trendMark.isEmpty })
        good.before = history.last
        let hardening = good.lines.first { $0.area == .hardening }
        #expect(hardening?.trend ?? 0 > 0 && hardening?.trendMark.hasPrefix("+") == true)
        #expect(good.lines.first { $0.area == .disk }?.trendMark == "=")
    }
}
