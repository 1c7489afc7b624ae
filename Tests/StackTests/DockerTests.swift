import Basics
import Secrets
import Testing

@testable import Stack

struct DockerTests {
    @Test(
        "The engine's own version is spoken, or the newest known one",
        arguments: [
            ("1.41", "1.41"), ("1.24", "1.24"), ("1.51", "1.51"), ("1.99", "1.51"), ("2.0", "1.51"), ("1.23", nil),
            ("", nil),
            ("x.y", nil), ("1", nil), ("1.2.3", nil), ("-1.2", nil),
        ])
    func spoken(engine: String, expected: String?) {
        #expect(DockerVersion.spoken(with: DockerVersion(engine))?.description == expected)
    }

    @Test(
        "An address as DOCKER_HOST has it",
        arguments: [
            ("unix:///run/d.sock", .unix("/run/d.sock")),
            ("tcp://10.0.0.2:2375", .tcp(host: "10.0.0.2", port: 2_375, certificates: nil)),
            ("tcp://host", .tcp(host: "host", port: 2_375, certificates: nil)),
            ("tcp://[::1]:99", .tcp(host: "::1", port: 99, certificates: nil)),
            ("https://host", .tcp(host: "host", port: 2_376, certificates: "/home/a/.docker")),
        ] as [(String, DockerEndpoint)])
    func address(text: String, expected: DockerEndpoint) throws {
        #expect(try DockerEndpoint(text, environment: ["HOME": "/home/a"]) == expected)
    }

    @Test("TLS is asked for as Docker's client does")
    func secure() throws {
        let environment = ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/c"]
        #expect(
            try DockerEndpoint("tcp://h:1", environment: environment) == .tcp(host: "h", port: 1, certificates: "/c"))
    }

    @Test("What is no address says so", arguments: ["", "x", "unix://run", "tcp://", "tcp://h:x", "tcp://h:99999"])
    func bad(text: String) {
        #expect(throws: DockerFailure.badAddress(text)) { try DockerEndpoint(text, environment: [:]) }
    }

    @Test("Other ways are named", arguments: ["ssh", "npipe", "fd"])
    func transport(scheme: String) {
        #expect(throws: DockerFailure.noTransport(scheme)) { try DockerEndpoint(scheme + "://x", environment: [:]) }
    }

    @Test("The system's socket comes before a user's own, and DOCKER_HOST before both")
    func find() throws {
        let environment = ["HOME": "/h", "XDG_RUNTIME_DIR": "/run/user/1"]
        func found(_ there: String...) throws -> DockerEndpoint {
            try DockerEndpoint.find(environment: environment) { there.contains($0) }
        }
        #expect(try found("/run/user/1/docker.sock", "/var/run/docker.sock") == .unix("/var/run/docker.sock"))
        #expect(try found("/run/user/1/docker.sock") == .unix("/run/user/1/docker.sock"))
        #expect(try found("/h/.docker/desktop/docker.sock") == .unix("/h/.docker/desktop/docker.sock"))
        #expect(throws: DockerFailure.self) { try found() }
        let named = environment.merging(["DOCKER_HOST": "unix:///x"]) { $1 }
        #expect(try DockerEndpoint.find(environment: named) { _ in true } == .unix("/x"))
    }

    @Test("A stream in frames is its content, a bare one is itself")
    func stream() {
        #expect(DockerEngine.output(of: [1, 0, 0, 0, 0, 0, 0, 2, 65, 66, 2, 0, 0, 0, 0, 0, 0, 1, 67]) == [65, 66, 67])
        #expect(DockerEngine.output(of: Array("hello world".utf8)) == Array("hello world".utf8))
        // Cut off in the midst.
        #expect(DockerEngine.output(of: [1, 0, 0, 0, 0, 0, 0, 9, 65]) == [65])
        #expect(DockerEngine.output(of: [1, 0, 0]) == [])
    }

    @Test("What nvidia-smi says inside a container")
    func inside() {
        func cards(_ status: Int, _ text: String) -> ContainerFacts.Run.Cards {
            DockerEngine.cards(status: status, output: Array(text.utf8))
        }
        #expect(cards(0, "GPU-1\nGPU-2\n") == .seen(["GPU-1", "GPU-2"]))
        #expect(cards(0, "No devices were found\n") == .seen([]))
        #expect(
            cards(255, "Failed to initialize NVML: Unknown Error\n")
                == .failed("Failed to initialize NVML: Unknown Error"))
        #expect(cards(9, "") == .failed("9"))
    }

    @Test("On the host's network a container has the ports that it names and that are open")
    func hostPorts() {
        var container = ContainerFacts(name: "c", origin: .engine(id: "1"), image: "i")
        container.network = "host"
        container.run = ContainerFacts.Run(status: "running")
        container.exposed = [8_188, 9_000]
        container.words = ["sh", "-c", "exec python main.py --listen 0.0.0.0 --port=3000"]
        let sockets = [
            Machine.Listening(address: "0.0.0.0", port: 3_000), Machine.Listening(address: "127.0.0.1", port: 8_188),
            Machine.Listening(address: "0.0.0.0", port: 22),
        ]
        let ports = container.onHost(sockets).ports
        #expect(ports.map(\.host) == [3_000, 8_188])
        #expect(ports.map(\.isPublic) == [true, false])
        container.network = "bridge"
        #expect(container.onHost(sockets).ports.isEmpty)
    }

    @Test("NVIDIA's runtime gives cards by a variable, which means nothing without it")
    func runtime() {
        func cards(_ value: String?) -> [ContainerFacts.CardRequest] {
            var container = ContainerFacts(name: "c", origin: .engine(id: "1"), image: "i")
            if let value {
                container.environment = [ContainerFacts.Variable("NVIDIA_VISIBLE_DEVICES", DotenvValue(value.utf8))]
            }
            return container.cardsOfRuntime
        }
        #expect(cards("all") == [ContainerFacts.CardRequest(ids: [], count: -1)])
        #expect(cards("GPU-1,GPU-2") == [ContainerFacts.CardRequest(ids: ["GPU-1", "GPU-2"], count: nil)])
        for none in [nil, "", "void", "none"] { #expect(cards(none) == []) }
    }

    /// As Debian's engine 20.10.24 (API 1.41) answers, shortened to what is read.
    static let inspected = #"""
        {"Id": "1428d649", "Name": "/comfyui-qwen", "RestartCount": 2, "Image": "sha256:136a",
         "State": {"Status": "running", "Running": true, "OOMKilled": false, "ExitCode": 0, "Pid": 4711,
           "StartedAt": "2026-11-22T09:38:18.8Z",
           "Health": {"Status": "unhealthy", "FailingStreak": 3, "Log": [{"ExitCode": 1, "Output": "first"}, {"ExitCode": 22, "Output": "curl: (22)"}]}},
         "Config": {"User": "", "Env": ["PATH=/bin", "HF_TOKEN=hf_x=y", "BARE"], "Cmd": ["main.py"], "Entrypoint": ["python"],
           "Image": "example/comfyui:latest", "Healthcheck": {"Test": ["CMD", "curl", "-f", "http://localhost:8188/"]},
           "Labels": {"com.docker.compose.project": "qwen", "com.docker.compose.service": "comfyui-qwen"}},
         "HostConfig": {"Memory": 0, "ShmSize": 67108864, "Privileged": false, "NetworkMode": "qwen_default", "IpcMode": "private",
           "RestartPolicy": {"Name": "unless-stopped"},
           "DeviceRequests": [{"Driver": "nvidia", "Count": 0, "DeviceIDs": ["0"], "Capabilities": [["gpu"]]}]},
         "Mounts": [{"Type": "bind", "Source": "/srv/token", "Destination": "/token", "RW": false},
           {"Type": "volume", "Name": "models", "Source": "/var/lib/docker/volumes/models/_data", "Destination": "/models", "RW": true}],
         "NetworkSettings": {"Ports": {"8188/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8188"}, {"HostIp": "::", "HostPort": "8188"}], "80/tcp": null},
           "Networks": {"qwen_default": {"IPAddress": "172.18.0.2"}}}}
        """#

    @Test("A container as the engine tells of it")
    func inspect() throws {
        let found = try #require(ContainerFacts(inspected: try JSON(parsing: Array(Self.inspected.utf8))))
        #expect(found.name == "comfyui-qwen")
        #expect(found.origin == .engine(id: "1428d649"))
        #expect(found.user == "")
        #expect(found.memoryLimit == nil)
        #expect(found.sharedMemory == 64 << 20)
        #expect(found.ports.map(\.address) == ["0.0.0.0", "::"])
        #expect(found.environment.map(\.name) == ["PATH", "HF_TOKEN"])
        #expect(found[variable: "HF_TOKEN"] == DotenvValue("hf_x=y".utf8))
        #expect(found.cards == [ContainerFacts.CardRequest(ids: ["0"], count: 0)])
        #expect(found.mounts.map(\.isReadOnly) == [true, false])
        #expect(found.words == ["python", "main.py"])
        #expect(found.run?.health == "unhealthy")
        #expect(found.run?.healthOutput == "curl: (22)")
        #expect(found.run?.addresses == ["172.18.0.2"])
        #expect(found.service == "comfyui-qwen")
    }

    @Test(
        "Whatever an engine answers, nothing breaks",
        arguments: ["{}", "[]", "null", #"{"Id": 1}"#, #"{"Id": "a", "Name": "b", "Config": null}"#])
    func odd(text: String) throws {
        let found = ContainerFacts(inspected: try JSON(parsing: Array(text.utf8)))
        #expect(found == nil || found?.name == "b")
    }
}
