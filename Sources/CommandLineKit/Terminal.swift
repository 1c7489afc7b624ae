public import Basics
internal import CLinux
internal import Glibc

/// The only way out of a command: data to standard output, words for people to standard error.
public struct Terminal: Sendable {
    /// The name errors begin with.
    public let program: String
    public let options: GlobalOptions
    public let language: Language
    public let environment: [String: String]
    /// Colours for standard output and for standard error.
    public let style: Style
    public let errorStyle: Style
    /// Columns; 80 where nothing tells.
    public let width: Int
    public let outputIsTerminal: Bool
    public let errorIsTerminal: Bool
    private let output: any TextSink
    private let error: any TextSink

    public init(
        program: String, options: GlobalOptions = GlobalOptions(), environment: [String: String] = [:], width: Int = 80,
        output: any TextSink, error: any TextSink
    ) {
        self.program = program
        (self.options, self.environment, self.width) = (options, environment, width)
        (self.output, self.error) = (output, error)
        language = options.language ?? Language(environment: environment)
        (outputIsTerminal, errorIsTerminal) = (output.isTerminal, error.isTerminal)
        style = Style(isTerminal: outputIsTerminal, environment: environment)
        errorStyle = Style(isTerminal: errorIsTerminal, environment: environment)
    }

    /// Data: one document with `--json`, else text that ends with a line end.
    public func put(_ json: @autoclosure () -> JSON, text: () -> String) {
        output.write(options.json ? json().pretty() + "\n" : text())
    }

    /// Data: a document that is too long to be a tree, or text. What is written is sent on from time to time.
    ///
    /// - Parameters:
    ///   - elements: Each becomes one of an array.
    public func put<Element>(
        _ elements: [Element], json write: (Element, inout PrettyJSON) -> Void, text: () -> String
    ) {
        guard options.json else { return output.write(text()) }
        var json = PrettyJSON()
        json.array { json in
            for element in elements {
                write(element, &json)
                if json.count >= 65_536 { output.write(json.take()) }
            }
        }
        output.write(json.take() + "\n")
    }

    /// Data as it is, where JSON would make no sense: a completion script.
    public func put(verbatim text: String) { output.write(text) }

    /// A table, cut to the terminal's width only when it goes to one.
    public func put(_ table: Table, json: @autoclosure () -> JSON) {
        put(json()) { table.render(width: outputIsTerminal ? width : nil, style: style) }
    }

    /// A line for people; nothing under `--quiet`.
    public func say(_ phrase: Phrase) {
        if !options.quiet { error.write(phrase.text(in: language).visibleControls + "\n") }
    }

    /// A line for people that `--quiet` does not silence.
    public func warn(_ phrase: Phrase) {
        error.write(errorStyle.yellow(phrase.text(in: language).visibleControls) + "\n")
    }

    /// `<program>: <place>: <what>. <remedy>`, for commands that go on after a failure or have several.
    public func report(_ failure: CommandFailure, asWarning: Bool = false) {
        report(failure.place, text(failure.what), failure.remedy.map { text($0) }, asWarning: asWarning)
    }

    func report(_ place: String?, _ what: String, _ remedy: String?, asWarning: Bool = false) {
        let line = errorLine(program: program, place: place, what: what, remedy: remedy)
        error.write((asWarning ? errorStyle.yellow(line) : errorStyle.red(line)) + "\n")
    }

    func writeError(_ text: String) { error.write(text) }

    public func text(_ message: Message) -> String { message.text(in: language) }
    public func text(_ phrase: Phrase) -> String { phrase.text(in: language) }
}

/// Where text goes.
public protocol TextSink: Sendable {
    var isTerminal: Bool { get }
    /// The error number of the first write that failed; writes after it do nothing.
    var failure: Int32? { get }
    func write(_ text: String)
}

/// An open descriptor that somebody else closes.
public final class DescriptorSink: TextSink {
    private let descriptor: Int32
    private let failed = Locked<Int32?>(nil)
    public let isTerminal: Bool

    public static let standardOutput = DescriptorSink(1)
    public static let standardError = DescriptorSink(2)

    public init(_ descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    public var failure: Int32? { failed.withLock { $0 } }

    /// Writes everything, waiting where the descriptor is not ready.
    public func write(_ text: String) {
        guard failure == nil else { return }
        var text = text
        text.withUTF8 { unsafe write($0.span) }
    }

    private func write(_ bytes: Span<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.extracting(count...)
                continue
            }
            let reason = errno
            if reason == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&wait, 1, -1)
            } else if reason != EINTR {
                return failed.withLock { $0 = reason }
            }
        }
    }

    /// Columns of the terminal behind the descriptor; nil when it is none or does not say.
    public var columns: Int? {
        let count = gate_terminal_columns(descriptor)
        return count > 0 ? Int(count) : nil
    }
}

/// Keeps what is written, for tests.
public final class MemorySink: TextSink {
    private let content = Locked("")
    public let isTerminal: Bool
    public let failure: Int32?

    public init(isTerminal: Bool = false, failure: Int32? = nil) {
        (self.isTerminal, self.failure) = (isTerminal, failure)
    }

    public var text: String { content.withLock { $0 } }
    public func write(_ text: String) { content.withLock { $0 += text } }
}
