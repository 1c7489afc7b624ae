internal import CLinux
internal import Glibc

/// A descriptor that a loop watches; subclasses say what its readiness means.
open class Channel: Deadline {
    public final let descriptor: Int32
    public final let reactor: Reactor
    public final private(set) var isOpen = false

    /// Takes over `descriptor`; it is closed by `close()`, or at the end of this object's life.
    public init(descriptor: Int32, reactor: Reactor) {
        self.descriptor = descriptor
        self.reactor = reactor
        super.init()
    }

    deinit {
        if isOpen || descriptor >= 0 && !wasClosed { _ = Glibc.close(descriptor) }
    }
    private final var wasClosed = false

    /// Begins to watch the descriptor. The loop keeps the channel alive until `close`.
    ///
    /// - Parameter mode: `edges` for connections; listening sockets want another.
    public final func open(_ mode: Watch = .edges) {
        assert(reactor.loop.isOnLoop)
        isOpen = true
        reactor.register(self, mode)
    }

    /// Closes the descriptor and forgets the channel; again is harmless.
    public final func close() {
        guard isOpen else { return }
        assert(reactor.loop.isOnLoop)
        isOpen = false
        wasClosed = true
        willClose()
        _ = Glibc.close(descriptor)
        reactor.unregister(self)
    }

    /// Called once, before the descriptor is closed.
    open func willClose() {}

    /// Called on the loop when the descriptor is ready.
    open func ready(_ events: Readiness) {}
}

/// How a descriptor is watched.
public enum Watch: Sendable {
    /// Both directions, told once for each change.
    case edges
    /// Reading, told as long as there is something to read.
    case level
    /// As `level`, for a descriptor that several loops watch: one of them is woken.
    case sharedLevel
}
