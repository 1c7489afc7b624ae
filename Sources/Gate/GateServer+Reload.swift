public import Basics
internal import Fleet
internal import Glibc
internal import HTTP
internal import Loop

extension GateServer {
    /// Goes on with another configuration as far as a running gate can, and reads the certificate files anew.
    ///
    /// Connections that are open keep their certificate, also those to the worker and to services; the next request of a
    /// client's is judged by the new configuration.
    /// - Parameter wanted: A configuration without problems.
    /// - Throws: What a file of it says; then nothing has changed.
    public func reload(_ wanted: Configuration) async throws(GateError) -> ConfigurationChange {
        let old = current.withLock { $0 }
        let change = ConfigurationChange(from: old.configuration, to: wanted)
        var settings = try GateSettings(change.configuration)
        let tls = try Self.tlsContext(change.configuration)
        // From here on nothing can fail.
        let before = old.configuration.services
        let kept = change.configuration.services.map { before.firstIndex(of: $0) }
        settings.keepUpstreams(of: old.shared.settings, services: kept)
        let shared = GateShared(old.shared, settings: settings)
        current.withLock { $0 = Current(configuration: change.configuration, shared: shared, tls: tls) }
        shared.fleet.setLimits(settings.jobLimits)
        shared.fleet.ports.disk.setLow(change.configuration.jobs.diskLow)
        let limits = ServerLimits(change.configuration.limits, loops: members.withLock { $0.count })
        let resolver = resolver
        for member in members.withLock({ $0 }) {
            await member.loop.perform { _ in
                member.server.limits = limits
                member.application.reload(shared, kept: kept, resolver: resolver)
            }
        }
        await console.withLock { $0 }?.reload(change.configuration)
        return change
    }
}
