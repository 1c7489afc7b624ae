internal import CLinux
internal import Gate
internal import Glibc
internal import Loop

/// Listening sockets from whoever started this program, as `sd_listen_fds_with_names(3)` describes.
enum InheritedSockets {
    /// Sockets whose `FileDescriptorName=` is `console` are the console's, all others the gate's.
    static func take(_ environment: [String: String]) -> [ListeningSocket] {
        let names = environment["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        return Listener.inherited { environment[$0] }.enumerated().map { index, descriptor in
            let name = names.indices.contains(index) ? String(names[index]) : ""
            return ListeningSocket(ListeningSocket.Role(rawValue: name) ?? .gate, descriptor)
        }
    }

    /// Starts this program anew in this process, with these sockets: the way back when a successor failed.
    ///
    /// - Returns: Only when that is not possible, with the system's reason.
    static func restart(on sockets: [ListeningSocket], without flag: String) -> Int32 {
        // Out of the way first: 3 and those behind it may be anything.
        let least = Int32(3 + sockets.count)
        let moved = sockets.map { gate_duplicate($0.descriptor, least) }
        for (index, descriptor) in moved.enumerated() { dup2(descriptor, Int32(3 + index)) }
        unsafe setenv("LISTEN_PID", "\(getpid())", 1)
        unsafe setenv("LISTEN_FDS", "\(sockets.count)", 1)
        unsafe setenv("LISTEN_FDNAMES", sockets.map(\.role.rawValue).joined(separator: ":"), 1)
        let words = CommandLine.arguments.filter { $0 != flag }
        let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        _ = unsafe execv("/proc/self/exe", arguments)
        return errno
    }
}
