public import Basics
internal import HTTP
public import Loop
internal import Wire

/// A simulated worker on a real socket: the clock, the connections and the end of the process that `SimulatedWorker`
/// leaves to its shell.
///
/// Belongs to one loop. The worker paints on that loop too, so give it a loop of its own: see `SimulatorHost`.
public final class SimulatorServer {
    /// The state machine behind the sockets; change its faults through `withWorker`.
    public let worker: SimulatedWorker
    /// Called after the connections of a crashed worker have ended.
    public var crashed: (() -> Void)?
    /// Set once by `listen`.
    public private(set) var address: SocketAddress?

    let reactor: Reactor
    let shell: SimulatorShellOptions
    let clock: @Sendable () -> UInt64
    private var server: HTTPServer?
    // Connections hold their server unowned, and a task may outlive its connection by a turn.
    private var retired: [HTTPServer] = []
    private var links: [SocketID: SocketLink] = [:]
    /// The client whose `connect` is going on: its first frames come before its number is known.
    private var joining: SocketLink?
    private var departed: [SocketID] = []
    private var isInCall = false
    private var hasCrashed = false
    private var revival: UInt64?
    private var alarm: SimulatorAlarm?

    /// - Parameter clock: Nanoseconds that never go back.
    public init(
        _ options: SimulatorOptions, resources: SimulatorResources, shell: SimulatorShellOptions = .init(),
        reactor: Reactor, wallClock: Timestamp = .now(), clock: @escaping @Sendable () -> UInt64 = monotonicNanoseconds,
        random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        (self.shell, self.reactor, self.clock) = (shell, reactor, clock)
        worker = SimulatedWorker(options, resources: resources, wallClock: wallClock, now: clock(), random: random)
        worker.delegate = self
    }

    /// Begins to listen.
    ///
    /// - Parameter address: Loopback only: a simulated worker does what anybody asks, as a real one does.
    /// - Returns: The address in force, which names the port when 0 was asked for.
    @discardableResult
    public func listen(on address: SocketAddress) throws(GateError) -> SocketAddress {
        guard address.isLoopback else {
            throw GateError(
                .invalidArgument, from: .client, "A simulated worker listens on this machine only: use 127.0.0.1.")
        }
        let bound = try begin(on: address)
        self.address = bound
        setAlarm()
        return bound
    }

    private func begin(on address: SocketAddress) throws(GateError) -> SocketAddress {
        var limits = ServerLimits()
        limits.connections = shell.connections
        limits.connectionsPerAddress = shell.connections
        limits.discard = max(limits.discard, shell.discardedBody)
        let server = HTTPServer(application: SimulatorApplication(self), limits: limits, reactor: reactor)
        let bound = try server.listen(on: address)
        self.server = server
        return bound
    }

    /// Ends every connection and listens no more.
    public func stop() {
        revival = nil
        alarm?.cancel()
        alarm = nil
        endConnections()
        crashed = nil
    }

    /// Ends the worker as `kill -9` does: no connection gets another byte, and nobody listens.
    public func crash() { withWorker { $0.crash() } }

    /// Starts a new process after a crash; it listens on the same address.
    ///
    /// - Throws: When another program has taken the address meanwhile.
    public func restart() throws(GateError) {
        guard worker.isDead, let address else { return }
        revival = nil
        worker.advance(to: clock())
        if server == nil { _ = try begin(on: address) }
        worker.restart()
        setAlarm()
    }

    /// Calls the worker at the present moment and carries out what it asks for.
    public func withWorker<Result>(_ body: (SimulatedWorker) -> Result) -> Result {
        assert(reactor.loop.isOnLoop && !isInCall)
        isInCall = true
        worker.advance(to: clock())
        let result = body(worker)
        isInCall = false
        for socket in departed { worker.disconnected(socket) }
        departed = []
        if hasCrashed {
            hasCrashed = false
            die()
        }
        setAlarm()
        return result
    }

    // MARK: - Sockets

    /// False while a real process would not take a socket: it is dead, starting or full.
    var acceptsSockets: Bool {
        !worker.isDead && worker.now >= worker.startedAt + worker.faults.startupTime
            && worker.clients.count < worker.options.maximumSockets
    }

    /// Makes a client of an upgraded connection; its first frames are sent from inside.
    func join(_ link: SocketLink, clientID: String?) -> SocketID? {
        withWorker { worker in
            joining = link
            defer { joining = nil }
            return worker.connect(clientID: clientID)
        }
    }

    func left(_ socket: SocketID) {
        links[socket] = nil
        if isInCall { departed.append(socket) } else { withWorker { $0.disconnected(socket) } }
    }

    // MARK: - Time

    private func setAlarm() {
        guard server != nil || revival != nil else { return }
        guard let due = [worker.nextWake, revival].compactMap({ $0 }).min() else { return }
        // One that rings earlier sets the next one itself.
        if let alarm, alarm.due <= due { return }
        alarm?.cancel()
        alarm = SimulatorAlarm(due: due, server: self)
    }

    func rang(_ alarm: SimulatorAlarm) {
        guard alarm === self.alarm else { return }
        self.alarm = nil
        if let revival, revival <= clock() {
            do throws(GateError) { try restart() } catch {
                // The address is taken for the moment, as by a test that looks whether it is free.
                self.revival = clock() + 500_000_000
            }
        }
        withWorker { _ in }
    }

    // MARK: - Crash

    private func die() {
        endConnections()
        if case .after(let time) = shell.revival { revival = clock() + time }
        crashed?()
    }

    private func endConnections() {
        guard let server else { return }
        self.server = nil
        // In this order: draining would say goodbye to sockets, which a dead process does not.
        server.closeAll()
        server.drain {}
        links = [:]
        retired.append(server)
        if retired.count > 16 { retired.removeFirst() }
    }
}

extension SimulatorServer: SimulatedWorkerDelegate {
    public func worker(_ worker: SimulatedWorker, send frame: SimulatedFrame, to socket: SocketID) {
        if links[socket] == nil, let joining {
            links[socket] = joining
            self.joining = nil
        }
        links[socket]?.send(frame, shell)
    }

    public func worker(_ worker: SimulatedWorker, close socket: SocketID, code: UInt16) {
        links[socket]?.close(code)
    }

    public func workerCrashed(_ worker: SimulatedWorker) { hasCrashed = true }
}

/// A moment before every other that `monotonicNanoseconds` tells.
private let clockStart = ContinuousClock.now

/// Nanoseconds since this was first asked, by a clock that never goes back.
public func monotonicNanoseconds() -> UInt64 { UInt64(clockStart.duration(to: .now).wholeNanoseconds) }
