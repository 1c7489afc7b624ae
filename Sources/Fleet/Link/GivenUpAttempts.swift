internal import Basics
internal import Loop
internal import Store

/// Attempts that were given up without proof that nothing comes of them. They are looked for on the worker, and what turns
/// up is stopped: its job has moved on, and nobody wants what comes of it.
final class GivenUpAttempts {
    private let api: WorkerAPI
    private let reactor: Reactor
    /// Oldest first, with the time until which each is looked for.
    private var attempts: [(id: UUID, until: UInt64)] = []

    private static let limit = 100
    /// Milliseconds for which one is looked for.
    static let time: UInt64 = 3_600_000
    /// Milliseconds between two looks.
    static let interval: UInt64 = 1_000

    init(_ api: WorkerAPI, reactor: Reactor) { (self.api, self.reactor) = (api, reactor) }

    var isEmpty: Bool { attempts.isEmpty }

    func add(_ attempt: UUID) {
        if attempts.count >= Self.limit { attempts.removeFirst() }
        attempts.append((attempt, reactor.now + Self.time))
    }

    /// Takes over what an earlier process of the gate gave up.
    func recall(_ givenUp: [WorkerTraces.GivenUp], now: Timestamp) {
        attempts = givenUp.suffix(Self.limit).map { given in
            let age = UInt64(clamping: now.milliseconds - given.time.milliseconds)
            return (given.attempt, reactor.now + Self.time - min(age, Self.time))
        }
    }

    /// The worker's process is gone, and they with it.
    func forget() { attempts = [] }

    /// Looks for each of them.
    ///
    /// - Parameter clean: Called for each that has ended, when the worker has been told to forget it.
    /// - Returns: Whether any is still there: the worker gets nothing else before it has gone.
    func look(_ clean: (UUID) -> Void) async -> Bool {
        var isThere = false
        for attempt in attempts {
            guard let (sighting, _) = try? await api.sighting(of: attempt.id) else { continue }
            switch sighting {
            case .pending, .running:
                isThere = true
                await api.stop(attempt.id)
            case .ended:
                await api.forget([attempt.id])
                clean(attempt.id)
                attempts.removeAll { $0.id == attempt.id }
            case .absent, .silent: break
            }
        }
        attempts.removeAll { $0.until <= reactor.now }
        return isThere
    }
}
