internal import CLinux
internal import Glibc

/// A descriptor that a loop watches; subclasses say what its readiness means.
///
/// In what serves connections, numbers, truth values and references are exempt from Swift's check for overlapping accesses
/// at run time, which cost a quarter of a request: they are read and replaced as a whole, never changed in place, so an
/// overlap cannot corrupt them. Arrays and other values are checked.
open class Channel: Deadline {
    public final let descriptor: Int32
    public final let reactor: Reactor
    public final var isOpen: Bool { isWatched }
    // Stored apart: what another module uses directly is checked, whatever is said here.
    @safe @exclusivity(unchecked) private final var isWatched = false

    /// Takes over `descriptor`; it is closed by `close()`, or at the end of this object's life.
    public init(descriptor: Int32, reactor: Reactor) {
        self.descriptor = descriptor
        self.reactor = reactor
        super.init()
    }

    deinit {
        if isOpen || descriptor >= 0 && !wasClosed { _ = Glibc.close(descriptor) }
    }
    @safe @exclusivity(unchecked) private final var wasClosed = false

    /// Begins to watch the descriptor. The loop keeps the channel alive until `close`.
    ///
    /// - Parameter mode: `edges` for connections; listening sockets want another.
    public final func open(_ mode: Watch = .edges) {
        assert(reactor.loop.isOnLoop)
        isWatched = true
        reactor.register(self, mode)
    }

    /// Closes the descriptor and forgets the channel; again is harmless.
    public final func close() {
        guard isOpen else { return }
        assert(reactor.loop.isOnLoop)
        isWatched = false
        wasClosed = true
        willClose()
        // Closing alone is not enough: a child that is just being started has a copy, and as long as that is open the
        // system goes on to tell of a channel that is gone.
        reactor.unwatch(self)
        _ = Glibc.close(descriptor)
        reactor.unregister(self)
    }

    /// Ends the channel and leaves its descriptor, which is watched no more, to the caller.
    public final func takeDescriptor() -> Int32 {
        assert(isOpen && reactor.loop.isOnLoop)
        isWatched = false
        wasClosed = true
        reactor.unwatch(self)
        reactor.unregister(self)
        return descriptor
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
