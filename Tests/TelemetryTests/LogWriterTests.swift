import Basics
import Glibc
import Loop
import TestSupport
import Testing

@testable import Telemetry

/// A folder of its own, removed with the last reference.
private final class Folder: Sendable {
    private let folder = TemporaryFolder()
    func path(_ name: String) -> String { folder.path(name) }
    func text(_ name: String = "log") -> String {
        let descriptor = unsafe open(path(name), O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return drain(descriptor)
    }
    func lines(_ name: String = "log") throws -> [JSON] { try parse(text(name)) }
}

/// What can be read now.
private func drain(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = unsafe read(descriptor, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}

private func parse(_ text: String) throws -> [JSON] {
    #expect(text.isEmpty || text.hasSuffix("\n"))
    return try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
}

/// A named pipe that nobody reads until told; filled to the brim.
private struct FullPipe {
    let descriptor: Int32
    init(_ path: String) throws {
        try #require(unsafe mkfifo(path, 0o600) == 0)
        descriptor = unsafe open(path, O_RDWR | O_NONBLOCK)
        try #require(descriptor >= 0)
        let block = [UInt8](repeating: 0x20, count: 4_096)
        while unsafe write(descriptor, block, block.count) > 0 {}
    }
    /// Reads until `count` lines have come.
    func lines(_ count: Int, parsed: Bool = true) throws -> [JSON] {
        var text = ""
        var found = 0
        while found < count {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&wanted, 1, -1)
            let more = drain(descriptor)
            found += more.utf8.lazy.filter { $0 == 0x0A }.count
            text += more
        }
        guard parsed else { return [] }
        return try parse(String(text.drop { $0 == " " }))
    }
}

struct LogWriterTests {
    /// How often a file of this name is open in this process.
    private func descriptors(of path: String) -> Int {
        (0..<1_024).count { number in
            var target = [CChar](repeating: 0, count: 256)
            let length = unsafe readlink("/proc/self/fd/\(number)", &target, target.count)
            return length > 0 && target[..<length].elementsEqual(path.utf8.map { CChar(bitPattern: $0) })
        }
    }

    @Test func aWriterThatIsLetGoWritesWhatWaitsAndClosesItsFiles() async throws {
        let folder = Folder()
        var writer: LogWriter? = try LogWriter(path: folder.path("log"))
        for number in 0..<100 { writer?.write(.info, "line \(number)") }
        try writer?.reopen(path: folder.path("other"))
        writer?.write(.info, "last")
        writer = nil
        while descriptors(of: folder.path("log")) + descriptors(of: folder.path("other")) > 0 { await Task.yield() }
        #expect(try folder.lines().count + folder.lines("other").count == 101)
    }

    private static let noon = Timestamp(milliseconds: 1_800_000_000_000)

    @Test func aLineTellsTimeLevelAndEventBeforeItsMembers() async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"), clock: { Self.noon })
        writer.write(.warning, "something", ["count": JSON(3), "name": "x"])
        await writer.flush()
        let line = #"{"time":"\#(Self.noon.rfc3339)","level":"warning","event":"something","count":3,"name":"x"}"#
        #expect(folder.text() == line + "\n")
    }

    @Test func linesBelowTheLevelAreNotWrittenAndTheLevelMayChange() async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"), minimum: .warning)
        writer.write(.info, "no")
        writer.write(.error, "yes")
        writer.setMinimum(.debug)
        writer.write(.debug, "now")
        await writer.flush()
        #expect(try folder.lines().map { $0["event"]?.string } == ["yes", "now"])
    }

    @Test func everyByteAndAnyTextMakesOneValidLine() async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"))
        let texts =
            (0..<128).compactMap { Unicode.Scalar($0).map { "a\($0)b" } } + [
                "\u{2028}", "\u{85}", "é😀", "\"}\n{\"x\":\"",
            ]
        for text in texts { writer.write(.info, "text", ["value": .string(text)]) }
        await writer.flush()
        let raw = folder.text()
        #expect(raw.utf8.allSatisfy { $0 == 0x0A || $0 >= 0x20 })
        #expect(try parse(raw).map { $0["value"]?.string } == texts)
    }

    @Test(arguments: [-1, 0, 1]) func longTextIsCutBetweenCharacters(by difference: Int) async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"))
        let longest = LogWriter.longestValue
        let plain = String(repeating: "x", count: longest + difference)
        let start = String(repeating: "x", count: longest + difference - 4)
        writer.write(
            .info, "long", ["plain": .string(plain), "wide": .string(start + "😀"), "list": .array([.string(plain)])])
        await writer.flush()
        let line = try #require(try folder.lines().first)
        let kept = difference > 0 ? String(repeating: "x", count: longest) + "…" : plain
        #expect(line["plain"]?.string == kept)
        #expect(line["list"] == .array([.string(kept)]))
        // One byte too many: the whole character goes.
        #expect(line["wide"]?.string == start + (difference > 0 ? "…" : "😀"))
    }

    @Test func aSecretNeverShows() async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"))
        let secret = Secret("correct horse battery staple")
        writer.write(.info, "secret", ["a": .string("\(secret)"), "b": .string(String(reflecting: secret))])
        writer.write(.info, "secret", ["c": .string("\(GateError(.inUse, from: .client, "x", detail: "\(secret)"))")])
        await writer.flush()
        #expect(!folder.text().contains("horse"))
        #expect(folder.text().contains("<redacted>"))
    }

    @Test func aMovedFileIsLeftWhenItIsOpenedAnew() async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"))
        writer.write(.info, "first")
        await writer.flush()
        #expect(unsafe rename(folder.path("log"), folder.path("moved")) == 0)
        writer.write(.info, "second")
        await writer.flush()
        try writer.reopen()
        writer.write(.info, "third")
        try writer.reopen(path: folder.path("other"))
        writer.write(.info, "fourth")
        await writer.flush()
        #expect(try folder.lines("moved").map { $0["event"]?.string } == ["first", "second"])
        #expect(try folder.lines("other").last?["event"]?.string == "fourth")
        // What was written just before a change may be in either file, and is in one.
        let events = try (folder.lines("log") + folder.lines("other")).map { $0["event"]?.string }
        #expect(events == ["third", "fourth"])
    }

    @Test func openingAnewKeepsNoDescriptor() async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"))
        for _ in 0..<100 {
            try writer.reopen()
            await writer.flush()
        }
        #expect(Self.openDescriptors(of: folder.path("log")) == 1)
    }

    @Test func aFileThatCannotBeOpenedLeavesTheOldOneInUse() async throws {
        let folder = Folder()
        let writer = try LogWriter(path: folder.path("log"))
        #expect(throws: GateError.self) { try writer.reopen(path: folder.path("none/log")) }
        writer.write(.info, "still")
        await writer.flush()
        #expect(try folder.lines().count == 1)
        #expect(throws: GateError.self) { try LogWriter(path: folder.path("none/log")) }
    }

    @Test(arguments: [-1, 0, 1]) func aFullQueueDropsAndCountsAndNeverBlocks(by difference: Int) async throws {
        let folder = Folder()
        let pipe = try FullPipe(folder.path("pipe"))
        defer { close(pipe.descriptor) }
        let capacity = 8
        let writer = try LogWriter(path: folder.path("pipe"), capacity: capacity)
        // The first line is in the hands of the writing thread, so that exactly `capacity` more can wait.
        writer.write(.info, "held")
        while writer.waiting > 0 { sched_yield() }
        let count = capacity + difference
        // Each of these returns although nobody reads the pipe.
        for index in 0..<count { writer.write(.info, "line", ["index": JSON(index)]) }
        let written = min(count, capacity)
        #expect(writer.waiting == written)
        let lines = try pipe.lines(1 + written)
        #expect(lines.dropFirst().map { $0["index"] } == (0..<written).map { JSON($0) })
        #expect(lines.allSatisfy { $0["dropped_before"] == nil })
        writer.write(.info, "after")
        #expect(try pipe.lines(1).first?["dropped_before"] == (difference > 0 ? JSON(difference) : JSON?.none))
    }

    @Test func aPipeThatNobodyReadsDoesNotKeepTheProgramFromEnding() async throws {
        let folder = Folder()
        let pipe = try FullPipe(folder.path("pipe"))
        defer { close(pipe.descriptor) }
        let writer = try LogWriter(path: folder.path("pipe"))
        for _ in 0..<3 { writer.write(.info, "lost") }
        await writer.flush(within: 1)
        #expect(writer.waiting == 0)
        _ = drain(pipe.descriptor)
        writer.write(.info, "after")
        #expect(try pipe.lines(1).first?["dropped_before"] == JSON(3))
    }

    @Test func blocksAreTakenUpToALimitAndThenDroppedWithTheirLines() async throws {
        let folder = Folder()
        let pipe = try FullPipe(folder.path("pipe"))
        defer { close(pipe.descriptor) }
        let writer = try LogWriter(path: folder.path("pipe"))
        let block = Array(String(repeating: "{}", count: 500_000).utf8) + [0x0A]
        for _ in 0...LogWriter.blockBytesLimit / block.count { writer.write(block: block, lines: 7) }
        #expect(try pipe.lines(LogWriter.blockBytesLimit / block.count, parsed: false) == [])
        writer.write(.info, "after")
        #expect(try pipe.lines(1).first?["dropped_before"] == JSON(7))
    }

    /// How many of this process's descriptors are open on a file.
    private static func openDescriptors(of path: String) -> Int {
        folderNames(at: "/proc/self/fd").names.count { name in
            var buffer = [CChar](repeating: 0, count: 4_096)
            let length = unsafe readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
            let target = buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
            return String(decoding: target, as: UTF8.self) == path
        }
    }
}
