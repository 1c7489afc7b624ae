import Basics
import Testing

@testable import Secrets

struct RedactionTests {
    private static let token = "Tok/en$of+the?test"
    private static let redaction = Redaction([Secret(token), Secret(""), Secret("Tok/en")])

    @Test(
        "A known secret goes in every spelling that programs use",
        arguments: [
            (token, "…"), ("a \(token) b \(token)", "a … b …"), ("Tok/en$$of+the?test", "…"),
            (#"Tok/en\$of+the?test"#, "…"), (#"{"t": "Tok\/en$of+the?test"}"#, #"{"t": "…"}"#),
            ("?q=Tok%2Fen%24of%2Bthe%3Ftest&", "?q=…&"), (Hex.encode(Array(token.utf8)), "…"),
            ("Tok/en and more", "… and more"), ("Tok and en", "Tok and en"), ("", ""),
        ])
    func spellings(given: String, shown: String) {
        #expect(Self.redaction.text(Array(given.utf8)) == shown)
    }

    @Test("In base64 nothing of it stays but what its neighbours share", arguments: ["", "u", "u:", "admin:"])
    func base64(front: String) {
        let text = Base64.encode(Array("\(front)\(Self.token)".utf8))
        let shown = Self.redaction.text(Array(text.utf8))
        #expect(shown.contains("…"))
        #expect(shown.utf8.count < text.utf8.count / 2 + front.utf8.count)
    }

    @Test(
        "What stands where a secret stands goes, known or not",
        arguments: [
            ("DB: \"postgres://anna:PgPassUrl99xyz@db/x\"", "DB: \"postgres://anna:…@db/x\""),
            ("git clone https://longlonglonglongtoken@host/a", "git clone https://…@host/a"),
            ("ssh://git@host/a http://host:80/a@b", "ssh://git@host/a http://host:80/a@b"),
            ("command: tunnel run --token CfTok_123 --url x", "command: tunnel run --token … --url x"),
            ("[\"--api-key\", \"abc\", '--x']", "[\"--api-key\", \"…\", '--x']"),
            ("  - --password\n  - abc\n  - --x\n", "  - --password\n  - …\n  - --x\n"),
            ("--token --verbose", "--token --verbose"), ("--token ${TOKEN:-a b} x", "--token ${TOKEN:-…} x"),
            ("--token=abc", "--token=…"),
            ("curl -H 'Authorization: Bearer BlockBearer1'", "curl -H 'Authorization: Bearer …'"),
            ("a bearer authentication is wanted", "a bearer authentication is wanted"),
            ("curl -u anna:pw http://a", "curl -u anna:… http://a"),
            ("docker run -u 1000:1000 x", "docker run -u 1000:1000 x"),
            ("curl 'http://a/x?sig=abc&pw=d&x=1'", "curl 'http://a/x?sig=…&pw=…&x=1'"),
            ("export FORGE_PASSWORD=abc; run", "export FORGE_PASSWORD=…; run"),
            ("- users=anna:$$2y$$05$$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka", "- users=anna:…"),
            (#"JSONCFG={"api_key":"abc","a":1}"#, #"JSONCFG={"api_key":"…","a":1}"#),
            (#"X="{\"api_key\":\"abc\"}""#, #"X="{\"api_key\":\"…\"}""#),
            ("    PASSWORD: correct horse battery\n", "    PASSWORD: …\n"), ("token = abc", "token = …"),
            ("{password: a b, user: c}", "{password: …, user: c}"), ("- PASSWORD=a, b&c", "- PASSWORD=…"),
            ("- \"PASSWORD=a, b\"", "- \"PASSWORD=…\""), ("PASSWORD: 123456", "PASSWORD: …"),
            ("key:\n  api_key: |\n    line\n\n    two\n  next: 1\n", "key:\n  api_key: |\n…\n  next: 1\n"),
            ("PASSWORD: ${FORGE_PASSWORD}", "PASSWORD: ${FORGE_PASSWORD}"),
            ("--gradio-auth \"${USER}:$PASSWORD\"", "--gradio-auth \"${USER}:$PASSWORD\""),
            ("PASSWORD: $", "PASSWORD: …"), ("PASSWORD: ab$C", "PASSWORD: …"), ("PASSWORD: a${B}", "PASSWORD: …"),
            ("TOKEN=$TOKEN", "TOKEN=$TOKEN"), ("password: changeme", "password: changeme"),
            ("secret: true", "secret: true"),
            ("POSTGRES_PASSWORD_FILE: /run/secrets/a", "POSTGRES_PASSWORD_FILE: /run/secrets/a"),
            ("password: /run/secrets/a", "password: /run/secrets/a"), ("max_tokens: 5", "max_tokens: 5"),
            ("secrets:\n  a: 1\n", "secrets:\n  a: 1\n"), ("PASSWORD:", "PASSWORD:"), ("token=", "token="),
            // What a helper needs to see stays.
            (
                "${HF_TOKEN:?set it} ${API_KEY:-} ${A_TOKEN:-$API_KEY}",
                "${HF_TOKEN:?set it} ${API_KEY:-} ${A_TOKEN:-$API_KEY}"
            ),
            ("${A_TOKEN:-abc} ${B_TOKEN-abc}", "${A_TOKEN:-…} ${B_TOKEN-…}"),
            ("image: thomseddon/traefik-forward-auth:2", "image: thomseddon/traefik-forward-auth:2"),
            ("image: me/token:latest", "image: me/token:latest"), ("token:8080", "token:8080"),
            ("secrets: {db_password: {file: ./x}}", "secrets: {db_password: {file: ./x}}"),
            ("depends_on: {auth: {condition: healthy}}", "depends_on: {auth: {condition: healthy}}"),
            ("USE_AUTH: \"1\"", "USE_AUTH: \"1\""), ("ENABLE_AUTH: off", "ENABLE_AUTH: off"),
            ("AUTH: basic", "AUTH: basic"),
            ("MAX_TOKEN: \"4096\"", "MAX_TOKEN: \"4096\""), ("PAD_TOKEN: \"[PAD]\"", "PAD_TOKEN: \"[PAD]\""),
            ("MYSQL_ALLOW_EMPTY_PASSWORD: \"on\"", "MYSQL_ALLOW_EMPTY_PASSWORD: \"on\""), ("--pin 1", "--pin 1"),
            ("primary_key: id", "primary_key: id"),
            ("--token $$(cat /run/secrets/t)", "--token $$(cat /run/secrets/t)"),
            ("TOKEN=$(cat /run/t)", "TOKEN=$(cat /run/t)"), ("--basic-auth=on", "--basic-auth=on"),
            ("--api-key EMPTY", "--api-key EMPTY"),
            // And what nobody else is to see goes.
            ("users=admin:$$apr1$$H6uskkkW$$IgXLP6ewTrSuBkTrqE8wj/", "users=admin:…"),
            ("admin:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=", "admin:{SHA}…"),
            ("redis-server --requirepass abc", "redis-server --requirepass …"),
            ("--gradio-auth a:pw,b:pw2 --x", "--gradio-auth … --x"), ("MEILI_MASTER_KEY: abc", "MEILI_MASTER_KEY: …"),
            ("SECRET_KEY_BASE=abc", "SECRET_KEY_BASE=…"), ("APP_KEY=abc", "APP_KEY=…"),
            ("A_FERNET_KEY: abc", "A_FERNET_KEY: …"),
            ("OPENAI_API_KEYS: a,b", "OPENAI_API_KEYS: …"), ("OPENAI_API_KEY_2: abc", "OPENAI_API_KEY_2: …"),
            ("CACHE_KEY: 0123456789abcdef", "CACHE_KEY: …"),
            ("https://hooks.slack.com/services/T0/B0/abc x", "https://hooks.slack.com/… x"),
            ("https://api.telegram.org/bot12:abc/send", "https://api.telegram.org/…"),
            ("PASSWORD: \"one\n  two\"\nnext: 1", "PASSWORD: \"…\"\nnext: 1"),
            ("password: 'tis\nnext: 1", "password: '…\nnext: 1"),
            ("a:\r\n  TOKEN: |\r\n    abc\r\n  next: 1\r\n", "a:\r\n  TOKEN: |\r…\n  next: 1\r\n"),

        ])
    func places(given: String, shown: String) {
        #expect(Self.redaction.document(Array(given.utf8)) == shown)
    }

    @Test(
        "In a sentence a colon is a colon",
        arguments: [
            ("a/.env: HF_TOKEN: Compose eats it", "a/.env: HF_TOKEN: Compose eats it"),
            ("docker/.env.token: HF_TOKEN", "docker/.env.token: HF_TOKEN"), ("?token=abc", "?token=…"),
            (
                "comfygate token create NAME, then --token-stdin < FILE",
                "comfygate token create NAME, then --token-stdin < FILE"
            ),
        ])
    func sentences(given: String, shown: String) {
        #expect(Self.redaction.text(Array(given.utf8)) == shown)
    }

    @Test("Whatever stands in a text, nothing breaks, and what is not taken stays as it is")
    func anything() {
        var random = SystemRandomNumberGenerator()
        let parts = [
            "token", "--token", "=", ":", " ", "\n", "\"", "\\", "'", "://", "@", "|", "- ", "$", "{", "}", "é", "a",
            "bearer", "-u",
        ]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0..<14, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }.joined()
            let bytes = Array(text.utf8)
            for isDocument in [false, true] {
                let ranges = SecretPlaces(in: bytes, isDocument: isDocument).ranges
                #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
                #expect(ranges.allSatisfy { !$0.isEmpty && $0.upperBound <= bytes.count })
            }
        }
    }

    @Test("What looks like a secret goes, known or not")
    func shapes() {
        let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
        let said = "A='\(hash)' HF_TOKEN=hf_exampleexampleexampleexample: no such service\n"
        #expect(Self.redaction.text(Array(said.utf8)) == "A='…' HF_TOKEN=…: no such service\n")
    }
}
