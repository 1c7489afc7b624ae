internal import Glibc

/// A socket that listens already: from the service manager, from a predecessor, or for a successor.
public struct ListeningSocket: Sendable, Hashable {
    /// What is served there; the raw values are systemd's `FileDescriptorName=`.
    public enum Role: String, Sendable, Hashable { case gate, console }
    public let role: Role
    public let descriptor: Int32
    /// The file of a Unix socket disappears with whoever listens last; never so with a service manager's.
    public let ownsPath: Bool

    public init(_ role: Role, _ descriptor: Int32, ownsPath: Bool = false) {
        (self.role, self.descriptor, self.ownsPath) = (role, descriptor, ownsPath)
    }

    public func close() { _ = Glibc.close(descriptor) }
}
