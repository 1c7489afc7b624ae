internal import Basics
internal import CLinux
internal import Gate
internal import Glibc
internal import Loop

/// The connection between a gate and its successor: short messages, some with a descriptor beside them.
///
/// The successor says `hello`; the gate answers with one `socket` message each and `end`, or with `refused`. The successor
/// says `ready` when nothing is missing but the store; the gate accepts no more, answers what is under way, closes the store,
/// and says `released`. The successor says `serving`, and the gate ends. Whoever misses the other side's next word takes it
/// for dead: before `ready` the gate just goes on, afterwards it starts itself anew on its sockets.
///
/// Calls block: they belong on a lane.
final class HandOverChannel: Sendable {
    enum Failure: Error, Sendable, Hashable {
        /// The other side has closed, or said nothing in time.
        case lost
        /// It said something else.
        case refused(String)
    }

    private let descriptor: Int32
    /// Bytes of one message.
    private static let longest = 256
    /// A gate has a socket a loop and address.
    private static let mostSockets = 1_024

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    // MARK: The successor's side

    /// Reaches the gate that holds this data folder; nil when there is none.
    static func toGate(in folder: String) -> HandOverChannel? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        let channel = HandOverChannel(descriptor: descriptor)
        let error = unsafe withAddress(in: folder) { unsafe gate_connect(descriptor, $0, $1) }
        return error == 0 ? channel : nil
    }

    /// Asks for the listening sockets.
    func requestSockets() throws(Failure) -> [ListeningSocket] {
        try say("hello 1")
        var sockets: [ListeningSocket] = []
        do throws(Failure) {
            while true {
                let (text, descriptor) = try hear(within: 10)
                if text == "end", descriptor == nil { return sockets }
                let words = text.split(separator: " ")
                guard words.count == 3, words[0] == "socket", let descriptor,
                    let role = ListeningSocket.Role(rawValue: String(words[1])), sockets.count < Self.mostSockets
                else {
                    if let descriptor { Glibc.close(descriptor) }
                    throw .refused(text)
                }
                sockets.append(ListeningSocket(role, descriptor, ownsPath: words[2] == "own"))
            }
        } catch {
            for socket in sockets { socket.close() }
            throw error
        }
    }

    /// Says that nothing is missing but the store, and waits for it.
    func awaitStore() throws(Failure) {
        try say("ready")
        // The longest time that limits.drain may be, and some more.
        try expect("released", within: 3_700)
    }

    func tellServing() { try? say("serving") }

    // MARK: The gate's side

    static func path(in folder: String) -> String { folder + "/upgrade.sock" }

    /// Calls `body` with the socket's address. One holds no path of more than 107 bytes, so that a longer one goes by a
    /// descriptor of the folder.
    ///
    /// - Parameter body: A system call; returns -1 for an error.
    /// - Returns: 0, or the number of the error.
    static func withAddress(in folder: String, _ body: (UnsafeRawPointer?, UInt32) -> Int32) -> Int32 {
        func attempt(_ path: String) -> Int32? {
            unsafe SocketAddress.unix(path).withSystemAddress { unsafe body($0, $1) == 0 ? 0 : gate_errno() }
        }
        if let error = attempt(path(in: folder)) { return error }
        let descriptor = unsafe gate_open(folder, O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else { return gate_errno() }
        defer { Glibc.close(descriptor) }
        return attempt(path(in: "/proc/self/fd/\(descriptor)")) ?? ENAMETOOLONG
    }

    /// Takes over an accepted connection; nil for a stranger, or one that does not know the protocol.
    static func fromSuccessor(_ descriptor: Int32) -> HandOverChannel? {
        let channel = HandOverChannel(descriptor: descriptor)
        let user = gate_peer_uid(descriptor)
        guard user == 0 || user == Int64(geteuid()) else { return nil }
        guard (try? channel.hear(within: 5).text) == "hello 1" else { return nil }
        return channel
    }

    func refuse(_ reason: String) { try? say("refused: " + reason) }

    /// Offers the sockets and waits until the successor is ready for them.
    func offer(_ sockets: [ListeningSocket]) throws(Failure) {
        for socket in sockets {
            try say("socket \(socket.role.rawValue) \(socket.ownsPath ? "own" : "lent")", socket.descriptor)
        }
        try say("end")
        try expect("ready", within: 60)
    }

    /// Leaves the store and waits until the successor serves.
    func release() throws(Failure) {
        try say("released")
        try expect("serving", within: 600)
    }

    // MARK: Messages

    private func expect(_ word: String, within seconds: Int32) throws(Failure) {
        let (text, descriptor) = try hear(within: seconds)
        if let descriptor { Glibc.close(descriptor) }
        guard text == word else { throw .refused(text) }
    }

    private func say(_ text: String, _ beside: Int32 = -1) throws(Failure) {
        _ = gate_set_timeout(descriptor, 10)
        let bytes = Array(text.utf8.prefix(Self.longest))
        guard unsafe gate_send_with_descriptor(descriptor, bytes, bytes.count, beside) == bytes.count else {
            throw .lost
        }
    }

    private func hear(within seconds: Int32) throws(Failure) -> (text: String, descriptor: Int32?) {
        _ = gate_set_timeout(descriptor, seconds)
        var buffer = [UInt8](repeating: 0, count: Self.longest)
        var beside: Int32 = -1
        let count = unsafe gate_receive_with_descriptor(descriptor, &buffer, buffer.count, &beside)
        let taken = beside >= 0 ? beside : nil
        guard count > 0 else {
            if let taken { Glibc.close(taken) }
            throw .lost
        }
        return (String(decoding: buffer[..<count], as: UTF8.self), taken)
    }
}
