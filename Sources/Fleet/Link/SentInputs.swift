internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Loop
internal import Store

/// The input files that one worker was sent: each once, and those that were not used for longest are removed again.
final class SentInputs {
    private let api: WorkerAPI
    private let ports: FleetPorts
    /// The worker's folder, if this machine has it.
    private let files: WorkerFiles?
    /// What the worker called them, by hash.
    private var known = LRUTable<Digest32, String>()
    /// Those that an earlier process of the gate sent have been removed.
    private var hasSwept = false

    private static let limit = 1_000

    init(_ api: WorkerAPI, _ files: WorkerFiles?, _ ports: FleetPorts) {
        (self.api, self.files, self.ports) = (api, files, ports)
    }

    /// The worker may no longer have them: all are sent anew.
    func forget() { known = LRUTable() }

    /// The worker's names of files; nil when the gate itself has lost one.
    func send(_ wanted: [GraphFile]) async throws(UpstreamFailure) -> [Digest32: String]? {
        var names: [Digest32: String] = [:]
        for file in wanted {
            if let name = known.touch(file.hash) {
                names[file.hash] = name
                continue
            }
            guard let bytes = try? await ports.assets.read(file.hash) else { return nil }
            let name = try await api.upload(bytes, name: AttemptNames.inputName(of: file))
            known.set(file.hash, name)
            names[file.hash] = name
        }
        await sweep(except: Set(names.values))
        return names
    }

    /// Removes those that have not been used for longest, of this process and of earlier ones.
    private func sweep(except used: Set<String>) async {
        var old: [String] = []
        while known.count > Self.limit, let oldest = known.oldest, !used.contains(oldest.value) {
            known.remove(oldest.key)
            old.append(oldest.value)
        }
        guard let files, !old.isEmpty || !hasSwept else { return }
        let (names, kept, isFirst) = (old, Set(known.ordered.map(\.value)), !hasSwept)
        hasSwept = true
        _ = try? await ports.lane.run {
            files.remove(inputs: names + (isFirst ? files.sentInputs().filter { !kept.contains($0) } : []))
        }
    }
}
