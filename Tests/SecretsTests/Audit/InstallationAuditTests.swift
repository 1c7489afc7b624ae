import Basics
import Glibc
import Identity
import TestSupport
import Testing

@testable import Secrets

/// The first audit of an installation as it was found, on a copy of it.
struct InstallationAuditTests {
    private static let qwen = "docker-configurations/services/comfyui-qwen"

    private static func audited(adding locations: [LocationRule] = []) throws -> [AuditRow] {
        let folder = TemporaryFolder()
        try Installation.copy(to: folder)
        let tree = try ProjectTree(root: folder.path)
        guard case .bytes(let bytes) = tree.facts(of: CredentialFile.path).content else { return [] }
        var file = try CredentialFile(parsing: bytes)
        var credential = try #require(file["default"])
        credential.locations += locations
        file.set(credential)
        var audit = Audit(tree)
        return audit.rows(of: file)
    }

    @Test("The faults of the places it names are found")
    func named() throws {
        let rows = try Self.audited()
        #expect(
            rows.map { "\($0.path) \($0.key ?? "-")" } == [
                ".secrets/comfyui_auth_tokens.conf /raw_token", ".secrets/comfyui_auth_tokens.conf /bcrypt_hash",
                ".env COMFYUI_API_TOKEN", ".env COMFYUI_RAW_TOKEN",
                "\(Self.qwen)/.env QWEN_API_TOKEN", "\(Self.qwen)/.env COMFYUI_BEARER_TOKEN",
            ])
        // Everybody can read all of it.
        for row in rows { #expect(row.states.contains(.exposed(mode: 0o644)), "\(row.path)") }
        let states = rows.map { $0.states.filter { $0 != .exposed(mode: 0o644) } }
        #expect(states[0] == [])
        // The hash of the source of truth was made up: no password has it.
        #expect(states[1] == [.malformed(.broken(.saltEnd))])
        // A salt that begins with a digit survives Compose even without quotes. A shell would eat it, but the mark in
        // front keeps a shell from reading any of this file.
        #expect(states[2] == [])
        #expect(rows[2].notes.map(\.reader) == [.posixShell])
        #expect(states[3] == [])
        #expect(states[4] == [.placeholder])
        #expect(states[5] == [.different])
    }

    @Test("So are those of the places it forgot")
    func forgotten() throws {
        let rows = try Self.audited(adding: [
            LocationRule(path: ".secrets/qwen-api-user.token", kind: .tokenFile, value: .hash),
            LocationRule(path: "\(Self.qwen)/login/PASSWORD", kind: .login, value: .hash),
            LocationRule(path: ".secrets/.env.generated", kind: .dotenv),
            LocationRule(path: "notebooks/comfyui-client.env", kind: .dotenv),
            LocationRule(
                path: "docker-configurations/services/comfyui-video/.env", kind: .dotenv, key: "COMFYUI_BEARER_TOKEN",
                value: .hash),
        ]).dropFirst(6)
        let states = rows.map { $0.states.filter { $0 != .exposed(mode: 0o644) } }
        #expect(
            states == [
                [.different], [.malformed(.broken(.length(61)))], [.different], [.different], [.missing],
            ])
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
