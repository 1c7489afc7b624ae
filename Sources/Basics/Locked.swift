#if GATE_TSAN
    internal import Foundation
#else
    internal import Synchronization
#endif

/// State behind a lock: for short synchronous decisions away from a request's way, never around an effect.
///
/// ThreadSanitizer cannot see through a contended `Mutex`, so a build with `-Xswiftc -DGATE_TSAN` uses `NSLock`.
public final class Locked<Value: Sendable>: Sendable {
    #if GATE_TSAN
        private let lock = NSLock()
        // Only touched between lock and unlock.
        private nonisolated(unsafe) var value: Value

        public init(_ value: Value) { unsafe self.value = value }

        public func withLock<Result: Sendable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
            lock.lock()
            defer { lock.unlock() }
            return try unsafe body(&value)
        }
    #else
        private let mutex: Mutex<Value>

        public init(_ value: Value) { mutex = Mutex(value) }

        public func withLock<Result: Sendable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
            try mutex.withLock { try body(&$0) }
        }
    #endif
}
