public import Basics
internal import CLinux
internal import Glibc

/// A listening socket of one loop.
public final class Listener: Channel {
    private var accepted: ((Int32, SocketAddress) -> Void)?
    public let address: SocketAddress
    private var reserve: Int32
    /// The path of a Unix socket that was made here and disappears with the listener.
    private var ownPath: String?

    /// Binds and listens; several loops may listen on one port.
    ///
    /// A Unix socket gets mode 0600; one that a dead program left behind is replaced.
    /// - Parameters:
    ///   - backlog: Connections the kernel holds until they are accepted.
    ///   - accepted: Gets each new descriptor, which it then owns, and the peer's address.
    /// - Throws: `inUse` or `invalidArgument`, naming the address and the remedy.
    public init(
        _ address: SocketAddress, reactor: Reactor, backlog: Int32 = 1_024,
        accepted: @escaping (Int32, SocketAddress) -> Void
    ) throws(GateError) {
        let descriptor = try Self.listen(on: address, backlog: backlog)
        self.accepted = accepted
        self.address = SocketAddress.local(of: descriptor) ?? address
        ownPath = if case .unix(let path) = address { path } else { nil }
        reserve = unsafe gate_open("/dev/null", O_RDONLY, 0)
        super.init(descriptor: descriptor, reactor: reactor)
        open(.level)
    }

    /// Takes over a socket that listens already, from the service manager or from a predecessor.
    ///
    /// - Parameters:
    ///   - descriptor: Is duplicated, so that several loops can each have a listener on it; the caller closes it.
    ///   - ownsPath: The file of a Unix socket disappears with this listener.
    /// - Throws: `invalidArgument` when it is no listening socket.
    public init(
        adopting descriptor: Int32, ownsPath: Bool = false, reactor: Reactor,
        accepted: @escaping (Int32, SocketAddress) -> Void
    ) throws(GateError) {
        let copy = gate_duplicate(descriptor, 0)
        guard copy >= 0, gate_is_listening(copy) == 1, gate_adopt(copy) == 0,
            let address = SocketAddress.local(of: copy)
        else {
            if copy >= 0 { _ = Glibc.close(copy) }
            throw GateError(
                .invalidArgument, from: .gateway,
                "Descriptor \(descriptor) is not a listening socket; check how this program is started.")
        }
        if address.port != nil { gate_keep_alive(copy, 60, 150_000) }
        self.accepted = accepted
        self.address = address
        ownPath = if ownsPath, case .unix(let path) = address { path } else { nil }
        reserve = unsafe gate_open("/dev/null", O_RDONLY, 0)
        super.init(descriptor: copy, reactor: reactor)
        open(.sharedLevel)
    }

    /// The listening sockets that the service manager handed to this process (`sd_listen_fds(3)`).
    ///
    /// - Parameter environment: Looks up a variable of the process.
    /// - Returns: Descriptors from 3 on; none unless `LISTEN_PID` names this process.
    public static func inherited(environment: (String) -> String?) -> [Int32] {
        guard let pid = environment("LISTEN_PID").flatMap({ Int32($0) }), pid == getpid(),
            let count = environment("LISTEN_FDS").flatMap({ Int32($0) }), (1...1_024).contains(count)
        else { return [] }
        let descriptors = (3..<3 + count).map { $0 }
        for descriptor in descriptors { _ = gate_adopt(descriptor) }
        return descriptors
    }

    private static func listen(on address: SocketAddress, backlog: Int32) throws(GateError) -> Int32 {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw GateError(.invalidArgument, from: .gateway, "This machine has no sockets for \(address).")
        }
        if case .unix = address {
            _ = fchmod(descriptor, 0o600)
        } else {
            _ = gate_set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            _ = gate_set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
            if case .v6 = address { _ = gate_set_option(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
            // Accepted connections inherit these, which saves their calls.
            _ = gate_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            gate_keep_alive(descriptor, 60, 150_000)
        }
        var error = bind(descriptor, address)
        if error == EADDRINUSE, case .unix(let path) = address, isAbandoned(address) {
            _ = unsafe unlink(path)
            error = bind(descriptor, address)
        }
        if error == 0, Glibc.listen(descriptor, backlog) != 0 { error = gate_errno() }
        guard error == 0 else {
            _ = Glibc.close(descriptor)
            if error == EADDRINUSE {
                throw GateError(
                    .inUse, from: .gateway,
                    "\(address) is taken by another program; end it, or choose another address to listen on.")
            }
            throw GateError(
                .invalidArgument, from: .gateway, "Cannot listen on \(address): \(systemMessage(error)).")
        }
        return descriptor
    }

    private static func bind(_ descriptor: Int32, _ address: SocketAddress) -> Int32 {
        let status = unsafe address.withSystemAddress { unsafe gate_bind(descriptor, $0, $1) }
        return status.map { $0 == 0 ? 0 : gate_errno() } ?? ENAMETOOLONG
    }

    /// Nobody listens on this Unix socket any more.
    private static func isAbandoned(_ address: SocketAddress) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return false }
        defer { _ = Glibc.close(descriptor) }
        let status = unsafe address.withSystemAddress { unsafe gate_connect(descriptor, $0, $1) } ?? 0
        return status != 0 && gate_errno() == ECONNREFUSED
    }

    public override func ready(_ events: Readiness) {
        // Bounded, so that a flood of connections does not starve those that are open.
        acceptWaiting(atMost: 64)
    }

    /// Takes all connections that wait, then closes: closing first would reset them.
    public func drain() {
        while isOpen, acceptWaiting(atMost: 1_024) {}
        close()
    }

    /// A copy of the listening socket for a successor, who then gets the connections that wait; the caller closes it.
    public func duplicate() -> Int32 { gate_duplicate(descriptor, 0) }

    /// Accepts no more but leaves alone what waits, and the file of a Unix socket: somebody else has the socket too.
    public func release() {
        ownPath = nil
        close()
    }

    /// Accepts; false when none is left.
    @discardableResult private func acceptWaiting(atMost limit: Int) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 128)
        for _ in 0..<limit where isOpen {
            var count: UInt32 = 128
            let descriptor = unsafe bytes.withUnsafeMutableBytes {
                unsafe gate_accept(self.descriptor, $0.baseAddress, &count)
            }
            guard descriptor >= 0 else {
                let error = gate_errno()
                if error == EINTR || error == ECONNABORTED || error == EPROTO { continue }
                if error == EMFILE || error == ENFILE { refuseOne() }
                return false
            }
            let used = min(Int(count), bytes.count)
            accepted?(descriptor, SocketAddress(system: bytes.span.extracting(0..<used)) ?? .unix(""))
        }
        return isOpen
    }

    /// Out of descriptors: the reserve is given up for long enough to take one connection and end it.
    private func refuseOne() {
        if reserve >= 0 { _ = Glibc.close(reserve) }
        let descriptor = gate_accept(self.descriptor, nil, nil)
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        reserve = unsafe gate_open("/dev/null", O_RDONLY, 0)
    }

    public override func willClose() {
        // A copy of the descriptor elsewhere would keep the watch alive, and with it events for an object that is gone.
        reactor.unwatch(self)
        if reserve >= 0 { _ = Glibc.close(reserve) }
        reserve = -1
        accepted = nil
        if let ownPath { _ = unsafe unlink(ownPath) }
    }
}

/// The system's words for an error number, in every language of the program; rare numbers are English everywhere.
public func systemPhrase(_ error: Int32) -> Phrase {
    let english = systemMessage(error)
    return Phrase(en: english, fr: frenchSystemMessages[error] ?? english)
}

private let frenchSystemMessages: [Int32: String] = [
    EACCES: "permission refusée", EBUSY: "occupé", EDQUOT: "quota de disque dépassé", EEXIST: "le fichier existe déjà",
    EINVAL: "argument incorrect", EIO: "erreur d’entrée-sortie", EISDIR: "est un dossier",
    ELOOP: "trop de liens symboliques", EMFILE: "trop de fichiers ouverts", ENAMETOOLONG: "nom de fichier trop long",
    ENOENT: "fichier ou dossier absent", ENOMEM: "mémoire insuffisante", ENOSPC: "disque plein",
    ENOTDIR: "n’est pas un dossier", EPERM: "opération non permise", EROFS: "système de fichiers en lecture seule",
    ETXTBSY: "fichier en cours d’exécution", EXDEV: "lien entre deux systèmes de fichiers",
]

/// The system's words for an error number.
public func systemMessage(_ error: Int32) -> String {
    guard let text = unsafe strerror(error) else { return "error \(error)" }
    return unsafe String(cString: text)
}
