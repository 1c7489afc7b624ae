import Secrets
import Testing
import YAML

@testable import Stack

struct ComposeFilesTests {
    /// Facts of every service, by file and name.
    private func services(_ files: [String: String], chosen: [String] = []) throws -> [String: ContainerFacts] {
        var compose = ComposeFiles()
        compose.choose(chosen)
        for (path, text) in files {
            compose.add(try #require(try YAMLReader.full.read(Array(text.utf8))), path: path)
        }
        var found: [String: ContainerFacts] = [:]
        for (path, document) in compose.merged {
            var variables = ComposeVariables([])
            for facts in ContainerFacts.services(of: document, in: path, &variables, read: { _ in nil }) {
                found["\(path) \(facts.name)"] = facts
            }
        }
        return found
    }

    static let base = """
        services:
          x:
            image: example/x:1
            mem_limit: 8g
            command: [old, words]
            environment: [A=1, B=1]
            ports: ["127.0.0.1:80:80"]
            healthcheck: {test: [CMD, old], interval: 5s}
        """

    @Test("An override changes the file beside it")
    func override() throws {
        let override = """
            services:
              x:
                user: "1000"
                command: [new]
                environment: {B: 2, C: 3}
                ports: ["0.0.0.0:81:81"]
                healthcheck: {test: [CMD, new]}
              y: {image: example/y}
            """
        let found = try services(["a/docker-compose.yml": Self.base, "a/docker-compose.override.yml": override])
        #expect(Set(found.keys) == ["a/docker-compose.yml x", "a/docker-compose.yml y"])
        let x = try #require(found["a/docker-compose.yml x"])
        #expect((x.memoryLimit, x.user, x.image) == (8 << 30, "1000", "example/x:1"))
        #expect(x.words == ["new"])
        #expect(x.ports.map(\.host) == [80, 81])
        #expect(x.healthCheck?.test == ["CMD", "new"])
        let values = ["A", "B", "C"].map { name in
            x[variable: name].map { String(decoding: $0.reveal(), as: UTF8.self) }
        }
        #expect(values == ["1", "2", "3"])
    }

    @Test("!reset takes away what was said before, !override counts in its place, and a later file may say it again")
    func tags() throws {
        let found = try services(
            [
                "compose.yaml": Self.base
                    + "\n  gone: {image: example/gone}\n  test: {image: a, user: root, environment: {A: 1, B: 2}}",
                "1.yaml": """
                services:
                  x:
                    ports: !override ["127.0.0.1:82:82"]
                    mem_limit: !reset null
                    healthcheck: !override {test: [CMD, new]}
                    shm_size: !reset 1g
                  gone: !reset null
                  test: {environment: {A: !reset null, C: 3}}
                """,
                "2.yaml": "services: {x: {ports: ['83:83'], mem_limit: 9g}}",
            ], chosen: ["compose.yaml", "1.yaml", "2.yaml"])
        #expect(Set(found.keys) == ["compose.yaml x", "compose.yaml test"])
        let x = try #require(found["compose.yaml x"])
        #expect(x.ports.map(\.host) == [82, 83])
        #expect((x.memoryLimit, x.sharedMemory) == (9 << 30, nil))
        #expect(x.healthCheck?.test == ["CMD", "new"])
        // A service's name is no key of it: `test` is not the list of a health check.
        #expect(found["compose.yaml test"]?.user == "root")
        #expect(found["compose.yaml test"]?.environment.map(\.name) == ["B", "C"])
    }

    @Test("With COMPOSE_FILE its first file is the base, the next ones change it in their order, and no other does")
    func chosen() throws {
        let found = try services(
            [
                "compose.yaml": Self.base,
                "gpu.yaml": "services: {x: {mem_limit: 9g, shm_size: 8g}}",
                "tall.yaml": "services: {x: {mem_limit: 10g}, y: {image: example/y}}",
                "compose.override.yaml": "services: {x: {user: root}, z: {image: example/z}}",
            ], chosen: ["compose.yaml", "gpu.yaml", "tall.yaml"])
        #expect(
            Set(found.keys) == [
                "compose.yaml x", "compose.yaml y", "compose.override.yaml x", "compose.override.yaml z",
            ])
        let x = try #require(found["compose.yaml x"])
        #expect((x.memoryLimit, x.sharedMemory, x.user) == (10 << 30, 8 << 30, nil))
    }

    @Test(
        "COMPOSE_FILE is a list as the system of whoever wrote it separates one",
        arguments: [
            ("COMPOSE_FILE=a.yaml", ["s/a.yaml"]), ("COMPOSE_FILE=a.yaml:../b.yaml", ["s/a.yaml", "b.yaml"]),
            ("COMPOSE_FILE='./a.yaml;gpu/b.yaml'", ["s/a.yaml", "s/gpu/b.yaml"]),
            ("COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=a.yaml,b.yaml", ["s/a.yaml", "s/b.yaml"]),
            ("COMPOSE_FILE=", []), ("COMPOSE_FILE=/etc/a.yaml", []), ("OTHER=1", []),
        ])
    func separated(dotenv: String, paths: [String]) {
        #expect(ComposeFiles.chosen(by: ComposeVariables([Array(dotenv.utf8)]), in: "s") == paths)
    }

    @Test("A piece for another card is the usual service with the piece; a whole service stands for itself")
    func pieces() throws {
        let gpu = """
            services:
              x: {shm_size: 8g}
              z: {image: example/z}
              w: {user: root}
            """
        let found = try services(["docker-compose.yml": Self.base, "docker-compose.gpu.yml": gpu])
        #expect(
            Set(found.keys) == [
                "docker-compose.yml x", "docker-compose.gpu.yml x", "docker-compose.gpu.yml z",
                "docker-compose.gpu.yml w",
            ])
        #expect(found["docker-compose.yml x"]?.sharedMemory == nil)
        #expect(found["docker-compose.gpu.yml x"]?.memoryLimit == 8 << 30)
        #expect(found["docker-compose.gpu.yml x"]?.sharedMemory == 8 << 30)
        #expect(found["docker-compose.gpu.yml z"]?.memoryLimit == nil)
    }

    @Test("A service is what it extends, in its file and in another one, and circles end")
    func extends() throws {
        let found = try services([
            "a/compose.yaml": """
            services:
              base: {image: example/base, user: "1000", volumes: ["./here:/here"]}
              one: {extends: base, mem_limit: 1g}
              two: {extends: {service: one}, user: "2000"}
              far: {extends: {service: common, file: ../common/compose.yaml}, volumes: ["./mine:/mine"]}
              itself: {extends: itself, image: example/i}
              ring: {extends: {service: ring2}, image: example/r}
              ring2: {extends: {service: ring}}
              lost: {extends: {service: nobody, file: ../../../etc/passwd}, image: example/l}
            """,
            "common/compose.yaml": """
            services:
              common: {image: example/common, mem_limit: 2g, volumes: ["./there:/there"], env_file: there.env}
            """,
        ])
        let two = try #require(found["a/compose.yaml two"])
        #expect((two.image, two.user, two.memoryLimit) == ("example/base", "2000", 1 << 30))
        #expect(two.mounts.map(\.source) == ["a/here"])
        let far = try #require(found["a/compose.yaml far"])
        #expect((far.image, far.memoryLimit) == ("example/common", 2 << 30))
        #expect(far.mounts.map(\.source) == ["common/there", "a/mine"])
        #expect(found["a/compose.yaml itself"]?.image == "example/i")
        #expect(found["a/compose.yaml ring"]?.image == "example/r")
        #expect(found["a/compose.yaml lost"]?.image == "example/l")
    }

    @Test("What is named and nowhere defined is told, in a file that is started by itself")
    func undefined() throws {
        func undefined(_ files: [String: String], in path: String = "compose.yaml") throws -> [ComposeComplaint] {
            var compose = ComposeFiles()
            for (path, text) in files {
                compose.add(try #require(try YAMLReader.full.read(Array(text.utf8))), path: path)
            }
            return compose.undefined(in: path)
        }
        let text = """
            services:
              a:
                depends_on: {b: {condition: service_started}, c: {}}
                networks: {default: {}, n: {aliases: [x]}}
                volumes: ["v:/v", "./w:/w", "/x:/x", "~/y:/y", "${Z}:/z", {type: volume, source: u, target: /u}, /anonymous]
                configs: [k, {source: k}]
              b: {}
            networks: {n: {}}
            """
        let told: [ComposeComplaint] = [
            .undefined(service: "a", key: "depends_on", name: "c"), .undefined(service: "a", key: "volumes", name: "v"),
            .undefined(service: "a", key: "volumes", name: "u"), .undefined(service: "a", key: "configs", name: "k"),
            .undefined(service: "a", key: "configs", name: "k"),
        ]
        #expect(try undefined(["compose.yaml": text]) == told)
        let rest = "services: {c: {}}\nvolumes: {v: , u: {}}\nconfigs: {k: {content: x}}\n"
        #expect(try undefined(["compose.yaml": text, "compose.override.yaml": rest]) == [])
        #expect(try undefined(["compose.gpu.yaml": text], in: "compose.gpu.yaml") == [])
        #expect(try undefined(["compose.yaml": "include: [x.yaml]\n" + text]) == [])
        let extending = """
            services:
              a: {extends: b}
              c: {extends: a}
              d: {extends: {service: gone}}
              e: {extends: {file: common.yaml, service: x}}
              f: {extends: {file: common.yaml, service: y}}
              g: {extends: {file: nowhere.yaml, service: y}}
            """
        #expect(
            try undefined(["compose.yaml": extending, "common.yaml": "services: {x: {image: x}}\n"]) == [
                .undefined(service: "a", key: "extends", name: "b"),
                .undefined(service: "d", key: "extends", name: "gone"),
                .undefined(service: "f", key: "extends", name: "y"),
            ])
    }

    @Test("Of several usual files Compose takes one, and of several overrides, too")
    func ignored() throws {
        func ignored(_ files: [String: String], chosen: [String] = []) throws -> [String: String] {
            var compose = ComposeFiles()
            compose.choose(chosen)
            for (path, text) in files {
                compose.add(try #require(try YAMLReader.full.read(Array(text.utf8))), path: path)
            }
            return compose.ignored
        }
        let text = "services: {a: {image: x}}\n"
        let folders = [
            "a/docker-compose.yml": text, "a/docker-compose.yaml": text, "b/compose.yaml": text,
            "a/docker-compose.gpu.yml": text, "docker-compose.yml": text,
        ]
        #expect(try ignored(folders) == ["a/docker-compose.yaml": "a/docker-compose.yml"])
        let both = ["compose.yaml": text, "docker-compose.yml": text]
        #expect(try ignored(both) == ["docker-compose.yml": "compose.yaml"])
        #expect(try ignored(both, chosen: ["docker-compose.yml"]) == [:])
        #expect(try ignored(both.merging(["compose.yaml": "include: [docker-compose.yml]\n"]) { $1 }) == [:])
        let extending = "services: {a: {extends: {file: ./docker-compose.yml, service: a}}}\n"
        #expect(try ignored(both.merging(["compose.yaml": extending]) { $1 }) == [:])

        let overrides = [
            "compose.yaml": text, "compose.override.yml": "services: {a: {image: y}}\n",
            "docker-compose.override.yml": "services: {a: {image: z}}\n",
        ]
        #expect(try ignored(overrides) == ["docker-compose.override.yml": "compose.override.yml"])
        #expect(try services(overrides)["compose.yaml a"]?.image == "y")
        #expect(try services(both).keys.sorted() == ["compose.yaml a"])
    }

    @Test("Keys that look like known ones are told with their line, and no others")
    func misspelt() throws {
        let text = """
            service: {}
            x-common: {imagee: 1}
            services:
              a:
                image: x
                enviroment: [A=1]
                Ports: []
                env-file: x
                x-enviroment: 1
                post_stop: []
                something_new: 1
              b: {port: ["1:1"], depend_on: []}
            """
        let document = try #require(try YAMLReader.full.read(Array(text.utf8)))
        let told: [(line: Int, complaint: ComposeComplaint)] = [
            (1, .misspelt("service", service: nil, meant: "services")),
            (6, .misspelt("enviroment", service: "a", meant: "environment")),
            (7, .misspelt("Ports", service: "a", meant: "ports")),
            (8, .misspelt("env-file", service: "a", meant: "env_file")),
            (12, .misspelt("port", service: "b", meant: "ports")),
            (12, .misspelt("depend_on", service: "b", meant: "depends_on")),
        ]
        let seen = ComposeKeys.misspelt(in: document)
        #expect(seen.map(\.line) == told.map(\.line))
        #expect(seen.map(\.complaint) == told.map(\.complaint))
    }

    @Test("Files that a file includes")
    func includes() throws {
        let text = "include: [../b/db.yaml, {path: [c.yaml, d.yaml]}, ../../outside.yaml]\n"
        let document = try #require(try YAMLReader.full.read(Array(text.utf8)))
        let included = ComposeFiles.included(by: document, in: "a/compose.yaml")
        #expect(included.map(\.paths) == [["b/db.yaml"], ["a/c.yaml", "a/d.yaml"], []])
        #expect(included.allSatisfy { $0.environmentFiles == nil && !$0.isMoved })
        let long = "include: [{path: c.yaml, env_file: [x.env, ../y.env], project_directory: .}]\n"
        let moved = ComposeFiles.included(
            by: try #require(try YAMLReader.full.read(Array(long.utf8))), in: "a/compose.yaml")
        #expect(moved.map(\.environmentFiles) == [["a/x.env", "y.env"]])
        #expect(moved.map(\.isMoved) == [true])
        #expect(ComposeFiles.included(by: try #require(try YAMLReader.full.read(Array("a: 1".utf8))), in: "x") == [])
    }
}
