internal import Basics
internal import Secrets
internal import Stack
internal import Wire

/// What one request met on its way to a worker, hop by hop; gathered by a `Traveller`, judged by `Diagnosis`.
public struct Journey: Sendable {
    /// A credential that was tried.
    struct Trial: Sendable, Hashable {
        /// Where it stands; nil for the one the caller gave.
        var place: String?
        /// What it looks like, by the rules of a bcrypt hash.
        var verdict: HashVerdict
        /// ComfyUI-Login's own file, which the plug-in reads when it starts.
        var isPluginFile = false
        /// It begins with `Bearer`, which the header has of its own.
        var hasScheme = false
        /// Nil where there was no answer.
        var status: Int?

        /// ComfyUI-Login answers 500 to a header of more than two words, and a broken server to everything.
        var isLetIn: Bool { status.map { $0 < 500 && ![401, 403, 302, 303].contains($0) } ?? false }
    }

    /// As it was asked for.
    var url: HTTPURL
    var isFromPhone = false
    /// The container that should answer, by the caller's word.
    var container: String?
    /// Of the host's name; empty when it has none.
    var addresses: [String] = []
    var isNameUnknown = false
    /// Why there was no answer; nil where there was one.
    var failure: HTTPFailure?
    /// TLS is spoken where plain HTTP found no answer.
    var speaksTLS = false
    /// `GET /system_stats` without a credential.
    var bare: HTTPReply?
    /// `GET /ready` of a gate.
    var ready: HTTPReply?
    var trials: [Trial] = []
    /// A POST as a program sends it, and one with the origin that a browser behind a proxy sends.
    var post: HTTPReply?
    var foreignOrigin: HTTPReply?
    /// A request whose Authorization is one word: ComfyUI-Login answers 500, unless somebody in front has taken it away.
    var oddAuthorization: HTTPReply?
    /// `GET /api/system_stats`: ComfyUI's page asks below `/api`, programs mostly without it.
    var api: HTTPReply?
    /// Whether `/ws` opens; nil where it was not tried.
    var opensWebSocket: Bool?
    /// What was said to bodies that were announced: their bytes, the smallest first.
    var uploads: [(bytes: Int, reply: HTTPReply)] = []
    /// When the answers came.
    var now: Timestamp
    /// The body that is refused, and the name of its file.
    var request: (name: String, bytes: [UInt8])?
    /// The last lines of the log of the container that should answer.
    var log: String?
    /// All else that could be seen.
    var survey: Survey

    /// Who gave an answer: by the name it has put on it, else the host's.
    func server(of reply: HTTPReply) -> String { reply.server.map { String($0.prefix(40)) } ?? host }

    /// Where the answer sends to, as an address that `--url` takes; nil where it does not.
    var redirection: String? {
        guard let location = bare?.location else { return nil }
        let whole = location.hasPrefix("/") ? (url.origin.map { "\($0)" } ?? "") + location : location
        return whole.hasSuffix("/system_stats") ? String(whole.dropLast(13)) : whole
    }

    /// The answer sends to where it came from.
    var isSentToItself: Bool {
        guard let to = redirection.flatMap({ HTTPURL($0) }) else { return false }
        return to.origin == url.origin && to.basePath == url.basePath
    }

    /// There is something of the kind on the way: who has no TLS, no gate and no login has none that holds.
    func meets(_ hop: Hop) -> Bool {
        switch hop {
        case .request, .name, .port: true
        case .worker: bare?.giver == .comfyUI || ready?.status == 200 || trials.contains(where: \.isLetIn)
        case .clock: bare?.date != nil
        case .tls: url.isSecure
        case .proxy: bare?.proxy != nil
        case .gate: bare?.giver == .gate
        case .login: bare?.wantsLogin ?? false
        }
    }

    var port: Int { url.port ?? 0 }
    var host: String { url.authority?.host.description ?? "" }
    var isLocal: Bool {
        host == "localhost" || host.hasPrefix("127.") || host == "[::1]" || host == "::1"
            || survey.machine.addresses.contains(host)
    }

    /// Containers that publish the port asked for, or the one that the caller has named.
    var publishers: [ContainerFacts] {
        if let container { return survey.containers.filter { $0.name == container } }
        return survey.containers.filter { $0.ports.contains { $0.host == port && $0.transport == "tcp" } }
    }
}

extension HTTPReply {
    /// Who gave it.
    enum Giver: Sendable, Hashable { case gate, login, comfyUI, proxy(String), other }

    var giver: Giver {
        if challenge?.contains("ComfyGate") == true { return .gate }
        if let json, json["error"]?["code"]?.string != nil, json["error"]?["message"]?.string != nil { return .gate }
        if status == 401, json?["error"]?.string == "Authentication required." { return .login }
        if json?["system"]?["comfyui_version"] != nil || json?["system"]?["os"] != nil { return .comfyUI }
        return proxy.map { .proxy($0) } ?? .other
    }

    /// The proxy that it came through, whoever gave it; nil where none has put its name on it.
    var proxy: String? {
        let name = (server ?? "").lowercased()
        let proxies = ["nginx", "iis", "caddy", "traefik", "apache", "haproxy", "cloudflare"]
        return proxies.contains { name.contains($0) } ? server : nil
    }

    /// A 404 of aiohttp's or of ComfyUI's folder of pages, which a proxy let through.
    var isFromBehind: Bool { text == "404: Not Found" || body.isEmpty && contentType == "application/octet-stream" }

    /// 401, or the way to a login page of its own.
    var wantsLogin: Bool {
        guard [302, 303].contains(status), let location else { return [401, 302, 303].contains(status) }
        return location.hasPrefix("/") && !location.hasPrefix("//") && location.lowercased().contains("login")
    }

    /// It sends to the login of somebody else: another host, or one of the usual paths of such.
    var sendsToOtherLogin: Bool {
        guard [302, 303, 307].contains(status), let location = location?.lowercased() else { return false }
        return ["login", "auth", "sso", "signin", "saml", "outpost"].contains { location.contains($0) }
    }
}
