internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// Tells a run's events to a person: a bar on a terminal, the few important words everywhere.
struct RunProgress {
    private let terminal: Terminal
    private let nodeCount: Int
    private let clock = ContinuousClock()
    private let begun: ContinuousClock.Instant
    private var writer: ProgressWriter
    private var nodeBegun: ContinuousClock.Instant
    private var node: RunNode?
    private var done = 0
    private var ahead: Int?

    init(_ terminal: Terminal, nodeCount: Int) {
        (self.terminal, self.nodeCount) = (terminal, nodeCount)
        writer = ProgressWriter(terminal)
        begun = clock.now
        nodeBegun = begun
    }

    mutating func show(_ event: RunEvent) {
        switch event {
        case .queued(let ahead):
            guard ahead != self.ahead else { return }
            self.ahead = ahead
            say(RunMessages.waiting(count: ahead))
        case .cached(let nodes): done = min(nodes.count, nodeCount)
        case .node(let node):
            if self.node != nil { done = min(done + 1, nodeCount) }
            begin(node)
        case .progress(let progress):
            if progress.node != node { begin(progress.node) }
            done = max(done, progress.nodesDone)
            writer.update(
                ProgressBar(
                    label(progress.node), done: Int(progress.value), total: Int(progress.maximum),
                    elapsed: clock.now - nodeBegun))
        case .connectionLost(let reason): say(RunMessages.dropped(["reason": reason]))
        case .finished(let result) where result.outcome == .success:
            if node != nil {
                writer.update(
                    ProgressBar(
                        terminal.text(RunMessages.done), done: nodeCount, total: nodeCount,
                        elapsed: clock.now - nodeBegun))
            }
        case .submitted, .started, .preview, .text, .output, .reconnected, .finished: break
        }
    }

    mutating func finish() { writer.finish() }

    private func label(_ node: RunNode) -> String { "\(node.title) (\(min(done + 1, nodeCount))/\(nodeCount))" }

    /// A bar of its own for each node: what is left is told by the speed of this one.
    private mutating func begin(_ node: RunNode) {
        self.node = node
        nodeBegun = clock.now
        writer = ProgressWriter(terminal)
        writer.update(ProgressBar(label(node), done: done, total: nodeCount))
    }

    private mutating func say(_ phrase: Phrase) {
        if node != nil { writer.finish() }
        terminal.say(phrase)
    }
}
