import Basics
import Foundation
import Glibc
import Testing

@testable import CommandLineKit

struct LineEditorTests {
    private func feed(_ text: String, limit: Int = 100) -> LineEditor.Outcome {
        var editor = LineEditor(limit: limit)
        for byte in text.utf8 {
            let outcome = editor.feed(byte)
            if outcome != .more { return outcome }
        }
        return .more
    }

    @Test(
        "Keys edit the line as people expect",
        arguments: [
            ("abc\n", "abc"), ("abc\r", "abc"), ("ab\u{7F}c\n", "ac"), ("aé\u{08}b\n", "ab"), ("x\u{15}y\n", "y"),
            ("abc\u{04}", "abc"), ("\u{7F}\u{7F}a\n", "a"), ("\n", ""),
        ])
    func edits(typed: String, line: String) { #expect(feed(typed) == .done(Array(line.utf8))) }

    @Test("Ctrl-C, and Ctrl-D on an empty line, end without an answer", arguments: ["\u{03}", "abc\u{03}", "\u{04}"])
    func cancels(typed: String) { #expect(feed(typed) == .cancelled) }

    @Test("A line may be exactly as long as the limit", arguments: [7, 8, 9])
    func limit(count: Int) {
        let outcome = feed(String(repeating: "a", count: count) + "\n", limit: 8)
        #expect((outcome == .tooLong) == (count > 8))
    }
}

struct SecretInputTests {
    @Test("X is taken, or the file that X_FILE names, and not both")
    func environment() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(getpid())")
        try Data("\u{FEFF}from file\r\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let input = SecretInput.environment("TOKEN")
        #expect(try input.read([:]) == nil)
        #expect(try input.read(["TOKEN": "value"])?.reveal() == "value")
        #expect(try input.read(["TOKEN_FILE": file.path])?.reveal() == "from file")
        let both = #expect(throws: CommandFailure.self) { try input.read(["TOKEN": "v", "TOKEN_FILE": file.path]) }
        #expect(both?.what.text(in: .english) == "TOKEN and TOKEN_FILE are both set")
        #expect(throws: CommandFailure.self) { try SecretInput.file("/nowhere/at/all").read([:]) }
        #expect(throws: CommandFailure.self) { try SecretInput.file("/dev/null").read([:]) }
    }

    @Test("A file is read up to its limit and not a byte further")
    func limit() throws {
        #expect(throws: FileBytes.Failure.tooLarge(limit: 8)) { try FileBytes.read("/dev/zero", limit: 8) }
        #expect(throws: FileBytes.Failure.unreadable(ENOENT)) { try FileBytes.read("/nowhere", limit: 8) }
    }

    @Test("A terminal does not show what is typed, and is afterwards as it was")
    func terminal() async throws {
        let (keyboard, terminal) = try #require(openTerminal())
        defer {
            close(keyboard)
            close(terminal)
        }
        var before = termios()
        unsafe tcgetattr(terminal, &before)
        let answer = Thread.answering { try HiddenPrompt.ask("Password: ", at: terminal) }
        // The prompt is written once the echo is off.
        var shown = ""
        while !shown.hasSuffix("Password: ") { shown += readSome(keyboard) }
        unsafe Array("hunter2\r".utf8).withUnsafeBytes { _ = unsafe write(keyboard, $0.baseAddress, $0.count) }
        #expect(try await answer.value.get().reveal() == "hunter2")
        var after = termios()
        unsafe tcgetattr(terminal, &after)
        #expect(after.c_lflag == before.c_lflag)
        #expect(shown + readSome(keyboard) == "Password: \r\n")
    }

    @Test(
        "A question is answered by yes in either language, and by nothing else",
        arguments: [
            ("y", true), ("YES", true), (" oui ", true), ("O", true), ("", false), ("n", false), ("non", false),
            ("yes please", false), ("ye", false), (String(repeating: " ", count: Confirmation.limit - 1) + "y", true),
            (String(repeating: " ", count: Confirmation.limit) + "y", false),
        ])
    func confirms(answer: String, isYes: Bool) throws {
        let (keyboard, terminal) = try #require(openTerminal())
        defer {
            close(keyboard)
            close(terminal)
        }
        // What was typed too early is no answer.
        unsafe Array("y\r".utf8).withUnsafeBytes { _ = unsafe write(keyboard, $0.baseAddress, $0.count) }
        var early = ""
        while early.utf8.last != 0x0A { early += readSome(keyboard) }
        // A thread that no task has to begin: these tests wait in the pool's own.
        let (result, end) = (Locked(false), DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            let answer = Confirmation.ask("Write? [y/N]", at: terminal)
            result.withLock { $0 = answer }
            end.signal()
        }
        var shown = ""
        while !shown.hasSuffix("Write? [y/N] ") { shown += readSome(keyboard) }
        unsafe Array("\(answer)\r".utf8).withUnsafeBytes { _ = unsafe write(keyboard, $0.baseAddress, $0.count) }
        end.wait()
        #expect(result.withLock { $0 } == isYes)
    }

    @Test("Nobody is asked where nobody sees what it is about")
    func cannotAsk() {
        #expect(!Terminal(program: "p", output: MemorySink(), error: MemorySink()).canAsk)
    }

    /// openpty(3), which the Glibc module does not show.
    private func openTerminal() -> (keyboard: Int32, terminal: Int32)? {
        typealias Open =
            @convention(c) (
                UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<CChar>?,
                UnsafeRawPointer?, UnsafeRawPointer?
            ) -> Int32
        guard let symbol = unsafe dlsym(nil, "openpty") else { return nil }
        let openPair = unsafe unsafeBitCast(symbol, to: Open.self)
        var (keyboard, terminal): (Int32, Int32) = (-1, -1)
        guard unsafe openPair(&keyboard, &terminal, nil, nil, nil) == 0 else { return nil }
        return (keyboard, terminal)
    }

    private func readSome(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

extension Thread {
    /// Runs blocking work on a thread of its own.
    fileprivate static func answering<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) -> Task<Result<Value, any Error>, Never> {
        Task {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: Result { try work() }) }
            }
        }
    }
}
