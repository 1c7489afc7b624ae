internal import CLinux
internal import Glibc

/// A part of a file on its way to a plain socket without passing through the process.
///
/// What has not left counts as the sink's `pendingByteCount`.
public final class FileRelay {
    public enum Progress: Sendable, Hashable {
        case done
        /// `writable` of the sink tells when to go on.
        case sinkIsFull
        /// Enough for this turn: go on in the next one.
        case paused
        /// What comes next would have to be waited for: read it elsewhere.
        case sourceIsCold
        /// The file has become shorter, or cannot be read.
        case sourceFailed
        case sinkFailed
    }

    private let file: Int32
    private var offset: Int64
    public private(set) var remaining: Int
    private let sink: Stream
    /// Bytes that are known to be in the kernel's cache.
    private var cached = 0

    /// Files below are not worth the calls.
    public static let threshold = 65_536
    /// Bytes looked for in the cache at a time, and sent before others get their turn.
    public static let window = 1 << 20

    /// Nil when the sink is under TLS or has bytes waiting: then copy.
    ///
    /// - Parameter file: Open for reading as long as the relay lives.
    public init?(_ file: Int32, at offset: Int64, count: Int, to sink: Stream) {
        guard sink.tls == nil, sink.pendingByteCount == 0, sink.isOpen, !sink.isBroken else { return nil }
        Pipe.ignoresBrokenPipes
        (self.file, self.offset, remaining, self.sink) = (file, offset, count, sink)
        sink.relayed(taken: count)
    }

    deinit { sink.relayed(taken: -remaining) }

    /// Whether sending this part would not wait for the disk.
    public static func isCached(_ file: Int32, at offset: Int64, count: Int) -> Bool {
        gate_is_cached(file, offset, min(count, window)) == 1
    }

    /// Sends what the socket takes now.
    public func move() -> Progress {
        var thisTurn = 0
        while remaining > 0 {
            guard sink.isOpen else { return .sinkFailed }
            if cached == 0 {
                guard thisTurn < Self.window else { return .paused }
                guard Self.isCached(file, at: offset, count: remaining) else { return .sourceIsCold }
                cached = min(remaining, Self.window)
            }
            let count = gate_send_file(sink.descriptor, file, offset, cached)
            if count > 0 {
                offset += Int64(count)
                remaining -= count
                cached -= count
                thisTurn += count
                sink.relayed(sent: count)
                continue
            }
            guard count < 0 else { return .sourceFailed }
            switch gate_errno() {
            case EINTR: continue
            case EAGAIN:
                sink.waitsForRoom = true
                return .sinkIsFull
            case EIO, EINVAL: return .sourceFailed
            default: return .sinkFailed
            }
        }
        return .done
    }
}
