import Basics
import Fleet
import Glibc
import HTTP
import Loop
import Store
import TestSupport
import Testing

@testable import Gate
@testable import Pictures

struct PictureMakerTests {
    /// A store with one picture, and what makes others of it.
    private struct World: Sendable {
        let folder = TemporaryFolder()
        let lane = Lane("files", threads: 1, capacity: 64)
        let assets: AssetStore
        let maker: PictureMaker
        let hash: Digest32

        /// - Parameter script: Stands in for the process; nil is the real one.
        init(script: String? = nil, limits: PictureMaker.Limits = PictureMaker.Limits()) async throws {
            assets = try AssetStore(folder: folder.path("assets"), lane: lane)
            var program = BuiltProducts.folder + "/PictureHelper"
            if let script {
                program = folder.file("child", "#!/bin/sh\ncd \(folder.path)\n\(script)\n".utf8)
                _ = unsafe chmod(program, 0o700)
            }
            maker = try PictureMaker(folder: folder.path("pictures"), program: program, limits: limits)
            hash = try await assets.store(TestPicture.png()).hash
        }

        func make(_ quality: Int = 1) async -> Result<ServedFile, GateError> {
            do throws(GateError) {
                return .success(
                    try await maker.picture(
                        .preview(.webp, quality: quality, dropsAlpha: false), of: hash, in: assets, files: lane))
            } catch {
                return .failure(error)
            }
        }

        func code(_ quality: Int = 1) async -> GateError.Code? {
            if case .failure(let error) = await make(quality) { error.code } else { nil }
        }

        func exists(_ name: String) -> Bool { unsafe access(folder.path(name), F_OK) == 0 }
    }

    @Test("A picture is made once")
    func once() async throws {
        let world = try await World(script: "echo x >> runs; printf made")
        for _ in 0..<3 { #expect(try await world.make().get().size == 4) }
        #expect(try await world.make(2).get().size == 4)
        #expect(ProgramRun.output("cat", [world.folder.path("runs")]) == "x\nx\n")
        #expect(world.folder.names.contains("pictures"))
    }

    @Test(
        "However a process ends, it is an answer",
        arguments: [
            ("exit 10", GateError.Code.pictureUnreadable), ("exit 11", .pictureUnreadable),
            ("exit 12", .pictureTooLarge),
            ("exit 13", .invalidArgument), ("exit 1", .pictureUnreadable), ("kill -SEGV $$", .pictureUnreadable),
            ("kill -XCPU $$", .pictureUnreadable), ("head -c 5000 /dev/zero >&2", .pictureUnreadable),
        ])
    func ends(script: String, code: GateError.Code) async throws {
        let world = try await World(script: script)
        #expect(await world.code() == code)
        // Nothing is kept of it.
        #expect(ProgramRun.output("ls", [world.folder.path("pictures")]) == "")
    }

    @Test("A process that takes too long is killed, with all it started")
    func time() async throws {
        var limits = PictureMaker.Limits()
        limits.time = 1
        let world = try await World(script: "/bin/sleep 1000 & /bin/sleep 1000", limits: limits)
        #expect(await world.code() == .pictureUnreadable)
    }

    @Test("Beyond those that run and those that wait, a request is refused")
    func queue() async throws {
        var limits = PictureMaker.Limits()
        (limits.atOnce, limits.waiting) = (1, 2)
        let world = try await World(script: "echo > begun; read line < go; printf made", limits: limits)
        try #require(unsafe mkfifo(world.folder.path("go"), 0o600) == 0)
        async let running = world.code(1)
        while !world.exists("begun") { await Task.yield() }
        async let first = world.code(2)
        async let second = world.code(3)
        while world.maker.lane.load.waiting < 2 { await Task.yield() }
        #expect(await world.code(4) == .overloaded)
        // The door opens for all: whoever reads finds the end.
        let door = unsafe open(world.folder.path("go"), O_RDWR | O_CLOEXEC)
        #expect(unsafe write(door, "\n\n\n", 3) == 3)
        #expect(await [running, first, second] == [nil, nil, nil])
        close(door)
    }

    @Test("The process has its three files, no environment and no way to more")
    func confined() async throws {
        let world = try await World(
            script: "ls /proc/self/fd | wc -l; env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= -e ^OLDPWD=; true")
        let made = try await world.make().get()
        // Three, and the one by which `ls` reads the folder.
        #expect(made.size == 2)
        // The real one gives up the rest itself: it could not open a file if a picture told it to.
        var child = ChildProcess(BuiltProducts.folder + "/PictureHelper", [PictureChild.word, "colors"])
        let path = world.folder.file("in.png", try TestPicture.png())
        let input = unsafe open(path, O_RDONLY | O_CLOEXEC)
        child.standardInput = input
        let result = try child.run()
        close(input)
        #expect(result.end == .exited(0))
        #expect(try !TestPicture.decoded(result.output).hasAlpha)
        // Without a picture, and without a task.
        #expect(
            try ChildProcess(BuiltProducts.folder + "/PictureHelper", [PictureChild.word, "x"]).run().end == .exited(64)
        )
        #expect(
            try ChildProcess(BuiltProducts.folder + "/PictureHelper", [PictureChild.word, "alpha"]).run().end
                == .exited(66))
    }

    // MARK: What is kept

    private static func key(_ number: UInt8) throws -> Digest32 {
        try #require(Digest32([number] + [UInt8](repeating: 0, count: 31)))
    }

    private static func keep(_ number: UInt8, bytes: Int, in cache: PictureCache) throws {
        let draft = try cache.draft()
        let content = [UInt8](repeating: number, count: bytes)
        #expect(unsafe write(draft.descriptor, content, bytes) == bytes)
        let file = try cache.keep(draft, as: key(number))
        #expect(file.size == bytes)
    }

    private static func kept(_ cache: PictureCache, _ numbers: ClosedRange<UInt8> = 1...9) throws -> [UInt8] {
        try numbers.filter { try cache.open(key($0)) != nil }
    }

    @Test(
        "The folder holds its limit, and beyond it the one that was asked for longest ago goes", arguments: [-1, 0, 1])
    func evicts(more: Int) throws {
        let folder = TemporaryFolder()
        let cache = try PictureCache(folder: folder.path("p"), limits: PictureCache.Limits(bytes: 300))
        for number in 1...3 { try Self.keep(UInt8(number), bytes: 80, in: cache) }
        #expect(try cache.open(Self.key(1)) != nil)
        try Self.keep(4, bytes: 60 + more, in: cache)
        #expect(try Self.kept(cache) == (more > 0 ? [1, 3, 4] : [1, 2, 3, 4]))
        #expect(cache.size == 300 + more - (more > 0 ? 80 : 0))
        // One that is larger than all is served, and not kept.
        try Self.keep(5, bytes: 301, in: cache)
        #expect(try Self.kept(cache) == [])
        #expect(cache.size == 0)
    }

    @Test("Files are counted, too", arguments: [3, 4, 5])
    func files(count: Int) throws {
        let folder = TemporaryFolder()
        let cache = try PictureCache(folder: folder.path("p"), limits: PictureCache.Limits(bytes: 1_000, files: 4))
        for number in 1...count { try Self.keep(UInt8(number), bytes: 1, in: cache) }
        #expect(try Self.kept(cache).count == min(count, 4))
    }

    @Test("A new process takes over what is whole and removes what is not")
    func takesOver() throws {
        let folder = TemporaryFolder()
        let path = folder.path("p")
        do {
            let cache = try PictureCache(folder: path)
            for number in 1...3 { try Self.keep(UInt8(number), bytes: 100, in: cache) }
        }
        folder.file("p/draft-of-a-crash", [1, 2, 3])
        let cache = try PictureCache(folder: path, limits: PictureCache.Limits(bytes: 250))
        #expect(cache.size == 200)
        #expect(try Self.kept(cache).count == 2)
        #expect(ProgramRun.output("ls", [path]).split(separator: "\n").count == 2)
        // What somebody has removed is made anew.
        for name in ProgramRun.output("ls", [path]).split(separator: "\n") { unsafe unlink("\(path)/\(name)") }
        #expect(try Self.kept(cache) == [])
        try Self.keep(3, bytes: 10, in: cache)
        #expect(try Self.kept(cache) == [3])
    }

    @Test("Tasks and pictures have keys of their own")
    func keys() throws {
        let tasks: [PictureTask] = [
            .colors, .alpha, .preview(.webp, quality: 1, dropsAlpha: false),
            .preview(.webp, quality: 1, dropsAlpha: true),
            .preview(.webp, quality: 11, dropsAlpha: false), .preview(.jpeg, quality: 1, dropsAlpha: true),
        ]
        let keys = try tasks.flatMap { task in try [1, 2].map { PictureMaker.key(task, try Self.key($0)) } }
        #expect(Set(keys).count == 12)
    }
}
