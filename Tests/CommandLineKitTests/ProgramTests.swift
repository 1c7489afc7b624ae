import Basics
import Testing

@testable import CommandLineKit

struct ArgumentParsingTests {
    @Test(
        "Options are found before and behind words, with a space or an equals sign",
        arguments: [
            ([], "limit=100"),
            (["-n", "5"], "limit=5"),
            (["--limit", "5"], "limit=5"),
            (["--limit=5"], "limit=5"),
            (["-n=5"], "limit=5"),
            (["--limit", "-5"], "limit=-5"),
            (["--since=1h30m", "-a", "x"], "limit=100 since=1h30m all pattern=x"),
            (["--tag", "a", "--tag=b=c", "--tag="], "limit=100 tag=a tag=b=c tag="),
            (["--", "--all"], "limit=100 pattern=--all"),
            (["-"], "limit=100 pattern=-"),
            (["--color", "blue"], "limit=100 color=blue"),
        ] as [([String], String)])
    func reads(words: [String], expected: String) async {
        let output = MemorySink()
        let code = await Sample.program.run(
            ["account", "list"] + words, environment: [:], output: output, error: MemorySink())
        #expect(code == 0)
        #expect(output.text == expected + "\n")
    }

    @Test(
        "A mistake is one line with place and remedy, and exit code 2",
        arguments: [
            (["acount"], "sample: unknown command 'acount'. Did you mean account?"),
            (["zzzzzz"], "sample: unknown command 'zzzzzz'. See 'sample --help'."),
            (["account"], "sample: account: 'account' needs a verb. Write one of: list, add."),
            (
                ["account", "list", "--limti", "4"],
                "sample: account list: unknown option --limti. Did you mean --limit?"
            ),
            (["account", "list", "--limit"], "sample: account list: --limit needs a value. Write --limit=N."),
            (["account", "list", "--limit", "--all"], "sample: account list: --limit needs a value. Write --limit=N."),
            (["account", "list", "--limit=x"], "sample: account list: --limit cannot be 'x'. Write a whole number."),
            (
                ["account", "list", "--limit=1", "-n", "2"],
                "sample: account list: --limit is given twice. See 'sample account list --help'."
            ),
            (
                ["account", "list", "--all=yes"],
                "sample: account list: --all takes no value. See 'sample account list --help'."
            ),
            (
                ["account", "list", "a", "b"],
                "sample: account list: there is no place for 'b'. See 'sample account list --help'."
            ),
            (
                ["account", "list", "--color", "green"],
                "sample: account list: --color cannot be 'green'. Write one of: red, blue."
            ),
            (
                ["account", "add", "--role", "x"],
                "sample: account add: <shade> is missing. See 'sample account add --help'."
            ),
            (["account", "add", "red"], "sample: account add: --role is missing. See 'sample account add --help'."),
            (["--limit", "3", "account", "list"], "sample: unknown option --limit. See 'sample --help'."),
            (["--lang", "de"], "sample: --lang cannot be 'de'. Write one of: en, fr."),
            (
                ["account", "list", "--fi\u{1B}[2J"],
                "sample: account list: unknown option --fi\\u{1b}[2J. See 'sample account list --help'."
            ),
        ] as [([String], String)])
    func refuses(words: [String], expected: String) async {
        let error = MemorySink()
        let output = MemorySink()
        let code = await Sample.program.run(words, environment: [:], output: output, error: error)
        #expect(code == 2)
        #expect(error.text == expected + "\n")
        #expect(output.text.isEmpty)
    }

    @Test("The last positional may take all words that are left")
    func repeats() async {
        #expect(await Sample.run("account", "add", "red", "--role=r", "a", "b").output == "r,red,a,b\n")
        #expect(await Sample.run("account", "add", "red", "--role=r").output == "r,red\n")
    }

    @Test("Global options stand anywhere")
    func globals() async {
        #expect(await Sample.run("--json", "account", "list").output == "[\n  \"limit=100\"\n]\n")
        #expect(await Sample.run("account", "--json", "list").output == "[\n  \"limit=100\"\n]\n")
        #expect(await Sample.run("account", "list", "-q").error == "")
        #expect(await Sample.run("account", "list").error == "done\n")
        #expect(await Sample.run("--version").output == "sample 1.2.3\n")
    }

    @Test("--lang beats the environment, which beats English")
    func language() async {
        #expect(await Sample.run("x", environment: ["LANG": "fr_FR"]).error.contains("commande inconnue"))
        #expect(await Sample.run("x", "--lang=en", environment: ["LANG": "fr_FR"]).error.contains("unknown command"))
        #expect(await Sample.run("--lang=fr", "x").error.contains("commande inconnue"))
    }
}

struct HostileWordsTests {
    @Test("Whatever words come, the program answers with 0, 1 or 2 and one line at most for an error")
    func survives() async {
        let pieces = [
            "account", "list", "add", "fail", "--", "-", "--limit", "=", "--tag=", "-n", "-", "", "--lang", "é",
            "\u{0}", "--help", "\n",
        ]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let words = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                (0..<Int.random(in: 1...2, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? ""
                }.joined()
            }
            let error = MemorySink()
            let code = await Sample.program.run(words, environment: [:], output: MemorySink(), error: error)
            #expect((0...2).contains(code))
            #expect(words.isEmpty || error.text.split(separator: "\n").count <= 1, "\(words)")
        }
    }
}

struct ProgramRunTests {
    @Test("A failure is one line on standard error and exit code 1")
    func failures() async {
        let broken = await Sample.run("fail")
        #expect(broken.code == 1)
        #expect(broken.error == "sample: a\\u{1b}[2Jb: broken\\n. Repair it.\n")
        #expect(await Sample.run("fail", "gate").error == "sample: not_found: There is no such account.\n")
        #expect(await Sample.run("fail", "quiet").error == "")
        #expect(await Sample.run("fail", "quiet").code == 1)
        #expect(await Sample.run("fail", "odd").error == "sample: fail: unexpected failure: CancellationError().\n")
    }

    @Test("Lost output is a failure; a reader that went away is one without a word")
    func lostOutput() async {
        let full = await Sample.run("account", "list", "-q", failure: 28)
        #expect(full.code == 1)
        #expect(full.error.contains("could not be written"))
        let closed = await Sample.run("account", "list", "-q", failure: 32)
        #expect(closed.code == 1)
        #expect(closed.error == "")
    }

    @Test("Without words the help goes to people; asked for, it is data")
    func help() async {
        let nothing = await Sample.run()
        #expect(nothing.code == 2)
        #expect(nothing.output == "")
        #expect(nothing.error.hasPrefix("Says program [a:b].\n\nUsage: sample <command> [options]\n"))
        let asked = await Sample.run("account", "list", "--help")
        #expect(asked.code == 0)
        #expect(await Sample.run("help", "account", "list").output == asked.output)
        #expect(
            asked.output == """
                Says list [a:b].

                Usage: sample account list [options] [<pattern>]

                Says more [a:b]

                Arguments:
                  <pattern>  Says pattern [a:b]

                Options:
                  -n, --limit N     Says limit [a:b] (default: 100)
                  --since DURATION  Says since [a:b]
                  --tag TEXT        Says tag [a:b] (may be repeated)
                  --color red|blue  Says color [a:b]
                  --file PATH       Says file [a:b]
                  -a, --all         Says all [a:b]

                Examples:
                  sample account list -n 5

                With every command:
                  --json        Print data as JSON
                  --lang en|fr  Language of messages; LC_ALL and LANG choose it otherwise
                  -q, --quiet   Say nothing but errors to people
                  -h, --help    Explain a command
                  --version     Print the version

                """)
    }

    @Test("Errors are red on a terminal unless NO_COLOR or TERM=dumb says otherwise")
    func colours() async {
        #expect(await Sample.run("x", isTerminal: true).error.hasPrefix("\u{1B}[31msample: "))
        #expect(await Sample.run("x", environment: ["NO_COLOR": "1"], isTerminal: true).error.hasPrefix("sample: "))
        #expect(await Sample.run("x", environment: ["NO_COLOR": ""], isTerminal: true).error.hasPrefix("\u{1B}["))
        #expect(await Sample.run("x", environment: ["TERM": "dumb"], isTerminal: true).error.hasPrefix("sample: "))
    }

    @Test("Every message of the kit is whole in both languages")
    func catalogue() {
        #expect(Message.faults(in: KitMessages.all + Sample.program.messages) == [])
    }

    @Test("The environment is what the kernel shows, the first of equal names counting")
    func environment() {
        #expect(ProcessEnvironment.parse(Array("A=1\0B=x=y\0C=\0A=2\0odd\0".utf8)) == ["A": "1", "B": "x=y", "C": ""])
        #expect(ProcessEnvironment.read()["PATH"] != nil)
    }
}
