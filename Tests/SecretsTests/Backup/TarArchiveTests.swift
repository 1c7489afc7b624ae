import Basics
import Foundation
import Loop
import TestSupport
import Testing

@testable import Secrets

struct TarArchiveTests {
    private typealias Member = TarArchive.Member
    static let tar =
        (try? ChildProcess("tar", ["--version"]).run())
        .map { String(decoding: $0.output, as: UTF8.self) } ?? ""

    private static func member(_ path: String, _ text: String = "x", mode: UInt32 = 0o600) -> Member {
        Member(path: path, mode: mode, modified: 1_763_740_800, bytes: Array(text.utf8))
    }

    private static func reason(_ body: () throws(TarError) -> Void) -> TarError.Reason? {
        do throws(TarError) {
            try body()
            return nil
        } catch {
            return error.reason
        }
    }

    private static func refusal(_ bytes: [UInt8]) -> TarError.Reason? {
        reason { () throws(TarError) in _ = try TarArchive(reading: bytes) }
    }

    private static let paths = [
        "a", ".env", "services/comfyui-qwen/.env", "été/clé.env", "with space/and'quote\"$HOME",
        String(repeating: "n", count: 100), String(repeating: "n", count: 101), String(repeating: "é", count: 60),
        String(repeating: "p", count: 155) + "/" + String(repeating: "n", count: 100),
        String(repeating: "p", count: 156) + "/" + String(repeating: "n", count: 100),
        (0..<40).map { "folder-\($0)" }.joined(separator: "/") + "/file", "\u{65}\u{301}.txt", "\u{e9}.txt",
    ]

    private static func archive() throws -> TarArchive {
        var members = paths.enumerated().map { index, path in
            member(
                path, String(repeating: "line \(index)\n", count: index * 20),
                mode: index.isMultiple(of: 2) ? 0o600 : 0o755)
        }
        members.append(member("empty", ""))
        members.append(Member(path: "block", mode: 0o400, modified: 0, bytes: [UInt8](repeating: 7, count: 512)))
        return try TarArchive(members)
    }

    @Test("What is written reads back the same, whatever the names")
    func roundTrip() throws {
        let archive = try Self.archive()
        #expect(try TarArchive(reading: archive.bytes) == archive)
        #expect(archive.bytes.count.isMultiple(of: 10_240))
        #expect(try TarArchive(reading: TarArchive([]).bytes).members == [])
    }

    @Test("The real tar reads what we write", .enabled(if: !tar.isEmpty, "tar is not installed"))
    func written() throws {
        let archive = try Self.archive()
        let folder = TemporaryFolder()
        let file = folder.file("archive.tar", archive.bytes)
        let out = folder.path("out")
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        let result = try ChildProcess("tar", ["-xpf", file, "-C", out]).run()
        #expect(result.isSuccess && result.errors.isEmpty, "\(String(decoding: result.errors, as: UTF8.self))")
        for member in archive.members {
            let facts = try #require(Self.facts("\(out)/\(member.path)"), "\(member.path)")
            #expect(facts.permissions == member.mode)
            #expect(Int64(facts.st_mtim.tv_sec) == member.modified)
            let read = try Data(contentsOf: URL(filePath: "\(out)/\(member.path)"))
            #expect(Array(read) == member.bytes, "\(member.path)")
        }
    }

    private static func facts(_ path: String) -> stat? {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0 ? facts : nil
    }

    @Test(
        "We read what the real tar writes", .enabled(if: tar.contains("GNU tar"), "GNU tar is not installed"),
        arguments: ["ustar", "pax"])
    func readReal(format: String) throws {
        let folder = TemporaryFolder()
        // Names that ustar cannot hold stay out of it; GNU tar would not write them.
        let names = Self.paths.filter { format == "pax" || TarHeader.split(Array($0.utf8)) != nil }
        for (index, name) in names.enumerated() {
            let above = name.split(separator: "/").dropLast().joined(separator: "/")
            try FileManager.default.createDirectory(
                atPath: folder.path(above), withIntermediateDirectories: true)
            folder.file(name, Array(repeating: UInt8(index), count: index * 300))
        }
        let result = try ChildProcess("tar", ["-c", "--format=\(format)", "-C", folder.path, "--"] + names).run()
        try #require(result.isSuccess, "\(String(decoding: result.errors, as: UTF8.self))")
        let archive = try TarArchive(reading: result.output)
        #expect(archive.members.map { Array($0.path.utf8) } == names.map { Array($0.utf8) })
        for (index, member) in archive.members.enumerated() {
            #expect(member.bytes == [UInt8](repeating: UInt8(index), count: index * 300))
            #expect(member.mode == 0o600)
            let facts = try #require(Self.facts(folder.path(names[index])))
            #expect(member.modified == Int64(facts.st_mtim.tv_sec))
        }
        // What it writes of links and folders is refused.
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "a")
        try FileManager.default.linkItem(atPath: folder.path("a"), toPath: folder.path("b"))
        for (names, reason) in [
            (["link"], TarError.Reason.notAFile), (["services"], .notAFile), (["a", "b"], .notAFile),
            (["a", "a"], .notAFile),
            (["./a"], .badPath),
        ] {
            let result = try ChildProcess("tar", ["-c", "--format=\(format)", "-C", folder.path] + names).run()
            #expect(Self.refusal(result.output) == reason, "\(names)")
        }
        let absolute = try ChildProcess("tar", ["-cP", "--format=\(format)", folder.path("a")]).run()
        #expect(Self.refusal(absolute.output) == .badPath)
        let gnu = try ChildProcess("tar", ["-c", "--format=gnu", "-C", folder.path, "a"]).run()
        #expect(Self.refusal(gnu.output) == .notTar)
    }

    @Test("Paths that lead elsewhere are refused, when they are written and when they are read")
    func badPaths() throws {
        let paths = [
            "", "/etc/passwd", "..", "../x", "a/../x", "a/..", ".", "./a", "a/./b", "a//b", "a/", "a\nb", "a\u{0}b",
            "a\u{7f}",
            String(repeating: "n", count: 256), String(repeating: "ab/", count: 1_400) + "c",
        ]
        for path in paths {
            #expect(
                Self.reason { () throws(TarError) in _ = try TarArchive([Self.member(path)]) } == .badPath, "\(path)")
            var bytes: [UInt8] = []
            TarHeader.append(Self.member(path), to: &bytes)
            let refusal = Self.refusal(bytes + [UInt8](repeating: 0, count: 1_024))
            // A NUL ends a name in the archive.
            #expect(refusal == (path == "a\u{0}b" ? nil : .badPath), "\(path)")
        }
        #expect(
            Self.reason { () throws(TarError) in _ = try TarArchive([Self.member("a"), Self.member("a")]) } == .twice)
        var twice: [UInt8] = []
        for _ in 0..<2 { TarHeader.append(Self.member("a"), to: &twice) }
        #expect(Self.refusal(twice + [UInt8](repeating: 0, count: 1_024)) == .twice)
    }

    @Test("An archive holds as much as its limits say, when it is written and when it is read")
    func limits() throws {
        var limits = TarLimits()
        (limits.members, limits.memberBytes, limits.totalBytes) = (3, 100, 200)
        let cases: [([Int], TarError.Reason?)] = [
            ([1, 1], nil), ([1, 1, 1], nil), ([1, 1, 1, 1], .tooMany(limit: 3)), ([99], nil), ([100], nil),
            ([101], .tooLarge(limit: 100)), ([100, 99], nil), ([100, 100], nil), ([100, 100, 1], .tooMuch(limit: 200)),
        ]
        for (counts, reason) in cases {
            let members = counts.enumerated().map { Self.member("\($0)", String(repeating: "x", count: $1)) }
            #expect(Self.reason { () throws(TarError) in _ = try TarArchive(members, limits: limits) } == reason)
            let bytes = try TarArchive(members).bytes
            #expect(Self.reason { () throws(TarError) in _ = try TarArchive(reading: bytes, limits: limits) } == reason)
        }
        for (mode, modified): (UInt32, Int64) in [(0o10000, 0), (0o600, -1), (0o600, 1 << 33)] {
            let member = Member(path: "a", mode: mode, modified: modified, bytes: [])
            #expect(Self.reason { () throws(TarError) in _ = try TarArchive([member]) } == .badFacts)
        }
        let last = Member(path: "a", mode: 0o7777, modified: 1 << 33 - 1, bytes: [])
        #expect(try TarArchive(reading: TarArchive([last]).bytes).members == [last])
    }

    @Test("A damaged archive is refused or read, and never crashes")
    func damage() throws {
        let archive = try TarArchive([Self.member("été", "content"), Self.member("b", "more")])
        let bytes = archive.bytes
        let last = 8 * 512
        for place in 0..<last {
            var damaged = Array(bytes[..<last])
            damaged[place] ^= 1 << UInt8(place % 8)
            if let read = try? TarArchive(reading: damaged) { #expect(read.members.count == 2) }
        }
        for count in stride(from: 0, to: bytes.count, by: 64) {
            let read = try? TarArchive(reading: Array(bytes[..<count]))
            // Only the zeros behind the two last blocks may be missing.
            #expect((read != nil) == (count >= last), "\(count)")
        }
        #expect(Self.refusal(bytes + [1]) == .notTar)
        #expect(Self.refusal([]) == .notTar)
        #expect(Self.refusal([UInt8](repeating: 0, count: 512)) == .cutOff)
    }

    @Test("Records of extended headers are read as they are counted")
    func records() {
        for count in [1, 87, 88, 89, 90, 986, 987, 988, 5_000] {
            let value = [UInt8](repeating: 0x61, count: count)
            let line = PaxRecords.line("path", value)
            #expect(PaxRecords.parse(line[...]) == ["path": value])
            #expect(PaxRecords.parse(line.dropLast()) == nil)
        }
        for text in ["", "6 a=b\n", "6 a=b\n6 c=d\n"] {
            #expect(PaxRecords.parse(Array(text.utf8)[...])?.count == text.utf8.count / 6)
        }
        for text in [
            "7 a=b\n", "5 a=b\n", "a=b\n", "6 ab\n\n", "6  a=\n", "6 =bc\n", "999999999 a=b\n", "06a=bc\n", "3 \n",
        ] {
            #expect(PaxRecords.parse(Array(text.utf8)[...]) == nil || text == "6  a=\n", "\(text)")
        }
    }

    @Test("What an extended header says beyond names and times is refused")
    func unknownHeaders() throws {
        func archive(_ key: String, type: Character = "x") -> [UInt8] {
            let line = PaxRecords.line(key, Array("1".utf8))
            var bytes: [UInt8] = []
            TarHeader.append(Member(path: "PaxHeader", mode: 0o600, modified: 0, bytes: line), to: &bytes)
            bytes[156] = type.asciiValue ?? 0
            // The sum counts the type.
            let sum = bytes[..<512].enumerated().reduce(8 * 0x20) {
                (148..<156).contains($1.offset) ? $0 : $0 + Int($1.element)
            }
            let digits = Array(String(sum, radix: 8).utf8)
            bytes.replaceSubrange(148..<154, with: [UInt8](repeating: 0x30, count: 6 - digits.count) + digits)
            TarHeader.append(Self.member("a"), to: &bytes)
            return bytes + [UInt8](repeating: 0, count: 1_024)
        }
        for key in ["mtime", "atime", "comment", "SCHILY.xattr.user.x"] { #expect(Self.refusal(archive(key)) == nil) }
        for key in ["size", "linkpath", "hdrcharset", "GNU.sparse.major"] {
            #expect(Self.refusal(archive(key)) == .unknownHeader)
        }
        #expect(Self.refusal(archive("comment", type: "g")) == nil)
        #expect(Self.refusal(archive("path", type: "g")) == .unknownHeader)
        #expect(Self.refusal(archive("path", type: "1")) == .notAFile)
    }

    @Test("Every message is whole in both languages")
    func words() { #expect(Message.faults(in: TarMessages.all + BackupMessages.all + FileMessages.all) == []) }
}
