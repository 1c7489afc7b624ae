internal import Basics

/// How far something is; `render` is pure, `ProgressWriter` draws it.
public struct ProgressBar: Sendable, Hashable {
    public enum Unit: Sendable, Hashable { case count, bytes }

    public var label: String
    public var done: Int
    /// Nil while nobody knows.
    public var total: Int?
    public var unit: Unit
    public var elapsed: Duration

    public init(_ label: String, done: Int = 0, total: Int? = nil, unit: Unit = .count, elapsed: Duration = .zero) {
        (self.label, self.done, self.total, self.unit, self.elapsed) = (label, done, total, unit, elapsed)
    }

    /// One line of at most `width` columns, without a line end: `label [####----]  40%  4/10`.
    ///
    /// A narrow terminal loses the numbers first, then the bar; the label is cut last.
    public func render(width: Int) -> String {
        let name = label.visibleControls
        guard let total, total > 0 else {
            return "\(name)  \(amount(done))  \(elapsedText)".truncated(toWidth: width)
        }
        let fraction = min(1, max(0, Double(done) / Double(total)))
        let percent = String("\(Int(fraction * 100))%").padded(toWidth: 4, onTheLeft: true)
        let numbers = "  \(amount(done))/\(amount(total))\(remaining(fraction))"
        let room = width - name.displayWidth - 2 - percent.count - 3
        for (tail, least) in [(numbers, 10), ("", 5)] where room - tail.displayWidth >= least {
            let bar = min(40, room - tail.displayWidth)
            let filled = Int(Double(bar) * fraction)
            let body = String(repeating: "#", count: filled) + String(repeating: "-", count: bar - filled)
            return "\(name) [\(body)] \(percent)\(tail)"
        }
        return "\(name.truncated(toWidth: max(0, width - 5))) \(percent)".truncated(toWidth: width)
    }

    private func amount(_ value: Int) -> String {
        unit == .bytes ? ByteCount(bytes: value).rounded : String(value)
    }

    private var elapsedText: String { clock(Int(elapsed.components.seconds)) }

    /// By the mean speed so far; nothing before 2 seconds or 1 %, where it would only mislead.
    private func remaining(_ fraction: Double) -> String {
        let seconds = Double(elapsed.wholeMilliseconds) / 1_000
        guard seconds >= 2, fraction >= 0.01, fraction < 1 else { return "" }
        let left = seconds / fraction - seconds
        return left < 360_000 ? "  " + clock(Int(left)) : ""
    }

    private func clock(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let hours = seconds / 3_600
        return hours > 0
            ? "\(hours):\(two(seconds / 60 % 60)):\(two(seconds % 60))" : "\(seconds / 60):\(two(seconds % 60))"
    }
}

/// Draws one bar over itself on standard error; writes nothing at all where standard error is no terminal.
public struct ProgressWriter {
    private let terminal: Terminal
    private var lastDrawn: Duration?
    private var isShown = false

    public init(_ terminal: Terminal) { self.terminal = terminal }

    /// Draws at most ten times a second, the full bar always; `bar.elapsed` is the clock.
    public mutating func update(_ bar: ProgressBar) {
        guard terminal.errorIsTerminal, !terminal.options.quiet else { return }
        let isFull = bar.total.map { bar.done >= $0 } ?? false
        if let lastDrawn, bar.elapsed - lastDrawn < .milliseconds(100), !isFull { return }
        lastDrawn = bar.elapsed
        isShown = true
        terminal.writeError("\r" + bar.render(width: max(10, terminal.width - 1)) + "\u{1B}[K")
    }

    /// Ends the line, so that the next word starts on its own.
    public mutating func finish() {
        if isShown { terminal.writeError("\n") }
        isShown = false
    }
}
