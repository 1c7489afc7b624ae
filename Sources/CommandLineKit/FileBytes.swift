internal import Basics
internal import Glibc

/// Small files read whole: configuration, secrets.
public enum FileBytes {
    public enum Failure: Error, Sendable, Hashable {
        /// The error number of open(2) or read(2).
        case unreadable(Int32)
        case tooLarge(limit: Int)

        public var reason: String {
            switch self {
            case .unreadable(let number): unsafe String(cString: strerror(number))
            case .tooLarge(let limit): "larger than \(limit) bytes"
            }
        }
    }

    /// - Parameter limit: Bytes; a file of exactly this size is read, one byte more is an error and never held in memory.
    public static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(errno) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, limit: limit)
    }

    /// Up to the end of the file; the descriptor stays open.
    public static func read(descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var scratch = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe scratch.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(errno)
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else { throw .tooLarge(limit: limit) }
            bytes += scratch[..<count]
        }
    }
}
