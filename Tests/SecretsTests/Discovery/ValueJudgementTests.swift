import Basics
import Identity
import TestSupport
import Testing

@testable import Secrets

/// What is a secret, by name, form and entropy.
struct ValueJudgementTests {
    private static let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
    private static let made = TokenFormat.make(random: [UInt8](repeating: 7, count: 32)).reveal()

    private static func judged(_ name: String?, _ text: String, isProse: Bool = false) -> ValueJudgement {
        ValueJudgement(name: name, Array(text.utf8), isProse: isProse)
    }

    @Test("The last words of a name tell a secret")
    func names() {
        let secret = [
            "FORGE_PASSWORD", "PASSWORD", "HF_TOKEN", "api_key", "apiKey", "OPENAI_API_KEY", "raw_token", "rawToken",
            "bcrypt_hash", "client-secret", "SECRET", "db.password", "AWS_SECRET_ACCESS_KEY", "authToken", "SMTP_PASS",
            "SECRET_KEY",
        ]
        for name in secret { #expect(SecretName.matches(name), "\(name)") }
        let none = [
            "", "_", "MAX_TOKENS", "TOKEN_FILE", "PASSWORD_FILE", "tokenizer", "eos_token", "bosToken", "KEY", "key",
            "bypass", "compass", "HASH", "sort_key", "MAX_LOGIN_ATTEMPTS", "COMFYUI_LOGIN_ENABLED", "csrf_token",
            "password_policy", "cache_key",
        ]
        for name in none { #expect(!SecretName.matches(name), "\(name)") }
    }

    @Test("A token or hash may stand in several places, a password is one instance's")
    func shared() {
        for name in ["HF_TOKEN", "rawToken", "bcrypt_hash"] { #expect(SecretName.mayBeShared(name)) }
        for name in ["FORGE_PASSWORD", "TTS_API_KEY", "SECRET_KEY", ""] { #expect(!SecretName.mayBeShared(name)) }
    }

    @Test("A form that only secrets have tells one, whatever the name")
    func shapes() {
        let cases: [(String, SecretShape?)] = [
            (Self.hash, .bcrypt), ("'\(Self.hash)'", .bcrypt), (Self.hash + "a", .bcrypt), (Self.hash + "\r", .bcrypt),
            (String(Self.hash.dropLast(3)), .bcrypt), ("$2b$12/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3Jj", .bcrypt),
            ("$2.50 for each of the first hundred", nil), ("b2wordsthatareverylongindeed", nil),
            ("hf_exampleexampleexampleexample", .huggingFace), ("hf_short", nil), ("hf_with blanks in the middle", nil),
            ("sk-example-not-a-key", .openAI), ("sk-learn", nil),
            ("ghp_" + String(repeating: "a", count: 36), .gitHub), ("ghp_a", nil),
            ("github_pat_" + String(repeating: "a", count: 60), .gitHub), ("glpat-abcdefghij0123456789", .gitLab),
            ("AKIAIOSFODNN7EXAMPLE", .aws), ("AKIA", nil), ("AIza" + String(repeating: "x", count: 35), .google),
            ("xoxb-123456789012-abcdefghijkl", .slack), (Self.made, .gate), (String(Self.made.dropLast()), nil),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", .jwt), ("eyJhbGciOiJIUzI1NiJ9.e30", nil),
            ("AGE-SECRET-KEY-1" + String(repeating: "Q", count: 58), .age),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n", .privateKey),
            ("-----BEGIN PRIVATE KEY-----\\nabc", .privateKey),
            ("-----BEGIN CERTIFICATE-----\nabc\n", nil), ("", nil), ("word", nil),
        ]
        for (text, shape) in cases { #expect(SecretShape(of: Array(text.utf8)) == shape, "\(text)") }
    }

    @Test("What nobody made up is told by entropy; what is public or made up is not")
    func entropy() {
        let cases: [(String, Bool)] = [
            ("q7Zr1XcV9bN3mKd5Lw8TgHyJ", true), ("kJ8s-D_f9aL2mN4bV6cX1zQ3wE5rT7yU", true),
            ("3q2+7w/Qk1ZxV9bN3mKd5Lw8TgHyJa==", true),
            // One below the shortest.
            ("q7Zr1XcV9bN3mKd5Lw8TgHy", false),
            (String(repeating: "q7Zr1XcV9bN3mKd5Lw8TgHyJ", count: 10) + String(repeating: "aB1d", count: 4), true),
            (String(repeating: "q7Zr1XcV9bN3mKd5Lw8TgHyJ", count: 11), false),
            ("55682f9a1b2c3d4e5f60718293a4b5c6d7e8f901", false), ("550E8400-e29b-41d4-a716-446655440000", false),
            ("COMFYUI_QWEN_IMAGE_EDIT_2511", false), ("QwenImageEditPlusTextEncoder2509", false),
            ("StableDiffusionXLBase10Refiner", false), ("models/Qwen2Image3Edit/vae7Xy1Zw", false),
            ("flux1-dev-fp8_e4m3fn-Scaled-V2", false),
            ("CheckpointLoaderSimpleV2X3Y4Z", false), ("SDXL-VAE-FP16-Fix-2023-V1-HQ-b2", false),
            ("sha512-q7Zr1XcV9bN3mKd5Lw8TgHyJ==", false),
            ("example/comfyui:latest-2025-12-31", false), ("aaaaaaaaaaaaaaaaaaaaaaaaAA11", false),
        ]
        for (text, expected) in cases {
            #expect(
                SecretEntropy.matches(Array(text.utf8)) == expected, "\(text) \(SecretEntropy.bits(Array(text.utf8)))")
        }
        #expect(SecretEntropy.bits([]) == 0)
        #expect(SecretEntropy.bits(Array("aaaa".utf8)) == 0)
        #expect(SecretEntropy.bits(Array("abcd".utf8)) == 2)
    }

    @Test("Random values of the shortest length are told nine times of ten, longer ones nearly always")
    func random() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SeededGenerator(seed: 25)
        func told(_ length: Int) -> Int {
            (0..<500).count { _ in
                SecretEntropy.matches((0..<length).map { _ in alphabet[Int(generator.next() % 62)] })
            }
        }
        #expect(told(24) > 430)
        #expect(told(43) > 485)
    }

    @Test("Placeholders, references, numbers, truths, paths and addresses are no secrets")
    func none() {
        let values = [
            "", "changeme", "your_token_here", "<token>", "xxxx", "${TOKEN}", "$TOKEN", "${A}:${B}", "$(pass show x)",
            "{{ vault.token }}", "%TOKEN%", "op://vault/item", "true", "False", "no", "120", "3.5", "2025-12-31",
            "/run/secrets/token", "./token", "../token", "~/token", "C:\\token", "C:/token", "\\\\share\\token",
            "https://example.org/token", "auto_generated_secret_key",
        ]
        for value in values { #expect(Self.judged("FORGE_PASSWORD", value) == .none, "\(value)") }
        for value in values.dropFirst().prefix(4) {
            #expect(Self.judged("HF_TOKEN", value) == .placeholder, "\(value)")
        }
        #expect(Self.judged("HF_TOKEN", "") == .placeholder)
        #expect(Self.judged("HF_TOKEN", "${TOKEN}") == .none)
        #expect(Self.judged("HF_TOKEN", "hf_put_your_own_token_here") == .placeholder)
        #expect(Self.judged("x", "hf_put_your_own_token_here") == .none)
    }

    @Test("Labels of a user interface are no secrets, where values may be labels")
    func prose() {
        for text in ["Mot de passe", "Passwort", "Enter your password"] {
            #expect(Self.judged("password", text, isProse: true) == .none)
        }
        #expect(Self.judged("password", "two words") == .secret([.name]))
        #expect(Self.judged("password", "Passw0rt", isProse: true) == .secret([.name]))
    }

    @Test("A short word is no hash")
    func algorithms() {
        #expect(Self.judged("password_hash", "argon2id") == .none)
        #expect(Self.judged("password_hash", "scrypt-hash-of-something-long") == .secret([.name]))
    }

    @Test("All that tells a secret is named")
    func evidence() {
        #expect(Self.judged("FORGE_PASSWORD", "p$ss#word") == .secret([.name]))
        #expect(Self.judged("X", "q7Zr1XcV9bN3mKd5Lw8TgHyJ") == .secret([.entropy]))
        #expect(Self.judged("X_TOKEN", "q7Zr1XcV9bN3mKd5Lw8TgHyJ") == .secret([.name, .entropy]))
        #expect(Self.judged(nil, Self.hash) == .secret([.shape(.bcrypt)]))
        #expect(Self.judged("HF_TOKEN", "hf_exampleexampleexampleexample") == .secret([.name, .shape(.huggingFace)]))
    }
}
