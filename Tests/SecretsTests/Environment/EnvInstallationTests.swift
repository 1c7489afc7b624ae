import Basics
import TestSupport
import Testing

@testable import Secrets

/// Check and rebuild of an installation as it was found, on a copy of it.
struct EnvInstallationTests {
    private static let qwen = "docker-configurations/services/comfyui-qwen/.env"

    private static func bytes(_ path: String, in folder: TemporaryFolder) throws -> [UInt8] {
        guard case .bytes(let bytes) = try ProjectTree(root: folder.path).facts(of: path).content else { return [] }
        return bytes
    }

    private static func findings(_ path: String) throws -> [String] {
        let folder = TemporaryFolder()
        try Installation.copy(to: folder)
        let tree = try ProjectTree(root: folder.path)
        let facts = tree.facts(of: path)
        let file = try DotenvFile(try bytes(path, in: folder))
        let truth = EnvTruth(
            try CredentialFile(parsing: try bytes(CredentialFile.path, in: folder)), path: path, from: tree)
        return EnvCheck(file, facts: facts, truth: truth).findings.map {
            "\($0.severity) \($0.line.map(String.init) ?? "-") \($0.key ?? "-") \($0.code)"
        }
    }

    @Test("The faults of the service's file with Windows line ends are found")
    func service() throws {
        #expect(
            try Self.findings(Self.qwen) == [
                "warning - - sourceUnsound", "error - - exposed", "note - - notForShells",
                "error 2 CIVITAI_TOKEN placeholder", "error 4 QWEN_API_TOKEN placeholder",
                "error 15 COMFYUI_BEARER_TOKEN misread",
                "warning 17 SECRET_KEY placeholder",
            ])
    }

    @Test("So are those of the main file, whose mark hides nothing")
    func main() throws {
        let found = try Self.findings(".env")
        #expect(found.contains("error - QWEN_API_TOKEN missing"))
        #expect(found.contains("error 5 CIVITAI_TOKEN placeholder"))
        #expect(!found.contains { $0.contains("hiddenByMark") || $0.contains("HF_TOKEN") })
    }

    @Test("The service's file is completed from what lies around, and nothing else in it moves")
    func rebuild() throws {
        let folder = TemporaryFolder()
        try Installation.copy(to: folder)
        let current = try Self.bytes(Self.qwen, in: folder)
        let generated = EnvRebuild.Input("generated", try Self.bytes(".secrets/.env.generated", in: folder))
        let made = try EnvRebuild(current: current, sources: [generated])
        let lines = { (bytes: [UInt8]) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) }
        let changed = zip(lines(current), lines(made.file.bytes)).enumerated().filter { $0.element.0 != $0.element.1 }
        #expect(lines(current).count == lines(made.file.bytes).count)
        #expect(
            changed.map { String(decoding: $0.element.1, as: UTF8.self) } == [
                "QWEN_API_TOKEN=Zx9-raw-example-token-_41\r", "COMFYUI_BEARER_TOKEN='\(AuditTests.other)'\r",
            ])
        #expect(made.choices.filter { $0.origin == .nobody }.map(\.key) == ["CIVITAI_TOKEN", "SECRET_KEY"])
        let again = try EnvRebuild(current: made.file.bytes, sources: [generated])
        #expect(again.file.bytes == made.file.bytes)
    }

    @Test("A lost service file comes back from the others", arguments: [".env", "notebooks/comfyui-client.env"])
    func lost(source: String) throws {
        let folder = TemporaryFolder()
        try Installation.copy(to: folder)
        let paths = [source, ".secrets/.env.huggingface", ".secrets/.env.generated"]
        let sources = try paths.map { EnvRebuild.Input($0, try Self.bytes($0, in: folder)) }
        let made = try EnvRebuild(current: nil, sources: sources)
        for key in ["HF_TOKEN", "QWEN_API_TOKEN", "COMFYUI_API_TOKEN"] {
            // The main file's hash is none.
            let isLost = key == "COMFYUI_API_TOKEN" && source == ".env"
            #expect(made.file.written(key)?.isEmpty == isLost, "\(key)")
        }
    }
}

struct ProjectPlaceTests {
    @Test("A file belongs to the nearest folder above that holds .secrets or .git")
    func root() throws {
        let folder = TemporaryFolder()
        _ = ProgramRun.output("/bin/mkdir", ["-p", folder.path("a/b"), folder.path("a/.git"), folder.path(".secrets")])
        let inner = try ProjectPlace(folder.path("a/b/.env"))
        #expect(inner.root.hasSuffix("/a") && inner.path == "b/.env")
        let named = try ProjectPlace(folder.path("a/b/.env"), root: folder.path)
        #expect(named.path == "a/b/.env")
        #expect(try ProjectPlace(folder.path(".secrets/.env")).path == ".secrets/.env")
        #expect(throws: ProjectPlace.Failure.noFolder) { try ProjectPlace(folder.path("none/.env")) }
        #expect(throws: ProjectPlace.Failure.noName) { try ProjectPlace(folder.path("a/")) }
        #expect(throws: ProjectPlace.Failure.outside(root: inner.root + "/b")) {
            try ProjectPlace(folder.path("a/.env"), root: folder.path("a/b"))
        }
        let bare = TemporaryFolder()
        #expect(try ProjectPlace(bare.path(".env")).path == ".env")
        #expect(try ProjectPlace(folder.path("a/./b/../b/.env")).path == "b/.env")
    }

    @Test("A link on the way makes no other folder the root, and what it leads to is refused")
    func link() throws {
        let (folder, outside) = (TemporaryFolder(), TemporaryFolder())
        _ = ProgramRun.output("/bin/mkdir", ["-p", folder.path(".git"), outside.path(".secrets")])
        _ = ProgramRun.output("/bin/ln", ["-s", outside.path, folder.path("config")])
        outside.file("x.env", "A=1\n".utf8)
        let place = try ProjectPlace(folder.path("config/x.env"))
        #expect(place.root.hasSuffix(folder.path.split(separator: "/").last ?? "-") && place.path == "config/x.env")
        #expect(try ProjectTree(root: place.root).facts(of: place.path).content == .outside)
    }
}
