import Basics
import CommandLineKit
import Glibc
import Identity
import TestSupport
import Testing

@testable import comfygate

/// The program with a place for backups that goes with the call.
private func run(_ words: [String], output: MemorySink, error: MemorySink) async -> Int32 {
    let home = TemporaryFolder()
    let code = await ComfyGateCommand.program.run(words, environment: ["HOME": home.path], output: output, error: error)
    return withExtendedLifetime(home) { code }
}

struct EnvCommandTests {
    private static let token = "raw-token-of-the-test"
    private static let secrets = [
        token, "hf_secret-of-the-test", "civitai-secret-of-the-test", "Password/8!of", "other-token-of-old",
        "forge-secret-1",
    ]
    private static let example = """
        # Tokens
        CIVITAI_TOKEN=your_token_here
        HF_TOKEN=your_token_here
        QWEN_API_TOKEN=
        COMFYUI_BEARER_TOKEN=
        COMFYUI_LOGIN_ENABLED=true
        COMFYUI_USERNAME=admin
        COMFYUI_PASSWORD=changeme

        """

    /// A project with a source of truth whose hash is the token's.
    private static func project() throws -> (folder: TemporaryFolder, hash: String) {
        let folder = TemporaryFolder()
        let hash = try PasswordHasher(bcryptCost: 4).hash(Secret(token))
        _ = ProgramRun.output("/bin/mkdir", ["-m", "700", folder.path(".secrets")])
        let conf = #"{"raw_token": "\#(token)", "bcrypt_hash": "\#(hash)", "locations": [".env"]}"#
        folder.file(".secrets/comfyui_auth_tokens.conf", conf.utf8)
        folder.file(".env.example", example.utf8)
        return (folder, hash)
    }

    private static func run(
        _ words: String..., hiding hash: String = "-"
    ) async -> (code: Int32, output: String, error: String) {
        let (output, error) = (MemorySink(), MemorySink())
        let code = await comfygateTests.run(["env"] + words, output: output, error: error)
        for secret in secrets + [hash] where secret != "-" {
            #expect(!(output.text + error.text).contains(secret), "\(words)")
        }
        return (code, output.text, error.text)
    }

    private static func content(_ path: String) -> String {
        ((try? FileBytes.read(path, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }) ?? "-"
    }

    private static func mode(_ path: String) -> UInt32 {
        var facts = stat()
        return unsafe stat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0
    }

    @Test("A lost file comes back from example, source of truth and old files, and is then sound")
    func lost() async throws {
        let (folder, hash) = try Self.project()
        let env = folder.path(".env")
        let old = folder.file(
            "old",
            "HUGGINGFACE_TOKEN=hf_secret-of-the-test\nCOMFYUI_PASSWORD='Password/8!of'\nMINE=forge-secret-1\n".utf8)
        let missing = await Self.run("check", env)
        #expect(missing.code == 1 && missing.error.contains("'comfygate env rebuild \(env)' makes it."))
        let dry = await Self.run("rebuild", env, "--source", old, "--dry-run", hiding: hash)
        #expect(dry.code == 0 && dry.error.contains("Nothing was written (--dry-run)."))
        let asked = await Self.run("rebuild", env, "--source", old, hiding: hash)
        #expect(asked.code == 1 && asked.error.contains("Add --yes to write."))
        #expect(folder.names.sorted() == [".env.example", ".secrets", "old"])
        #expect(Self.content(env) == "-")

        let made = await Self.run("rebuild", env, "--source", old, "--yes", hiding: hash)
        #expect(made.code == 0, "\(made.error)")
        #expect(made.error.contains("fill in by hand: CIVITAI_TOKEN."))
        #expect(
            Self.content(env) == """
                # Tokens
                CIVITAI_TOKEN=
                HF_TOKEN=hf_secret-of-the-test
                QWEN_API_TOKEN=\(Self.token)
                COMFYUI_BEARER_TOKEN='\(hash)'
                COMFYUI_LOGIN_ENABLED=true
                COMFYUI_USERNAME=admin
                COMFYUI_PASSWORD=Password/8!of
                # Kept from an older file:
                MINE=forge-secret-1

                """)
        #expect(Self.mode(env) == 0o600)
        let again = await Self.run("rebuild", env, "--source", old, "--yes", hiding: hash)
        #expect(again.code == 0 && again.error.contains("There is nothing to change."), "\(again.error)")

        let checked = await Self.run("check", env, hiding: hash)
        #expect(checked.code == 1)
        #expect(checked.output == "\(env):2: error: CIVITAI_TOKEN: It is empty: fill it in.\n")
        folder.file("civitai", "CIVITAI_TOKEN=civitai-secret-of-the-test\n".utf8)
        _ = await Self.run("rebuild", env, "--source", folder.path("civitai"), "-y", hiding: hash)
        let sound = await Self.run("check", env, hiding: hash)
        #expect(sound.code == 0 && sound.output.isEmpty && sound.error == "Nothing is wrong.\n")
    }

    @Test("Both commands answer in JSON, without a secret")
    func json() async throws {
        let (folder, hash) = try Self.project()
        let env = folder.file(
            ".env", "\u{FEFF}CIVITAI_TOKEN=civitai-secret-of-the-test\r\nQWEN_API_TOKEN=other-token-of-old\r\n".utf8)
        let check = await Self.run("check", env, "--json", hiding: hash)
        #expect(check.code == 1)
        let document = try JSON(parsing: check.output)
        #expect(document["ok"] == false && document["file"] == ".env")
        let codes = document["findings"]?.array?.compactMap { $0["code"]?.string } ?? []
        #expect(Set(codes) == ["missing", "hidden_by_mark", "different", "not_for_shells"])
        let refused = await Self.run("rebuild", env, "--json", hiding: hash)
        #expect(refused.code == 1 && refused.output.isEmpty)
        for words in [["--dry-run"], ["--yes"], ["--yes"]] {
            let (output, error) = (MemorySink(), MemorySink())
            let code = await comfygateTests.run(
                ["env", "rebuild", env, "--json"] + words, output: output, error: error)
            #expect(code == 0)
            for secret in Self.secrets + [hash] { #expect(!(output.text + error.text).contains(secret)) }
            let document = try JSON(parsing: output.text)
            let keys = document["keys"]?.array ?? []
            #expect(document["base"] == "current" && keys.first?["change"] == "same")
            #expect(document["written"]?.bool == (document["changed"]?.bool == true && words == ["--yes"]))
            let qwen = keys.first { $0["key"] == "QWEN_API_TOKEN" }
            #expect(qwen?["from"] == "truth")
        }
        #expect(
            Self.content(env).hasPrefix(
                "\u{FEFF}CIVITAI_TOKEN=civitai-secret-of-the-test\r\nQWEN_API_TOKEN=\(Self.token)\r\n"))
    }

    @Test("A torn file is kept beside the new one, and its comments' loss is told")
    func torn() async throws {
        let (folder, hash) = try Self.project()
        let text = "# mine\nHF_TOKEN=hf_secret-of-the-test\nCOMFYUI_PASSWORD=\"Password/8!of\n\u{0}\u{0}"
        let env = folder.file(".env", text.utf8)
        let check = await Self.run("check", env, hiding: hash)
        #expect(check.output.contains("not UTF-8 text"))
        let made = await Self.run("rebuild", env, "--yes", hiding: hash)
        #expect(made.code == 0 && made.error.contains(".env.damaged"), "\(made.error)")
        #expect(Self.content(folder.path(".env.damaged")) == text)
        #expect(Self.mode(folder.path(".env.damaged")) == 0o600)
        #expect(Self.content(env).contains("\nHF_TOKEN=hf_secret-of-the-test\n"))
        #expect(made.error.contains("COMFYUI_PASSWORD"))
        folder.file(".env", text.utf8)
        _ = await Self.run("rebuild", env, "--yes", hiding: hash)
        #expect(Self.content(folder.path(".env.damaged.2")) == text)
    }

    @Test("A mistake names the file and the member; a file outside the root is not touched")
    func mistakes() async throws {
        let (folder, _) = try Self.project()
        let env = folder.file(".env", Self.example.utf8)
        let schema = folder.file("env.schema.json", #"{"keys": {"PORT": {"form": "prot"}}}"#.utf8)
        let expected: [([String], String)] = [
            (["check", env, "--schema", schema], "env.schema.json: keys.PORT.form: one of"),
            (["check", env, "--schema", folder.path("none")], "none: cannot be read: No such file"),
            (["check", env, "--root", folder.path(".secrets")], "name its project's folder with --root"),
            (["check", folder.path("none/.env")], "its folder is not there"),
            (["check", folder.path(".secrets")], ".secrets"),
            (["rebuild", env, "--source", folder.path("none"), "--yes"], "none: cannot be read: No such file"),
            (["rebuild", env, "--example", folder.path("none"), "--yes"], "none: cannot be read: No such file"),
        ]
        for (words, told) in expected {
            let (output, error) = (MemorySink(), MemorySink())
            let code = await comfygateTests.run(["env"] + words, output: output, error: error)
            #expect(code == 1 && error.text.contains(told), "\(words): \(error.text)")
        }
        #expect(Self.content(env) == Self.example)
        let missing = MemorySink()
        #expect(
            await ComfyGateCommand.program.run(
                ["env", "check"], environment: [:], output: MemorySink(), error: missing) == 2)
        let more = folder.file("more.json", #"{"extends": "none", "keys": {"PORT": {"form": "port"}}}"#.utf8)
        let french = await Self.run("check", env, "--schema", more, "--lang", "fr")
        #expect(french.code == 1 && french.output.contains("PORT: La clé manque"))
    }
}
