internal import CLinux
internal import Glibc

/// Hands the process's signals to a loop as calls.
public final class SignalSource: Channel {
    private let handler: (Int32) -> Void

    /// Blocks `signals` in this thread; call `blockEverywhere` first, before any other thread starts.
    public init(_ signals: [Int32], reactor: Reactor, handler: @escaping (Int32) -> Void) {
        self.handler = handler
        let descriptor = unsafe signals.withUnsafeBufferPointer {
            unsafe gate_signal_descriptor($0.baseAddress, Int32($0.count))
        }
        precondition(descriptor >= 0, "signalfd failed")
        super.init(descriptor: descriptor, reactor: reactor)
        open(.level)
    }

    public override func ready(_ events: Readiness) {
        while isOpen, case let signal = gate_next_signal(descriptor), signal > 0 { handler(signal) }
    }

    /// Blocks signals in the calling thread and in those it starts; SIGPIPE is ignored for good.
    public static func block(_ signals: [Int32]) {
        unsafe signals.withUnsafeBufferPointer { unsafe gate_block_signals($0.baseAddress, Int32($0.count)) }
    }
}
