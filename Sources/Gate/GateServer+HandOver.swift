internal import Fleet
internal import Basics
internal import HTTP
internal import Loop

extension GateServer {
    /// Copies of all listening sockets, for a successor; the caller closes them.
    public func listeningSockets() async -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        for member in members.withLock({ $0 }) {
            sockets += await member.loop.perform { _ in
                member.server.duplicateListeners().map {
                    ListeningSocket(.gate, $0.descriptor, ownsPath: $0.address.port == nil)
                }
            }
        }
        return sockets + (await console.withLock { $0 }?.listeningSockets() ?? [])
    }

    /// Leaves the listening sockets to a successor who has copies of them, and returns when every request under way is
    /// answered, or when `limits.drain` is over. Tunnels end then: their clients come back to the successor.
    public func handOver() async {
        let milliseconds = UInt64(configuration.limits.drain.wholeMilliseconds)
        let console = console.withLock { $0 }
        async let consoleEnds: Void? = console?.handOver(within: milliseconds)
        await atOnce { $0.beginHandOver(within: milliseconds, done: $1) }
        await consoleEnds
        await shared.fleet.stop()
    }

    /// Whether a predecessor's sockets are at the very addresses that a configuration names; port 0 names any.
    public static func matches(_ sockets: [ListeningSocket], _ configuration: Configuration) -> Bool {
        func fits(_ role: ListeningSocket.Role, _ addresses: [ListenAddress]) -> Bool {
            let wanted = Set(addresses.flatMap(\.socketAddresses))
            let own = sockets.filter { $0.role == role }.compactMap { SocketAddress(ofSocket: $0.descriptor) }
            return wanted.contains { $0.port == 0 } || wanted == Set(own.filter { $0.port != nil })
        }
        return fits(.gate, configuration.listen.addresses) && fits(.console, configuration.console.addresses)
    }

    /// Sockets of a service manager bypass what the configuration says about addresses; the rule about plain HTTP holds
    /// for them too.
    static func judge(_ sockets: [ListeningSocket], _ configuration: Configuration) throws(GateError) {
        guard !configuration.tls.isOn else { return }
        for socket in sockets {
            let allowed: Set<Configuration.PlainListening?> = socket.role == .gate ? [.container, .lan] : [.container]
            guard let address = SocketAddress(ofSocket: socket.descriptor), !address.isLoopback,
                !allowed.contains(configuration.listen.plain)
            else { continue }
            throw GateError(
                .invalidArgument, from: .gateway,
                "The socket on \(address) that was handed over is reached by others without TLS: set tls.certificate and tls.key, or say with listen.plain why plain HTTP is right."
            )
        }
    }
}
