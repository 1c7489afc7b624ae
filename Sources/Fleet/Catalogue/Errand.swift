internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Loop

/// A question to workers; who waits for the answer may leave before it has come, and it goes on.
class Errand: LoopWork {
    private var waiter: Latch?
    private var isOver = false

    func ask() async {}

    final func run() async {
        await ask()
        leave()
    }

    /// - Parameter limit: Milliseconds after which the caller waits no longer.
    final func wait(_ reactor: Reactor, within limit: UInt64) async {
        reactor.loop.spawn(self)
        let timer = reactor.timer(after: limit) { [self] in leave() }
        if !isOver { await Latch.wait { waiter = $0 } }
        withExtendedLifetime(timer) {}
    }

    private func leave() {
        isOver = true
        waiter?.open()
        waiter = nil
    }
}

/// Asks workers what they can do.
final class CatalogueRefresh: Errand {
    private let sessions: [WorkerSession]

    init(_ sessions: [WorkerSession]) { self.sessions = sessions }

    override func ask() async { for session in sessions { try? await session.readCatalogue() } }
}

/// Asks a worker what it says of its machine.
final class StatsErrand: Errand {
    private let session: WorkerSession
    private(set) var answer: SystemStats?

    init(_ session: WorkerSession) { self.session = session }

    override func ask() async {
        answer = try? await session.api.systemStats()
        if let answer { session.dispatcher.note(answer) }
    }
}

/// Asks a worker for a fact, and keeps it.
final class FactErrand: Errand {
    private let session: WorkerSession
    private let fact: WorkerFact
    private let key: WorkerShelf.Key
    /// Nil until it has come.
    private(set) var answer: FactAnswer?

    init(_ session: WorkerSession, _ fact: WorkerFact, _ key: WorkerShelf.Key) {
        (self.session, self.fact, self.key) = (session, fact, key)
    }

    override func ask() async {
        let dispatcher = session.dispatcher
        let shelf = dispatcher.ports.shelf
        do throws(UpstreamFailure) {
            switch try await session.api.tell(fact) {
            case .nothing:
                dispatcher.forgetAsking(fact)
                await shelf.drop(key)
                answer = FactAnswer.none
            case .document(let json):
                let type = "application/json; charset=utf-8"
                let kept = try? await shelf.keep(key, type: type, json.encoded(), at: dispatcher.reactor.now)
                answer = kept.map { .kept($0) } ?? .document(json.encoded())
            }
        } catch {
            dispatcher.forgetAsking(fact)
            answer = .failed(error)
        }
    }
}
