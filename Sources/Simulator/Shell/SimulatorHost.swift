public import Basics
public import Loop

/// A simulated worker with a loop of its own, for commands and tests on other threads.
public final class SimulatorHost: Sendable {
    public let address: SocketAddress
    private let loop: EventLoop
    private let confined: Confined

    // Sendable by hand: made on the loop, and used only inside `perform` on the same one.
    private struct Confined: @unchecked Sendable {
        let server: SimulatorServer
    }

    private init(loop: EventLoop, confined: Confined, address: SocketAddress) {
        (self.loop, self.confined, self.address) = (loop, confined, address)
    }

    /// `http://127.0.0.1:8188`
    public var url: String { "http://\(address)" }

    /// Loads the resources and listens.
    ///
    /// - Parameters:
    ///   - resources: Nil loads those of the options' version.
    ///   - crashed: Called on the worker's loop each time its process would have ended.
    ///   - journal: Called on the worker's loop with each line of `SimulatedWorker.journal`.
    public static func start(
        _ options: SimulatorOptions, on address: SocketAddress = .loopback(port: 0),
        shell: SimulatorShellOptions = .init(), resources: SimulatorResources? = nil,
        crashed: (@Sendable () -> Void)? = nil, journal: (@Sendable (JSON) -> Void)? = nil
    ) async throws -> SimulatorHost {
        let resources = try resources ?? SimulatorResources(options.flavour)
        let loop = EventLoop("simulator")
        do {
            let (confined, bound): (Confined, SocketAddress) = try await loop.perform { (reactor: Reactor) throws in
                let server = SimulatorServer(options, resources: resources, shell: shell, reactor: reactor)
                server.crashed = crashed
                server.worker.journal = journal
                return (Confined(server: server), try server.listen(on: address))
            }
            return SimulatorHost(loop: loop, confined: confined, address: bound)
        } catch {
            loop.stop()
            throw error
        }
    }

    /// Runs `body` on the simulator's loop.
    public func perform<Result: Sendable>(_ body: @Sendable (SimulatorServer) throws -> Result) async throws -> Result {
        let confined = confined
        return try await loop.perform { (_: Reactor) throws in try body(confined.server) }
    }

    /// Ends every connection and the loop's thread.
    public func stop() async {
        let confined = confined
        await loop.perform { (_: Reactor) in confined.server.stop() }
        loop.stop()
    }
}
