import Basics
import CommandLineKit
import Testing

@testable import comfygate

struct CommandTreeTests {
    private let program = ComfyGateCommand.program

    @Test("Everything the commands say is whole in both languages")
    func catalogue() {
        let own = ConfigCheck.messages + Simulate.messages + RunMessages.all + WorkflowMessages.all
        let people =
            AdminMessages.all + JobMessages.all + FirstAdministrator.messages + LoginMigration.messages
            + TextFile.messages + CheckCommand.messages + DiagnoseCommand.messages + SupportBundleCommand.messages
            + SessionRevoke.messages + SecretsAudit.messages + SecretsOptions.messages + SecretsMessages.all
            + SecretsValidate.messages
            + SecretsGet.messages + SecretsRotate.messages + RotationRun.messages + SecretsWatch.messages
            + BackupOptions.messages + SealOptions.messages + SecretsSeal.messages + SecretsBackup.messages
            + SecretsHistory.messages + SecretsRestore.messages
            + SecretsDiscover.messages + SecretsReport.messages
            + EnvWords.messages + SecretsHeads.all + EnvRestoreCommand.messages + GateLink.messages
        #expect(Message.faults(in: program.messages + own + people) == [])
    }

    @Test("No command declares a name twice, nor one that every command has")
    func names() {
        for command in program.commands {
            let parameters = command.type.declaration.parameters
            let names = parameters.map(\.name) + ["json", "lang", "quiet", "help", "version"]
            let letters = parameters.compactMap(\.short) + ["q", "h"]
            #expect(Set(names).count == names.count, "\(command.path)")
            #expect(Set(letters).count == letters.count, "\(command.path)")
        }
    }

    @Test(
        "Every command explains itself in both languages, with lines of at most 100 columns",
        arguments: Language.allCases)
    func help(language: Language) async {
        for command in program.commands {
            let (output, error) = (MemorySink(), MemorySink())
            let words = command.path + ["--help", "--lang", language.rawValue]
            #expect(await program.run(words, environment: [:], output: output, error: error, width: 200) == 0)
            #expect(output.text.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(command.path)")
            #expect(error.text.isEmpty)
        }
    }

    @Test("The examples in help are command lines that parse")
    func examples() async {
        for command in program.commands {
            for example in command.type.declaration.examples {
                let words = example.split(separator: " ").map(String.init).prefix { !["<", ">", "|"].contains($0) }
                let error = MemorySink()
                let code = await program.run(
                    words + ["--help"], environment: [:], output: MemorySink(), error: error)
                #expect(code == 0, "\(example): \(error.text)")
            }
        }
    }

    @Test("With --json the check prints one document, mistakes included")
    func json() async throws {
        let output = MemorySink()
        let words = ["config", "check", "--json", "--config", "/nowhere.yaml", "--set", "loops=0"]
        let code = await program.run(words, environment: [:], output: output, error: MemorySink())
        #expect(code == 1)
        let document = try JSON(parsing: output.text)
        #expect(document["valid"]?.bool == false)
        #expect(document["problems"]?.array?.count == 2)
        #expect(document["values"]?["limits.head"]?["value"]?[0]?.string == "16KB")
    }
}
