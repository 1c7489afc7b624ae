extension DockerEngine {
    /// The cards that a running container really has, asked of nvidia-smi inside it, which the driver's own tools put there.
    ///
    /// - Returns: Nil for a container that asks for no card, does not run, or has no nvidia-smi.
    func cards(in container: ContainerFacts) async -> ContainerFacts.Run.Cards? {
        guard container.run?.isRunning == true, !container.cards.isEmpty, case .engine(let id) = container.origin else {
            return nil
        }
        let question = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
        // With a card that hangs it would stay behind in the container, one more at each look.
        var said = try? await output(of: ["timeout", "-s", "KILL", "8"] + question, in: id)
        if said == nil { said = try? await output(of: question, in: id) }
        guard let said else { return nil }
        return Self.cards(status: said.status, output: said.output)
    }

    static func cards(status: Int, output: [UInt8]) -> ContainerFacts.Run.Cards {
        let lines = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline).map {
            $0.split(separator: " ").joined(separator: " ")
        }
        guard status == 0 else { return .failed(lines.last.map { String($0.prefix(160)) } ?? "\(status)") }
        // Parts of a card that is shared out (MIG) have names of their own.
        return .seen(lines.filter { $0.hasPrefix("GPU-") || $0.hasPrefix("MIG-") })
    }
}
