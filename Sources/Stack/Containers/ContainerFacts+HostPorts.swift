extension ContainerFacts {
    /// With the ports it has on the host's own network, where a container publishes none: those that it names, by its image or in
    /// its command, and that this machine listens on.
    ///
    /// - Parameter listening: Of the machine whose network it is.
    public func onHost(_ listening: [Machine.Listening]) -> ContainerFacts {
        guard network == "host", run?.isRunning == true, ports.isEmpty else { return self }
        let named = exposed + values(of: "--port").compactMap { $0.flatMap(Int.init) }
        var found = self
        found.ports = listening.filter { named.contains($0.port) }.map { socket in
            Port(address: socket.address, host: socket.port, container: socket.port)
        }
        return found
    }
}
