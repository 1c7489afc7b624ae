internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Store
internal import Wire

/// Brings the files of one attempt home: fetched, hashed, synced, and under the owner's names.
final class OutputKeeper {
    private let job: Job
    private let attempt: Attempt
    private let names: AttemptNames
    private let prompt: JSONObject
    private let ports: FleetPorts
    private let api: WorkerAPI
    /// Where the owner finds each file, by `CollectedFile.source`; nil until the store has been asked.
    private var places: [String: FilePlace]?
    /// What the worker has on its disk of this attempt, as far as it has told.
    private(set) var listed: Set<OutputFile> = []
    /// The owner's places of the inputs, by the name the worker has for them.
    private let inputs: [String: FilePlace]

    /// - Parameter inputs: The worker's names, by hash.
    init(
        _ job: Job, _ attempt: Attempt, _ graph: CheckedGraph, _ ports: FleetPorts, _ api: WorkerAPI,
        inputs: [Digest32: String]
    ) {
        (self.job, self.attempt, self.ports, self.api) = (job, attempt, ports, api)
        names = AttemptNames(attempt.id)
        prompt = graph.prompt
        var known: [String: FilePlace] = [:]
        for input in graph.inputs {
            guard let name = inputs[input.file.hash], let type = FolderType(rawValue: input.reference.type) else {
                continue
            }
            known[name] = FilePlace(type, input.reference.subfolder, input.reference.filename)
        }
        self.inputs = known
    }

    /// What a node reported, with the owner's names; its files are on the disk then.
    func keep(_ executed: WorkerEvent.Executed) async throws -> WorkerEvent.Executed {
        var executed = executed
        executed.output = try await keep([executed.node: executed.output])[executed.node] ?? executed.output
        return executed
    }

    /// What all nodes reported, with the owner's names; every file is on the disk then.
    func keep(_ outputs: JSONObject) async throws -> JSONObject {
        let collection = OutputCollector.collect(outputs, token: names.token)
        listed.formUnion(collection.files.map(\.file))
        var places: [String: FilePlace]
        if let known = self.places {
            places = known
        } else {
            places = try await ports.files.outputs(of: job.sequence).mapValues(\.place)
        }
        var new: [NewOutput] = []
        for item in collection.files where places[item.source] == nil {
            new.append(
                NewOutput(
                    account: job.account, attempt: attempt.id, job: job.sequence, source: item.source,
                    wanted: item.wanted, asset: try await fetch(item.file), created: ports.clock()))
        }
        if !new.isEmpty {
            for (output, file) in zip(new, try await ports.files.keep(new)) { places[output.source] = file.place }
        }
        for item in collection.inputs { places[item.source] = inputs[item.file.filename] }
        self.places = places
        if collection.refusedCount > 0 {
            ports.log(
                "outputs_refused",
                [
                    "attempt": .string(attempt.id.description), "count": JSON(collection.refusedCount),
                    "reason": .string(collection.refused.first?.reason.rawValue ?? ""),
                ])
        }
        let own = OutputNames(token: names.token, places: places, assets: try await assets(in: outputs))
        return own.renamed(.object(outputs)).object ?? outputs
    }

    /// ComfyUI 0.26 with `--enable-assets` names an asset of its own for each file.
    private func assets(in outputs: JSONObject) async throws(GateError) -> [String: UUID]? {
        guard ports.catalogue.current?.flavour == .current else { return nil }
        return OutputNames.namesAssets(outputs) ? try await ports.files.assetIDs(of: job.sequence) : [:]
    }

    /// - Throws: `UpstreamFailure` when the worker does not give it; what the disk says.
    private func fetch(_ file: OutputFile) async throws -> Asset {
        try await ports.disk.checkForResults()
        let response = try await api.view(file)
        guard response.status == .ok else {
            throw UpstreamFailure.invalid("a file of the job was answered \(response.status.code)")
        }
        let expected = response.fields["Content-Length"].flatMap { Int($0) }
        var received = 0
        var metadata = PictureMetadata(prompt: prompt, attempt: names)
        let draft = try await ports.assets.draft(limit: AssetStore.outputLimit)
        do {
            while let part = try await response.nextChunk() {
                received += part.count
                try await draft.write(metadata.push(part))
            }
            guard expected == nil || expected == received else { throw UpstreamFailure.brokeOff }
            try await draft.write(metadata.finish())
            return try await draft.commit()
        } catch {
            await draft.discard()
            throw error
        }
    }
}
