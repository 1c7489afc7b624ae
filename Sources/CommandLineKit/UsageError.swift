public import Basics

/// A command line that cannot be understood; exit code 2.
public struct UsageError: Error, Hashable, Sendable {
    public let what: Phrase
    public let remedy: Phrase?

    public init(_ what: Phrase, _ remedy: Phrase? = nil) { (self.what, self.remedy) = (what, remedy) }
}

/// A command that understood its words but could not do its work; exit code 1.
public struct CommandFailure: Error, Hashable, Sendable {
    /// Where it went wrong: a file with its line, an account, an address.
    public let place: String
    public let what: Phrase
    public let remedy: Phrase?

    public init(at place: String, _ what: Phrase, _ remedy: Phrase? = nil) {
        (self.place, self.what, self.remedy) = (place, what, remedy)
    }
}

/// The failure was already described to the reader; only the exit code is left to say.
public struct ExitFailure: Error, Hashable, Sendable {
    public let code: Int32
    public init(code: Int32 = 1) { self.code = code }
}

/// `<program>: <place>: <what>. <remedy>` on one line.
func errorLine(program: String, place: String?, what: String, remedy: String?) -> String {
    var sentence = what
    if let last = sentence.last, !".!?…".contains(last) { sentence += "." }
    let parts = [program, place].compactMap(\.self).filter { !$0.isEmpty }
    let line = parts.joined(separator: ": ") + ": " + sentence + (remedy.map { " " + $0 } ?? "")
    return line.visibleControls
}
