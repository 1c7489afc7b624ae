import Basics
import CommandLineKit
import Identity
import TestSupport
import Testing

@testable import comfygate

struct SecretsAuditTests {
    private static let token = "raw-token-of-the-test"
    private static let path = ".secrets/comfyui_auth_tokens.conf"

    private static func project(_ conf: String?, env: String = "") -> TemporaryFolder {
        let folder = TemporaryFolder()
        if let conf {
            _ = ProgramRun.output("/bin/mkdir", ["-m", "700", folder.path(".secrets")])
            folder.file(path, conf.utf8)
        }
        folder.file(".env", env.utf8)
        return folder
    }

    private static func run(
        _ folder: TemporaryFolder, _ words: String...
    ) async -> (code: Int32, output: String, error: String) {
        let (output, error) = (MemorySink(), MemorySink())
        let code = await ComfyGateCommand.program.run(
            ["secrets", "audit", "--root", folder.path] + words, environment: [:], output: output, error: error)
        return (code, output.text, error.text)
    }

    private static func conf(_ hash: String) -> String {
        #"{"raw_token": "\#(token)", "bcrypt_hash": "\#(hash)", "locations": [".env"]}"#
    }

    @Test("A sound project is fine, and Git is asked what it tracks")
    func sound() async throws {
        let hash = try PasswordHasher(bcryptCost: 4).hash(Secret(Self.token))
        let folder = Self.project(
            Self.conf(hash), env: "COMFYUI_API_TOKEN='\(hash)'\nCOMFYUI_RAW_TOKEN=\(Self.token)\n")
        let outside = await Self.run(folder)
        #expect(outside.code == 0, "\(outside.error)")
        #expect(outside.error.contains("Every location holds what it should."))
        #expect(outside.error.contains("Whether Git tracks these files is not known"))
        _ = ProgramRun.output("/usr/bin/env", ["git", "init", "-q", folder.path])
        let inside = await Self.run(folder, "--json")
        #expect(inside.code == 0)
        #expect(!inside.error.contains("Git"))
        let rows = try #require(try JSON(parsing: Array(inside.output.utf8)).array)
        #expect(rows.map { $0["key"] } == ["/raw_token", "/bcrypt_hash", "COMFYUI_API_TOKEN", "COMFYUI_RAW_TOKEN"])
        #expect(rows.allSatisfy { $0["ok"] == true })
        _ = ProgramRun.output("/usr/bin/env", ["git", "-C", folder.path, "add", ".env"])
        let tracked = await Self.run(folder, "--json")
        #expect(tracked.code == 1)
        let states = try JSON(parsing: Array(tracked.output.utf8)).array?.map { $0["states"]?.array?.first?["state"] }
        #expect(states == ["ok", "ok", "tracked", "tracked"])
        for said in [outside, inside, tracked] {
            #expect(!(said.output + said.error).contains(Self.token))
            #expect(!(said.output + said.error).contains(hash))
        }
    }

    @Test("What is off is named with its reason, once, in the reader's language")
    func off() async throws {
        let folder = Self.project(
            Self.conf("plain-word"), env: "COMFYUI_API_TOKEN=your_token_here\nCOMFYUI_RAW_TOKEN=other-token-of-old\n")
        let said = await Self.run(folder)
        #expect(said.code == 1)
        #expect(said.error.contains("\(Self.path): A plain word stands where the bcrypt hash belongs."))
        #expect(said.error.contains("3 locations are off."))
        #expect(said.output.contains("COMFYUI_RAW_TOKEN"))
        #expect(!said.output.contains("other-token-of-old"))
        let french = await Self.run(folder, "--lang", "fr")
        #expect(french.error.contains("3 emplacements à revoir."))
    }

    @Test("Tables and failures of files are French for French readers, the error number's words too")
    func french() async throws {
        let folder = Self.project(Self.conf("plain-word"))
        func run(_ words: String...) async -> (output: String, error: String) {
            let (output, error) = (MemorySink(), MemorySink())
            let code = await ComfyGateCommand.program.run(
                ["secrets"] + words + ["--root", folder.path, "--lang", "fr"],
                environment: ["HOME": folder.path("home")], output: output, error: error)
            #expect(code == 0 || !error.text.isEmpty)
            return (output.text, error.text)
        }
        #expect(await run("list").output.hasPrefix("SECRET   JETON"))
        #expect(await run("audit").output.contains("  SECRET "))
        let place = folder.file("file", [])
        let history = await run("history", "--backups", place)
        #expect(history.error.contains("Rien n’a été lu."), "\(history.error)")
        _ = ProgramRun.output("/bin/rm", ["-rf", folder.path(".env")])
        _ = ProgramRun.output("/bin/ln", ["-s", ".env", folder.path(".env")])
        folder.file(".secrets/.journal", [])
        let sync = await run("sync", "--no-backup")
        #expect(sync.error.contains("(open : n’est pas un dossier)"), "\(sync.error)")
    }

    @Test("A source of truth that is missing or broken is named with the remedy")
    func source() async throws {
        let missing = await Self.run(Self.project(nil))
        #expect(missing.code == 1)
        #expect(missing.error.contains("\(Self.path): There is no source of truth in"))
        #expect(missing.error.contains("Name the project's folder with --root."))
        let broken = await Self.run(
            Self.project(#"{"raw_token": "\#(Self.token)", "locations": [{"path": ".env", "kye": 1}]}"#))
        #expect(broken.code == 1)
        #expect(broken.error.contains("locations[0]: there is no member kye"))
        #expect(!broken.error.contains(Self.token))
    }
}
