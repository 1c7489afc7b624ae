import Basics
import CommandLineKit
import Glibc
import TestSupport
import Testing

@testable import comfygate

/// A folder of its own under /tmp, removed with the last reference.
final class DataFolder: Sendable {
    private let folder = TemporaryFolder()
    var path: String { folder.path }

    /// Writes a file beside the store and returns its path.
    func file(_ name: String, _ text: String) -> String { folder.file(name, text.utf8) }

    struct Result: Sendable {
        let code: Int32
        let output: String
        let error: String
        var json: JSON? { try? JSON(parsing: output) }
    }

    /// Runs one command of the program on this folder.
    func run(_ words: String...) async -> Result { await run(words) }
    func run(_ words: [String]) async -> Result {
        let (output, error) = (MemorySink(), MemorySink())
        let code = await ComfyGateCommand.program.run(
            words + ["--data", path], environment: ["COMFYGATE_CONFIG": "/dev/null"], output: output, error: error)
        return Result(code: code, output: output.text, error: error.text)
    }
}

/// `comfygate serve` as a process of its own; it goes with the last reference, also when the test failed.
final class RunningGate: Sendable {
    let pid: pid_t
    /// What it said until it was ready.
    let greeting: String
    private let output: Int32
    private let hasEnded = Locked(false)

    /// Returns once it has said where it is.
    init(_ folder: DataFolder, _ more: String...) throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        unsafe posix_spawn_file_actions_addclose(&actions, ends[0])
        let words =
            [
                try Self.builtProducts() + "/comfygate", "serve", "--data", folder.path, "--worker",
                "http://127.0.0.1:1",
                "--config", "/dev/null", "--listen", "127.0.0.1:0", "--set", "console_listen.addresses=127.0.0.1:0",
            ] + more
        let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        var child = pid_t()
        let status = unsafe posix_spawn(&child, words[0], &actions, nil, arguments, environ)
        close(ends[1])
        try #require(status == 0, "\(words[0]) does not start: \(status)")
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !text.contains(0x0A) {
            let count = unsafe read(ends[0], &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        (pid, output, greeting) = (child, ends[0], String(decoding: text, as: UTF8.self))
        try #require(greeting.contains("console.sock"), "\(greeting)")
    }

    // Whoever runs the tests waits for the end of their output, which a gate that was left alone would keep open.
    deinit { if !hasEnded.withLock({ $0 }) { _ = end(SIGKILL) } }

    /// Where the gate itself listens.
    var port: UInt16 {
        get throws {
            let address = greeting.split(separator: "http://127.0.0.1:").dropFirst().first?.prefix { $0.isNumber }
            return try #require(address.flatMap { UInt16($0) })
        }
    }

    /// Waits until it has said this, or has ended.
    func hear(_ text: String) {
        var heard: [UInt8] = []
        var byte: UInt8 = 0
        while !String(decoding: heard, as: UTF8.self).contains(text) {
            guard unsafe read(output, &byte, 1) == 1 else { return }
            if byte == 0x0A { heard = [] } else { heard.append(byte) }
        }
    }

    /// Ends it with this signal and returns how it ended, as waitpid(2) says.
    func end(_ signal: Int32) -> Int32 {
        hasEnded.withLock { $0 = true }
        kill(pid, signal)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while unsafe read(output, &buffer, buffer.count) > 0 {}
        close(output)
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
        return status
    }

    /// The folder of the running test program, where the package manager puts the program too.
    static func builtProducts() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        try #require(count > 0)
        let path = String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }
}
