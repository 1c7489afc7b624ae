internal import CLinux
internal import Glibc

/// Starts a detached thread with all signals blocked, so that only the signal loop sees them.
///
/// - Parameters:
///   - name: At most 15 bytes; longer names are cut by the kernel's limit.
///   - isPolite: Woken, it waits until the core's running thread waits: a loop hands out all it has first.
///   - stackBytes: Address space, not memory: pages appear when they are touched.
func startThread(
    named name: String, niceness: Int32 = 0, isPolite: Bool = false, stackBytes: Int = 1 << 20,
    _ body: @escaping @Sendable () -> Void
) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    let box = ThreadBody(name: String(name.prefix(15)), niceness: niceness, isPolite: isPolite, run: body)
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let status = unsafe pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument = unsafe argument else { return nil }
            let box = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
            _ = unsafe gate_set_thread_name(box.name)
            if box.isPolite { _ = gate_set_thread_polite() }
            if box.niceness != 0 { _ = gate_set_thread_niceness(box.niceness) }
            box.run()
            return nil
        }, Unmanaged.passRetained(box).toOpaque())
    precondition(status == 0, "the system has no thread left (pthread_create: \(status))")
}

private final class ThreadBody: Sendable {
    let name: String
    let niceness: Int32
    let isPolite: Bool
    let run: @Sendable () -> Void
    init(name: String, niceness: Int32, isPolite: Bool, run: @escaping @Sendable () -> Void) {
        (self.name, self.niceness, self.isPolite, self.run) = (name, niceness, isPolite, run)
    }
}
