internal import Basics
internal import Dispatch
internal import Glibc
internal import Loop

/// The program's first thread, which does nothing but block signals when it is asked to.
///
/// An asynchronous `main` would leave it to libdispatch, which on Linux parks it with every signal unblocked: SIGTERM
/// would then end the process there and never reach a `SignalSource`.
enum MainThread {
    private static let asked = Locked<[Int32]>([])
    private static let wake = DispatchSemaphore(value: 0)
    private static let done = DispatchSemaphore(value: 0)

    /// Runs `body` on the pool and ends the process with its exit code.
    ///
    /// Exit handlers are left out, for other threads go on until the last moment: OpenSSL's would free what a loop encrypts
    /// with. Only what stdio holds is written.
    static func run(_ body: @escaping @Sendable () async -> Int32) -> Never {
        Task.detached {
            let status = await body()
            fflush(nil)
            _exit(status)
        }
        while true {
            wake.wait()
            SignalSource.block(asked.withLock { $0 })
            done.signal()
        }
    }

    /// Blocks signals in this thread, in the first one, and in all that start later. The pool's threads block them anyway.
    static func block(_ signals: [Int32]) {
        asked.withLock { $0 = signals }
        wake.signal()
        done.wait()
        SignalSource.block(signals)
    }
}
