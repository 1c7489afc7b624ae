internal import Basics
internal import Glibc
internal import Loop
internal import Synchronization

/// Control-C while runs are under way: the first ends them in order, the second ends the program at once.
enum RunInterrupt {
    private static let wakeup = Atomic<Int32>(-1)

    /// Calls `body` at the first SIGINT or SIGTERM from now on; in tests, too, as it blocks no signals.
    static func watch(_ body: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return }
        let source = ends[0]
        wakeup.store(ends[1], ordering: .sequentiallyConsistent)
        Lane("interrupt", threads: 1, capacity: 1).submit {
            var byte: UInt8 = 0
            while unsafe read(source, &byte, 1) < 0, errno == EINTR {}
            body()
        }
        for number in [SIGINT, SIGTERM] {
            // Only what POSIX allows in a handler: an atomic load, write(2), signal(2).
            _ = signal(number) { number in
                var byte: UInt8 = 1
                _ = unsafe write(RunInterrupt.wakeup.load(ordering: .relaxed), &byte, 1)
                _ = signal(number, SIG_DFL)
            }
        }
    }
}
