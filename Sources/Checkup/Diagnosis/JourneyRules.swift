internal import Basics
internal import Secrets
internal import Stack
internal import Wire

/// What is looked at on each hop, in the order of the way.
enum JourneyRules {
    struct Rule: Sendable {
        let hop: Hop
        /// What comes behind cannot be judged when this one is broken.
        let stops: Bool
        let judge: @Sendable (Journey) -> Cause?
    }

    static let way: [Rule] = [
        Rule(hop: .request, stops: false) { journey in
            journey.request.flatMap { RequestRules.judge($0.bytes, name: $0.name) }
        },
        Rule(hop: .name, stops: true, judge: name), Rule(hop: .port, stops: true, judge: port),
        Rule(hop: .tls, stops: true, judge: tls), Rule(hop: .proxy, stops: true, judge: proxy),
        Rule(hop: .gate, stops: true, judge: gate), Rule(hop: .login, stops: true, judge: login),
        Rule(hop: .proxy, stops: true, judge: post), Rule(hop: .proxy, stops: true, judge: origin),
        Rule(hop: .worker, stops: true, judge: worker),
        Rule(hop: .worker, stops: true, judge: refusal),
        Rule(hop: .proxy, stops: false, judge: api), Rule(hop: .proxy, stops: false, judge: webSocket),
        Rule(hop: .proxy, stops: false, judge: uploads),
        Rule(hop: .clock, stops: false, judge: clock),
    ]

    private typealias Words = DiagnosisMessages

    private static func cause(
        _ id: String, _ hop: Hop, _ place: String, _ words: DiagnosisMessages.Pair, _ arguments: [String: String] = [:]
    ) -> Cause {
        Cause(
            id: id, hop: hop, place: place, evidence: Phrase(words.evidence, arguments),
            remedy: Phrase(words.remedy, arguments))
    }

    // MARK: - Name and port

    private static func name(_ journey: Journey) -> Cause? {
        guard journey.isNameUnknown else { return nil }
        let host = journey.host
        if let container = journey.survey.containers.first(where: { $0.name == host || $0.service == host }) {
            let port = container.ports.first?.host ?? 8_188
            return cause(
                "name.of_container", .name, host, Words.containerName,
                ["name": host, "address": "http://127.0.0.1:\(port)"])
        }
        return cause("name.unknown", .name, host, Words.unknownName, ["name": host])
    }

    private static func port(_ journey: Journey) -> Cause? {
        let place = "\(journey.host):\(journey.port)"
        let arguments = ["port": "\(journey.port)", "host": journey.host]
        // The engine takes connections for a container that does not listen yet, and closes them, or does not.
        let isTaken =
            !journey.url.isSecure && !journey.speaksTLS && journey.publishers.contains { $0.run?.isRunning == true }
        switch journey.failure {
        case .closed where isTaken, .silent where isTaken: break
        case nil, .tls, .notHTTP, .closed, .silent:
            guard journey.isFromPhone else { return nil }
            return phone(journey, place, arguments)
        case .refused, .timedOut, .unreachable: break
        }
        if journey.isFromPhone, let found = phone(journey, place, arguments) { return found }
        if let container = journey.publishers.first, let run = container.run {
            let own = arguments.merging(["name": container.name, "code": "\(run.exitCode)"]) { $1 }
            switch run.status {
            case _ where run.isDying(at: journey.now):
                return cause(
                    "worker.dies", .worker, container.name, Words.dies,
                    own.merging(["words": lastWords(journey)]) { $1 })
            case "running": return silence(journey, container, own)
            default: return cause("worker.stopped", .worker, container.name, Words.stopped, own)
            }
        }
        if case .timedOut? = journey.failure {
            return cause("port.filtered", .port, place, Words.filtered, arguments)
        }
        if case .unreachable(let words)? = journey.failure {
            return cause(
                "port.unreachable", .port, place, Words.unreachable, arguments.merging(["words": words]) { $1 })
        }
        if journey.isLocal {
            if journey.survey.machine.isContainer {
                return cause("port.inside_container", .port, place, Words.insideContainer, arguments)
            }
            if let other = journey.survey.containers.first(where: { $0.isComfyUI && $0.run?.isRunning == true }),
                let port = other.ports.first(where: { $0.host != nil })?.host
            {
                return cause(
                    "port.wrong", .port, place, Words.wrongPort,
                    arguments.merging(["name": other.name, "right": "\(port)"]) { $1 })
            }
            if let stopped = journey.survey.containers.first(where: { $0.isComfyUI && $0.run?.isRunning == false }) {
                return cause(
                    "worker.stopped", .worker, stopped.name, Words.stopped,
                    ["name": stopped.name, "code": "\(stopped.run?.exitCode ?? 0)"])
            }
        }
        return cause("port.nobody", .port, place, Words.nobody, arguments)
    }

    /// A container that runs, and does not answer.
    private static func silence(_ journey: Journey, _ container: ContainerFacts, _ own: [String: String]) -> Cause {
        let words = lastWords(journey)
        let told = own.merging(["words": words]) { $1 }
        if let log = journey.log,
            ["pip install", "Collecting ", "Downloading ", "Installing collected"].contains(where: log.contains)
        {
            return cause("worker.installing", .worker, container.name, Words.installing, told)
        }
        // ComfyUI names the port it listens on; the container's other side may be another one.
        if let log = journey.log, let mark = log.range(of: "http://0.0.0.0:", or: "http://127.0.0.1:") {
            let port = Int(log[mark.upperBound...].prefix { $0.isNumber }) ?? 0
            if log[mark] == "http://127.0.0.1:" {
                return cause("worker.listens_inside", .worker, container.name, Words.listensInside, told)
            }
            if !container.ports.contains(where: { $0.container == port }) {
                return cause(
                    "port.other_inside", .port, container.name, Words.otherInside,
                    told.merging(["inside": "\(port)"]) { $1 })
            }
        }
        return cause("worker.loading", .worker, container.name, Words.loading, told)
    }

    /// The last line of the log.
    private static func lastWords(_ journey: Journey) -> String {
        journey.log?.split(whereSeparator: \.isNewline).last.map { String($0.prefix(160)) } ?? "–"
    }

    /// What keeps others on the network out, although this machine gets in.
    private static func phone(_ journey: Journey, _ place: String, _ arguments: [String: String]) -> Cause? {
        let own = journey.survey.machine.listening.filter { $0.port == journey.port }
        let isOnLoopback = !own.isEmpty && own.allSatisfy { !$0.isPublic }
        let isPublished = journey.publishers.contains { container in
            !container.ports.isEmpty
                && container.ports.allSatisfy { $0.address.hasPrefix("127.") || $0.address == "::1" }
        }
        if isOnLoopback || isPublished {
            return cause("port.loopback_only", .port, place, Words.loopbackOnly, arguments)
        }
        if journey.survey.machine.wsl == 2 {
            return journey.survey.machine.wslConfigs.contains { $0.networking == "mirrored" }
                ? cause("port.wsl_firewall", .port, place, Words.wslFirewall, arguments)
                : cause("port.wsl_nat", .port, place, Words.wslNAT, arguments)
        }
        return nil
    }

    // MARK: - TLS

    private static func tls(_ journey: Journey) -> Cause? {
        let place = "\(journey.host):\(journey.port)"
        switch journey.failure {
        case .tls(let words):
            let arguments = ["words": words, "host": journey.host]
            let text = words.lowercased()
            if text.contains("expired") { return cause("tls.expired", .tls, place, Words.expired, arguments) }
            if text.contains("mismatch") { return cause("tls.other_name", .tls, place, Words.otherName, arguments) }
            if text.contains("not yet valid") {
                return cause("clock.behind", .clock, place, Words.clockBehind, arguments)
            }
            if text.contains("self-signed") || text.contains("unable to get") || text.contains("unable to verify") {
                return cause("tls.untrusted", .tls, place, Words.untrusted, arguments)
            }
            // A server without TLS says something that is no record of it, or hangs up.
            return cause("tls.none", .tls, place, Words.noTLS, arguments)
        case .notHTTP where journey.speaksTLS, .closed where journey.speaksTLS:
            return cause("tls.wanted", .tls, place, Words.wantsTLS)
        case .notHTTP: return cause("port.not_http", .port, place, Words.notHTTP)
        case .silent: return cause("worker.hangs", .worker, place, Words.hangs, ["place": place])
        case .closed: return cause("port.closes", .port, place, Words.closes, ["place": place])
        default: break
        }
        // nginx and others answer in plain HTTP that they want the other kind.
        if let bare = journey.bare, bare.status == 400, !journey.url.isSecure, bare.text.contains("HTTPS port") {
            return cause("tls.wanted", .tls, place, Words.wantsTLS)
        }
        return nil
    }

    // MARK: - Proxy and gate

    private static func proxy(_ journey: Journey) -> Cause? {
        guard let bare = journey.bare, case .proxy(let name) = bare.giver else { return nil }
        let arguments = ["proxy": name, "status": "\(bare.status)"]
        switch bare.status {
        case 502, 503: return cause("proxy.no_upstream", .proxy, name, Words.noUpstream, arguments)
        case 504: return cause("proxy.slow_upstream", .proxy, name, Words.slowUpstream, arguments)
        case 413: return cause("proxy.body_limit", .proxy, name, Words.bodyLimit, arguments)
        case 404 where bare.isFromBehind:
            return cause("proxy.other_path", .proxy, name, Words.passesOtherPath, arguments)
        case 404: return cause("proxy.no_route", .proxy, name, Words.noRoute, arguments)
        default: return nil
        }
    }

    private static func gate(_ journey: Journey) -> Cause? {
        if let bare = journey.bare, bare.status == 421 {
            return cause("gate.other_name", .gate, journey.host, Words.misdirected, ["host": journey.host])
        }
        if let ready = journey.ready, ready.status == 503 {
            return cause("gate.no_worker", .gate, journey.host, Words.gateWithoutWorker)
        }
        guard let bare = journey.bare, bare.giver == .other || bare.giver == .gate, bare.status >= 500 else {
            return nil
        }
        return cause("worker.broken", .worker, journey.host, Words.brokenWorker, ["status": "\(bare.status)"])
    }

    /// What a GET may do, a POST may not.
    private static func post(_ journey: Journey) -> Cause? {
        // ComfyUI says 400 to a prompt with nothing in it; what the gate says is the account's business.
        guard let reply = journey.post, !(200...400).contains(reply.status), reply.giver != .gate else { return nil }
        let server = journey.server(of: reply)
        let arguments = ["server": server, "status": "\(reply.status)"]
        return reply.status == 429 || reply.status >= 500
            ? cause("request.post_fails", .worker, server, Words.postFails, arguments)
            : cause("request.post_refused", .proxy, server, Words.postRefused, arguments)
    }

    /// ComfyUI has each of its paths twice. A version without them is older than proxies care for.
    private static func api(_ journey: Journey) -> Cause? {
        guard let reply = journey.api, let proxy = reply.proxy ?? journey.bare?.proxy, reply.giver != .comfyUI,
            reply.giver != .gate, ![401, 429].contains(reply.status), reply.status < 500
        else { return nil }
        return cause("proxy.api_elsewhere", .proxy, proxy, Words.apiElsewhere, ["status": "\(reply.status)"])
    }

    private static func origin(_ journey: Journey) -> Cause? {
        guard let reply = journey.foreignOrigin, reply.status == 403, journey.post?.status != 403 else { return nil }
        return cause("proxy.origin", .proxy, journey.host, Words.origin)
    }

    /// Any other answer that is none of ComfyUI's.
    private static func refusal(_ journey: Journey) -> Cause? {
        guard let bare = journey.bare, !(200..<300).contains(bare.status), !bare.wantsLogin else { return nil }
        let name = journey.server(of: bare)
        let arguments = ["server": name, "status": "\(bare.status)", "location": journey.redirection ?? "–"]
        if bare.sendsToOtherLogin { return cause("login.elsewhere", .login, name, Words.otherLogin, arguments) }
        if journey.isSentToItself { return cause("proxy.redirects", .proxy, name, Words.circle, arguments) }
        return (300..<400).contains(bare.status)
            ? cause("proxy.redirects", .proxy, name, Words.redirects, arguments)
            : cause("request.refused", .worker, name, Words.refused, arguments)
    }

    private static func webSocket(_ journey: Journey) -> Cause? {
        journey.opensWebSocket == false
            ? cause("proxy.no_websocket", .proxy, journey.host, Words.noWebSocket) : nil
    }

    private static func uploads(_ journey: Journey) -> Cause? {
        // The gate's own limit is its owner's choice. IIS says 404 to what is too large.
        func isRefused(_ reply: HTTPReply) -> Bool {
            reply.giver != .gate && (reply.status == 413 || reply.status == 404 && reply.giver != .comfyUI)
        }
        guard let first = journey.uploads.first, !isRefused(first.reply) || first.reply.status == 413,
            let refused = journey.uploads.first(where: { isRefused($0.reply) })
        else { return nil }
        let taken = journey.uploads.last { $0.bytes < refused.bytes }
        return cause(
            "proxy.body_limit", .proxy, journey.host, Words.uploadLimit,
            [
                "refused": ByteCount(bytes: refused.bytes).rounded, "status": "\(refused.reply.status)",
                "taken": ByteCount(bytes: taken?.bytes ?? 0).rounded,
            ])
    }

    private static func worker(_ journey: Journey) -> Cause? {
        guard let bare = journey.bare, bare.status == 404 || bare.status == 200, bare.giver != .comfyUI,
            bare.giver != .gate
        else { return nil }
        let arguments = [
            "status": "\(bare.status)", "proxy": bare.proxy ?? "", "root": journey.url.origin.map { "\($0)" } ?? "",
        ]
        let words =
            bare.proxy != nil
            ? Words.otherBehind : journey.url.basePath.isEmpty ? Words.otherServer : Words.otherPath
        return cause("worker.other_server", .worker, bare.proxy ?? journey.host, words, arguments)
    }

    private static let clockSkew: Int64 = 120_000

    private static func clock(_ journey: Journey) -> Cause? {
        guard let date = journey.bare?.date else { return nil }
        let skew = journey.now.milliseconds - date.milliseconds
        guard abs(skew) > clockSkew else { return nil }
        return cause("clock.skew", .clock, journey.host, Words.skew, ["seconds": "\(skew / 1_000)"])
    }

    // MARK: - Login

    private static func login(_ journey: Journey) -> Cause? {
        guard let bare = journey.bare, bare.wantsLogin else { return nil }
        if let challenge = bare.challenge, challenge.lowercased().hasPrefix("basic") {
            let name = journey.server(of: bare)
            return cause("login.basic", .login, name, Words.basicLogin, ["server": name])
        }
        if let odd = journey.oddAuthorization, odd.status == 401, let proxy = bare.proxy {
            return cause("proxy.drops_authorization", .proxy, proxy, Words.dropsAuthorization, ["proxy": proxy])
        }
        let given = journey.trials.first { $0.place == nil }
        let found = journey.trials.filter { $0.place != nil }
        let right = found.first(where: \.isLetIn)
        if given?.isLetIn == true || given == nil && right != nil { return nil }
        let arguments = ["right": right?.place ?? ""]
        if let given {
            // Only ComfyUI-Login wants a hash; to all others a word is as good a token as any.
            if bare.giver == .login || given.verdict != .word, let told = malformed(given, right) { return told }
            if let right { return cause("login.other_place", .login, right.place ?? "", Words.otherPlace, arguments) }
        }
        if bare.giver == .gate {
            return given == nil
                ? cause("login.none_given", .login, journey.host, Words.gateWantsToken)
                : cause("login.refused_by_gate", .login, journey.host, Words.gateRefuses)
        }
        // The plug-in's own file has a hash, and not even that is taken: it was read before the file was changed.
        if let own = found.first(where: \.isPluginFile), own.verdict == .hash, own.status == 401 {
            return cause(
                "login.restart_needed", .login, own.place ?? "", Words.restartNeeded, ["place": own.place ?? ""])
        }
        for trial in found { if let told = malformed(trial, right) { return told } }
        if let told = misread(journey).first { return told }
        if given != nil, found.isEmpty {
            let arguments = [
                "status": "\(bare.status)", "server": journey.server(of: bare),
            ]
            return cause("login.refused", .login, journey.host, Words.tokenRefused, arguments)
        }
        if let first = found.first {
            let places = found.compactMap(\.place).joined(separator: ", ")
            return cause("login.all_refused", .login, first.place ?? "", Words.allRefused, ["places": places])
        }
        return cause("login.none_found", .login, journey.host, Words.noneFound)
    }

    /// What is wrong with the form of a credential that was refused.
    private static func malformed(_ trial: Journey.Trial, _ right: Journey.Trial?) -> Cause? {
        let place = trial.place ?? "--token-stdin"
        let arguments = ["place": place, "right": right?.place ?? "comfygate secrets audit"]
        if trial.hasScheme { return cause("login.bearer_twice", .login, place, Words.bearerTwice, arguments) }
        switch trial.verdict {
        case .hash: return nil
        case .empty, .placeholder: return cause("login.placeholder", .login, place, Words.placeholder, arguments)
        case .wrapped: return cause("login.wrapped", .login, place, Words.wrapped, arguments)
        case .eaten(by: .compose): return cause("login.hash_eaten", .login, place, Words.eatenByCompose, arguments)
        case .eaten(by: .shell): return cause("login.hash_eaten_by_shell", .login, place, Words.eatenByShell, arguments)
        case .broken: return cause("login.hash_broken", .login, place, Words.brokenHash, arguments)
        case .word: return cause("login.password_sent", .login, place, Words.passwordSent, arguments)
        }
    }

    /// What will stop the request next, as far as it can be seen without asking.
    static func besides(_ journey: Journey) -> [Cause] {
        misread(journey)
            + journey.trials.filter { $0.status == nil }.compactMap { trial in
                // A raw token is right in its own places; only what looks like a hash that was spoiled is wrong wherever it stands.
                switch trial.verdict {
                case .eaten, .broken, .wrapped, .placeholder: malformed(trial, nil)
                default: nil
                }
            }
    }

    /// Hashes that are right as they are written, and reach the container as something else.
    private static func misread(_ journey: Journey) -> [Cause] {
        (journey.survey.files.value?.rows ?? []).compactMap { row in
            let isEaten = row.states.contains { state in
                if case .misread(let objections) = state {
                    objections.contains { $0.reader == .composeV2 }
                } else {
                    false
                }
            }
            guard isEaten, row.credential != nil else { return nil }
            let place = row.key.map { "\(row.path): \($0)" } ?? row.path
            return cause("login.hash_eaten", .login, place, Words.eatenByCompose, ["place": place])
        }
    }
}

extension String {
    /// Where the first of two texts stands, or the second.
    fileprivate func range(of first: String, or second: String) -> Range<String.Index>? {
        firstRange(of: first) ?? firstRange(of: second)
    }
}
