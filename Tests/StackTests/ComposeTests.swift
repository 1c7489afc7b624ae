import Basics
import Secrets
import Stack
import Testing
import YAML

struct ComposeTests {
    private func services(_ text: String, env: String? = nil, files: [String: String] = [:]) throws -> [ContainerFacts]
    {
        let document = try #require(try YAMLReader.full.read(Array(text.utf8)))
        var variables = ComposeVariables(env.map { [Array($0.utf8)] } ?? [])
        return ContainerFacts.services(of: document, in: "services/x/compose.yaml", &variables) { path in
            files[path].map { Array($0.utf8) }
        }
    }

    private func service(_ lines: String, env: String? = nil, files: [String: String] = [:]) throws -> ContainerFacts {
        let indented = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
        return try #require(try services("services:\n  x:\n" + indented, env: env, files: files).first)
    }

    @Test(
        "Ports in every form",
        arguments: [
            ("\"8188:8188\"", "", 8188, 8188), ("\"127.0.0.1:8189:8188\"", "127.0.0.1", 8189, 8188),
            ("\"[::1]:80:8080/tcp\"", "::1", 80, 8080), ("\"8188\"", "", nil, 8188), ("8188", "", nil, 8188),
            ("{target: 80, published: \"8080\", host_ip: 127.0.0.1}", "127.0.0.1", 8080, 80),
            ("\"${PORT:-8190}:8188\"", "", 8190, 8188),
        ] as [(String, String, Int?, Int)])
    func ports(written: String, address: String, host: Int?, inside: Int) throws {
        #expect(
            try service("ports: [\(written)]").ports
                == [ContainerFacts.Port(address: address, host: host, container: inside)])
    }

    @Test("A range is as many ports")
    func range() throws {
        let ports = try service("ports: [\"3000-3002:4000-4002/udp\"]").ports
        #expect(ports.map(\.host) == [3_000, 3_001, 3_002])
        #expect(ports.map(\.container) == [4_000, 4_001, 4_002])
        #expect(ports.allSatisfy { $0.transport == "udp" })
    }

    @Test("Mounts in both forms, relative to the project's folder")
    func mounts() throws {
        let found = try service(
            """
            volumes:
              - ./data:/data:ro
              - ../../.secrets/a.token:/a
              - models:/models
              - /var/run/docker.sock:/var/run/docker.sock
              - {type: bind, source: ./b, target: /b, read_only: true}
            """
        ).mounts
        #expect(
            found == [
                ContainerFacts.Mount(.bind, source: "services/x/data", target: "/data", isReadOnly: true),
                ContainerFacts.Mount(.bind, source: ".secrets/a.token", target: "/a"),
                ContainerFacts.Mount(.volume, source: "models", target: "/models"),
                ContainerFacts.Mount(.bind, source: "/var/run/docker.sock", target: "/var/run/docker.sock"),
                ContainerFacts.Mount(.bind, source: "services/x/b", target: "/b", isReadOnly: true),
            ])
    }

    @Test("The environment is what Compose would make of it, a dollar eaten included")
    func environment() throws {
        let env = "HASH=$2b$12$JH0/XSNN\nHERE=yes\n"
        let list = try service("environment: [A=1, \"B=${HERE}\", HERE, GONE, \"C=${HASH}\"]", env: env)
        #expect(list[variable: "A"] == DotenvValue("1".utf8))
        #expect(list[variable: "B"] == DotenvValue("yes".utf8))
        #expect(list[variable: "HERE"] == DotenvValue("yes".utf8))
        #expect(list[variable: "GONE"] == nil)
        #expect(list[variable: "C"] == DotenvValue("$2b$12/XSNN".utf8))
        let map = try service(
            "env_file: [a.env]\nenvironment:\n  A: 2\n  B:\n  HERE:", env: env,
            files: ["services/x/a.env": "A=1\nF=3\n"])
        #expect(map[variable: "A"] == DotenvValue("2".utf8))
        #expect(map[variable: "F"] == DotenvValue("3".utf8))
        #expect(map[variable: "HERE"] == DotenvValue("yes".utf8))
        #expect(map[variable: "B"] == nil)
    }

    @Test("What is missing in .env is told once")
    func missing() throws {
        let text = "services: {x: {image: \"${A}${A}${B:-b}\", user: \"${C:?}\"}}"
        let document = try #require(try YAMLReader.full.read(Array(text.utf8)))
        var variables = ComposeVariables([])
        _ = ContainerFacts.services(of: document, in: "compose.yaml", &variables) { _ in nil }
        #expect(variables.missing == ["A", "C"])
    }

    @Test("Cards, memory and checks")
    func resources() throws {
        let x = try service(
            """
            deploy: {resources: {limits: {memory: 24g}, reservations: {devices: [{driver: nvidia, device_ids: ['1'], capabilities: [gpu]}]}}}
            shm_size: 8gb
            healthcheck: {test: "curl -f http://localhost/"}
            command: ["python", "main.py"]
            entrypoint: /start.sh
            """)
        #expect(x.memoryLimit == 24 << 30)
        #expect(x.sharedMemory == 8 << 30)
        #expect(x.cards == [ContainerFacts.CardRequest(ids: ["1"], count: nil)])
        #expect(x.healthCheck?.test == ["CMD-SHELL", "curl -f http://localhost/"])
        #expect(x.words == ["/start.sh", "python", "main.py"])
        #expect(try service("gpus: all").cards == [ContainerFacts.CardRequest(ids: [], count: -1)])
        #expect(try service("healthcheck: {disable: true}").healthCheck?.isOff == true)
    }

    @Test("A service keeps what an anchor gives it")
    func anchors() throws {
        let text = """
            x-common: &common {user: "1000", mem_limit: 4g}
            services:
              a: {<<: *common, image: one}
              b: {<<: *common, user: root}
            """
        let found = try services(text)
        #expect(found.map(\.user) == ["1000", "root"])
        #expect(found.map(\.memoryLimit) == [4 << 30, 4 << 30])
    }

    @Test("Whatever stands in the place of a service, nothing breaks")
    func odd() throws {
        for text in [
            "services:", "services: []", "services: {x: }", "services: {x: []}",
            "services: {x: {ports: 8188, volumes: x}}",
            "services: {x: {ports: [\":::\", \"a:b\", \"99999999999999999999:1\"], environment: 3, healthcheck: x}}",
        ] { _ = try services(text) }
    }
}
