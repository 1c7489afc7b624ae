extension ContainerFacts {
    /// With the ports it has on the host's own network, where a container publishes none: those that it names, by its image or in
    /// its command, and that this machine listens on.
    ///
    /// - Parameter listening: Of the machine whose network it is.
    public func onHost(_ listening: [Machine.Listening]) -> ContainerFacts {
        guard network == "host", run?.isRunning == true, ports.isEmpty else { return self }
        let named = exposed + namedPorts
        var found = self
        found.ports = listening.filter { named.contains($0.port) }.map { socket in
            Port(address: socket.address, host: socket.port, container: socket.port)
        }
        return found
    }

    /// Behind `--port` in its command.
    private var namedPorts: [Int] {
        let all = arguments.flatMap { $0.split(separator: "=") }
        return zip(all, all.dropFirst()).compactMap { $0 == "--port" ? Int($1) : nil }
    }
}
