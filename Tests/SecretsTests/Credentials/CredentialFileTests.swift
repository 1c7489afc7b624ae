import Basics
import TestSupport
import Testing

@testable import Secrets

struct CredentialFileTests {
    private static let old = #"""
        {
          "version": "1.0",
          "created_at": "2025-11-25T00:00:00",
          "raw_token": "example-2025",
          "bcrypt_hash": "$2b$12$03f3f6f91f4175e338c314f7bd96ebd3dd834b53c1813d69d830f",
          "description": "Configuration unifiée des tokens ComfyUI-Login",
          "locations": [".env", ".secrets/comfyui_auth_tokens.conf", "services/comfyui-qwen/login/PASSWORD"],
          "owner": {"team": "class"}
        }
        """#

    @Test("A file of an existing installation is read")
    func existing() throws {
        let file = try CredentialFile(parsing: Array(Self.old.utf8))
        let credential = try #require(file["default"])
        #expect(file.credentials.count == 1)
        #expect(credential.rawToken?.reveal() == "example-2025")
        #expect(credential.createdAt == "2025-11-25T00:00:00")
        #expect(credential.rotatedAt == nil)
        // It names itself, which means nothing.
        #expect(
            credential.locations == [
                LocationRule(path: ".env", kind: .dotenv),
                LocationRule(path: "services/comfyui-qwen/login/PASSWORD", kind: .login, value: .hash),
            ])
    }

    @Test("The older spelling and a mark in front are read, and written as we spell")
    func upgraded() throws {
        let text = "\u{FEFF}" + Self.old.replacing("\"locations\"", with: "\"targets\"")
        var file = try CredentialFile(parsing: Array(text.utf8))
        #expect(file["default"]?.locations.count == 2)
        file.set(try #require(file["default"]))
        let written = String(decoding: file.bytes, as: UTF8.self)
        #expect(!written.contains("targets"))
        #expect(written.contains("\"locations\""))
        #expect(written.hasSuffix("}\n"))
        let again = try CredentialFile(parsing: file.bytes)
        #expect(again.credentials == file.credentials)
        #expect(again.bytes == file.bytes)
    }

    @Test("What nobody knows survives a change, in its order")
    func survival() throws {
        var file = try CredentialFile(parsing: Array(Self.old.utf8))
        var credential = try #require(file["default"])
        credential.rawToken = Secret("new")
        credential.rotatedAt = "2026-11-21T12:00:00Z"
        file.set(credential)
        file.set(Credential(name: "forge", rawToken: Secret("f"), bcryptHash: nil))
        let json = try #require(try JSON(parsing: file.bytes).object)
        #expect(json["owner"] == ["team": "class"])
        #expect(json["raw_token"] == "new")
        #expect(json["rotated_at"] == "2026-11-21T12:00:00Z")
        #expect(json["credentials"]?["forge"]?["raw_token"] == "f")
        #expect(Array(json.keys.prefix(3)) == ["version", "created_at", "raw_token"])
        #expect(try CredentialFile(parsing: file.bytes).credentials.map(\.name) == ["default", "forge"])
    }

    @Test("Several credentials stand in one file")
    func several() throws {
        let file = try CredentialFile(
            parsing: Array(
                #"""
                {"version": "1.1", "credentials": {
                  "comfyui-qwen": {"raw_token": "a", "locations": [
                    {"path": "a/.env", "key": "COMFYUI_API_TOKEN"},
                    {"path": "b.json", "key": "/auth/token", "value": "raw"},
                    {"path": "run/secret", "kind": "docker_secret", "value": "hash", "in_place": true},
                    {"path": "notebooks/.env", "key": "MY_TOKEN", "value": "token", "account": "nb", "scopes": ["read"]}]},
                  "forge": {"raw_token": "b"}}}
                """#.utf8))
        #expect(file.credentials.map(\.name) == ["comfyui-qwen", "forge"])
        var token = LocationRule(path: "notebooks/.env", kind: .dotenv, key: "MY_TOKEN", value: .token)
        token.grant = try TokenGrant(["account": "nb", "scopes": ["read"]], at: "")
        #expect(
            file["comfyui-qwen"]?.locations == [
                LocationRule(path: "a/.env", kind: .dotenv, key: "COMFYUI_API_TOKEN", value: .hash),
                LocationRule(path: "b.json", kind: .json, key: "/auth/token", value: .raw),
                LocationRule(path: "run/secret", kind: .dockerSecret, value: .hash, inPlace: true),
                token,
            ])
    }

    @Test("A new file says what it must")
    func new() throws {
        var file = CredentialFile()
        file.set(
            Credential(
                rawToken: Secret("t"), bcryptHash: Secret("h"), createdAt: "2026-11-21T12:00:00Z",
                locations: [LocationRule(path: ".env", kind: .dotenv)]))
        let again = try CredentialFile(parsing: file.bytes)
        #expect(again.credentials == file.credentials)
    }

    @Test(
        "What is wrong is named with its place and without its value",
        arguments: [
            ("", "", nil), ("[]", "", .notAnObject), (#"{"version": "2.0"}"#, "version", .unknownVersion),
            (#"{"raw_token": 5}"#, "raw_token", .notText), (#"{"locations": {}}"#, "locations", .noList),
            (#"{"locations": [5]}"#, "locations[0]", .noLocation),
            (#"{"targets": [".env", {}]}"#, "targets[1]", .pathMissing),
            (#"{"locations": [{"path": ".env", "key": "T", "value": "token"}]}"#, "locations[0]", .tokenAccount),
            (
                #"{"locations": [{"path": "*/.env", "key": "T", "value": "token", "account": "a"}]}"#,
                "locations[0].path", .tokenPattern
            ),
            (
                #"{"locations": [{"path": ".env", "key": "T", "value": "raw", "account": "a"}]}"#, "locations[0]",
                .notAToken("account")
            ),
            (#"{"raw_token": "a", "consumers": 5}"#, "consumers", .noList),
            (#"{"raw_token": "a", "consumers": [{}]}"#, "consumers[0]", .consumerName),
            (#"{"raw_token": "a", "consumers": [{"name": "a", "url": "a:1"}]}"#, "consumers[0].url", .consumerURL),
            (#"{"raw_token": "a", "consumers": [{"name": "a", "file": "f"}]}"#, "consumers[0]", .consumerContainer),
            (
                #"{"raw_token": "a", "consumers": [{"name": "a", "port": 5}]}"#, "consumers[0]",
                .unknownConsumerMember("port")
            ),
            (
                #"{"raw_token": "a", "consumers": [{"name": "a", "after_env": []}]}"#, "consumers[0].after_env",
                .noCommand
            ),
            (#"{"raw_token": "a", "rotate": "daily"}"#, "rotate", .badPolicy),
            (#"{"raw_token": "a", "rotate": "every 1h"}"#, "rotate", .badPolicy),
            (#"{"raw_token": "a", "previous": {"until": "soon"}}"#, "previous.until", .notTime),
            (#"{"locations": ["/etc/passwd"]}"#, "locations[0]", .badPath),
            (#"{"locations": ["a/../../b"]}"#, "locations[0]", .badPath),
            (#"{"locations": ["a\\b"]}"#, "locations[0]", .badPath),
            (#"{"locations": ["a.json"]}"#, "locations[0]", .keyMissing),
            (#"{"locations": [{"path": "a.yml"}]}"#, "locations[0]", .keyMissing),
            (#"{"locations": [{"path": ".env", "key": "OTHER"}]}"#, "locations[0]", .valueMissing),
            (#"{"locations": [{"path": "x", "key": "K"}]}"#, "locations[0].key", .keyNotWanted),
            (#"{"locations": [{"path": "PASSWORD", "value": "raw"}]}"#, "locations[0].value", .loginHoldsHash),
            (#"{"locations": [{"path": ".env", "kye": "K"}]}"#, "locations[0]", .unknownMember("kye")),
            (
                #"{"locations": [{"path": ".env", "value": "hsah"}]}"#, "locations[0].value",
                .notOneOf(["raw", "hash", "token"])
            ),
            (#"{"locations": [{"path": ".env", "in_place": 1}]}"#, "locations[0].in_place", .notTruth),
            (#"{"credentials": []}"#, "credentials", .notAnObject),
            (#"{"credentials": {"Forge": {}}}"#, "credentials.Forge", .badName),
            (#"{"credentials": {"a": 1}}"#, "credentials.a", .notAnObject),
            (#"{"raw_token": "a", "credentials": {"default": {}}}"#, "credentials.default", .doubleDefault),
            (
                #"{"credentials": {"a": {"locations": [{"path": 1}]}}}"#, "credentials.a.locations[0]",
                .pathMissing
            ),
        ] as [(String, String, CredentialFileError.Reason?)])
    func faults(text: String, place: String, reason: CredentialFileError.Reason?) throws {
        let error = try #require(throws: CredentialFileError.self) { try CredentialFile(parsing: Array(text.utf8)) }
        #expect(error.place == place)
        if let reason { #expect(error.reason == reason) }
        for language in Language.allCases { #expect(!error.phrase.text(in: language).contains("{")) }
    }

    @Test("A file at the limit is read, one above is not")
    func limit() throws {
        let bytes = Array(Self.old.utf8)
        let full = bytes + [UInt8](repeating: 0x20, count: CredentialFile.limit - bytes.count)
        #expect(try CredentialFile(parsing: full).credentials.count == 1)
        #expect(throws: CredentialFileError.self) { try CredentialFile(parsing: full + [0x20]) }
    }
}
