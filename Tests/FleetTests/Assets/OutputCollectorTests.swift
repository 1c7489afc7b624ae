import Basics
import ComfyAPI
import Store
import TestSupport
import Testing

@testable import Fleet

let token = "0123456789abcdef0123456789abcdef"
private let other = "fedcba9876543210fedcba9876543210"

private func item(_ name: String, _ subfolder: String = token, _ type: String = "output") -> JSON {
    ["filename": .string(name), "subfolder": .string(subfolder), "type": .string(type)]
}

private func collect(_ items: [JSON], limit: Int = OutputCollector.maximumFiles) -> OutputCollection {
    OutputCollector.collect(["9": ["images": .array(items)]], token: token, limit: limit)
}

struct OutputCollectorTests {
    @Test(
        arguments: [
            (token, ""), ("\(token)/a", "a"), ("\(token)/a/b c", "a/b c"), ("\(token)/a/", "a"), ("\(token)//", ""),
            ("", ""),
            ("video", "video"), ("a/b", "a/b"), ("\(token)x/a", "\(token)x/a"), ("x/\(token)", "x/\(token)"),
            ("\(token)\\a\\b", "a/b"), ("a\\b", "a\\b"),
        ])
    func theOwnerSeesNoFolderOfTheAttempt(subfolder: String, expected: String) {
        for type in ["output", "temp", "input"] {
            let found = collect([item("x_00001_.png", subfolder, type)])
            let files = type == "input" ? found.inputs : found.files
            #expect(files.map(\.wanted) == [FilePlace(FolderType(rawValue: type) ?? .temp, expected, "x_00001_.png")])
            #expect(files.first?.file.subfolder == subfolder)
            #expect(found.files.count + found.inputs.count == 1)
            #expect(found.refusedCount == 0)
        }
    }

    @Test(
        arguments: [
            (item("x.png", "/etc"), .subfolder), (item("x.png", "../a"), .subfolder),
            (item("x.png", "\(token)/../\(other)"), .subfolder), (item("x.png", "\(token)//a"), .subfolder),
            (item("x.png", "\(token)/."), .subfolder), (item("x.png", "a\nb"), .subfolder),
            (item("x.png", "/"), .subfolder),
            (item("x.png", "C:/x/\u{1}"), .subfolder),
            (item("x.png", String(repeating: "a/", count: 513) + "a"), .subfolder),
            (item("x.png", other), .foreign), (item("x.png", "\(other)/a"), .foreign),
            (item("x.png", "\(token)/\(other)"), .foreign), (item("x.png", "\(other)\\a"), .foreign),
            (item(""), .name), (item("."), .name), (item(".."), .name), (item("a/b.png"), .name),
            (item("/x.png"), .name),
            (item("a\u{0}b"), .name), (item("a\r\nb"), .name), (item("a\u{7F}"), .name), (item("a\u{85}"), .name),
            (item(String(repeating: "a", count: 256)), .name), (item("a..png"), .name), (item("x.png [input]"), .name),
            (item("x[temp]"), .name), (item("blake3:00"), .name), (item("a/\u{301}b"), .name),
            (item("x.png", "", "models"), .type), (item("x.png", "", ""), .type), (item("x.png", "", "Output"), .type),
        ] as [(JSON, RefusedFile.Reason)])
    func hostileReportsAreRefused(item: JSON, reason: RefusedFile.Reason) {
        let found = collect([item])
        #expect(found.refused.map(\.reason) == [reason])
        #expect(found.refusedCount == 1)
        #expect(found.files.isEmpty && found.inputs.isEmpty)
    }

    @Test(arguments: [
        ("\(token)_a.png", "a.png"), ("\(token)-a.png", "a.png"), ("\(token)a.png", "\(token)a.png"),
        ("\(token)_", "\(token)_"),
        ("x_\(token)_a", "x_\(token)_a"),
    ])
    func theOwnerSeesNoTokenInFrontOfAName(name: String, expected: String) {
        #expect(collect([item(name, "")]).files.map(\.wanted.name) == [expected])
    }

    @Test func longNamesAreTakenUpToTheLimit() {
        for (count, fits) in [(254, true), (255, true), (256, false)] {
            #expect(collect([item(String(repeating: "n", count: count))]).files.count == (fits ? 1 : 0))
        }
        for (count, fits) in [(1023, true), (1024, true), (1025, false)] {
            let subfolder = String((String(repeating: "nnn/", count: 300) + "nn").prefix(count - 1)) + "n"
            #expect(collect([item("x", subfolder)]).files.count == (fits ? 1 : 0))
        }
    }

    @Test(arguments: [(4, 0), (5, 0), (6, 1)])
    func aJobHasSoManyFilesAndNoMore(count: Int, refused: Int) {
        let found = collect((0..<count).map { item("x\($0)") }, limit: 5)
        #expect(found.files.count == count - refused)
        #expect(found.refusedCount == refused)
        #expect(found.refused.allSatisfy { $0.reason == .tooMany })
    }

    @Test(arguments: [(9_999, 0), (10_000, 0), (10_001, 1), (10_500, 500)])
    func filesThatAreNotListedAreCounted(count: Int, refused: Int) {
        let found = collect((0..<count).map { item("x\($0)") })
        #expect(found.files.count == count - refused)
        #expect(found.refusedCount == refused)
    }

    @Test func refusalsAreCountedButNotAllKept() {
        let found = collect((0..<150).map { _ in item("..") })
        #expect(found.refused.count == OutputCollector.maximumRefused)
        #expect(found.refusedCount == 150)
    }

    @Test func aFileIsFetchedOnceHoweverOftenItIsNamed() {
        let outputs: JSONObject = [
            "1": ["images": [item("a"), item("a", token + "/"), item("b")], "gifs": [item("a")]],
            "2": ["images": [item("b"), item("a", token, "temp"), item("a", token + "/x")]],
        ]
        let found = OutputCollector.collect(outputs, token: token)
        #expect(
            found.files.map(\.source) == [
                "output/\(token)/a", "output/\(token)/b", "temp/\(token)/a", "output/\(token)/x/a",
            ])
    }

    @Test func absentMembersHaveDefaults() {
        let found = collect([["filename": "x.png"]])
        #expect(found.files.map(\.wanted) == [FilePlace(.output, "", "x.png")])
        #expect(found.files.map(\.source) == ["output//x.png"])
    }

    @Test func inputsAreNotFetched() {
        let found = collect([item("cg_00.png", "", "input"), item("x.png")])
        #expect(found.inputs.map(\.source) == ["input//cg_00.png"])
        #expect(found.files.map(\.wanted.name) == ["x.png"])
    }

    /// Whatever a worker reports, what is taken stays inside its folder.
    @Test func whatIsTakenIsAlwaysSafe() {
        var dice = SeededGenerator(seed: 11)
        let parts = [
            "..", ".", "/", "\\", "a", "é", "e\u{301}", "\u{0}", "\n", " ", token, other, "x.png", "C:", "[output]",
            "%2e",
            "\u{202E}", "\u{301}",
        ]
        func text() -> String {
            (0..<Int.random(in: 0...5, using: &dice)).map { _ in parts.randomElement(using: &dice) ?? "" }.joined()
        }
        var taken = 0
        for _ in 0..<20_000 {
            let type = ["output", "temp", "input", "x"].randomElement(using: &dice) ?? ""
            let found = collect([item(text(), text(), type)])
            #expect(found.files.count + found.inputs.count + found.refusedCount == 1)
            for file in found.files + found.inputs {
                taken += 1
                let path = "/root/" + file.wanted.subfolder + "/" + file.wanted.name
                let pieces = path.utf8.split(separator: 0x2F).map { String(decoding: $0, as: UTF8.self) }
                #expect(!pieces.contains("..") && !pieces.contains("."))
                #expect(!path.utf8.contains { $0 < 0x20 || $0 == 0x7F })
                #expect(!file.wanted.subfolder.hasPrefix(token) || file.wanted.subfolder.dropFirst(32).first != "/")
                #expect(!file.wanted.subfolder.hasPrefix("/") && !file.wanted.name.isEmpty)
            }
        }
        #expect(taken > 1000)
    }
}

struct OutputNamesTests {
    private let names = OutputNames(
        token: token,
        places: [
            "output/\(token)/x_00001_.png": FilePlace(.output, "", "x_00007_.png"),
            "output/\(token)/a/y_00001_.mp4": FilePlace(.output, "a", "y_00002_.mp4"),
            "temp/\(token)/t.png": FilePlace(.temp, "", "t2.png"),
            "output//plain.png": FilePlace(.output, "s", "plain (1).png"),
            "output//moved.png": FilePlace(.temp, "", "moved.png"),
            "input//cg_00.png": FilePlace(.input, "mine", "cat.png"),
        ])

    @Test(
        arguments: [
            (item("x_00001_.png"), item("x_00007_.png", "")),
            (item("y_00001_.mp4", token + "/a"), item("y_00002_.mp4", "a")),
            (item("cg_00.png", "", "input"), item("cat.png", "mine", "input")),
            (["filename": "plain.png"], ["filename": "plain (1).png", "subfolder": "s"]),
            (["filename": "moved.png"], ["filename": "moved.png", "type": "temp"]),
            (
                [
                    "filename": "x_00001_.png", "subfolder": .string(token), "type": "output", "id": "7",
                    "format": "a/b",
                ],
                ["filename": "x_00007_.png", "subfolder": "", "type": "output", "id": "7", "format": "a/b"]
            ),
            // As a popular video pack reports.
            (
                [
                    "filename": "y_00001_.mp4", "subfolder": .string(token + "/a"), "type": "output", "frame_rate": 8.0,
                    "workflow": "y_00001.png", "fullpath": .string("/srv/comfy/output/\(token)/a/y_00001_.mp4"),
                ],
                [
                    "filename": "y_00002_.mp4", "subfolder": "a", "type": "output", "frame_rate": 8.0,
                    "workflow": "y_00001.png", "fullpath": "y_00002_.mp4",
                ]
            ),
            (
                ["filename": "x_00001_.png", "subfolder": .string(token), "other": "/srv/models/m.bin"],
                ["filename": "x_00007_.png", "subfolder": "", "other": "m.bin"]
            ),
            // Not taken: no path, no token, nobody else's token.
            (item("../../evil", "../\(token)"), item("evil", "")), (item("z.png", token + "/q"), item("z.png", "q")),
            (item("z.png", other), item("z.png", "")), (item("z.png", "ok"), item("z.png", "ok")),
            (["filename": 5, "subfolder": "/x"], ["filename": 5, "subfolder": "/x"]),
        ] as [(JSON, JSON)])
    func filesGetTheNamesOfTheirOwner(worker: JSON, expected: JSON) {
        #expect(names.renamed(worker) == expected)
        // Wherever it stands.
        #expect(
            names.renamed(["9": ["images": [worker, worker], "animated": [true], "deep": ["a": [worker]]]])
                == ["9": ["images": [expected, expected], "animated": [true], "deep": ["a": [expected]]]])
    }

    @Test(
        arguments: [
            ("/imagine a cat", "/imagine a cat"), ("a cat", "a cat"), ("", ""), ("/", "/"),
            ("\(token)/x_00001_.png", "x_00007_.png"), ("\(token)/a/y_00001_.mp4", "a/y_00002_.mp4"),
            ("\(token)/t.png [temp]", "t2.png [temp]"), ("\(token)/b/unknown.glb", "b/unknown.glb"),
            ("/srv/output/\(token)/a/y_00001_.mp4", "y_00002_.mp4"), ("/srv/output/\(token)/u/v.glb", "v.glb"),
            ("C:\\out\\\(token)\\a\\y_00001_.mp4", "y_00002_.mp4"), ("C:/out/\(token)/x_00001_.png", "x_00007_.png"),
            ("\(token)", "\(token)"), ("x\(token)/a", "x\(token)/a"),
        ])
    func textsThatAreNoPathsOfTheWorkerStay(worker: String, expected: String) {
        #expect(names.renamed(["text": [.string(worker)]]) == ["text": [.string(expected)]])
    }

    @Test(
        arguments: [
            ("/srv/a/b.wav", "b.wav"), ("C:\\a\\b.wav", "b.wav"), ("\\\\host\\share\\b.wav", "b.wav"),
            ("a/b.wav", "a/b.wav"),
            ("/", ""), ("C:", "C:"),
        ])
    func membersThatHoldPathsAreCut(worker: String, expected: String) {
        for key in ["fullpath", "path", "file_path"] {
            #expect(names.renamed([key: .string(worker)]) == [key: .string(expected)])
            #expect(names.renamed([key: [.string(worker)]]) == [key: [.string(expected)]])
        }
    }

    /// What is taken from a report and named anew is what a report in the owner's names would have been.
    @Test func theWholeWayRound() {
        var dice = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            var worker: [JSON] = []
            var owner: [JSON] = []
            var places: [String: FilePlace] = [:]
            for index in 0..<Int.random(in: 1...8, using: &dice) {
                let folder = ["", "a", "a/b"].randomElement(using: &dice) ?? ""
                let type = ["output", "temp"].randomElement(using: &dice) ?? ""
                let extra: JSON = .random(depth: 2, using: &dice)
                func file(_ name: String, _ subfolder: String) -> JSON {
                    var object = JSONObject()
                    object["extra"] = extra
                    object["filename"] = .string(name)
                    object["subfolder"] = .string(subfolder)
                    object["type"] = .string(type)
                    return .object(object)
                }
                worker.append(file("w\(index).png", folder.isEmpty ? token : "\(token)/\(folder)"))
                owner.append(file("o\(index).png", folder))
            }
            let found = OutputCollector.collect(["1": ["images": .array(worker)]], token: token)
            #expect(found.files.count == worker.count)
            for file in found.files {
                places[file.source] = FilePlace(
                    file.wanted.type, file.wanted.subfolder, "o" + file.wanted.name.dropFirst())
            }
            let renamed = OutputNames(token: token, places: places).renamed(.array(worker))
            #expect(renamed == .array(owner))
            #expect(OutputNames(token: token, places: [:]).renamed(renamed) == renamed)
        }
    }
}

extension JSON {
    fileprivate static func random(depth: Int, using dice: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &dice) {
        case 0: return .null
        case 1: return .bool(.random(using: &dice))
        case 2: return .number(JSONNumber(Int(truncatingIfNeeded: dice.next())))
        case 3: return .string(["", "a/b", "\u{301}", "x y"].randomElement(using: &dice) ?? "")
        case 4: return .array([.random(depth: depth - 1, using: &dice), .random(depth: depth - 1, using: &dice)])
        default: return ["k": .random(depth: depth - 1, using: &dice), "l": .random(depth: depth - 1, using: &dice)]
        }
    }
}
