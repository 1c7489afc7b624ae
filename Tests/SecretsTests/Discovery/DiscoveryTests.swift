import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

/// A search of a whole folder.
struct DiscoveryTests {
    static let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
    static let services = "docker-configurations/services"

    /// Writes files below a new folder; a mode other than 0600 stands behind a `|`.
    static func folder(_ files: KeyValuePairs<String, String>) -> TemporaryFolder {
        let folder = TemporaryFolder()
        for (name, text) in files {
            let parts = name.split(separator: "|").map(String.init)
            var made = folder.path
            for part in parts[0].split(separator: "/").dropLast() {
                made += "/\(part)"
                unsafe mkdir(made, 0o700)
            }
            folder.file(parts[0], text.utf8)
            if parts.count > 1, let mode = UInt32(parts[1], radix: 8) { unsafe chmod(folder.path(parts[0]), mode) }
        }
        return folder
    }

    static func search(
        _ folder: TemporaryFolder, listed: CredentialFile? = nil, limits: Discovery.Limits = Discovery.Limits()
    ) throws -> Discovery {
        try Discovery(
            of: folder.path, listed: listed, tracked: GitFacts.tracked(below: folder.path) ?? [], readsHistory: true,
            limits: limits)
    }

    static func text(_ finding: Finding) -> String { "\(finding.path) \(finding.key ?? "-") \(finding.what)" }

    @Test("Every planted secret of the installation is found, and no more than two false ones")
    func installation() throws {
        let folder = TemporaryFolder()
        try Installation.copy(to: folder)
        let found = try Self.search(folder).findings
        let planted: Set = [
            ".env COMFYUI_API_TOKEN", ".env COMFYUI_RAW_TOKEN", ".env HF_TOKEN",
            ".secrets/.env.generated QWEN_API_TOKEN",
            ".secrets/.env.huggingface HUGGINGFACE_TOKEN", ".secrets/comfyui_auth_tokens.conf /raw_token",
            ".secrets/comfyui_auth_tokens.conf /bcrypt_hash", ".secrets/qwen-api-user.token -",
            "\(Self.services)/comfyui-qwen/.env HF_TOKEN", "\(Self.services)/comfyui-qwen/.env COMFYUI_PASSWORD",
            "\(Self.services)/comfyui-qwen/.env COMFYUI_BEARER_TOKEN",
            "\(Self.services)/comfyui-qwen/login/PASSWORD -", "\(Self.services)/forge-turbo/.env FORGE_PASSWORD",
            "docker-configurations/shared/master.env TTS_API_KEY", "notebooks/comfyui-client.env COMFYUI_API_TOKEN",
        ]
        let secrets = Set(found.filter { $0.what == .secret }.map { "\($0.path) \($0.key ?? "-")" })
        #expect(planted.subtracting(secrets) == [])
        // It says of itself that it is no key.
        #expect(secrets.subtracting(planted) == [".env OPENAI_API_KEY"])
        #expect(found.filter { $0.what == .secret }.allSatisfy { $0.exposures == [.readable(mode: 0o644)] })
        #expect(
            found.filter { $0.what != .secret }.map(Self.text) == [
                "\(Self.services)/comfyui-qwen/.env QWEN_API_TOKEN placeholder",
                "\(Self.services)/comfyui-video/.env COMFYUI_BEARER_TOKEN missing",
                "\(Self.services)/whisper-api/.env WHISPER_API_KEY missing",
            ])
    }

    @Test("Shared credentials are proposed with their form, passwords of single instances never")
    func proposals() throws {
        let folder = TemporaryFolder()
        try Installation.copy(to: folder)
        let qwen = "\(Self.services)/comfyui-qwen"
        func dotenv(_ path: String, _ key: String, _ value: LocationRule.Value) -> LocationRule {
            LocationRule(path: path, kind: .dotenv, key: key, value: value)
        }
        let expected: [String: [LocationRule]] = [
            "default": [
                dotenv(".env", "COMFYUI_API_TOKEN", .hash), dotenv(".env", "COMFYUI_RAW_TOKEN", .raw),
                dotenv(".secrets/.env.generated", "QWEN_API_TOKEN", .raw),
                // A container mounts it by itself.
                LocationRule(path: ".secrets/qwen-api-user.token", kind: .tokenFile, value: .hash, inPlace: true),
                dotenv("\(qwen)/.env", "QWEN_API_TOKEN", .raw), dotenv("\(qwen)/.env", "COMFYUI_BEARER_TOKEN", .hash),
                LocationRule(path: "\(qwen)/login/PASSWORD", kind: .login, value: .hash),
                dotenv("\(Self.services)/comfyui-video/.env", "COMFYUI_BEARER_TOKEN", .hash),
                dotenv("notebooks/comfyui-client.env", "COMFYUI_API_TOKEN", .hash),
            ],
            "huggingface": [
                dotenv(".env", "HF_TOKEN", .raw), dotenv(".secrets/.env.huggingface", "HUGGINGFACE_TOKEN", .raw),
                dotenv("\(qwen)/.env", "HF_TOKEN", .raw),
            ],
        ]
        // Without a source of truth nothing is listed but the file itself.
        let all = try Self.search(folder).proposals
        for (name, rules) in expected { #expect(all.filter { $0.credential == name }.map(\.rule) == rules) }
        #expect(Set(all.map(\.credential)) == ["default", "huggingface"])
        let tree = try ProjectTree(root: folder.path)
        guard case .bytes(let bytes) = tree.facts(of: CredentialFile.path).content else {
            Issue.record("no source of truth")
            return
        }
        let listed = ["\(qwen)/.env", ".env"]
        let rest = try Self.search(folder, listed: try CredentialFile(parsing: bytes)).proposals
        #expect(rest == all.filter { !($0.credential == "default" && listed.contains($0.rule.path)) })
    }

    @Test("The values at the places of one credential are told, each once")
    func tokens() throws {
        let folder = Self.folder([
            "a.env": "HF_TOKEN=hf_one\nHUGGINGFACE_TOKEN=hf_one\nCOMFYUI_API_TOKEN=\(Self.hash)\nHF_PASSWORD=w0rd\n",
            "b.env": "HF_TOKEN=your_token_here\n", "c.env": "HUGGING_FACE_HUB_TOKEN=hf_two\n",
        ])
        let found = try Self.search(folder)
        #expect(found.tokens(of: "huggingface").map { $0.reveal() } == ["hf_one", "hf_two"])
        #expect(found.tokens(of: "default") == [])
    }

    @Test("A value that a credential has is proposed for it, unless it is somebody's password")
    func equal() throws {
        let folder = Self.folder([
            "a.json":
                #"{"token": "raw-token-of-forge", "password": "raw-token-of-forge", "other_token": "something3lse"}"#,
            "b.env":
                "MY_TOKEN=raw-token-of-forge\nFORGE_PASSWORD=raw-token-of-forge\nCOMFYUI_RAW_TOKEN=raw-token-of-forge\n",
            "c.token": "raw-token-of-forge\n", "d.token": "something3lse\n", "e.token": "\(Self.hash)\n",
            "f.token": "hf_exampleexampleexampleexample\n", "login/PASSWORD": "raw-token-of-forge\nadmin",
            "db/PASSWORD": "something3lse", "g*.token": "\(Self.hash)\n",
            "compose.yml": "services: {a: {environment: {COMFYUI_API_TOKEN: '\(Self.hash)', QWEN_API_TOKEN: t0ken}}}\n",
        ])
        var file = CredentialFile()
        file.set(Credential(name: "forge", rawToken: Secret("raw-token-of-forge"), bcryptHash: nil))
        let found = try Self.search(folder, listed: file).proposals.map {
            "\($0.credential) \($0.rule.path) \($0.rule.key ?? "-") \($0.rule.kind) \($0.rule.value?.rawValue ?? "-")"
        }
        #expect(
            found == [
                "forge a.json /token json raw", "forge b.env MY_TOKEN dotenv raw",
                "forge b.env COMFYUI_RAW_TOKEN dotenv raw", "forge c.token - tokenFile raw",
                "default compose.yml /services/a/environment/QWEN_API_TOKEN yaml raw",
                "default e.token - tokenFile hash",
                "huggingface f.token - tokenFile raw", "forge login/PASSWORD - login hash",
            ])
    }

    @Test("What a compose file needs must stand in its folder, whatever the others have")
    func missing() throws {
        let compose = "services: {a: {environment: [\"T=${COMFYUI_BEARER_TOKEN}\", \"F=${FORGE_PASSWORD}\"]}}\n"
        let folder = Self.folder([
            ".env": "COMFYUI_BEARER_TOKEN='\(Self.hash)'\nFORGE_PASSWORD=w0rd\n", "a/compose.yml": compose,
            "b/compose.yml": compose, "b/.env": "COMFYUI_BEARER_TOKEN='\(Self.hash)'\n", "c/compose.yml": compose,
            "c/.env": "COMFYUI_BEARER_TOKEN\nFORGE_PASSWORD=\n", "d/docker-compose.override.yml": compose,
            "compose.yml": compose, "e/not-compose.yml": compose,
        ])
        #expect(unsafe symlink("../.env", folder.path("d/.env")) == 0)
        let missing = try Self.search(folder).findings.filter { $0.what == .missing }
        #expect(
            missing.map { "\($0.path) \($0.key ?? "-") \($0.neededBy ?? "-") \($0.proposal?.credential ?? "-")" } == [
                "a/.env COMFYUI_BEARER_TOKEN a/compose.yml default", "a/.env FORGE_PASSWORD a/compose.yml -",
                "b/.env FORGE_PASSWORD b/compose.yml -",
            ])
    }

    @Test("A place is listed by its path without links; a location without a key does not list a missing one")
    func listed() throws {
        let folder = Self.folder([
            "real/conf": #"{"raw_token": "t0ken-of-mine"}"#, "a/.env": "QWEN_API_TOKEN=t0ken\nHF_TOKEN=t0ken\n",
            "a/compose.yml": "services: {a: {environment: [COMFYUI_RAW_TOKEN, QWEN_API_TOKEN, COMFYUI_AUTH_TOKEN]}}\n",
            "b/x.json": #"{"a": {"token": "t0ken"}, "b": {"token": "t0ken"}}"#, "c.token": "t0ken", "d.token": "t0ken",
        ])
        #expect(unsafe rename(folder.path("real"), folder.path("kept")) == 0)
        #expect(unsafe symlink("kept", folder.path(".secrets")) == 0)
        #expect(unsafe rename(folder.path("kept/conf"), folder.path("kept/comfyui_auth_tokens.conf")) == 0)
        #expect(unsafe symlink("a/.env", folder.path("linked.env")) == 0)
        var file = CredentialFile()
        file.set(
            Credential(
                rawToken: nil, bcryptHash: nil,
                locations: [
                    LocationRule(path: "linked.env", kind: .dotenv),
                    LocationRule(path: "a/.env", kind: .dotenv, key: "COMFYUI_AUTH_TOKEN", value: .hash),
                    LocationRule(path: "b/*.json", kind: .json, key: "/a/token", value: .raw),
                    LocationRule(path: "c.token", kind: .tokenFile, value: .raw),
                ]))
        let found = try Self.search(folder, listed: file).findings.map { "\(Self.text($0)) \($0.isListed)" }
        #expect(
            found == [
                "a/.env QWEN_API_TOKEN secret true", "a/.env HF_TOKEN secret false",
                "a/.env COMFYUI_RAW_TOKEN missing false", "a/.env COMFYUI_AUTH_TOKEN missing true",
                "b/x.json /a/token secret true", "b/x.json /b/token secret false", "c.token - secret true",
                "d.token - secret false",
            ])
    }

    @Test("Folders of programs and models, links, binaries and large files are left out")
    func leftOut() throws {
        let line = "A_TOKEN=t0ken-of-mine\n"
        let limit = Discovery.Limits().fileBytes
        let folder = Self.folder([
            "a/.env": line, ".git/x.env": line, "node_modules/x.env": line, "models/x.env": line, "output/x.env": line,
            "own/pyvenv.cfg": "", "own/x.env": line, "zero.env": "\u{0}\(line)", "pyvenv.cfg": "",
            "large.env": line + String(repeating: "#", count: limit + 1 - line.utf8.count),
            "limit.env": line + String(repeating: "#", count: limit - line.utf8.count),
        ])
        let outside = Self.folder(["x.env": line])
        #expect(unsafe symlink(outside.path, folder.path("away")) == 0)
        #expect(unsafe symlink(outside.path("x.env"), folder.path("y.env")) == 0)
        #expect(unsafe symlink("a", folder.path("again")) == 0)
        #expect(unsafe mkfifo(folder.path("pipe.env"), 0o600) == 0)
        let found = try Self.search(folder)
        #expect(found.findings.map(\.path) == ["a/.env", "limit.env"])
        #expect(found.isComplete)
    }

    @Test("At a limit the search says that it is cut")
    func limits() throws {
        let folder = Self.folder(["a/b/.env": "A_TOKEN=t0ken-1\nB_TOKEN=t0ken-2\n", "c": ""])
        func search(_ change: (inout Discovery.Limits) -> Void) throws -> [String] {
            var limits = Discovery.Limits()
            change(&limits)
            let found = try Self.search(folder, limits: limits)
            return found.findings.compactMap(\.key) + (found.isComplete ? [] : ["cut"])
        }
        #expect(try search { $0.depth = 1 } == ["cut"])
        #expect(try search { $0.depth = 2 } == ["A_TOKEN", "B_TOKEN"])
        #expect(try search { $0.entries = 3 } == ["cut"])
        #expect(try search { $0.entries = 5 } == ["A_TOKEN", "B_TOKEN"])
        #expect(try search { $0.findings = 1 } == ["A_TOKEN", "cut"])
        #expect(try search { $0.findings = 2 } == ["A_TOKEN", "B_TOKEN"])
        #expect(throws: GateError.self) { try Discovery(of: folder.path("none"), listed: nil) }
    }

    @Test("Equal values look equal within a search, and not in the next one")
    func fingerprints() throws {
        let folder = Self.folder([
            "a.env": "A_TOKEN=t0ken-of-mine-1\nB_TOKEN=t0ken-of-mine-1\nC_TOKEN=t0ken-of-mine-2\n"
        ])
        let first = try Self.search(folder).findings.map(\.shown)
        #expect(first[0] == first[1])
        #expect(first[0] != first[2])
        #expect(try Self.search(folder).findings.map(\.shown)[0] != first[0])
    }

    @Test("Nothing that describes a finding holds its value")
    func redacted() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<40 {
            let value = Base62.encode(generator.bytes(8 + Int(generator.next() % 40)))
            let folder = Self.folder([
                "a.env": "A_TOKEN='\(value)'\n", "b.json": "{\"client_secret\": \"\(value)\"}", "c.token": value,
                "d.yml": "password: \(value)\n", ".secrets/e": "\(value)\n",
            ])
            let found = try Self.search(folder).findings
            #expect(found.count == 5)
            var dumped = ""
            dump(found, to: &dumped)
            #expect(
                !dumped.contains(value) && !"\(found)".contains(value) && !String(reflecting: found).contains(value))
        }
    }
}
