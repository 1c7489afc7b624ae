internal import Basics

extension ConfigurationReport {
    /// What the store, the log, the console and connections to the worker that wait for their next request take.
    private static let ownDescriptors = 64
    private static let fewConnections = 1_000

    /// Lowers the limits of connections to what a process with so many descriptors can hold; `warnings` says so where it
    /// matters.
    ///
    /// A client that is forwarded takes two. Beyond that the store could not open its files any more.
    /// - Parameter descriptors: 0 when it is not known.
    public mutating func fit(descriptors: Int) {
        let most = max(10, (descriptors - Self.ownDescriptors) / 2)
        guard descriptors > 0, configuration.limits.connections > most else { return }
        let key = "limits.connections"
        // A default that nobody asked for is worth a word only where people would feel it.
        if origins[key] != nil || most < Self.fewConnections {
            warnings.append(
                ConfigurationProblem(
                    key, origins[key] ?? .builtIn,
                    ConfigurationMessages.fewDescriptors([
                        "wanted": "\(configuration.limits.connections)", "most": "\(most)",
                        "descriptors": "\(descriptors)",
                    ]),
                    ConfigurationMessages.raiseDescriptors()))
        }
        configuration.limits.connections = most
        configuration.limits.perAddress = min(configuration.limits.perAddress, most)
    }
}
