import Glibc
import Loop
import TestSupport
import Testing

/// Programs that are run to their end.
struct ChildProcessTests {
    private static func shell(_ text: String) -> ChildProcess { ChildProcess("sh", ["-c", text]) }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("Output, errors and the exit status come back")
    func ends() throws {
        let result = try Self.shell("echo out; echo err >&2; exit 3").run()
        #expect(result.end == .exited(3))
        #expect(!result.isSuccess)
        #expect(Self.text(result.output) == "out\n")
        #expect(Self.text(result.errors) == "err\n")
        #expect(try Self.shell("kill -9 $$").run().end == .signaled(9))
        #expect(try ChildProcess("/bin/true").run().isSuccess)
    }

    @Test("Input larger than every buffer goes through, and need not be read")
    func input() throws {
        let input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try ChildProcess("cat").run(input: input).output == input)
        #expect(try ChildProcess("/bin/true").run(input: input).isSuccess)
        #expect(try Self.shell("head -c 5 >&2; exec 0<&-; echo done").run(input: input).output == Array("done\n".utf8))
    }

    @Test("Files take the place of input and output, and what it writes there has no limit of ours")
    func files() throws {
        let folder = TemporaryFolder()
        let from = unsafe open(folder.file("from", Array("over there".utf8)), O_RDONLY)
        let to = unsafe open(folder.file("to", []), O_RDWR)
        defer { for descriptor in [from, to] { close(descriptor) } }
        var child = Self.shell("cat; echo words >&2")
        (child.standardInput, child.standardOutput, child.outputLimit) = (from, to, 6)
        let result = try child.run(input: Array("unread".utf8))
        #expect(result.isSuccess && result.output.isEmpty)
        #expect(Self.text(result.errors) == "words\n")
        #expect(Self.text(readBytes(of: to, at: 0, count: 64).bytes) == "over there")
    }

    @Test("What does not start says why", arguments: ["comfygate-no-such-program", "/no/such/program"])
    func failure(program: String) throws {
        let failure = try #require(throws: ChildProcess.Failure.self) { try ChildProcess(program).run() }
        #expect(failure.program == program)
        #expect(failure.code == ENOENT)
    }

    @Test("Too much output, and too long a run, end the whole group")
    func limits() throws {
        var child = Self.shell("yes")
        child.outputLimit = 100_000
        #expect(try child.run().end == .tooMuchOutput)
        child = Self.shell("sleep 1000 & sleep 1000")
        child.timeLimit = 1
        #expect(try child.run().end == .timedOut)
        // One that closes its outputs is not done.
        child = Self.shell("exec >&- 2>&-; sleep 1000")
        child.timeLimit = 1
        #expect(try child.run().end == .timedOut)
        #expect(try Self.shell("exec >&- 2>&-; exit 7").run().end == .exited(7))
        var exact = Self.shell("printf 12345")
        exact.outputLimit = 5
        #expect(try exact.run().isSuccess)
        exact.outputLimit = 4
        #expect(try exact.run().end == .tooMuchOutput)
    }

    @Test("Environment and folder are the child's own; no other descriptor and no signal mask is")
    func surroundings() throws {
        var child = Self.shell("pwd; env | grep -v -e ^PWD= -e ^SHLVL= -e ^_=; ls /proc/self/fd | wc -l")
        child.environment = ["KEY": "a b", "PATH": "/usr/bin:/bin"]
        child.folder = "/usr"
        let lines = Set(Self.text(try child.run().output).split(separator: "\n").map(String.init))
        // Three, and the one by which `ls` reads the folder.
        #expect(lines == ["/usr", "KEY=a b", "PATH=/usr/bin:/bin", "4"])
        let status = Self.text(try Self.shell("grep -E 'SigBlk|SigIgn' /proc/self/status").run().output)
        let masks = status.split(separator: "\n").compactMap { UInt64($0.suffix(16), radix: 16) }
        // The C library keeps 32 and 33 to itself.
        #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
    }
}
