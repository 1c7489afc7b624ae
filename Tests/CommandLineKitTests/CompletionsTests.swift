import Basics
import Foundation
import TestSupport
import Testing

@testable import CommandLineKit

struct CompletionsTests {
    private func script(_ shell: Shell) -> String { Completions(Sample.program, .french).script(for: shell) }

    @Test("Each script names every word and option", arguments: Shell.allCases)
    func isComplete(shell: Shell) {
        for word in [
            "account", "list", "add", "fail", "limit", "since", "color", "role", "lang", "json", "red", "blue",
        ] {
            #expect(script(shell).contains(word))
        }
    }

    @Test(
        "bash offers what may stand at the place",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"), "bash is not installed"),
        arguments: [
            (["a"], "account"), (["account", ""], "list add --json --lang --quiet -q --help -h --version"),
            (["account", "list", "--l"], "--limit --lang"), (["account", "list", "--color", ""], "red blue"),
            (["account", "list", "--color", "=", "b"], "blue"), (["account", "list", "--color", "="], "red blue"),
            (["--json", "acc"], "account"), (["account", "add", "r"], "red"), (["--lang", ""], "en fr"),
        ] as [([String], String)])
    func bash(words: [String], expected: String) throws {
        let array = (["sample"] + words).map { "'\($0)'" }.joined(separator: " ")
        let harness =
            script(.bash) + "COMP_WORDS=(\(array)); COMP_CWORD=\(words.count); _sample; echo \"${COMPREPLY[*]}\"\n"
        let output = run("/bin/bash", ["--norc", "-c", harness])
        #expect(output == expected + "\n")
    }

    @Test(
        "zsh and fish can read their scripts",
        arguments: [(Shell.zsh, ["/usr/bin/zsh", "/bin/zsh"]), (.fish, ["/usr/bin/fish"])])
    func syntax(shell: Shell, places: [String]) throws {
        guard let program = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "completion-\(ProcessInfo.processInfo.globallyUniqueString)")
        try Data(script(shell).utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(run(program, ["-n", file.path]) == "")
    }

    /// Standard output and standard error together.
    private func run(_ program: String, _ arguments: [String]) -> String {
        ProgramRun.output(program, arguments)
    }
}
