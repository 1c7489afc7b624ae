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

/// Names in an open folder but `.` and `..`, in no order; blocks.
///
/// - Returns: The names, and the system's error number or 0.
public func folderNames(_ descriptor: Int32) -> (names: [String], error: Int32) {
    // Its own place in the folder, and closed with the list.
    names(in: unsafe gate_open_at(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0))
}

/// Names in the folder at that path, as above.
public func folderNames(at path: String) -> (names: [String], error: Int32) {
    names(in: unsafe gate_open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0))
}

/// Closes the folder, which may be -1.
private func names(in own: Int32) -> (names: [String], error: Int32) {
    guard own >= 0, let folder = unsafe fdopendir(own) else { return ([], gate_errno()) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
            unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return (names, 0)
}

/// Writes all of it where the file stands; blocks.
///
/// - Returns: The system's error number or 0.
public func writeBytes(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { unsafe writeBytes($0, to: descriptor) }
}

public func writeBytes(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
        let count = unsafe write(descriptor, rest.baseAddress, rest.count)
        if count < 0, gate_errno() == EINTR { continue }
        // A disk that takes nothing and says no reason would hold the thread for ever.
        guard count != 0 else { return EIO }
        guard count > 0 else { return gate_errno() }
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return 0
}
