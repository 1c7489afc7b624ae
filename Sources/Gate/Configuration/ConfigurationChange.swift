/// What a running gate takes over from a new configuration at once, and what waits for its next start.
public struct ConfigurationChange: Sendable, Hashable {
    /// The configuration in force after the change.
    public let configuration: Configuration
    /// Keys whose new values take effect now; a service or policy counts as one key, `services.NAME`.
    public let applied: [String]
    /// Keys whose new values need a restart.
    public let waiting: [String]

    /// - Parameter wanted: A configuration without problems. One that names no worker keeps the one that was found.
    public init(from current: Configuration, to wanted: Configuration) {
        var wanted = wanted
        if wanted.worker.url == nil { wanted.worker.url = current.worker.url }
        var next = current
        next.publicURLs = wanted.publicURLs
        next.trustedProxies = wanted.trustedProxies
        next.services = wanted.services
        next.policies = wanted.policies
        next.jobs = wanted.jobs
        next.limits = wanted.limits
        next.log = wanted.log
        // Whether a port speaks TLS is settled when it is opened; with which certificate is not.
        if current.tls.isOn, wanted.tls.isOn { next.tls = wanted.tls }
        // Certificates for another worker wait with its address.
        if let url = wanted.worker.url, url.isSecure, url == next.worker.url, wanted.worker.unix == next.worker.unix {
            next.worker.authority = wanted.worker.authority
            next.worker.clientCertificate = wanted.worker.clientCertificate
            next.worker.clientKey = wanted.worker.clientKey
        }
        configuration = next
        applied = Self.difference(current, next)
        waiting = Self.difference(next, wanted)
    }

    private static func difference(_ one: Configuration, _ other: Configuration) -> [String] {
        var keys = ConfigurationKeys.top.filter { $0.show(one) != $0.show(other) }.map(\.path)
        // Secrets are not shown.
        if one.worker.bearer != other.worker.bearer { keys.append("worker.bearer_file") }
        if one.migration.password != other.migration.password { keys.append("migration.password_file") }
        if one.metrics.token != other.metrics.token { keys.append("metrics.token_file") }
        var seen: Set<String> = []
        keys.removeAll { !seen.insert($0).inserted }
        keys += difference(one.services, other.services, "services", \.name)
        return keys + difference(one.policies, other.policies, "policies", \.name)
    }

    /// The group's own name when only the order differs.
    private static func difference<Item: Hashable>(
        _ one: [Item], _ other: [Item], _ group: String, _ name: (Item) -> String
    ) -> [String] {
        let names = Set(Set(one).symmetricDifference(other).map { "\(group).\(name($0))" })
        return names.isEmpty && one != other ? [group] : names.sorted()
    }
}
