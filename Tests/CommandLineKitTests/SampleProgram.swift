import Basics
import CommandLineKit

/// A small program with every kind of parameter.
enum Sample {
    static func text(_ key: String) -> Message { Message(key, en: "Says \(key) [a:b]", fr: "Dit « \(key) » l'un") }

    enum Color: String, Choice { case red, blue }

    struct List: Command {
        static let limit = Option<Int>("limit", short: "n", or: 100, text("limit"))
        static let since = Option<Duration>("since", text("since"))
        static let tags = Option<String>("tag", isRepeatable: true, text("tag"))
        static let color = Option<Color>("color", text("color"))
        static let file = Option<FilePath>("file", text("file"))
        static let all = Flag("all", short: "a", text("all"))
        static let pattern = Positional<String>("pattern", isRequired: false, text("pattern"))
        static let declaration = CommandDeclaration(
            "list", text("list"), discussion: text("more"), [limit, since, tags, color, file, all, pattern],
            examples: ["account list -n 5"])

        let words: [String]
        init(_ arguments: ParsedArguments) throws(UsageError) {
            var words = ["limit=\(try arguments.require(Self.limit))"]
            if let since = try arguments.get(Self.since) { words.append("since=\(since.spelled)") }
            words += try arguments.all(Self.tags).map { "tag=\($0)" }
            if let color = try arguments.get(Self.color) { words.append("color=\(color.rawValue)") }
            if let file = try arguments.get(Self.file) { words.append("file=\(file.text)") }
            if arguments.has(Self.all) { words.append("all") }
            if let pattern = try arguments.get(Self.pattern) { words.append("pattern=\(pattern)") }
            self.words = words
        }
        func run(_ terminal: Terminal) {
            terminal.put(.array(words.map { JSON($0) })) { words.joined(separator: " ") + "\n" }
            terminal.say(Phrase(verbatim: "done"))
        }
    }

    struct Add: Command {
        static let role = Option<String>("role", isRequired: true, text("role"))
        static let color = Positional<Color>("shade", text("shade"))
        static let names = Positional<String>("names", isRequired: false, isRepeatable: true, text("names"))
        static let declaration = CommandDeclaration("add", text("add"), [role, color, names])
        let words: [String]
        init(_ arguments: ParsedArguments) throws(UsageError) {
            words =
                [try arguments.require(Self.role), try arguments.require(Self.color).rawValue]
                + (try arguments.all(Self.names))
        }
        func run(_ terminal: Terminal) { terminal.put(.null) { words.joined(separator: ",") + "\n" } }
    }

    struct Fail: Command {
        static let how = Positional<String>("how", isRequired: false, text("how"))
        static let declaration = CommandDeclaration("fail", text("fail"), [how])
        let how: String?
        init(_ arguments: ParsedArguments) throws(UsageError) { how = try arguments.get(Self.how) }
        func run(_ terminal: Terminal) throws {
            switch how {
            case "gate": throw GateError(.notFound, from: .client, "There is no such account.")
            case "quiet": throw ExitFailure(code: 1)
            case "odd": throw CancellationError()
            default:
                throw CommandFailure(at: "a\u{1B}[2Jb", Phrase(verbatim: "broken\n"), Phrase(verbatim: "Repair it."))
            }
        }
    }

    static let program = Program(
        "sample", version: "1.2.3", text("program"),
        [.group("account", text("account"), [.command(List.self), .command(Add.self)]), .command(Fail.self)])

    struct Outcome {
        let code: Int32
        let output: String
        let error: String
    }

    static func run(
        _ words: String..., environment: [String: String] = [:], isTerminal: Bool = false, failure: Int32? = nil
    ) async -> Outcome {
        let output = MemorySink(isTerminal: isTerminal, failure: failure)
        let error = MemorySink(isTerminal: isTerminal)
        let code = await program.run(words, environment: environment, output: output, error: error)
        return Outcome(code: code, output: output.text, error: error.text)
    }
}
