internal import CLinux
internal import Glibc

/// Reads a part of a file; blocks. Shorter than `count` at the end of the file, or with an error.
///
/// - Returns: The bytes, and the system's error number or 0.
public func readBytes(of descriptor: Int32, at offset: Int64, count: Int) -> (bytes: [UInt8], error: Int32) {
    var filled = 0
    var error: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        while filled < count {
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
            let part = unsafe pread(descriptor, rest.baseAddress, rest.count, Int(offset) + filled)
            if part < 0, gate_errno() == EINTR { continue }
            if part < 0 { error = gate_errno() }
            guard part > 0 else { break }
            filled += part
        }
        initialized = filled
    }
    return (bytes, error)
}
