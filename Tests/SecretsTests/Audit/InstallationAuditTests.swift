import Basics
import Glibc
import Identity
import TestSupport
import Testing

@testable import Secrets

/// The first audit of an installation as it was found, on a copy of it.
struct InstallationAuditTests {
    private static let services = "docker-configurations/services"
    private static let qwen = "\(services)/comfyui-qwen"

    private static func audited(isListedOnly: Bool = false) throws -> [AuditRow] {
        let folder = TemporaryFolder()
        try Installation.copy(to: folder)
        let tree = try ProjectTree(root: folder.path)
        guard case .bytes(let bytes) = tree.facts(of: CredentialFile.path).content else { return [] }
        let file = try CredentialFile(parsing: bytes)
        let found = isListedOnly ? [] : try Discovery(of: folder.path, listed: file).findings
        var audit = Audit(tree)
        return audit.rows(of: file, found: found)
    }

    private static func misread(_ readers: DotenvReader...) -> AuditRow.State {
        .misread(readers.map { DotenvObjection(reader: $0, reason: .expandsVariables) })
    }

    @Test("Every planted fault is found: of the places that are listed, and of those that the list forgot")
    func faults() throws {
        let rows = try Self.audited()
        let everybody = AuditRow.State.exposed(mode: 0o644)
        // Credential, path, key, and what is wrong beside that everybody can read the file.
        let expected: [(String?, String, String?, [AuditRow.State])] = [
            ("default", CredentialFile.path, "/raw_token", [.openFolder(mode: 0o755)]),
            // The hash of the source of truth was made up: no password has it.
            (
                "default", CredentialFile.path, "/bcrypt_hash",
                [.malformed(.broken(.saltEnd)), .openFolder(mode: 0o755)]
            ),
            // A salt that begins with a digit survives Compose even without quotes.
            ("default", ".env", "COMFYUI_API_TOKEN", []),
            ("default", ".env", "COMFYUI_RAW_TOKEN", []),
            ("default", "\(Self.qwen)/.env", "QWEN_API_TOKEN", [.placeholder]),
            // Another hash, and Compose eats a part of it.
            ("default", "\(Self.qwen)/.env", "COMFYUI_BEARER_TOKEN", [.different, Self.misread(.composeV2)]),
            ("default", ".secrets/.env.generated", "QWEN_API_TOKEN", [.different, .unlisted]),
            ("default", ".secrets/qwen-api-user.token", nil, [.different, .unlisted]),
            // One character too many.
            ("default", "\(Self.qwen)/login/PASSWORD", nil, [.malformed(.broken(.length(61))), .unlisted]),
            // The compose file needs it, and there is no file.
            ("default", "\(Self.services)/comfyui-video/.env", "COMFYUI_BEARER_TOKEN", [.missing, .unlisted]),
            ("default", "notebooks/comfyui-client.env", "COMFYUI_API_TOKEN", [.different, .unlisted]),
            // Three aliases agree.
            ("huggingface", ".env", "HF_TOKEN", [.unlisted]),
            ("huggingface", ".secrets/.env.huggingface", "HUGGINGFACE_TOKEN", [.unlisted]),
            ("huggingface", "\(Self.qwen)/.env", "HF_TOKEN", [.unlisted]),
            // Secrets of single instances: nothing has to equal them.
            (nil, ".env", "OPENAI_API_KEY", []),
            (nil, "\(Self.qwen)/.env", "COMFYUI_PASSWORD", []),
            // A dollar sign in double quotes.
            (nil, "\(Self.services)/forge-turbo/.env", "FORGE_PASSWORD", [Self.misread(.composeV2, .posixShell)]),
            // Without a key the service lets everybody in.
            (nil, "\(Self.services)/whisper-api/.env", "WHISPER_API_KEY", [.missing]),
            (nil, "docker-configurations/shared/master.env", "TTS_API_KEY", []),
        ]
        #expect(
            rows.map { "\($0.credential ?? "-") \($0.path) \($0.key ?? "-")" }
                == expected.map { "\($0.0 ?? "-") \($0.1) \($0.2 ?? "-")" })
        for (row, (_, path, key, states)) in zip(rows, expected) {
            #expect(
                Set(row.states) == Set(states + (states.contains(.missing) ? [] : [everybody])),
                "\(path) \(key ?? "-")")
        }
    }

    @Test("What keeps whole files from readers is noted: marks, Windows line ends, words no reader takes")
    func notes() throws {
        let rows = try Self.audited()
        func notes(_ path: String, _ key: String) throws -> [DotenvReader] {
            try #require(rows.first { $0.path == path && $0.key == key }).notes.map(\.reader)
        }
        // The mark in front keeps a shell from any value, and `export` keeps Docker from the whole file.
        #expect(try notes(".env", "COMFYUI_API_TOKEN") == [.posixShell])
        // A comment behind the value: simple scripts take it for a part of it.
        #expect(try notes(".env", "HF_TOKEN") == [.posixShell, .dockerRun, .rawLine])
        // Every value ends in a carriage return for a shell.
        #expect(try notes("\(Self.qwen)/.env", "HF_TOKEN") == [.posixShell])
        #expect(try notes("notebooks/comfyui-client.env", "COMFYUI_API_TOKEN") == [])
    }

    @Test("The listed places alone are six")
    func listed() throws {
        let rows = try Self.audited(isListedOnly: true)
        #expect(rows.map(\.credential) == [String?](repeating: "default", count: 6))
        #expect(!rows.contains { $0.states.contains(.unlisted) })
    }
}

/// The installation of the fixtures: invented values, every inconsistency on purpose.
enum Installation {
    /// With the modes it had: everybody can read everything.
    static func copy(to folder: TemporaryFolder) throws {
        let here = #filePath
        let fixtures = here.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/installation"
        try #require(ProgramRun.output("/bin/cp", ["-r", "/\(fixtures)/.", folder.path]) == "")
        try #require(ProgramRun.output("/bin/chmod", ["-R", "u=rwX,go=rX", folder.path]) == "")
    }
}
