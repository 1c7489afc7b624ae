internal import Basics
internal import HTTP
internal import Loop
internal import Wire

/// Whether people can walk around the gate to the worker: the one fault that makes all else worthless.
struct WorkerExposure: Sendable {
    /// What a worker's command line says about where it listens.
    enum Claim: Sendable, Hashable {
        /// Only this machine can reach it.
        case loopback
        /// Others may: every address is worth a try.
        case others
    }

    /// Reads `argv` of `/system_stats`: `--listen` alone means everywhere, without it ComfyUI listens on 127.0.0.1.
    static func claim(argv: [String]) -> Claim {
        guard let at = argv.firstIndex(where: { $0 == "--listen" || $0.hasPrefix("--listen=") }) else {
            return .loopback
        }
        var value = argv[at].dropFirst("--listen".count)
        if value.hasPrefix("=") {
            value = value.dropFirst()
        } else if argv.indices.contains(at + 1), !argv[at + 1].hasPrefix("-") {
            value = argv[at + 1][...]
        } else {
            return .others
        }
        let isLoopback = value.split(separator: ",").allSatisfy { part in
            part == "localhost" || IPAddress(String(part))?.category == .loopback
        }
        return isLoopback ? .loopback : .others
    }

    /// How many addresses of a machine are tried.
    static let addressLimit = 16

    /// The addresses of this machine where the worker answers without the gate.
    ///
    /// - Parameters:
    ///   - argv: The worker's own command line; one that does not tell is tried all the same.
    ///   - addresses: Where to try: this machine's own, with the worker's port.
    static func find(
        argv: [String]?, addresses: [SocketAddress], reactor: Reactor, resolver: Resolver
    ) async -> [SocketAddress] {
        assert(reactor.loop.isOnLoop)
        if let argv, claim(argv: argv) == .loopback { return [] }
        var found: [SocketAddress] = []
        for address in addresses.prefix(addressLimit) where await answers(address, reactor, resolver) {
            found.append(address)
        }
        return found
    }

    private static func answers(_ address: SocketAddress, _ reactor: Reactor, _ resolver: Resolver) async -> Bool {
        guard let port = address.port else { return false }
        var options = UpstreamOptions(.host(address.host, port: port))
        options.connectTime = 1_000
        options.responseTime = 2_000
        options.bodyStall = 2_000
        let pool = UpstreamPool(options, reactor: reactor, resolver: resolver)
        defer { pool.closeIdle() }
        let answer = try? await HTTPClient(pool).fetch(ClientRequest(.get, "/system_stats"), limit: 1 << 20)
        return answer?.status == .ok
    }
}
