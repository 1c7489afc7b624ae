import Basics
import Testing

@testable import Secrets

/// What a compose file needs of its folder.
struct ComposeFileTests {
    @Test("Variables of a template, and what stands in for them")
    func variables() {
        let cases: [(String, [String])] = [
            ("${A}", ["A none"]), ("$A", ["A none"]), ("${A:?why}", ["A none"]), ("${A?}", ["A none"]),
            ("${A:-}", ["A empty"]), ("${A-}", ["A empty"]), ("${A:-x}", ["A text"]), ("${A:-${B}}", ["A text"]),
            ("${A:+x}", ["A text"]), ("$$A", []), ("$${A}", []), ("a$", []), ("${", []), ("$1", []), ("", []),
            ("${A}:${B:-}-$C", ["A none", "B empty", "C none"]), ("x\n$A\n${B}", ["A none", "B none"]),
            ("${A:-x}}${B}", ["A text", "B none"]),
        ]
        for (text, expected) in cases {
            let found = ComposeTemplate.variables(in: Array(text.utf8)[...]).map { "\($0.name) \($0.fallback)" }
            #expect(found == expected, "\(text)")
        }
    }

    @Test("Secrets without a value of their own are needed, in every form")
    func needs() throws {
        let text = """
            services:
              a:
                image: ${IMAGE}
                command: ["--auth", "${USER}:${FORGE_PASSWORD}"]
                environment:
                  - COMFYUI_BEARER_TOKEN=${COMFYUI_BEARER_TOKEN}
                  - QWEN_API_TOKEN
                  - MODE
                  - API_KEY=${WHISPER_API_KEY:-}
                  - DB_PASSWORD=${DB_PASSWORD:-default}
              b:
                environment:
                  HF_TOKEN:
                  HUGGINGFACE_TOKEN: ""
                  OTHER_TOKEN: ${FORGE_PASSWORD:?say it}
                  # ${COMMENT_TOKEN}
            """
        let compose = try ComposeFile(Array(text.utf8))
        #expect(
            compose.needs == [
                "FORGE_PASSWORD", "COMFYUI_BEARER_TOKEN", "QWEN_API_TOKEN", "WHISPER_API_KEY", "HF_TOKEN",
            ])
    }

    @Test("Mounts of both forms and secrets of files are found, volumes and variables are not")
    func mounts() throws {
        let text = """
            services:
              a:
                volumes:
                  - ./a.token:/run/a:ro
                  - ../../.secrets/b.token:/run/b
                  - data:/data
                  - ${DIR}/c:/c
                  - /abs/d:/d
                  - type: bind
                    source: ../e.token
                    target: /e
                  - {type: volume, source: cache, target: /cache}
            secrets:
              f: {file: f.token}
            """
        let compose = try ComposeFile(Array(text.utf8))
        #expect(
            compose.mounts == ["./a.token", "../../.secrets/b.token", "/abs/d", "../e.token", "f.token"])
        #expect(
            compose.mounts.map { ComposeFile.path(of: $0, in: "services/x") } == [
                "services/x/a.token", ".secrets/b.token", nil, "services/e.token", "services/x/f.token",
            ])
        #expect(ComposeFile.path(of: "../x", in: "") == nil)
        #expect(ComposeFile.path(of: "./x", in: "") == "x")
        #expect(ComposeFile.path(of: "..", in: "a") == nil)
    }
}
