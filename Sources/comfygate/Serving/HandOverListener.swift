internal import Basics
internal import CLinux
internal import Glibc
internal import Loop

/// Where a successor finds this gate: a Unix socket in the data folder, for root and the gate's own user.
final class HandOverListener: Sendable {
    private let path: String
    private let descriptor: Int32
    /// Blocks in `accept`; ends with the process.
    private let lane = Lane("upgrade", threads: 1, capacity: 4)

    /// The store in this folder is locked for this process, so that a socket that lies there is nobody's.
    init(in folder: String, found: @escaping @Sendable (HandOverChannel) -> Void) throws(GateError) {
        path = HandOverChannel.path(in: folder)
        descriptor = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | O_CLOEXEC, 0)
        _ = unsafe unlink(path)
        _ = fchmod(descriptor, 0o600)
        var error = unsafe HandOverChannel.withAddress(in: folder) { [descriptor] in
            unsafe gate_bind(descriptor, $0, $1)
        }
        if error == 0, listen(descriptor, 4) != 0 { error = gate_errno() }
        guard error == 0 else {
            Glibc.close(descriptor)
            throw GateError(.invalidArgument, from: .gateway, "Cannot listen on \(path): \(systemMessage(error)).")
        }
        lane.submit { [descriptor] in
            while true {
                let peer = accept4(descriptor)
                guard peer >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    return
                }
                if let channel = HandOverChannel.fromSuccessor(peer) { found(channel) }
            }
        }
    }

    /// Nobody can take over any more.
    func close() {
        _ = unsafe unlink(path)
        // Wakes the thread in `accept`.
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}

private func accept4(_ descriptor: Int32) -> Int32 {
    let peer = accept(descriptor, nil, nil)
    if peer >= 0 { _ = fcntl(peer, F_SETFD, FD_CLOEXEC) }
    return peer
}
