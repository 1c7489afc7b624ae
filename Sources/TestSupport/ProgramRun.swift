internal import CLinux
internal import Glibc
internal import Loop

/// A program that is run to its end.
///
/// In place of Foundation's `Process`, which with Swift 6.3 reads beyond its buffer when some 1,400 descriptors are open.
public enum ProgramRun {
    /// What the program writes, standard output and standard error together; no more is asked of it.
    public static func output(_ program: String, _ arguments: [String]) -> String {
        var ends: [Int32] = [0, 0]
        precondition(unsafe gate_pipe(&ends, 65_536) == 0, "there is no pipe left")
        for end in ends { _ = fcntl(end, F_SETFL, 0) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in [1, 2] { unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], descriptor) }
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var child = pid_t()
        let status = unsafe posix_spawn(&child, program, &actions, nil, words, environ)
        close(ends[1])
        defer { close(ends[0]) }
        precondition(status == 0, "\(program) does not start: \(systemMessage(status))")
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = unsafe read(ends[0], &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        var end: Int32 = 0
        unsafe waitpid(child, &end, 0)
        return String(decoding: text, as: UTF8.self)
    }
}
