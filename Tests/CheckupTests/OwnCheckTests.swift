import Basics
import Foundation
import Loop
import TestSupport
import Testing
import Wire
import YAML

@testable import Checkup

struct OwnCheckTests {
    private func parse(_ text: String) throws(OwnCheckError) -> [OwnCheck] { try OwnCheckFile.parse(Array(text.utf8)) }

    @Test("Every kind is read")
    func kinds() throws {
        let checks = try parse(
            """
            checks:
              - {id: a, file: 'notebooks/*.ipynb'}
              - {id: b, file: {path: 'output/**', least: 2, most: 9}, severity: notice, area: disk}
              - {id: c, json: config.json}
              - {id: d, notebook: 'n/*.ipynb'}
              - {id: e, env: {file: .env, key: HF_TOKEN}, title: The token, remedy: Ask Anna.}
              - {id: f, http: 'http://127.0.0.1:8188/system_stats'}
              - {id: g, http: {url: 'http://127.0.0.1:1/x?y=z', status: 401, contains: login}, time_limit: 500ms}
              - {id: h, command: [python3, --version]}
              - {id: i, command: {run: [grep, -q, x, file], exit: 1}}
              - {id: j, container: comfyui-qwen}
              - {id: k, port: '127.0.0.1:8188'}
              - {id: l, port: '[::1]:8188'}
            """)
        #expect(checks.map(\.id) == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"].map { "own." + $0 })
        #expect(checks[0].test == .files("notebooks/*.ipynb", least: 1, most: nil))
        #expect(checks[1].test == .files("output/**", least: 2, most: 9))
        #expect(checks[1].severity == .notice && checks[1].area == .disk)
        #expect(checks[4].test == .variable(file: ".env", key: "HF_TOKEN"))
        #expect(checks[4].title == "The token" && checks[4].remedy == "Ask Anna.")
        #expect(checks[6].timeLimit == 500)
        #expect(checks[8].test == .command(["grep", "-q", "x", "file"], exit: 1))
        #expect(checks[9].area == .containers && checks[10].area == .workers)
        #expect(checks[11].test == .port(host: "::1", port: 8_188))
    }

    @Test(
        "A mistake is named with its place",
        arguments: [
            ("", 1), ("a: 1\n", 1), ("checks: {}\n", 1), ("checks: []\nmore: 1\n", 2),
            ("checks:\n  - {id: a}\n", 2), ("checks:\n  - {file: x}\n", 2), ("checks:\n  - {id: A b, file: x}\n", 2),
            ("checks:\n  - {id: a, file: x, json: y}\n", 2),
            ("checks:\n  - {id: a, file: x}\n  - {id: a, json: y}\n", 3), ("checks:\n  - {id: a, fiel: x}\n", 2),
            ("checks:\n  - {id: a, file: x, severity: bad}\n", 2),
            ("checks:\n  - {id: a, file: {path: x, lest: 1}}\n", 2),
            ("checks:\n  - {id: a, http: nowhere}\n", 2), ("checks:\n  - {id: a, port: x}\n", 2),
            ("checks:\n  - {id: a, port: '1:99999'}\n", 2), ("checks:\n  - {id: a, file: x, time_limit: soon}\n", 2),
            ("checks:\n  - {id: a, command: []}\n", 2), ("checks:\n  - [a]\n", 2), ("checks: [\n", 2),
        ])
    func mistakes(text: String, line: Int) {
        let error = #expect(throws: OwnCheckError.self) { try parse(text) }
        #expect(error?.position.line == line, "\(String(describing: error))")
        for language in Language.allCases { #expect(error?.phrase.text(in: language).contains("{") == false) }
    }

    @Test("Every text is there in both languages")
    func messages() { #expect(Message.faults(in: OwnMessages.all) == []) }

    @Test("What does not hold is found, and what holds is not")
    func runs() async throws {
        let folder = TemporaryFolder()
        for (name, text) in [
            ("a.json", "{\"a\": 1}"), ("b.json", "{a: 1}"), ("good.ipynb", "{\"cells\": []}"), ("bad.ipynb", "{}"),
            (".env", "SET=yes\nEMPTY=\nEXAMPLE=your_token_here\n"),
        ] { try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name)) }
        let free = try await freePort()
        let checks = try parse(
            """
            checks:
              - {id: holds-file, file: '*.json'}
              - {id: few, file: {path: '*.json', least: 3}}
              - {id: many, file: {path: '*.json', most: 1}}
              - {id: gone, file: nothing.txt}
              - {id: json, json: '*.json'}
              - {id: holds-json, json: a.json}
              - {id: notebook, notebook: '*.ipynb'}
              - {id: holds-env, env: {file: .env, key: SET}}
              - {id: empty, env: {file: .env, key: EMPTY}}
              - {id: example, env: {file: .env, key: EXAMPLE}}
              - {id: no-key, env: {file: .env, key: OTHER}}
              - {id: holds-command, command: ['true']}
              - {id: command, command: ['false']}
              - {id: holds-exit, command: {run: [sh, -c, exit 7], exit: 7}}
              - {id: no-program, command: [no-such-program-anywhere]}
              - {id: slow, command: [sleep, '60'], time_limit: 50ms}
              - {id: port, port: '127.0.0.1:\(free)'}
              - {id: http, http: 'http://127.0.0.1:\(free)/'}
              - {id: container, container: nobody}
            """)
        let loop = EventLoop("own")
        defer { loop.stop() }
        let run = OwnCheckRun(root: folder.path, containers: [], blindness: nil, loop: loop)
        let found = await run.run(checks)
        let wrong = Set(checks.map(\.id).filter { !$0.hasPrefix("own.holds-") })
        #expect(Set(found.keys) == wrong, "\(wrong.symmetricDifference(found.keys))")
        #expect(found["own.json"]?.map(\.place) == ["b.json"])
        #expect(found["own.notebook"]?.map(\.place) == ["bad.ipynb"])

        var survey = CheckTests.healthy()
        survey.own = found
        let report = CheckReport(survey, checks: CheckList.all(and: checks))
        #expect(Set(report.faults.map(\.check)) == wrong)
    }

    /// A port at which nobody listens.
    private func freePort() async throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, size) }
        }
        return try #require(SocketAddress(ofSocket: descriptor)?.port)
    }
}
