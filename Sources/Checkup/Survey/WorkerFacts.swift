public import Basics
internal import Loop
internal import Stack
internal import Wire

/// One ComfyUI, as somebody without a credential meets it at one address.
public struct WorkerFacts: Sendable {
    /// The container it runs in; nil for one that was named by its address.
    public var container: String?
    /// The address by which it was named; nil for one in a container.
    public var given: String?
    public var host: String
    public var port: UInt16
    /// `GET /system_stats`
    public var stats: HTTPAnswer
    /// `POST /prompt` with nothing to run: 400 means that the handler was reached, so that a real prompt would run.
    public var prompt: HTTPAnswer
    /// `GET /manager/version` of ComfyUI-Manager, which installs code.
    public var manager: HTTPAnswer
    /// How many files it lists that a picture could begin with; nil where it does not say.
    public var models: Int?

    /// Of all its addresses.
    public var name: String { container ?? given ?? address }

    /// Without a slash at its end.
    public var address: String { HTTPURL(host: host, port: port)?.origin.map { "\($0)" } ?? host }

    /// Only programs on this machine can reach the address.
    public var isLoopback: Bool { host == "localhost" || host.hasPrefix("127.") || host == "::1" }

    /// What `/system_stats` says; nil where it is not a ComfyUI's answer.
    public var system: JSON? {
        stats.reply.flatMap { $0.status == 200 ? $0.json?["system"] : nil }
    }

    /// Nobody without a login sees what it is: it may be a ComfyUI.
    public var isLocked: Bool { stats.status.map { [401, 403, 302, 303, 307].contains($0) } ?? false }

    /// Something answered that is no ComfyUI, or one that is broken.
    public var isOther: Bool { stats.reply != nil && system == nil && !isLocked }

    public var version: String? { system?["comfyui_version"]?.string }
    public var words: [String] { (system?["argv"]?.array ?? []).compactMap(\.string) }

    /// The first of the devices that it works on; nil where it does not say.
    private var device: JSON? {
        stats.reply.flatMap { $0.status == 200 ? $0.json?["devices"]?.array?.first : nil }
    }
    /// The name of its card, out of `cuda:0 NVIDIA GeForce RTX 3090 : cudaMallocAsync`.
    public var card: String? {
        guard device?["type"]?.string == "cuda", let name = device?["name"]?.string else { return nil }
        let bare = name.firstRange(of: " : ").map { name[..<$0.lowerBound] } ?? name[...]
        return String(bare.hasPrefix("cuda:") ? bare.drop { $0 != " " }.dropFirst() : bare)
    }
    public var isOnProcessor: Bool { device?["type"]?.string == "cpu" }

    /// It would have run a prompt of somebody without a credential.
    public var takesPrompts: Bool {
        guard let reply = prompt.reply, reply.status == 200 || reply.status == 400 else { return false }
        // A proxy says 400, too, and in HTML.
        return system != nil || reply.json?["error"] != nil || reply.json?["node_errors"] != nil
    }
}

/// An address at which a ComfyUI may answer.
struct WorkerPlace: Sendable, Hashable {
    let container: String?
    /// Of one that was named by its address.
    let given: String?
    let host: String
    let port: UInt16

    init(container: String?, given: String? = nil, host: String, port: UInt16) {
        (self.container, self.given, self.host, self.port) = (container, given, host, port)
    }

    /// Nil for a socket's path, and for TLS: a ComfyUI of its own speaks neither.
    init?(_ url: HTTPURL) {
        guard !url.isSecure, let host = url.host, let port = url.port else { return nil }
        self.init(container: nil, given: url.origin.map { "\($0)" }, host: host, port: UInt16(port))
    }

    /// One that was named by loopback may be open to others, too: every address is tried that its port is open at.
    static func named(_ urls: [HTTPURL], on machine: Machine) -> [WorkerPlace] {
        urls.compactMap { WorkerPlace($0) }.flatMap { place -> [WorkerPlace] in
            let isOpen = machine.listening.contains { $0.port == Int(place.port) && $0.isPublic }
            guard isOpen, place.host == "localhost" || place.host.hasPrefix("127.") || place.host == "::1" else {
                return [place]
            }
            return [place]
                + machine.addresses.map { WorkerPlace(container: nil, given: place.given, host: $0, port: place.port) }
        }
    }

    /// Those of the containers that look like a ComfyUI: each published port at every address that leads to it.
    ///
    /// - Parameter own: This machine's addresses beside loopback.
    static func all(in containers: [ContainerFacts], own: [String]) -> [WorkerPlace] {
        var places: [WorkerPlace] = []
        for container in containers where container.isComfyUI && container.run?.isRunning == true {
            for port in container.ports where port.transport == "tcp" {
                guard let number = port.host.flatMap({ UInt16(exactly: $0) }) else { continue }
                for host in port.isPublic ? ["127.0.0.1"] + own : [port.address] {
                    let place = WorkerPlace(container: container.name, host: host, port: number)
                    if !places.contains(place) { places.append(place) }
                }
            }
        }
        return places
    }

    /// Nil where the host is no address that a URL could have.
    func look(on loop: EventLoop) async -> WorkerFacts? {
        guard let url = HTTPURL(host: host, port: port), let probe = HTTPProbe(url, on: loop) else { return nil }
        async let stats = probe.ask(.get, "/system_stats")
        async let prompt = probe.ask(.post, "/prompt", body: "{}")
        async let manager = probe.ask(.get, "/manager/version")
        async let models = models(probe)
        var facts = WorkerFacts(
            container: container, host: host, port: port, stats: await stats, prompt: await prompt,
            manager: await manager)
        facts.given = given
        facts.models = await models
        return facts
    }

    /// Nil where one of ComfyUI's own folders is not listed; those of ComfyUI-GGUF and of diffusers need not be there.
    private func models(_ probe: HTTPProbe) async -> Int? {
        let counts = await inParallel(["checkpoints", "diffusion_models", "unet_gguf", "diffusers"]) { folder in
            await probe.ask(.get, "/models/\(folder)").reply.flatMap { $0.status == 200 ? $0.json?.array?.count : nil }
        }
        return counts.prefix(2).contains(nil) ? nil : counts.compactMap(\.self).reduce(0, +)
    }
}
