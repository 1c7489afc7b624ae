internal import Basics
internal import Loop

/// Whom connections to one upstream trust, and what they show of themselves; a reload replaces it under pools that stay.
final class UpstreamTLS: Sendable {
    private let context: Locked<TLSContext>

    /// - Parameters:
    ///   - authority: Path of a PEM file; nil takes the system's.
    ///   - certificate: Paths of the gate's own certificate and key.
    init(authority: String? = nil, certificate: (path: String, key: String)? = nil) throws(GateError) {
        context = Locked(try TLSContext(clientAuthority: authority, certificate: certificate))
    }

    /// What is in force when a connection is made, for `UpstreamOptions.tls`.
    var source: @Sendable () -> TLSContext? { { [context] in context.withLock { $0 } } }

    /// From now on connections are made as `other` would make them.
    func take(_ other: UpstreamTLS) {
        let next = other.context.withLock { $0 }
        context.withLock { $0 = next }
    }
}

extension GateSettings {
    /// Keeps the upstreams whose pools go on, with the certificates that were read for these settings.
    ///
    /// - Parameter kept: For each service the index of the old one that is the same.
    mutating func keepUpstreams(of old: GateSettings, services kept: [Int?]) {
        // The worker's address never changes while the gate runs.
        if let read = workerTLS {
            (worker, workerTLS) = (old.worker, old.workerTLS)
            workerTLS?.take(read)
        }
        for (index, before) in kept.enumerated() {
            guard let before else { continue }
            let read = services[index].tls
            services[index] = old.services[before]
            if let read { services[index].tls?.take(read) }
        }
    }
}
