import Basics
import CommandLineKit
import Glibc
import TestSupport
import Testing

@testable import comfygate

struct SecretsDiscoverTests {
    private static let token = "raw-token-of-the-test"
    private static let conf = ".secrets/comfyui_auth_tokens.conf"

    private static func project(_ files: KeyValuePairs<String, String>) -> TemporaryFolder {
        let folder = TemporaryFolder()
        for (path, text) in files {
            if let slash = path.lastIndex(of: "/") {
                _ = ProgramRun.output("/bin/mkdir", ["-p", folder.path(String(path[..<slash]))])
            }
            folder.file(path, text.utf8)
        }
        return folder
    }

    private static func run(
        _ command: String, _ folder: TemporaryFolder, _ words: String...
    ) async -> (code: Int32, output: String, error: String) {
        let (output, error) = (MemorySink(), MemorySink())
        let code = await ComfyGateCommand.program.run(
            ["secrets", command, "--root", folder.path] + words, environment: [:], output: output, error: error)
        return (code, output.text, error.text)
    }

    @Test("What only its owner can read is found and is no fault")
    func closed() async throws {
        let folder = Self.project([".env": "A_PASSWORD=\(Self.token)\n", "compose.yml": "services: {}\n"])
        let said = await Self.run("discover", folder)
        #expect(said.code == 0, "\(said.error)")
        #expect(said.output.contains(".env\n") && said.output.contains("A_PASSWORD"))
        #expect(said.error.contains("1 secret was found."))
        #expect(said.error.contains("Git's history was not read"))
        #expect(!(said.output + said.error).contains(Self.token))
        let empty = await Self.run("discover", Self.project([:]))
        #expect(empty.code == 0 && empty.output == "" && empty.error.contains("No secrets were found."))
    }

    @Test("What others can read, and what a commit holds, ends with code 1 and the remedy")
    func open() async throws {
        let folder = Self.project([
            ".env": "COMFYUI_RAW_TOKEN=\(Self.token)\n",
            "a/compose.yml": "services: {a: {environment: [COMFYUI_RAW_TOKEN]}}\n",
        ])
        #expect(unsafe chmod(folder.path(".env"), 0o644) == 0)
        let exposed = await Self.run("discover", folder)
        #expect(exposed.code == 1)
        #expect(exposed.output.contains("mode 0644"))
        #expect(exposed.error.contains(".env: Others than the owner can read it: chmod 600."))
        #expect(exposed.error.contains("a/.env: a/compose.yml needs the key: comfygate secrets unify takes it in."))
        #expect(
            exposed.error.contains(
                "1 secret was found; 1 can be read by others or could be; 2 places are not in the source of truth."))
        #expect(unsafe chmod(folder.path(".env"), 0o600) == 0)
        for words in [
            ["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "one"], ["rm", "-q", "--cached", ".env"],
        ] {
            let names = ["-C", folder.path, "-c", "user.name=Test", "-c", "user.email=test@localhost"]
            #expect(ProgramRun.output("/usr/bin/git", names + words) == "")
        }
        let burnt = await Self.run("discover", folder, "--json")
        #expect(burnt.code == 1)
        let json = try JSON(parsing: Array(burnt.output.utf8))
        #expect(json["complete"] == true && json["history"] == true)
        let finding = try #require(json["findings"]?[0])
        #expect(finding["path"] == ".env" && finding["key"] == "COMFYUI_RAW_TOKEN" && finding["what"] == "secret")
        #expect(finding["exposures"]?.array?.map { $0["exposure"] } == ["burnt"])
        #expect(finding["proposal"]?["credential"] == "default" && finding["proposal"]?["value"] == "raw")
        #expect(json["findings"]?[1]?["needed_by"] == "a/compose.yml")
        let french = await Self.run("discover", folder, "--lang", "fr")
        #expect(french.error.contains("renouvelez-la"))
        for said in [exposed, burnt, french] { #expect(!(said.output + said.error).contains(Self.token)) }
    }

    @Test("A history that is there and cannot be read is no success")
    func unread() async throws {
        let folder = Self.project([".env": "A_PASSWORD=\(Self.token)\n"])
        #expect(ProgramRun.output("/usr/bin/git", ["-C", folder.path, "init", "-q"]) == "")
        #expect(await Self.run("discover", folder).code == 0)
        folder.file(".git/HEAD", "nonsense".utf8)
        let said = await Self.run("discover", folder, "--json")
        #expect(said.code == 1)
        #expect(said.error.contains("Git's history could not be read"))
        #expect(try JSON(parsing: Array(said.output.utf8))["history"] == false)
    }

    @Test("The audit tells of places that the list forgot, unless only the listed ones are wanted")
    func audit() async throws {
        let folder = Self.project([
            Self.conf: #"{"raw_token": "\#(Self.token)", "locations": [{"path": ".env", "key": "K", "value": "raw"}]}"#,
            ".env": "K=\(Self.token)\nCOMFYUI_RAW_TOKEN=another-token-of-old\n",
        ])
        let all = await Self.run("audit", folder)
        #expect(all.output.contains("COMFYUI_RAW_TOKEN") && all.output.contains("different; unlisted"))
        #expect(all.error.contains("comfygate secrets unify takes it in"))
        let listed = await Self.run("audit", folder, "--listed")
        #expect(!listed.output.contains("COMFYUI_RAW_TOKEN") && listed.output.contains(" K "))
    }

    @Test("Neither table nor JSON of either command ever holds a value")
    func redacted() async throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<10 {
            let values = (0..<4).map { _ in Base62.encode(generator.bytes(6 + Int(generator.next() % 40))) }
            let folder = Self.project([
                Self.conf:
                    #"{"raw_token": "\#(values[0])", "bcrypt_hash": "$2b$12$\#(values[1])", "locations": [".env"]}"#,
                ".env": "COMFYUI_RAW_TOKEN=\(values[1])\nHF_TOKEN=\(values[2]) # note\nA_PASSWORD=\"\(values[3])$x\"\n",
                "b.env": "HUGGINGFACE_TOKEN=\(values[1])\n", "c.token": values[3],
            ])
            for command in ["audit", "discover"] {
                for words in ["--quiet", "--json"] {
                    let said = await Self.run(command, folder, words)
                    #expect(said.output.contains("HF_TOKEN"))
                    for value in values { #expect(!(said.output + said.error).contains(value)) }
                }
            }
        }
    }

    @Test("A source of truth that cannot be read is named")
    func broken() async {
        let said = await Self.run("discover", Self.project([Self.conf: "{"]))
        #expect(said.code == 1 && said.error.contains(Self.conf))
    }
}
