import Basics
import Testing

@testable import Secrets

struct EnvSchemaTests {
    private static func schema(_ text: String) throws(EnvSchemaError) -> EnvSchema {
        try EnvSchema(parsing: Array(text.utf8))
    }

    @Test("The standard schema asks for the seven keys of every installation")
    func standard() {
        #expect(
            EnvSchema().required.map(\.name) == [
                "CIVITAI_TOKEN", "HF_TOKEN", "QWEN_API_TOKEN", "COMFYUI_BEARER_TOKEN", "COMFYUI_LOGIN_ENABLED",
                "COMFYUI_USERNAME", "COMFYUI_PASSWORD",
            ])
        #expect(
            EnvSchema().required.filter { !$0.isSecret }.map(\.name) == ["COMFYUI_LOGIN_ENABLED", "COMFYUI_USERNAME"])
        #expect(KnownKeys.values(of: .comfyui).keys.allSatisfy { EnvSchema()[$0]?.isSecret == true })
    }

    @Test("A schema file adds keys, replaces them, or begins with none")
    func file() throws {
        let more = try Self.schema(
            #"{"keys": {"COMFYUI_PORT": {"form": "port"}, "HF_TOKEN": {"required": false}, "X": {}}}"#)
        #expect(more.required.map(\.name).suffix(2) == ["COMFYUI_PORT", "X"])
        #expect(more["HF_TOKEN"]?.isRequired == false)
        #expect(more["COMFYUI_PORT"]?.isSecret == false)
        // Whatever nobody has called plain is a secret.
        #expect(more["X"]?.isSecret == true)
        let alone = try Self.schema(
            "\u{FEFF}"
                + #"{"extends": "none", "keys": {"M": {"values": ["a", "b"], "secret": false, "empty": true, "aliases": ["N"]}}}"#
        )
        #expect(
            alone.keys == [EnvSchema.Key("M", isSecret: false, mayBeEmpty: true, values: ["a", "b"], aliases: ["N"])])
    }

    @Test(
        "A mistake in a schema file is named by its member",
        arguments: [
            ("{", "line 1"), ("[]", "braces"), (#"{"key": {}}"#, "There is no member key; there are keys, extends."),
            (#"{"extends": "x"}"#, "extends: one of default, none"), (#"{"keys": []}"#, "keys: an object"),
            (#"{"keys": {"A-B": {}}}"#, "keys.A-B: a key has letters"), (#"{"keys": {"A": 1}}"#, "keys.A: an object"),
            (#"{"keys": {"A": {"from": "port"}}}"#, "keys.A: there is no member from; there are form"),
            (#"{"keys": {"A": {"form": "prot"}}}"#, "keys.A.form: one of hash, raw, boolean, url, port, text"),
            (#"{"keys": {"A": {"required": 1}}}"#, "keys.A.required: true or false"),
            (#"{"keys": {"A": {"values": []}}}"#, "keys.A.values: a list"),
            (#"{"keys": {"A": {"values": ["a", 1]}}}"#, "keys.A.values[1]: a text"),
            (#"{"keys": {"A": {"description": 1}}}"#, "keys.A.description: a text"),
        ])
    func mistakes(text: String, words: String) throws {
        let error = #expect(throws: EnvSchemaError.self) { try Self.schema(text) }
        #expect(error?.phrase.text(in: .english).contains(words) == true, "\(error?.phrase.text(in: .english) ?? "")")
    }

    @Test("A schema file may be as large as its limit", arguments: [-1, 0, 1])
    func limit(over: Int) throws {
        let text = "{}" + String(repeating: " ", count: EnvSchema.fileLimit - 2 + over)
        do throws(EnvSchemaError) {
            _ = try Self.schema(text)
            #expect(over <= 0)
        } catch {
            #expect(over > 0 && error.reason == .tooLarge(limit: EnvSchema.fileLimit))
        }
    }

    @Test("A value is judged by the form of its key")
    func forms() throws {
        let schema = try Self.schema(
            #"""
            {"keys": {"P": {"form": "port"}, "U": {"form": "url"}, "M": {"values": ["fast", "none"], "secret": false},
            "E": {"empty": true}, "B": {"form": "boolean"}}}
            """#)
        let expected: [(String, String, EnvVerdict)] = [
            ("P", "1", .sound), ("P", "65535", .sound), ("P", "65536", .wrongForm(.port)),
            ("P", "0", .wrongForm(.port)),
            ("P", "+80", .wrongForm(.port)), ("P", "80 ", .wrongForm(.port)), ("P", "", .empty),
            ("U", "http://localhost:8188", .sound), ("U", "localhost:8188", .wrongForm(.url)),
            ("U", "http://", .wrongForm(.url)), ("U", "http:///x", .wrongForm(.url)),
            ("U", "http://a b", .wrongForm(.url)),
            ("U", "your_url_here", .placeholder), ("M", "fast", .sound), ("M", "none", .sound),
            ("M", "slow", .notOneOf(["fast", "none"])), ("E", "", .sound), ("B", "TRUE", .sound), ("B", "0", .sound),
            ("B", "maybe", .wrongForm(.boolean)), ("HF_TOKEN", "your_token_here", .placeholder),
            ("HF_TOKEN", "hf_abc", .sound), ("HF_TOKEN", "", .empty), ("HF_TOKEN", "token", .placeholder),
            ("COMFYUI_USERNAME", "your_name_here", .placeholder), ("QWEN_API_TOKEN", AuditTests.other, .hashForRaw),
            ("QWEN_API_TOKEN", "Zx9", .sound), ("COMFYUI_BEARER_TOKEN", AuditTests.other, .sound),
            ("COMFYUI_BEARER_TOKEN", "word", .noHash(.word)), ("COMFYUI_BEARER_TOKEN", "", .empty),
            ("COMFYUI_BEARER_TOKEN", "<hash>", .placeholder), ("LOG_LEVEL", "none", .sound), ("LOG_LEVEL", "", .sound),
            ("LOG_LEVEL", "your_level_here", .placeholder), ("OTHER_API_KEY", "", .empty),
            ("OTHER_API_KEY", "changeme", .placeholder), ("OTHER_API_KEY", "sk-1", .sound),
        ]
        for (key, value, verdict) in expected {
            #expect(schema.verdict(on: Array(value.utf8), of: key) == verdict, "\(key)=\(value)")
        }
        #expect(schema.verdict(on: Array("http://${HOST}".utf8), of: "P", isTemplate: true) == .sound)
        #expect(schema.verdict(on: [0xFF], of: "X") == .wrongForm(.text))
    }

    @Test func everyMessageIsWholeInBothLanguages() { #expect(Message.faults(in: EnvMessages.all) == []) }
}
