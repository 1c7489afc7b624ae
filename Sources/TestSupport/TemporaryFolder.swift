internal import Basics
internal import Glibc
internal import Loop

/// A folder of its own below /tmp, which goes with the last reference, and with it whatever a test left in it.
public final class TemporaryFolder: Sendable {
    public let path: String

    /// - Parameter isMade: False leaves the folder itself to the test.
    public init(isMade: Bool = true) {
        path = "/tmp/comfygate-test-\(UUID())"
        if isMade { unsafe mkdir(path, 0o700) }
    }

    deinit { Self.remove(path) }

    /// The path of a file or folder in it.
    public func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and returns its path.
    @discardableResult
    public func file(_ name: String, _ bytes: some Collection<UInt8>) -> String {
        let path = path(name)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "\(path) cannot be written: \(systemMessage(errno))")
        defer { close(descriptor) }
        let error = writeBytes(Array(bytes), to: descriptor)
        precondition(error == 0, "\(path) cannot be written: \(systemMessage(error))")
        return path
    }

    /// What lies in it.
    public var names: [String] { folderNames(at: path).names }

    /// Removes a file, or a folder with all that is in it; none is no error.
    public static func remove(_ path: String) {
        guard unsafe unlink(path) != 0, errno == EISDIR || errno == EPERM else { return }
        for name in folderNames(at: path).names { remove("\(path)/\(name)") }
        unsafe rmdir(path)
    }
}
