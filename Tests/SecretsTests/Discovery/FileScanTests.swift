import Basics
import Testing

@testable import Secrets

/// Files by their names, and the values in files of each class.
struct FileScanTests {
    private static let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"

    private static func found(_ text: String, _ file: FileClass, name: String = "x") -> [String] {
        FileScan.sightings(in: Array(text.utf8), as: file, name: name).map { sighting in
            let value = String(decoding: sighting.value.reveal(), as: UTF8.self)
            return "\(sighting.key ?? "-") \(sighting.isPlaceholder ? "placeholder" : value)"
                + (sighting.isAlone ? "" : " in part")
        }
    }

    @Test("A file's name says whether and how it is read")
    func classes() {
        let cases: [(String, Bool, FileClass?)] = [
            (".env", false, .dotenv), (".env.local", false, .dotenv), ("prod.env", false, .dotenv),
            ("a.json", false, .json), ("a.yml", false, .yaml), ("a.yaml", false, .yaml), ("PASSWORD", false, .whole),
            ("api.token", false, .whole), ("db.secret", false, .whole), ("key.pem", false, .key),
            ("a.key", false, .key),
            ("id_ed25519", false, .key), ("id_ed25519.pub", false, nil), ("README.md", false, nil),
            ("image.png", false, nil), ("model.safetensors", false, nil), ("a.conf", false, nil),
            ("a.conf", true, .whole), ("anything", true, .whole), ("x.png", true, nil), (".env.x", true, .dotenv),
            ("package-lock.json", false, nil), ("tokenizer.json", false, nil), ("run.py", false, nil),
        ]
        for (name, isInSecrets, expected) in cases {
            #expect(FileClass(of: name, isInSecrets: isInSecrets) == expected, "\(name)")
        }
    }

    @Test("Compose files are known by their names")
    func composeNames() {
        for name in ["compose.yml", "compose.yaml", "docker-compose.yml", "docker-compose.gpu.yaml", "compose.dev.yml"]
        {
            #expect(FileClass.isCompose(name), "\(name)")
        }
        for name in ["services.yml", "decompose.yml", "composer.yml", "docker-compose.json", "compose"] {
            #expect(!FileClass.isCompose(name), "\(name)")
        }
    }

    @Test("Dotenv values are read as they were meant, the last of a key counts")
    func dotenv() {
        #expect(
            Self.found(
                "\u{FEFF}A_TOKEN=first\r\nexport B_PASSWORD='p$x'\r\nA_TOKEN=second # why\r\nPORT=1\r\nHF_TOKEN=\r\n",
                .dotenv)
                == ["A_TOKEN second", "B_PASSWORD p$x", "HF_TOKEN placeholder"])
    }

    @Test("JSON members are named by pointers")
    func json() {
        let text = """
            {"auth": {"api~key/x": [{"password": "s3cret-word"}], "token": "t0ken-of-mine"}, "title": "t0ken-of-mine",
             "list": ["hf_exampleexampleexampleexample", 7], "HF_TOKEN": ""}
            """
        #expect(
            Self.found(text, .json) == [
                "/auth/api~0key~1x/0/password s3cret-word", "/auth/token t0ken-of-mine",
                "/list/0 hf_exampleexampleexampleexample", "/HF_TOKEN placeholder",
            ])
        #expect(Self.found("\u{FEFF}{\"raw_token\": \"t0ken\"}", .json) == ["/raw_token t0ken"])
        #expect(Self.found("{\"raw_token\": \"t0ken\"", .json) == [])
    }

    @Test("YAML scalars are named by paths; of environments both forms are read")
    func yaml() {
        let text = """
            services:
              a:
                environment:
                  - API_PASSWORD=s3cret=word
                  - HF_TOKEN=${HF_TOKEN}
                  - PORT=1
              b:
                environment: {API_KEY: 'k3y-of-mine', HF_TOKEN: hf_exampleexampleexampleexample, MODE: fast}
            note: "\(Self.hash)"
            """
        #expect(
            Self.found(text, .yaml) == [
                "/services/a/environment/0 s3cret=word in part", "/services/b/environment/API_KEY k3y-of-mine",
                "/services/b/environment/HF_TOKEN hf_exampleexampleexampleexample", "/note \(Self.hash)",
            ])
        #expect(Self.found("a: [", .yaml) == [])
    }

    @Test("In a compose file a doubled sign is one, and no location can write a hash there")
    func doubled() {
        let doubled = Self.hash.replacing("$", with: "$$")
        let text = "services: {a: {environment: {COMFYUI_API_TOKEN: '\(doubled)'}}}\n"
        let expected = "/services/a/environment/COMFYUI_API_TOKEN"
        #expect(Self.found(text, .yaml, name: "compose.yml") == ["\(expected) \(Self.hash) in part"])
        #expect(Self.found(text, .yaml, name: "other.yml") == ["\(expected) \(doubled)"])
    }

    @Test("A whole file is a secret when it is one line without blanks")
    func whole() {
        let cases: [(String, String, [String])] = [
            ("a.token", "\(Self.hash)\n", ["- \(Self.hash)"]), ("a.token", "t0ken-of-mine", ["- t0ken-of-mine"]),
            ("a.token", "your_token_here\n", []), ("a.token", "two words\n", []), ("a.token", "two\nlines\n", []),
            ("a.token", "/run/secrets/x\n", []), ("PASSWORD", "\(Self.hash)a\nadmin", ["- \(Self.hash)a"]),
            ("a.conf", #"{"raw_token": "t0ken"}"#, ["/raw_token t0ken"]), ("a.token", "", []),
            ("a.token", "bin\u{0}ary", []), ("a.token", "abc", []),
        ]
        for (name, text, expected) in cases {
            #expect(Self.found(text, .whole, name: name) == expected, "\(name) \(text)")
        }
        #expect(Self.found("# created\nAGE-SECRET-KEY-1\(String(repeating: "Q", count: 58))\n", .key).count == 1)
        #expect(Self.found("-----BEGIN EC PRIVATE KEY-----\nx\n", .key).count == 1)
        #expect(Self.found("-----BEGIN CERTIFICATE-----\nx\n", .key) == [])
        #expect(Self.found("t0ken-of-mine", .key) == [])
    }

    @Test("So many values of one file are kept")
    func limit() {
        let lines = (0..<FileScan.most + 1).map { "A\($0)_TOKEN=t0ken-\($0)" }
        #expect(Self.found(lines.joined(separator: "\n"), .dotenv).count == FileScan.most)
        #expect(Self.found(lines.dropLast(2).joined(separator: "\n"), .dotenv).count == FileScan.most - 1)
    }
}
