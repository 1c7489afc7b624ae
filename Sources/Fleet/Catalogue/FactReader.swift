internal import Basics
public import HTTP
internal import Loop

/// What became of a question for a fact.
public enum FactAnswer: Sendable {
    case kept(ShelvedAnswer)
    /// The disk does not take it.
    case document([UInt8])
    /// The worker has no such thing.
    case none
    /// No worker answers, and none ever said.
    case noWorker
    case failed(UpstreamFailure)
}

/// Asks a worker for every fact once; what one fact lists is asked for, too.
final class FactReader: LoopWork {
    private let dispatcher: Dispatcher
    /// Members of one list that are asked for.
    private static let limit = 1_000

    init(_ dispatcher: Dispatcher) { self.dispatcher = dispatcher }

    func run() async {
        for fact in WorkerFact.first {
            guard !dispatcher.isStopped, case .kept(let answer) = await dispatcher.fact(fact) else { continue }
            for other in await listed(fact, answer).prefix(Self.limit) {
                guard !dispatcher.isStopped else { return }
                if case .noWorker = await dispatcher.fact(other) { return }
            }
        }
    }

    private func listed(_ fact: WorkerFact, _ answer: ShelvedAnswer) async -> [WorkerFact] {
        switch fact {
        case .models, .modelFolders, .subgraphs: break
        default: return []
        }
        guard let json = await dispatcher.ports.shelf.json(answer) else { return [] }
        switch fact {
        case .models: return (json.array ?? []).compactMap(\.string).map { .modelsOf($0) }
        case .modelFolders: return (json.array ?? []).compactMap { $0["name"]?.string }.map { .modelFiles($0) }
        default: return (json.object?.keys ?? []).map { .subgraph($0) }
        }
    }
}

extension WorkerShelf {
    /// A small document, read.
    func json(_ answer: ShelvedAnswer) async -> JSON? {
        (try? await bytes(answer)).flatMap { try? JSON(parsing: $0, dialect: .python) }
    }
}

/// Clears the shelf of what a crash or an eviction left there.
final class ShelfSweep: LoopWork {
    private let shelf: WorkerShelf

    init(shelf: WorkerShelf) { self.shelf = shelf }

    func run() async { await shelf.sweep() }
}

/// Brings what a worker can do to the disk; nobody waits for it.
final class CatalogueKeeper: LoopWork {
    private let kept: KeptCatalogue
    private let shelf: WorkerShelf
    private let now: UInt64

    init(_ kept: KeptCatalogue, _ shelf: WorkerShelf, now: UInt64) {
        (self.kept, self.shelf, self.now) = (kept, shelf, now)
    }

    func run() async {
        _ = try? await shelf.keep(
            KeptCatalogue.key, type: "application/json", kept.encode(), at: now, limit: KeptCatalogue.limit)
    }
}
