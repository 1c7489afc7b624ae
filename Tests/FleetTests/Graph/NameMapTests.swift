import Basics
import ComfyAPI
import Fleet
import TestSupport
import Testing

struct NameMapTests {
    static let id = Account.attempt.id
    static let token = Account.attempt.token
    static let cat = "cg_01010101010101010101010101010101.png"
    static let map = NameMap(
        attempt: Account.attempt, publicID: "my \"job\"\\1",
        inputs: [(cat, "cat \"1\".png"), ("cg_03030303030303030303030303030303 (1).png", "painter/x.png [temp]")],
        roots: ["/opt/My Comfy", "/opt/ComfyUI"])

    @Test(
        arguments: [
            // The id, escaped as JSON wants it.
            (#"{"prompt_id": "ID"}"#, #"{"prompt_id": "my \"job\"\\1"}"#),
            (#"{"a":"xIDy"}"#, #"{"a":"xmy \"job\"\\1y"}"#),
            ("ID", #"my \"job\"\\1"#),
            // Folders.
            (#"{"subfolder": "TOKEN", "filename": "a.png"}"#, #"{"subfolder": "", "filename": "a.png"}"#),
            (#"{"subfolder": "TOKEN/sub"}"#, #"{"subfolder": "sub"}"#),
            (#"{"filename_prefix": "TOKEN/a/b"}"#, #"{"filename_prefix": "a/b"}"#),
            (#"{"subfolder": "TOKEN\\sub"}"#, #"{"subfolder": "sub"}"#),
            (#""/opt/out/TOKEN/sub/a.png""#, #""sub/a.png""#),
            (#""see\n/opt/out/TOKEN/a.png: no""#, #""see\na.png: no""#),
            (#""output/TOKEN/a.png""#, #""output/a.png""#),
            (#""TOKENTOKEN/TOKEN""#, #""""#),
            (#"["TOKEN","TOKEN"]"#, #"["",""]"#),
            // The mark, wherever the comma is.
            (#"{"comfygate_job": "TOKEN"}"#, #"{}"#),
            (#"{"a": 1, "comfygate_job": "TOKEN"}"#, #"{"a": 1}"#),
            (#"{"comfygate_job": "TOKEN", "a": 1}"#, #"{"a": 1}"#),
            (#"{"a":1,"comfygate_job":"TOKEN","b":2}"#, #"{"a":1,"b":2}"#),
            (#"{"comfygate_job":"TOKEN","comfygate_job":"TOKEN","b":2}"#, #"{"b":2}"#),
            ("{\n  \"a\": 1,\n  \"comfygate_job\" : \"TOKEN\"\n}", "{\n  \"a\": 1\n}"),
            (#""{\"comfygate_job\": \"TOKEN\", \"a\": 1}""#, #""{\"a\": 1}""#),
            (#""{\\\"a\\\": 1, \\\"comfygate_job\\\": \\\"TOKEN\\\"}""#, #""{\\\"a\\\": 1}""#),
            (#""{'comfygate_job': 'TOKEN', 'a': 1}""#, #""{'a': 1}""#),
            (#"{"comfygate_jobs": "TOKEN"}"#, #"{"comfygate_jobs": ""}"#),
            (#"{"comfygate_job": ["TOKEN"]}"#, #"{"comfygate_job": [""]}"#),
            // Inputs.
            (#"{"image": "CAT"}"#, #"{"image": "cat \"1\".png"}"#),
            (#""cannot identify image file '/data/input/CAT'\n""#, #""cannot identify image file 'cat \"1\".png'\n""#),
            (#""cg_03030303030303030303030303030303 (1).png""#, #""painter/x.png [temp]""#),
            (#""not in ['cg_99999999999999999999999999999999.webp', 'b.png']""#, #""not in ['file.webp', 'b.png']""#),
            (#""cg_, cg_0303, my_cg_ and cg_0303030303030303030303030303030""#, nil),
            // Paths.
            (
                #"["  File \"/opt/venv/x/execution.py\", line 3, in f\n"]"#,
                #"["  File \"execution.py\", line 3, in f\n"]"#
            ),
            ("File \"/a/b.py\", line 3", "File \"b.py\", line 3"),
            (#""I keep my File \"/a/b.py\" there""#, nil),
            (#""no such file: '/opt/ComfyUI/models/x.pt'""#, #""no such file: 'x.pt'""#),
            (#""/opt/My Comfy/models/x.pt""#, #""x.pt""#),
            (#""/opt/ComfyUI-data/x /opt/ComfyUI2/y""#, nil),
            (#""/opt/ComfyUI/output/TOKEN/a/b.png""#, #""a/b.png""#),
            (#""https://x.org/a/b and /home/me/notes""#, nil),
            ("", nil), ("{}", nil),
        ] as [(String, String?)])
    func whatAWorkerSaysIsMappedBack(said: String, shown: String?) {
        let text = said.replacing("ID", with: Self.id).replacing("TOKEN", with: Self.token)
            .replacing("CAT", with: Self.cat)
        #expect(Self.map.map(text) == shown ?? text)
    }

    static let pieces = [
        id, token, token + "/", "/opt/out/" + token + "/", cat, "cg_ffffffffffffffffffffffffffffffff", "cg_",
        "comfygate_job",
        "\"", "'", "\\\"", "\\", ":", ",", " ", "{", "}", "/", "\n", "3be09ef2", String(token.prefix(31)), "File \"/",
        "\", line 1", "/opt/ComfyUI", "é", "a", "\"comfygate_job\": \"" + token + "\"",
        ", \"comfygate_job\":\"" + token + "\"",
        "'comfygate_job': '" + token + "'", "\\\"comfygate_job\\\": \\\"" + token + "\\\"",
    ]

    @Test(arguments: 0..<400) func nothingOfTheAttemptSurvives(seed: Int) {
        var dice = Dice(UInt64(seed) + 1)
        for _ in 0..<20 {
            let text = (0..<Int.random(in: 1...14, using: &dice)).map { _ in
                Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &dice)]
            }.joined()
            let map = NameMap(attempt: Account.attempt, publicID: "p", inputs: [(Self.cat, "cat.png")])
            let shown = map.map(text)
            #expect(!shown.contains(Self.id), "\(text)")
            #expect(!shown.contains(Self.token), "\(text)")
            #expect(!shown.contains(Self.cat), "\(text)")
            #expect(!shown.contains("cg_ffffffffffffffffffffffffffffffff"), "\(text)")
            if !text.contains(Self.id), !text.contains(Self.token), !text.contains("cg_0"), !text.contains("cg_f"),
                !text.contains("cg_3"),
                !text.contains("File \"/")
            {
                #expect(shown == text)
            }
        }
    }

    /// Tokens anywhere in a document leave a document, equal to the one without them.
    @Test(arguments: 0..<200) func aDocumentStaysADocument(seed: Int) throws {
        var dice = Dice(UInt64(seed) + 7)
        let map = NameMap(attempt: Account.attempt, publicID: "p\"\\", inputs: [(Self.cat, "my/cat.png")])
        let (worker, user) = Self.pair(&dice, depth: 4)
        for bytes in [worker.encoded(), Array(worker.pretty().utf8)] {
            #expect(try JSON(parsing: map.map(bytes)) == user)
        }
        let clean = user.encoded()
        #expect(map.map(clean) == clean)
    }

    /// A document as the worker has it and as the user may see it.
    static func pair(_ dice: inout Dice, depth: Int) -> (JSON, JSON) {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &dice) {
        case 0: return (.string(id), "p\"\\")
        case 1: return (.string(token), "")
        case 2: return (.string(token + "/a/b"), "a/b")
        case 3: return (.string(cat), "my/cat.png")
        case 4: return (.string("x '/data/input/\(cat)'\n"), "x 'my/cat.png'\n")
        case 5: return JSON(Int.random(in: 0..<1_000, using: &dice)).paired
        case 6: return JSON.string("text / \"quoted\" \u{1F600}\\").paired
        case 7: return JSON.null.paired
        case 8, 9:
            let items = (0..<Int.random(in: 0...4, using: &dice)).map { _ in pair(&dice, depth: depth - 1) }
            return (.array(items.map(\.0)), .array(items.map(\.1)))
        default:
            var (worker, user) = (JSONObject(), JSONObject())
            let count = Int.random(in: 0...4, using: &dice)
            let mark = Int.random(in: 0...count, using: &dice)
            for index in 0...count {
                if index == mark { worker["comfygate_job"] = .string(token) }
                guard index < count else { break }
                let (left, right) = pair(&dice, depth: depth - 1)
                (worker["k\(index)"], user["k\(index)"]) = (left, right)
            }
            return (.object(worker), .object(user))
        }
    }

    @Test func anIdWithTheSameBeginningIsNotTouched() {
        let other = String(Self.id.prefix(30)) + "ffffff"
        #expect(Self.map.map(other) == other)
    }

    @Test func aRealErrorShowsNoFolders() throws {
        for flavour in Recordings.flavours {
            let lines = try Recordings.bytes("\(flavour.rawValue)/ws/execution_error.jsonl")
            let map = NameMap(
                attempt: Account.attempt, publicID: "p", roots: ["/opt/ComfyUI", "/opt/ComfyUI-data", "/opt/venv"])
            let shown = String(decoding: map.map(lines), as: UTF8.self)
            #expect(String(decoding: lines, as: UTF8.self).contains("/opt/"))
            #expect(!shown.contains("/opt/"))
            for line in shown.split(separator: "\n") { _ = try JSON(parsing: String(line), dialect: .python) }
        }
    }
}

extension JSON {
    fileprivate var paired: (JSON, JSON) { (self, self) }
}
