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

    @Test("What looks like a secret goes, known or not")
    func shapes() {
        let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
        let said = "A='\(hash)' HF_TOKEN=hf_exampleexampleexampleexample: no such service\n"
        #expect(Self.redaction.text(Array(said.utf8)) == "A='…' HF_TOKEN=…: no such service\n")
    }
}
