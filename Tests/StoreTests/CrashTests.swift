import Basics
import Glibc
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// The promise in front of all others: what was acknowledged is there after the process was killed.
struct CrashTests {
    @Test(arguments: [200, 1_000, 3_000]) func aKilledProcessLosesNothingAcknowledged(acknowledged: Int) async throws {
        let folder = TemporaryFolder()
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let child = try spawn(folder.path, output: ends[1])
        close(ends[1])
        var names = read(ends[0], lines: acknowledged)
        kill(child, SIGKILL)
        names += read(ends[0], lines: .max)
        close(ends[0])
        var status: Int32 = 0
        unsafe waitpid(child, &status, 0)
        #expect(status & 0x7F == SIGKILL, "the helper ended by itself")
        #expect(names.count >= acknowledged)

        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let store = SQLiteAccountStore(database)
        let stored = Set(try await store.accounts().map(\.name.text))
        #expect(names.allSatisfy(stored.contains))
        let head = try await store.auditHead()
        #expect(head.count == stored.count)
        #expect(try await store.verifyAudit(head: nil) == .intact(head))
        await database.close()
    }

    /// Whole lines, at least `lines` of them unless the other end closes.
    private func read(_ descriptor: Int32, lines: Int) -> [String] {
        var text: [UInt8] = []
        var count = 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // The buffer is larger than what a pipe hands over, and lines are written whole: no line is ever cut.
        while count < lines {
            let got = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if got <= 0 { break }
            text.append(contentsOf: buffer[0..<got])
            count += buffer[0..<got].count { $0 == 0x0A }
        }
        return text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    private func spawn(_ folder: String, output: Int32) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        var child = pid_t()
        let program = try builtProducts() + "/StoreCrashHelper"
        let arguments = unsafe [strdup(program), strdup(folder), nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        let status = unsafe posix_spawn(&child, program, &actions, nil, arguments, environ)
        try #require(status == 0, "\(program) does not start: \(status)")
        return child
    }

    /// The folder of the running test program, where the package manager puts the helper too.
    private func builtProducts() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        try #require(count > 0)
        let path = String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }
}
