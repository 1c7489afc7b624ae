internal import Basics
internal import Glibc

/// Where an engine listens.
public enum DockerEndpoint: Sendable, Hashable {
    case unix(String)
    /// - Parameter certificates: A folder with `ca.pem`, `cert.pem` and `key.pem`; nil for plain HTTP.
    case tcp(host: String, port: UInt16, certificates: String?)

    /// As `DOCKER_HOST` is written: `unix:///run/docker.sock`, `tcp://10.0.0.2:2376`.
    ///
    /// - Parameter environment: Of the process: `DOCKER_TLS_VERIFY`, `DOCKER_TLS` and `DOCKER_CERT_PATH`.
    /// - Throws: `noTransport` for ways that are not spoken here (`ssh`, Windows' pipes), `badAddress` for the rest.
    public init(_ text: String, environment: [String: String]) throws(DockerFailure) {
        guard let scheme = text.firstRange(of: "://") else { throw .badAddress(text) }
        let rest = text[scheme.upperBound...]
        switch text[..<scheme.lowerBound] {
        case "unix":
            guard rest.hasPrefix("/") else { throw .badAddress(text) }
            self = .unix(String(rest))
        case "tcp", "http", "https":
            let isSecure =
                text.hasPrefix("https") || !(environment["DOCKER_TLS_VERIFY"] ?? "").isEmpty
                || !(environment["DOCKER_TLS"] ?? "").isEmpty
            let authority = rest.prefix { $0 != "/" }
            let (host, port) = Self.split(String(authority))
            guard !host.isEmpty, let number = port.isEmpty ? (isSecure ? 2_376 : 2_375) : UInt16(port) else {
                throw .badAddress(text)
            }
            let folder = environment["DOCKER_CERT_PATH"] ?? environment["HOME"].map { $0 + "/.docker" } ?? ""
            self = .tcp(host: host, port: number, certificates: isSecure ? folder : nil)
        case let other: throw .noTransport(String(other))
        }
    }

    /// `host:port`, `[::1]:port`; the port is empty where there is none.
    private static func split(_ authority: String) -> (host: String, port: String) {
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            let host = authority[authority.index(after: authority.startIndex)..<close]
            return (String(host), String(authority[authority.index(after: close)...].drop { $0 == ":" }))
        }
        guard let colon = authority.lastIndex(of: ":") else { return (authority, "") }
        return (String(authority[..<colon]), String(authority[authority.index(after: colon)...]))
    }

    /// The endpoint that the environment names, or the first socket of the usual ones that is there.
    ///
    /// - Parameter exists: Whether a path is there; tests answer in its place.
    /// - Throws: `noEngine` when nothing is named and no socket is there.
    public static func find(
        environment: [String: String], exists: (String) -> Bool = DockerEndpoint.isThere
    ) throws(DockerFailure) -> DockerEndpoint {
        if let named = environment["DOCKER_HOST"], !named.isEmpty {
            return try DockerEndpoint(named, environment: environment)
        }
        let places = usual(environment)
        guard let path = places.first(where: exists) else { throw .noEngine(places) }
        return .unix(path)
    }

    public static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The system's engine, a user's own, Docker Desktop's on Linux and macOS.
    static func usual(_ environment: [String: String]) -> [String] {
        var places = ["/var/run/docker.sock"]
        if let folder = environment["XDG_RUNTIME_DIR"], !folder.isEmpty { places.append(folder + "/docker.sock") }
        if let home = environment["HOME"], !home.isEmpty {
            places += [home + "/.docker/desktop/docker.sock", home + "/.docker/run/docker.sock"]
        }
        return places
    }
}

extension DockerEndpoint: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port, _): "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}
