import Basics
import Foundation
import Loop
import Secrets
import Stack
import TestSupport
import Testing
import Wire

@testable import Checkup

/// Surveys of real folders, each with one thing wrong in it.
@Suite(.serialized)
struct SurveyorTests {
    @Test("A worker that was named by loopback is tried at every address that its port is open at")
    func around() throws {
        var machine = Machine()
        machine.addresses = ["192.168.1.5", "fe80::1"]
        machine.listening = [
            Machine.Listening(address: "0.0.0.0", port: 8_188), Machine.Listening(address: "127.0.0.1", port: 8_189),
        ]
        func places(_ url: String) throws -> [String] {
            WorkerPlace.named([try #require(HTTPURL(url))], on: machine).map { "\($0.host) \($0.port)" }
        }
        #expect(try places("http://localhost:8188") == ["localhost 8188", "192.168.1.5 8188", "fe80::1 8188"])
        #expect(try places("http://127.0.0.1:8189") == ["127.0.0.1 8189"])
        #expect(try places("http://[::2]:8188") == ["::2 8188"])
        #expect(try places("https://localhost:8188") == [])
    }

    private static let token = "hf_" + String(repeating: "aB3", count: 11)
    private static let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"

    private func survey(_ files: [String: String], mode: Int = 0o600) async throws -> Survey {
        let folder = TemporaryFolder()
        for (path, text) in files { try write(text, path, in: folder, mode: mode) }
        let loop = EventLoop("survey")
        defer { loop.stop() }
        var surveyor = Surveyor(
            root: folder.path, environment: ["DOCKER_HOST": "unix://\(folder.path)/none.sock", "HOME": "/h"])
        surveyor.library = folder.path + "/none.so"
        return await surveyor.look(on: loop)
    }

    /// Without what this machine itself may be short of.
    private func faults(_ files: [String: String], mode: Int = 0o600) async throws -> Set<String> {
        let report = CheckReport(try await survey(files, mode: mode))
        let areas: Set<Area> = [.files, .secrets, .containers]
        return Set(report.faults.filter { areas.contains($0.area) }.map(\.check))
    }

    private static let truth = """
        {"version": "1.0", "raw_token": "example-2025", "bcrypt_hash": "\(hash)", "locations": ["a/.env"]}
        """

    @Test("A folder without faults, or with nothing in it, is green")
    func green() async throws {
        #expect(try await faults([:]) == [])
        let compose = "services: {a: {image: x, user: '1000'}}\n"
        #expect(try await faults(["compose.yaml": compose, "notes.txt": "hello"]) == [])
    }

    @Test(
        "What is put wrong in a folder is found under its name",
        arguments: [
            ("env.byte_order_mark", [".env": "\u{FEFF}A=1\n"]), ("env.carriage_returns", [".env": "A=1\r\nB=2\r\n"]),
            ("env.placeholder", [".env": "HF_TOKEN=your_token_here\n"]),
            (
                "env.missing_key",
                ["x/compose.yaml": "services: {a: {image: a, environment: ['HF_TOKEN=${HF_TOKEN}']}}\n"]
            ),
            ("env.misread", [".env": "FORGE_PASSWORD=\"p$ss#word-of-theirs\"\n"]),
            (
                "compose.missing_mount",
                ["x/compose.yaml": "services: {a: {image: x, volumes: ['../gone.token:/token', './:/here']}}\n"]
            ),
            ("compose.broken", ["compose.yaml": "services: {a: [}\n"]),
            ("compose.broken", ["compose.yaml": "a: *nobody\n"]),
            (
                "files.foreign_script",
                [
                    "compose.yaml": "services: {a: {image: x, volumes: ['./start.sh:/start.sh']}}\n",
                    "start.sh": "#!/bin/sh\r\necho\r\n",
                ]
            ),
            (
                "secrets.no_truth",
                [".env": "HF_TOKEN=\(token)\n", "a/.env": "CIVITAI_TOKEN=0123456789abcdefABCDEF0123456789\n"]
            ),
            ("files.left_out", [".env": String(repeating: "A", count: 1_100_000)]),
            ("env.placeholder", [".env": "MY_API_KEY=your_key_here\n", ".env.example": "MY_API_KEY=your_key_here\n"]),
            ("env.refused", [".env": "A=1\nthis is no line\n"]),
            ("env.refused", [".env": "A\u{0}=\u{0}1\u{0}\n\u{0}"]),
            ("env.repeated_key", [".env": "TZ=a\nB=1\nTZ=b\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, mem_limit: '${FOO'}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, environment: ['K=${NEEDED:?set it}']}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {restart: always}}\n"]),
            ("compose.broken", ["compose.yaml": "services: [a]\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, ports: ['127.0.0.1:abc:80']}}\n"]),
            ("compose.broken", [".env": "COMPOSE_FILE=compose.yaml:gone.yaml\n", "compose.yaml": "services: {}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, depends_on: [b]}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, networks: [n]}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, volumes: ['models:/m']}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, secrets: [{source: s}]}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, ports: '127.0.0.1:81:81'}}\n"]),
            ("compose.broken", ["compose.yaml": "include: [gone.yaml]\nservices: {}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {extends: {file: gone.yml, service: a}}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, env_file: [gone.env]}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, enviroment: [A=1]}}\n"]),
            ("compose.broken", ["compose.yaml": "services: {a: {image: x, extends: b}}\n"]),
            (
                "compose.ignored",
                [
                    "compose.yaml": "services: {a: {image: x, ports: ['127.0.0.1:81:81']}}\n",
                    "docker-compose.yml": "services: {b: {image: x, ports: ['127.0.0.1:81:81'], command: '${GONE}'}}\n",
                ]
            ),
            (
                "compose.broken",
                ["compose.yaml": "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {file: ./gone.txt}}\n"]
            ),
            ("secrets.broken_truth", [".secrets/comfyui_auth_tokens.conf": "{\"version\": \"1.0\",\n oops"]),
        ])
    func planted(check: String, files: [String: String]) async throws {
        let found = try await faults(files)
        #expect(found == [check], "\(found)")
    }

    @Test("Without a source of truth, copies that agree do not differ")
    func agreeing() async throws {
        let line = "COMFYUI_BEARER_TOKEN='\(Self.hash)'\n"
        #expect(try await faults(["a/.env": line, "b/.env": line]) == ["secrets.no_truth"])
        let other = line.replacingOccurrences(of: "yfQbl", with: "yfQbm")
        #expect(try await faults(["a/.env": line, "b/.env": other]).contains("secrets.drift"))
    }

    @Test("What an ordinary project has is no fault")
    func ordinary() async throws {
        let found = try await faults([
            "compose.yaml": """
            name: x
            include:
              - sub/part.yaml
              - {path: [inc/two.yml, inc/over.yml], env_file: inc/x.env}
              - {path: moved/three.yml, project_directory: .}
            services:
              a:
                image: x
                user: "1000"
                env_file: [a.env, ~/gone.env, {path: gone.env, required: false}]
                environment:
                  API_KEY: set-here
                  HOME_OF: "${HOME:?}"
                  OPENAI_API_KEY: "${OPENAI_API_KEY:-}"
                  HF_TOKEN: "${HF_TOKEN:-}"
                  HUGGING_FACE_HUB_TOKEN: "${HUGGING_FACE_HUB_TOKEN-}"
                volumes: [./nope.txt:/d, ./output:/out, ~/models:/models]
                depends_on: {cpu: {condition: service_started}}
                networks: [default, inner]
                secrets: [given]
              cpu: {image: x, profiles: [cpu], ports: ["127.0.0.1:81:80"]}
              gpu: {image: x, profiles: [gpu], ports: ["127.0.0.1:81:80"]}
            networks: {inner: {}}
            secrets: {given: {environment: HOME}}
            """,
            "compose.override.yaml": "services: {a: {volumes: [./yes.txt:/d]}}\n", "yes.txt": "",
            ".env": "PART=1\n", "a.env": "API_KEY=\n",
            "inc/two.yml": "services: {two: {image: x, hostname: '${TWO:?}', ports: ['82:82']}}\n",
            "inc/over.yml": "services: {two: {ports: !override ['127.0.0.1:82:82']}}\n", "inc/x.env": "TWO=2\n",
            "moved/three.yml": "services: {three: {image: x, env_file: a.env}}\n",
            "sub/part.yaml": "services: {p: {image: x, hostname: '${PART:?}'}}\n",
            "gpu/docker-compose.base.yml": "services: {c: {image: x}}\n",
            "gpu/docker-compose.gpu.yml": "services: {c: {shm_size: 8g}}\n",
        ])
        #expect(found == [])
    }

    @Test("What a service extends out of a file that is not started is a part of it, and no service by itself")
    func extended() async throws {
        let survey = try await survey([
            "a/compose.yaml": "services: {kid: {extends: {file: ../parts/base.yml, service: b}, mem_limit: 1g}}\n",
            "parts/base.yml": """
            services:
              b:
                image: x
                privileged: true
                ports: ["8188:8188"]
                volumes: [/var/run/docker.sock:/var/run/docker.sock, ./here:/here]
            """, "parts/here/x": "",
        ])
        #expect(survey.containers.map(\.name) == ["kid"])
        let faults = Set(CheckReport(survey).faults.map(\.check))
        #expect(faults.isSuperset(of: ["container.privileged", "port.public", "container.engine_socket"]))
        #expect(faults.isDisjoint(with: ["container.no_memory_limit", "compose.missing_mount", "compose.broken"]))
    }

    @Test("What COMPOSE_FILE names is what is started")
    func chosen() async throws {
        let whole = """
            services:
              a: {image: "x:1", user: "1000", mem_limit: 8g, pids_limit: 100, ports: ["127.0.0.1:81:80"]}
            """
        let files = [
            ".env": "COMPOSE_FILE=base.yaml:gpu.yaml\n", "base.yaml": whole,
            "gpu.yaml": "services: {a: {volumes: [./gone.conf:/etc/gone.conf]}}\n",
        ]
        let survey = try await survey(files)
        #expect(survey.containers.map(\.name) == ["a"])
        #expect(CheckReport(survey).faults.map(\.check).contains("compose.missing_mount"))
    }

    @Test("A compose file's own project is not another one of the same service")
    func projects() {
        var engine = ContainerFacts(name: "other-comfyui-1", origin: .engine(id: "1"), image: "i")
        (engine.project, engine.service) = ("other", "comfyui")
        var service = ContainerFacts(
            name: "comfyui", origin: .compose(file: "compose.yaml", service: "comfyui"), image: "i")
        (service.project, service.service) = ("genai", "comfyui")
        #expect(Survey.merged(engine: [engine], compose: [service]).count == 2)
        service.project = "other"
        #expect(Survey.merged(engine: [engine], compose: [service]).count == 1)
    }

    @Test("Of certbot's archive only the newest counts")
    func archive() {
        let end = Timestamp(seconds: 1)
        let all = ["a/archive/x/cert1.pem", "a/archive/x/cert12.pem", "a/archive/x/chain3.pem", "a/live/x/cert1.pem"]
        let current = Surveyor.current(Dictionary(uniqueKeysWithValues: all.map { ($0, end) }))
        #expect(current.keys.sorted() == ["a/archive/x/cert12.pem", "a/archive/x/chain3.pem", "a/live/x/cert1.pem"])
    }

    @Test("No value of a template is in a report")
    func quotes() async throws {
        let compose = "services: {a: {image: x, command: 'serve postgres://u:hunter2secret@${DB_HOST:?}/x ${broken'}}\n"
        let texts = CheckReport(try await survey(["compose.yaml": compose])).faults.map {
            $0.evidence.text(in: .english)
        }
        #expect(texts.contains { $0.contains("${broken") || $0.contains("DB_HOST") })
        #expect(texts.allSatisfy { !$0.contains("hunter2secret") })
    }

    @Test("The variable that has to be set is the one of the compose file")
    func source() async throws {
        let report = CheckReport(
            try await survey([
                "compose.yaml": "services: {a: {image: x, environment: ['API_KEY=${WHISPER_API_KEY:-}']}}\n"
            ]))
        let remedy = report.faults.first { $0.check == "login.empty_key" }?.remedy.text(in: .english)
        #expect(remedy?.contains("${WHISPER_API_KEY:?}") == true)
    }

    @Test("Credentials that differ, that are no hashes, and that others can read")
    func credentials() async throws {
        let other = Self.hash.replacingOccurrences(of: "yfQbl", with: "yfQbm")
        let path = ".secrets/comfyui_auth_tokens.conf"
        let found = try await faults([path: Self.truth, "a/.env": "COMFYUI_BEARER_TOKEN='\(other)'\n"])
        #expect(found.isSuperset(of: ["secrets.drift"]), "\(found)")
        let open = try await faults([".env": "HF_TOKEN=\(Self.token)\n"], mode: 0o644)
        #expect(open == ["files.readable"], "\(open)")
    }

    @Test("Of all secrets of a folder only a worker's own are ever tried at a worker")
    func tries() async throws {
        let survey = try await survey([
            ".env":
                "HF_TOKEN=\(Self.token)\nOPENAI_API_KEY=sk-very-secret-0123456789abcdef\nFORGE_PASSWORD=of-theirs-1\n",
            "a/.env": "COMFYUI_BEARER_TOKEN='\(Self.hash)'\nCIVITAI_TOKEN=0123456789abcdefABCDEF0123456789\n",
            "b/login/PASSWORD": Self.hash + "\nadmin", "c/x.token": Self.hash + "\n",
            ".secrets/comfyui_auth_tokens.conf": Self.truth,
        ])
        let findings = try #require(survey.files.value?.findings)
        let tried = Set(findings.filter(\.isWorkerCredential).compactMap(\.secret))
        #expect(!tried.isEmpty)
        #expect(tried.isSubset(of: [Secret(Self.hash), Secret("example-2025")]))
    }

    @Test("A repair heals what it claims and changes nothing else")
    func repairs() async throws {
        let folder = TemporaryFolder()
        let files = [
            "a/.env": "\u{FEFF}HF_TOKEN=\(Self.token)\r\nB=a\rb\r\n", "b/.env": "HF_TOKEN=\(Self.token)\n",
            "start.sh": "#!/bin/sh\r\necho\r\n", "other.sh": "#!/bin/sh\r\n", "notes.txt": "a\r\n",
            "compose.yaml": "services: {x: {image: x, volumes: ['./start.sh:/start.sh']}}\r\n",
        ]
        for (path, text) in files { try write(text, path, in: folder, mode: 0o644) }
        func look() async -> Survey {
            let loop = EventLoop("survey")
            defer { loop.stop() }
            return await Surveyor(root: folder.path, environment: ["DOCKER_HOST": "unix:///none"]).look(on: loop)
        }
        let before = await look()
        let inode = try inode(of: folder.path + "/start.sh")
        try Repair(CheckReport(before), of: before).run()
        let after = CheckReport(await look())
        let healed: Set = ["env.byte_order_mark", "env.carriage_returns", "files.foreign_script", "files.readable"]
        #expect(after.faults.allSatisfy { !healed.contains($0.check) && $0.fix == nil }, "\(after.faults)")
        func content(_ path: String) throws -> String {
            try String(contentsOfFile: folder.path + "/" + path, encoding: .utf8)
        }
        #expect(try content("a/.env") == "HF_TOKEN=\(Self.token)\nB=a\rb\n")
        #expect(try content("start.sh") == "#!/bin/sh\necho\n")
        // Mounted by itself: the container sees the same file.
        #expect(try self.inode(of: folder.path + "/start.sh") == inode)
        for path in ["b/.env", "other.sh", "notes.txt", "compose.yaml"] { #expect(try content(path) == files[path]) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["a", "b", "compose.yaml", "notes.txt", "other.sh", "start.sh"])
    }

    private func inode(of path: String) throws -> UInt64? {
        try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
    }

    private func write(_ text: String, _ path: String, in folder: TemporaryFolder, mode: Int) throws {
        let place = folder.path + "/" + path
        try FileManager.default.createDirectory(
            atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try Data(text.utf8).write(to: URL(fileURLWithPath: place))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: place)
    }

    @Test("What is in no report: the secrets themselves")
    func redacted() async throws {
        let files = [
            ".env": "HF_TOKEN=\(Self.token)\nAPI_KEY=sk-very-secret-0123456789\n",
            "compose.yaml": "services: {a: {image: x, environment: ['HF_TOKEN=${HF_TOKEN}', 'API_KEY=${API_KEY}']}}\n",
        ]
        let survey = try await survey(files)
        let report = CheckReport(survey)
        #expect(report.faults.contains { $0.check == "container.secret_in_environment" })
        let text = String(decoding: report.json(of: survey, in: .english).encoded(), as: UTF8.self)
        #expect(!text.contains(Self.token) && !text.contains("sk-very-secret"))
    }

    @Test("Without an engine and cards a survey says so")
    func blind() async throws {
        let survey = try await survey([:])
        #expect(survey.engine.value == nil && survey.cards.value == nil)
        #expect(CheckReport(survey).unseen.count == 2)
    }
}
