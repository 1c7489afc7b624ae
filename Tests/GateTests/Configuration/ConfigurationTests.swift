import Basics
import Foundation
import Testing
import YAML
import Wire

@testable import Gate

/// Loads from texts instead of files.
func load(
    _ yaml: String? = nil, environment: [String: String] = [:], set: [(String, String)] = [],
    files: [String: String] = [:], cores: Int = 4
) -> ConfigurationReport {
    var sources = ConfigurationSources(cores: cores, now: Timestamp(year: 2026, month: 11, day: 21, hour: 12))
    sources.file = yaml == nil ? nil : "/etc/gate/c.yaml"
    sources.environment = environment
    sources.overrides = set.map { .init($0.0, $0.1, flag: "--set") }
    return ConfigurationLoader.load(sources) { (path, limit) throws(ConfigurationFileError) in
        let text = path == "/etc/gate/c.yaml" ? yaml : files[path]
        guard let text else { throw ConfigurationFileError(reason: "No such file or directory") }
        return Array(text.utf8.prefix(limit))
    }
}

extension ConfigurationReport {
    var lines: [String] { problems.map { "\($0.place): \($0.what.text(in: .english))" } }
}

struct ConfigurationTests {
    @Test("Without any source the defaults hold")
    func defaults() {
        let report = load()
        #expect(report.problems.isEmpty)
        #expect(report.configuration == Configuration(cores: 4))
        #expect(report.configuration.loops == 3)
        #expect(Configuration(cores: 1).loops == 1)
        #expect(report.configuration.listen.addresses.map(\.description) == ["127.0.0.1:8288"])
        #expect(report.configuration.console.addresses.map(\.description) == ["127.0.0.1:8289"])
        #expect(report.configuration.consoleSocket == "/var/lib/comfygate/console.sock")
    }

    @Test("A flag beats the environment, that beats the file, that beats the default")
    func precedence() {
        let yaml = "loops: 5\nlimits: {fields: 50, idle: 20s}\n"
        let report = load(
            yaml, environment: ["COMFYGATE_LOOPS": "6", "COMFYGATE_LIMITS_FIELDS": "60"], set: [("loops", "7")])
        #expect(report.problems.isEmpty)
        #expect(report.configuration.loops == 7)
        #expect(report.configuration.limits.fields == 60)
        #expect(report.configuration.limits.idle == .seconds(20))
        #expect(report.configuration.limits.drain == .seconds(30))
        #expect(report.origins["loops"] == .flag("--set"))
        #expect(report.origins["limits.fields"] == .environment("COMFYGATE_LIMITS_FIELDS"))
        #expect(report.origins["limits.idle"] == .file("/etc/gate/c.yaml", TextPosition(line: 2, column: 28)))
    }

    @Test("An empty variable is an unset one")
    func emptyVariable() { #expect(load(environment: ["COMFYGATE_LOOPS": ""]).origins.isEmpty) }

    @Test("A variable with _FILE names a file that holds the value")
    func variableFile() {
        let report = load(
            environment: ["COMFYGATE_LOOPS_FILE": "/run/loops", "COMFYGATE_TRUSTED_PROXIES_FILE": "/run/nets"],
            files: ["/run/loops": "2\r\n", "/run/nets": "10.0.0.0/8, ::1\n"])
        #expect(report.problems.isEmpty)
        #expect(report.configuration.loops == 2)
        #expect(report.configuration.trustedProxies.map(\.description) == ["10.0.0.0/8", "::1/128"])
        #expect(
            load(environment: ["COMFYGATE_LOOPS_FILE": "/none"]).lines == [
                "COMFYGATE_LOOPS_FILE: loops: /none cannot be read: No such file or directory"
            ])
        #expect(
            load(environment: ["COMFYGATE_LOOPS_FILE": "/x", "COMFYGATE_LOOPS": "2"], files: ["/x": "2"]).lines.count
                == 1)
    }

    @Test("Secrets come from files or the environment and are never shown")
    func secrets() {
        let yaml = "worker: {url: 'http://w', bearer_file: secrets/bearer}\n"
        let report = load(yaml, files: ["/etc/gate/secrets/bearer": "s3cret\n"])
        #expect(report.problems.isEmpty)
        #expect(report.configuration.worker.bearer?.reveal() == "s3cret")
        #expect(report.values.first { $0.key == "worker.bearer_file" }?.texts == ["<redacted>"])
        #expect(load(environment: ["COMFYGATE_WORKER_BEARER": "abc"]).configuration.worker.bearer?.reveal() == "abc")
        let file = load(environment: ["COMFYGATE_WORKER_BEARER_FILE": "/b"], files: ["/b": "def"])
        #expect(file.configuration.worker.bearer?.reveal() == "def")
        let inline = load("worker: {bearer: s3cret}\n")
        #expect(inline.lines == ["/etc/gate/c.yaml:1:10: worker.bearer: a secret does not stand in this file"])
        let empty = load(environment: ["COMFYGATE_WORKER_BEARER_FILE": "/b"], files: ["/b": "\n"])
        #expect(empty.lines.count == 1)
        #expect(!"\(report.configuration)".contains("s3cret"))
    }

    @Test("listen may be a text, a list or a group")
    func shorthand() {
        for yaml in [
            "listen: '[::1]:80'", "listen: ['[::1]:80']", "listen: {addresses: ['[::1]:80']}",
            "listen:\n  addresses: '[::1]:80'",
        ] {
            let report = load(yaml)
            #expect(report.problems.isEmpty)
            #expect(report.configuration.listen.addresses == [ListenAddress("[::1]:80")])
        }
        #expect(
            load(environment: ["COMFYGATE_LISTEN": "127.0.0.1:1, 127.0.0.1:2"]).configuration.listen.addresses.count
                == 2)
        #expect(
            load(set: [("listen", "127.0.0.1:1"), ("listen", "127.0.0.1:2")]).configuration.listen.addresses.count == 2)
    }

    @Test("Paths in the file are relative to its folder, others are as they are")
    func paths() {
        #expect(load("data: store\n").configuration.data == "/etc/gate/store")
        #expect(load("data: /store\n").configuration.data == "/store")
        #expect(load(set: [("data", "store")]).configuration.data == "store")
    }

    @Test("All mistakes come at once, from top to bottom, each with key, place and remedy")
    func allAtOnce() {
        let report = load(
            """
            limits:
              boddy: 3
              head: 12
            worker: 3
            loops: [1, 2]
            log:
              level: loud
            guests:
            services:
              Forge: {path: /x}
              forge: {pth: /f, upstream: 'ftp://x'}
            tls: {certificate: c.pem}
            limit: {head: 4KB}
            """, environment: ["COMFYGATE_GUESTS": "yes"], set: [("nonsense.key", "1")])
        let file = "/etc/gate/c.yaml"
        #expect(
            report.lines == [
                "\(file):2:3: limits.boddy: there is no such key",
                "\(file):3:9: limits.head: '12' does not fit",
                "\(file):4:1: worker: is a group of keys, not a value",
                "\(file):5:1: loops: takes one value, not a list",
                "\(file):7:10: log.level: 'loud' does not fit",
                "\(file):8:1: guests: has no value",
                "\(file):10:3: services.Forge: 'Forge' does not fit",
                "\(file):11:3: services.forge: needs either path or host",
                "\(file):11:11: services.forge.pth: there is no such key",
                "\(file):11:30: services.forge.upstream: 'ftp://x' does not fit",
                "\(file):12:20: tls.certificate: needs tls.key beside it",
                "\(file):13:1: limit: there is no such key",
                "--set: nonsense.key: there is no such key",
                "COMFYGATE_GUESTS: guests: 'yes' does not fit",
            ])
        #expect(report.problems.allSatisfy { $0.remedy != nil })
        #expect(report.problems[0].remedy?.text(in: .english) == "Did you mean limits.body?")
        #expect(report.problems[8].remedy?.text(in: .french) == "Vouliez-vous dire services.forge.path ?")
        #expect(report.problems[11].remedy?.text(in: .english) == "Did you mean limits?")
    }

    @Test("At most 100 mistakes are told")
    func tooMany() {
        for (count, told) in [(99, 99), (100, 100), (101, 101), (5_000, 101)] {
            let yaml = (0..<count).map { "zz\($0): 1\n" }.joined()
            #expect(load(yaml).problems.count == told)
        }
    }

    @Test("A file that cannot be read or is no YAML is one mistake beside the others")
    func brokenFile() {
        #expect(load("a: [", environment: ["COMFYGATE_LOOPS": "x"]).problems.count == 2)
        #expect(load("- a\n").lines == ["/etc/gate/c.yaml:1:1: the file is a list of 'key: value' lines"])
        #expect(load("a: 1\na: 2\n").lines == ["/etc/gate/c.yaml:2:1: a: this key stands on line 1 already"])
        #expect(load("").problems.isEmpty)
    }

    @Test("Unknown variables of ours are warned about, those of other programs are not")
    func unknownVariables() {
        let report = load(environment: [
            "COMFYGATE_LOPS": "1", "COMFYGATE_PORT_8288_TCP": "x", "COMFYGATE_SERVICE_HOST": "x", "PATH": "/",
        ])
        #expect(report.problems.isEmpty)
        #expect(report.warnings.map(\.place) == ["COMFYGATE_LOPS"])
        #expect(report.warnings[0].remedy?.text(in: .english) == "Did you mean COMFYGATE_LOOPS?")
    }

    @Test("Every key has its own variable and its values read back as shown")
    func keys() {
        let names = ConfigurationKeys.top.flatMap { [$0.variable, $0.variable + "_FILE"] }
        #expect(Set(names).count == names.count)
        for key in ConfigurationKeys.top where !key.isSecret {
            let shown = key.show(Configuration())
            guard !shown.isEmpty else { continue }
            var other = Configuration(cores: 64)
            #expect(key.assign(shown, &other) == [])
            #expect(key.show(other) == shown)
        }
    }

    @Test("Every message is whole in both languages")
    func messages() { #expect(Message.faults(in: ConfigurationMessages.all) == []) }

    @Test("The example in the repository is valid, and it names every key")
    func example() throws {
        let yaml = try String(contentsOf: root.appendingPathComponent("examples/comfygate.yaml"), encoding: .utf8)
        #expect(load(yaml).lines == [])
        // The same file with every commented key switched on must be valid too.
        let all = yaml.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("#: ") ? String(line.dropFirst(3)) : String(line)
        }.map { $0 == "  url: http://127.0.0.1:8188" ? "  url: https://127.0.0.1:8188" : $0 }
        let files = ["worker.token", "migration.hash", "metrics.token", "forge.token"]
        let report = load(
            all.joined(separator: "\n"),
            files: Dictionary(uniqueKeysWithValues: files.map { ("/etc/gate/secrets/" + $0, "secret") }))
        #expect(report.lines == [])
        let missing = report.values.map(\.key).filter { key in
            // One service is found by its path, the other by its host; the first shows all other keys.
            report.origins[key] == nil && !key.hasPrefix("services.notebook.") && key != "services.forge.host"
        }
        #expect(missing == [], "these keys are not in the example")
    }

    @Test("The manual's table is the declaration's")
    func manual() throws {
        let page = try String(contentsOf: root.appendingPathComponent("docs/configuration.md"), encoding: .utf8)
        #expect(page.contains(ConfigurationKeys.markdown), "renew it from 'comfygate config keys --markdown'")
    }

    private var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }
}
