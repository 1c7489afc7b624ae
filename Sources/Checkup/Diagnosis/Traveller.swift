public import Basics
internal import Glibc
internal import HTTP
public import Loop
internal import Secrets
internal import Stack
public import Wire

/// Goes the way of one request and notes what it meets.
public struct Traveller: Sendable {
    public let url: HTTPURL
    public var isFromPhone = false
    /// What the caller gave.
    public var token: Secret?
    /// The body that is refused, and the name of its file.
    public var request: (name: String, bytes: [UInt8])?
    /// The container whose log is read when nothing answers; nil takes the one that publishes the port.
    public var container: String?

    /// Credentials out of files that are tried; a gate counts wrong ones.
    private static let mostTrials = 12

    public init(_ url: HTTPURL) { self.url = url }

    /// - Parameter survey: Of the same installation.
    public func travel(_ survey: Survey, environment: [String: String], on loop: EventLoop) async -> Journey {
        var journey = Journey(url: url, isFromPhone: isFromPhone, now: .now(), survey: survey)
        (journey.container, journey.request) = (container, request)
        let found = candidates(survey)
        journey.trials = found.map(\.trial)
        guard var asker = HTTPProbe(url, on: loop) else { return journey }
        (asker.connectTime, asker.answerTime) = (3_000, 10_000)
        if case .name(let name)? = url.authority?.host {
            let addresses = (try? await Resolver().addresses(of: name, port: asker.port)) ?? []
            journey.addresses = addresses.map(\.host)
            journey.isNameUnknown = addresses.isEmpty
        }
        guard !journey.isNameUnknown else { return journey }
        let answer = await asker.ask(.get, "/system_stats")
        let bare = answer.reply
        (journey.failure, journey.bare) = (answer.failure, bare)
        journey.now = .now()
        if !url.isSecure, answer.failure == .closed || answer.failure == .notHTTP,
            let other = HTTPURL(host: asker.host, port: asker.port, secure: true)
        {
            journey.speaksTLS = await HTTPProbe(other, on: loop)?.ask(.get, "/").isOfTLS ?? false
        }
        guard let bare else {
            journey.log = await log(journey, environment, on: loop)
            return journey
        }
        if bare.giver == .gate { journey.ready = await asker.ask(.get, "/ready").reply }
        // What stands in files goes to nobody but this machine, or whom a certificate proves.
        let maySend = url.isSecure || journey.isLocal
        for (index, (trial, value)) in found.enumerated() where trial.place == nil || maySend {
            guard bare.wantsLogin else { break }
            journey.trials[index].status = await asker.ask(.get, "/system_stats", bearer: value).reply?.status
        }
        if bare.giver == .login, bare.proxy != nil,
            journey.trials.contains(where: { $0.verdict == .hash && $0.status == 401 })
        {
            journey.oddAuthorization = await asker.ask(.get, "/system_stats", authorization: "x").reply
        }
        let right = zip(journey.trials, found).first { $0.0.isLetIn }?.1.value
        if right != nil || bare.status == 200 {
            let probe = asker
            async let opens = probe.opensWebSocket("/ws", bearer: right)
            async let uploads = Self.announce(to: probe, bearer: right)
            async let api = probe.ask(.get, "/api/system_stats", bearer: right)
            async let post = probe.ask(.post, "/prompt", bearer: right, body: "{}")
            journey.foreignOrigin = await probe.ask(
                .post, "/prompt", bearer: right, origin: url.origin.map { "\($0)" }, body: "{}"
            ).reply
            (journey.opensWebSocket, journey.uploads, journey.post) = await (opens, uploads, post.reply)
            journey.api = await api.reply
        }
        return journey
    }

    /// Bytes of bodies that are announced. Below the last one a ComfyUI takes all; nginx by itself ends at 1 MB, IIS at 30.
    private static let uploads = [100_000, 2_000_000, 16_000_000, 32_000_000, 99_000_000]

    /// Whether somebody in front of the worker refuses large bodies. Nothing is uploaded.
    private static func announce(to probe: HTTPProbe, bearer: Secret?) async -> [(bytes: Int, reply: HTTPReply)] {
        var probe = probe
        // Who neither asks for the body nor refuses it waits for it.
        probe.answerTime = 2_000
        let asker = probe
        return await inParallel(uploads) { bytes in
            await asker.announce(bytes, to: "/upload/image", bearer: bearer).reply.map { (bytes, $0) }
        }.compactMap(\.self)
    }

    /// The caller's first, then those of files: each value once.
    private func candidates(_ survey: Survey) -> [(trial: Journey.Trial, value: Secret)] {
        var found: [(trial: Journey.Trial, value: Secret)] = []
        func add(_ value: Secret, _ place: String?, isPluginFile: Bool = false) {
            guard !found.contains(where: { $0.value == value }), found.count < Self.mostTrials else { return }
            let trial = Journey.Trial(
                place: place, verdict: HashVerdict(judging: Array(value.reveal().utf8)), isPluginFile: isPluginFile,
                hasScheme: value.reveal().lowercased().hasPrefix("bearer "))
            found.append((trial, value))
        }
        if let token { add(token, nil) }
        let places = (survey.files.value?.findings ?? []).filter { $0.isWorkerCredential }
        // The plug-in's own file before all others: it says what is right.
        for finding in places.sorted(by: { $0.isPluginFile && !$1.isPluginFile }) {
            guard let value = finding.secret else { continue }
            let place = finding.key.map { "\(finding.path): \($0)" } ?? finding.path
            add(value, place, isPluginFile: finding.isPluginFile)
        }
        return found
    }

    private func log(_ journey: Journey, _ environment: [String: String], on loop: EventLoop) async -> String? {
        guard case .engine(let id)? = journey.publishers.first?.origin,
            let engine = try? await DockerEngine.connect(environment: environment, on: loop),
            let bytes = try? await engine.log(of: id, lines: 50)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Finding {
    /// A token or hash of a ComfyUI. Nothing else is ever sent to one: not a password of another service, and not the token
    /// of Hugging Face that stands beside it.
    var isWorkerCredential: Bool {
        guard let secret else { return false }
        if kind == .login || proposal?.credential == CredentialFile.defaultName { return true }
        if let key, key.uppercased().hasPrefix("COMFYUI_") { return true }
        switch HashVerdict(judging: Array(secret.reveal().utf8)) {
        case .hash, .eaten, .broken, .wrapped: return true
        case .empty, .placeholder, .word: return false
        }
    }

    fileprivate var isPluginFile: Bool { kind == .login }
}

extension HTTPAnswer {
    /// It came by TLS, or would have, had its certificate been believed.
    fileprivate var isOfTLS: Bool {
        switch self {
        case .answered: true
        case .failed(.tls(let words)): ["certificate", "mismatch"].contains { words.lowercased().contains($0) }
        case .failed: false
        }
    }
}
