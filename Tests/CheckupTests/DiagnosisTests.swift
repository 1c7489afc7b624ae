import Basics
import Identity
import Secrets
import Stack
import Testing
import Wire

@testable import Checkup

/// A request that gets through, and one or two broken links at a time.
struct DiagnosisTests {
    static let now = Timestamp(seconds: 1_763_800_000)
    static let fine = HTTPReply(
        status: 200, server: "Python/3.11 aiohttp/3.11", body: Array(#"{"system": {"comfyui_version": "0.3.64"}}"#.utf8)
    )
    static let closed = HTTPReply(
        status: 401, server: "Python/3.11 aiohttp/3.11", body: Array(#"{"error": "Authentication required."}"#.utf8))
    static let hash = HashVerdict.hash

    static func journey(_ url: String = "http://127.0.0.1:8188") -> Journey {
        var journey = Journey(url: HTTPURL(url)!, now: now, survey: CheckTests.healthy())
        journey.addresses = ["127.0.0.1"]
        journey.bare = fine
        return journey
    }

    static func reply(_ status: Int, server: String? = nil, _ body: String = "") -> HTTPReply {
        HTTPReply(status: status, server: server, body: Array(body.utf8))
    }

    static func trial(_ place: String?, _ verdict: HashVerdict, _ status: Int?, isPluginFile: Bool = false)
        -> Journey.Trial
    {
        Journey.Trial(place: place, verdict: verdict, isPluginFile: isPluginFile, status: status)
    }

    @Test("A request that gets through has no broken link")
    func whole() {
        var journey = Self.journey()
        #expect(Diagnosis(journey).first == nil)
        journey.request = ("r", Array(#"{"prompt": {"1": {"class_type": "A"}}, "client_id": "tab"}"#.utf8))
        #expect(Diagnosis(journey).first == nil)
        journey.bare = Self.closed
        journey.trials = [Self.trial("login/PASSWORD", .hash, 200)]
        #expect(Diagnosis(journey).first == nil)
        journey.opensWebSocket = true
        // The gate's own limit is its owner's choice; no route at all is no limit.
        let own = Self.reply(413, "{\"error\": {\"code\": \"body_too_large\", \"message\": \"m\"}}")
        journey.uploads = [(100_000, Self.reply(100)), (99_000_000, own)]
        #expect(Diagnosis(journey).first == nil)
        journey.uploads = [(100_000, Self.reply(404)), (99_000_000, Self.reply(404))]
        #expect(Diagnosis(journey).first == nil)
        journey.trials = [Self.trial(nil, .hash, 200), Self.trial("a/.env: T", .eaten(by: .compose), 401)]
        #expect(Diagnosis(journey).first == nil)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let causes: [String]
        var url = "http://127.0.0.1:8188"
        let plant: @Sendable (inout Journey) -> Void
        var testDescription: String { causes.joined(separator: ", ") }

        init(
            _ causes: String..., url: String = "http://127.0.0.1:8188",
            _ plant: @escaping @Sendable (inout Journey) -> Void
        ) {
            (self.causes, self.url, self.plant) = (causes, url, plant)
        }
    }

    /// The connection fails, and so there is no answer.
    static func unanswered(_ journey: inout Journey, _ failure: HTTPFailure) {
        (journey.failure, journey.bare) = (failure, nil)
    }

    static let broken: [Broken] = [
        Broken("name.unknown", url: "http://comfi.example:8188") { $0.isNameUnknown = true },
        Broken("name.of_container", url: "http://comfyui:8188") { $0.isNameUnknown = true },
        Broken("port.nobody") {
            unanswered(&$0, .refused)
            $0.survey.containers = []
        },
        Broken("port.wrong", url: "http://127.0.0.1:8189") { unanswered(&$0, .refused) },
        Broken("worker.stopped") {
            unanswered(&$0, .refused)
            $0.survey.containers[0].run = ContainerFacts.Run(status: "exited", exitCode: 1)
        },
        Broken("worker.dies") {
            unanswered(&$0, .refused)
            $0.survey.containers[0].run = ContainerFacts.Run(status: "restarting", exitCode: 1)
            $0.log = "ModuleNotFoundError: No module named 'torch'"
        },
        Broken("worker.dies") {
            unanswered(&$0, .refused)
            $0.survey.containers[0].run = ContainerFacts.Run(
                status: "running", restarts: 2, startedAt: now.advanced(bySeconds: -1).rfc3339)
        },
        Broken("worker.installing") {
            unanswered(&$0, .refused)
            $0.log = "Collecting torch==2.6.0\nDownloading torch-2.6.0 (766 MB)\n"
        },
        Broken("worker.installing") {
            // Docker's proxy takes the connection and closes it.
            unanswered(&$0, .closed)
            $0.log = "Collecting torch==2.6.0\n"
        },
        Broken("worker.loading") {
            unanswered(&$0, .refused)
            $0.log = "Total VRAM 24576 MB\n"
        },
        Broken("worker.listens_inside") {
            unanswered(&$0, .closed)
            $0.log = "Starting server\n\nTo see the GUI go to: http://127.0.0.1:8188\n"
        },
        Broken("port.other_inside") {
            unanswered(&$0, .refused)
            $0.log = "To see the GUI go to: http://0.0.0.0:3000\n"
        },
        Broken("port.inside_container", url: "http://localhost:8289") {
            unanswered(&$0, .refused)
            $0.survey.machine.isContainer = true
        },
        Broken("port.filtered", url: "http://10.0.0.9:8288") { unanswered(&$0, .timedOut) },
        Broken("worker.hangs", url: "http://10.0.0.9:8288") { unanswered(&$0, .silent) },
        Broken("worker.loading") {
            unanswered(&$0, .silent)
            $0.log = "Total VRAM 24576 MB\n"
        },
        Broken("port.unreachable", url: "http://10.0.0.9:8288") { unanswered(&$0, .unreachable("No route to host")) },
        Broken("port.loopback_only") { $0.isFromPhone = true },
        Broken("port.wsl_nat") {
            $0.isFromPhone = true
            $0.survey.machine.wsl = 2
            $0.survey.containers[0].ports[0].address = "0.0.0.0"
        },
        Broken("port.wsl_firewall") {
            $0.isFromPhone = true
            ($0.survey.machine.wsl, $0.survey.containers[0].ports[0].address) = (2, "0.0.0.0")
            $0.survey.machine.wslConfigs = [WSLConfig(Array("[wsl2]\nnetworkingMode=Mirrored".utf8), path: "x")]
        },
        Broken("port.not_http", url: "https://comfy.example") { unanswered(&$0, .notHTTP) },
        Broken("tls.wanted", url: "http://comfy.example") {
            unanswered(&$0, .closed)
            $0.speaksTLS = true
        },
        Broken("port.not_http", url: "http://comfy.example") { unanswered(&$0, .notHTTP) },
        Broken("port.closes", url: "http://comfy.example") { unanswered(&$0, .closed) },
        Broken("tls.wanted", url: "http://comfy.example:443") {
            $0.bare = reply(400, server: "nginx", "The plain HTTP request was sent to HTTPS port")
        },
        Broken("tls.expired", url: "https://comfy.example") { unanswered(&$0, .tls("certificate has expired")) },
        Broken("tls.other_name", url: "https://comfy.example") { unanswered(&$0, .tls("hostname mismatch")) },
        Broken("tls.untrusted", url: "https://comfy.example") {
            unanswered(&$0, .tls("self-signed certificate in certificate chain"))
        },
        Broken("tls.none", url: "https://127.0.0.1:8188") { unanswered(&$0, .tls("wrong version number")) },
        Broken("clock.behind", url: "https://comfy.example") { unanswered(&$0, .tls("certificate is not yet valid")) },
        Broken("clock.skew") { $0.bare?.date = now.advanced(bySeconds: -3_600) },
        Broken("proxy.no_upstream", url: "https://comfy.example") { $0.bare = reply(502, server: "nginx/1.22") },
        Broken("proxy.slow_upstream", url: "https://comfy.example") {
            $0.bare = reply(504, server: "Microsoft-IIS/10.0")
        },
        Broken("proxy.no_route", url: "https://comfy.example") { $0.bare = reply(404, server: "Caddy") },
        Broken("proxy.body_limit", url: "https://comfy.example") { $0.bare = reply(413, server: "nginx") },
        Broken("proxy.origin", url: "https://comfy.example") { $0.foreignOrigin = reply(403) },
        Broken("request.refused", url: "https://comfy.example") { $0.bare = reply(403, server: "cloudflare") },
        Broken("request.refused", url: "https://comfy.example") { $0.bare = reply(521, server: "cloudflare") },
        Broken("request.refused", url: "https://comfy.example") { $0.bare = reply(429) },
        Broken("request.post_refused", url: "https://comfy.example") {
            ($0.post, $0.foreignOrigin) = (reply(403, server: "nginx"), reply(403, server: "nginx"))
        },
        Broken("request.post_refused", url: "https://comfy.example") { $0.post = reply(405, server: "nginx") },
        Broken("request.post_fails", url: "https://comfy.example") { $0.post = reply(503, server: "nginx") },
        Broken("proxy.api_elsewhere", url: "https://comfy.example") { $0.api = reply(404, server: "nginx") },
        Broken("proxy.other_path", url: "https://comfy.example/comfy") {
            $0.bare = reply(404, server: "nginx", "404: Not Found")
        },
        Broken("proxy.other_path", url: "https://comfy.example/comfy") {
            $0.bare = reply(404, server: "nginx")
            $0.bare?.contentType = "application/octet-stream"
        },
        Broken("proxy.redirects", url: "https://comfy.example") {
            $0.bare = reply(301, server: "nginx")
            $0.bare?.location = "https://comfy.example/system_stats"
        },
        Broken("login.bearer_twice") {
            $0.bare = closed
            $0.trials = [Journey.Trial(place: nil, verdict: .word, hasScheme: true, status: 500)]
        },
        Broken("login.elsewhere", url: "https://comfy.example") {
            $0.bare = reply(302, server: "cloudflare")
            $0.bare?.location = "https://team.cloudflareaccess.com/cdn-cgi/access/login/comfy.example"
        },
        Broken("proxy.redirects", url: "https://comfy.example") {
            $0.bare = reply(302, server: "nginx")
            $0.bare?.location = "/"
        },
        Broken("worker.other_server", url: "https://comfy.example") { $0.bare = reply(200, server: "Caddy", "hi") },
        Broken("worker.other_server", url: "https://comfy.example/system_stats") { $0.bare = reply(404) },
        Broken("login.basic", url: "https://comfy.example") {
            $0.bare = reply(401, server: "nginx")
            $0.bare?.challenge = "Basic realm=\"x\""
            $0.trials = [trial(nil, .word, 401)]
        },
        Broken("proxy.drops_authorization", url: "https://comfy.example") {
            $0.bare = closed
            $0.bare?.server = "nginx"
            $0.oddAuthorization = closed
            $0.trials = [trial("login/PASSWORD", hash, 401, isPluginFile: true)]
        },
        Broken("login.refused") {
            $0.bare = closed
            $0.trials = [trial(nil, hash, 401)]
        },
        Broken("login.refused") {
            $0.bare = reply(401)
            $0.trials = [trial(nil, .word, 401)]
        },
        Broken("proxy.redirects", url: "http://comfy.example") {
            $0.bare = reply(308, server: "Caddy")
            $0.bare?.location = "https://comfy.example/system_stats"
        },
        Broken("proxy.no_websocket", url: "https://comfy.example") { $0.opensWebSocket = false },
        Broken("proxy.body_limit", url: "https://comfy.example") {
            $0.uploads = [(100_000, reply(100)), (2_000_000, reply(413, server: "nginx"))]
        },
        // IIS says 404 to what is too large, in the name of a file that is not there.
        Broken("proxy.body_limit", url: "https://comfy.example") {
            $0.uploads = [(100_000, reply(400)), (32_000_000, reply(404, server: "Microsoft-IIS/10.0"))]
        },
        Broken("proxy.no_websocket", "proxy.body_limit", url: "https://comfy.example") {
            $0.opensWebSocket = false
            $0.uploads = [(100_000, reply(100)), (2_000_000, reply(413))]
        },
        Broken("gate.other_name", url: "https://comfy.example") { $0.bare = reply(421) },
        Broken("gate.no_worker") {
            $0.bare = closed
            $0.bare?.challenge = #"Bearer realm="ComfyGate""#
            $0.ready = reply(503)
        },
        Broken("worker.broken") { $0.bare = reply(500) },
        Broken("worker.other_server") { $0.bare = reply(200, "<html>Jupyter</html>") },
        Broken("login.none_found") { $0.bare = closed },
        Broken("login.none_given") {
            $0.bare = closed
            $0.bare?.challenge = #"Bearer realm="ComfyGate""#
        },
        Broken("login.refused_by_gate") {
            $0.bare = closed
            $0.bare?.challenge = #"Bearer realm="ComfyGate""#
            $0.trials = [trial(nil, hash, 401)]
        },
        Broken("login.password_sent") {
            $0.bare = closed
            $0.trials = [trial(nil, .word, 401)]
        },
        Broken("login.hash_eaten") {
            $0.bare = closed
            $0.trials = [trial(nil, .eaten(by: .compose), 401), trial("login/PASSWORD", hash, 200, isPluginFile: true)]
        },
        Broken("login.hash_eaten_by_shell") {
            $0.bare = closed
            $0.trials = [trial(nil, .eaten(by: .shell), 401)]
        },
        Broken("login.wrapped") {
            $0.bare = closed
            $0.trials = [trial(nil, .wrapped([.quotes]), 401)]
        },
        Broken("login.placeholder") {
            $0.bare = closed
            $0.trials = [trial(nil, .placeholder, 401)]
        },
        Broken("login.hash_broken") {
            $0.bare = closed
            $0.trials = [trial(nil, .broken(.length(61)), 401)]
        },
        Broken("login.other_place") {
            $0.bare = closed
            $0.trials = [trial(nil, hash, 401), trial("services/qwen/.env: TOKEN", hash, 200)]
        },
        Broken("login.restart_needed") {
            $0.bare = closed
            $0.trials = [trial(nil, hash, 401), trial("login/PASSWORD", hash, 401, isPluginFile: true)]
        },
        Broken("login.all_refused") {
            $0.bare = closed
            $0.trials = [trial("a/.env: TOKEN", hash, 401), trial("b/.env: TOKEN", hash, 401)]
        },
        Broken("request.not_json") { $0.request = ("r", Array("[1]".utf8)) },
        Broken("request.ui_format") { $0.request = ("r", Array(#"{"nodes": [], "links": []}"#.utf8)) },
        Broken("request.ui_format") { $0.request = ("r", Array(#"{"prompt": {"nodes": [], "links": []}}"#.utf8)) },
        Broken("request.not_wrapped") { $0.request = ("r", Array(#"{"1": {"class_type": "A"}}"#.utf8)) },
        Broken("request.no_prompt") { $0.request = ("r", Array(#"{"client_id": "x"}"#.utf8)) },
        Broken("request.no_graph") { $0.request = ("r", Array(#"{"prompt": {"1": {"inputs": {}}}}"#.utf8)) },
        Broken("request.client_id") {
            $0.request = ("r", Array(#"{"prompt": {"1": {"class_type": "A"}}, "client_id": null}"#.utf8))
        },
        // Two at a time: the nearer one first, then the next.
        Broken("worker.stopped", "login.hash_eaten") {
            unanswered(&$0, .refused)
            $0.survey.containers[0].run = ContainerFacts.Run(status: "exited", exitCode: 1)
            $0.trials = [trial("services/qwen/.env: TOKEN", .eaten(by: .compose), nil)]
        },
        Broken("tls.expired", "login.hash_broken", url: "https://comfy.example") {
            unanswered(&$0, .tls("certificate has expired"))
            $0.trials = [trial(".env: TOKEN", .broken(.length(61)), nil), trial("login/PASSWORD", hash, nil)]
        },
        Broken("name.of_container", "login.placeholder", url: "http://comfyui:8188") {
            $0.isNameUnknown = true
            $0.trials = [trial("services/qwen/.env: TOKEN", .placeholder, nil)]
        },
    ]

    @Test("The first broken link is named, then the next", arguments: broken)
    func names(_ broken: Broken) {
        var journey = Self.journey(broken.url)
        broken.plant(&journey)
        #expect(Diagnosis(journey).causes.map(\.id) == broken.causes)
    }

    @Test("Of what is not on the way nothing holds")
    func passed() {
        var journey = Self.journey()
        #expect(Diagnosis(journey).passed == [.name, .port, .worker])
        journey.bare?.date = Self.now
        #expect(Diagnosis(journey).passed == [.name, .port, .worker, .clock])
        journey.bare?.server = "nginx/1.22"
        journey.url = HTTPURL("https://comfy.example")!
        #expect(Diagnosis(journey).passed == [.name, .port, .tls, .proxy, .worker, .clock])
        journey.bare = Self.closed
        journey.trials = [Self.trial(nil, .hash, 200)]
        #expect(Diagnosis(journey).passed == [.name, .port, .tls, .login, .worker])
        (journey.bare, journey.trials) = (Self.reply(301, server: "nginx"), [])
        #expect(Diagnosis(journey).passed == [.name, .port, .tls])
    }

    @Test(
        "An address that is sent to is one that can be asked",
        arguments: [
            ("/comfy/", "http://127.0.0.1:8188/comfy/"), ("https://a.example/system_stats", "https://a.example"),
            ("/comfy/system_stats", "http://127.0.0.1:8188/comfy"),
        ])
    func redirection(location: String, told: String) {
        var journey = Self.journey()
        journey.bare?.location = location
        #expect(journey.redirection == told)
    }

    @Test("At least 25 causes, each with its texts")
    func catalogue() {
        #expect(Set(Self.broken.flatMap(\.causes)).count >= 25)
        #expect(Message.faults(in: DiagnosisMessages.all) == [])
    }

    @Test("What is told has no placeholder left", arguments: broken)
    func whole(_ broken: Broken) {
        var journey = Self.journey(broken.url)
        broken.plant(&journey)
        for cause in Diagnosis(journey).causes {
            for language in Language.allCases {
                for text in [cause.evidence.text(in: language), cause.remedy.text(in: language)] {
                    #expect(!text.contains("{port") && !text.contains("{name") && !text.contains("{place"), "\(text)")
                }
            }
        }
    }
}
