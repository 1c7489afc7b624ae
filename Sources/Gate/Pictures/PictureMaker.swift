public import Basics
internal import Fleet
internal import Glibc
internal import HTTP
internal import Loop
internal import Pictures
internal import Store

/// Makes pictures of pictures, each in a process of its own (`PictureChild`), which a bad one may crash; what was made is kept
/// for whoever asks next.
public final class PictureMaker: Sendable {
    public struct Limits: Sendable {
        /// Processes at the same time.
        public var atOnce = 2
        /// Requests that wait for one; one more is refused with `overloaded`.
        public var waiting = 32
        /// Milliseconds until a process is killed.
        public var time: UInt64 = 10_000
        /// Bytes of what is kept.
        public var kept = 256 << 20

        public init() {}
    }

    /// Where processes are waited for; its threads are how many there are at once.
    let lane: Lane
    private let cache: PictureCache
    private let program: String
    private let limits: Limits

    /// Blocks, so call it at the start.
    ///
    /// - Parameters:
    ///   - folder: Made when it is not there; the one above it must be.
    ///   - program: One whose `main` begins with `PictureChild.runIfAsked`.
    public init(
        folder: String, program: String = "/proc/self/exe", limits: Limits = Limits()
    ) throws(GateError) {
        (self.program, self.limits) = (program, limits)
        lane = Lane("pictures", threads: limits.atOnce, capacity: limits.waiting)
        cache = try PictureCache(folder: folder, limits: PictureCache.Limits(bytes: limits.kept))
    }

    /// A picture made of an asset, from the cache when it was made before.
    ///
    /// - Parameter files: Where files are opened.
    /// - Throws: `pictureUnreadable`, `pictureTooLarge`, `overloaded`, and what the disk says.
    func picture(
        _ task: PictureTask, of hash: Digest32, in assets: AssetStore, files: Lane
    ) async throws(GateError) -> ServedFile {
        let key = Self.key(task, hash)
        if let known = try await Self.run(on: files, { [cache] () throws(GateError) in cache.open(key) }) {
            return known
        }
        let reader = try await assets.reader(hash)
        return try await Self.run(on: lane) { [self] () throws(GateError) in
            // Another request may have waited for the same.
            if let known = cache.open(key) { return known }
            let draft = try cache.draft()
            try reader.withDescriptor { (input) throws(GateError) in try make(task, from: input, to: draft.descriptor) }
            return try cache.keep(draft, as: key)
        }
    }

    /// A picture with another's alpha; the file goes with the last reference.
    ///
    /// - Throws: As `picture` does.
    func masked(
        _ picture: AssetReader, with mask: AssetReader, as format: PictureTask.MaskFormat
    ) async throws(GateError) -> PictureDraft {
        try await Self.run(on: lane) { [self] () throws(GateError) in
            // A process has one input: both files, one behind the other.
            let input = try cache.draft()
            for reader in [picture, mask] { try input.append(reader) }
            let output = try cache.draft()
            try make(.mask(format, originalSize: picture.size), from: input.descriptor, to: output.descriptor)
            return output
        }
    }

    /// What a picture is kept under: two requests for the same have the same.
    static func key(_ task: PictureTask, _ hash: Digest32) -> Digest32 {
        // The number is one more when what is made changes.
        BLAKE3.hash(Array("picture 1 \(hash) \(task.words.joined(separator: " "))".utf8))
    }

    /// Blocks until the process has ended.
    private func make(_ task: PictureTask, from input: Int32, to output: Int32) throws(GateError) {
        var child = ChildProcess(program, [PictureChild.word] + task.words)
        child.environment = [:]
        child.folder = "/"
        (child.standardInput, child.standardOutput) = (input, output)
        (child.timeLimit, child.outputLimit) = (limits.time, 4_096)
        let result: ChildProcess.Result
        do throws(ChildProcess.Failure) { result = try child.run() } catch {
            throw GateError(
                .overloaded, from: .gateway, "No picture can be made now; try again in a moment.",
                detail: "start \(error.program): \(systemMessage(error.code))")
        }
        switch result.end {
        case .exited(0): return
        case .exited(let code):
            throw PictureError(rawValue: code).map(Self.error) ?? Self.broken(result)
        case .signaled, .timedOut, .tooMuchOutput: throw Self.broken(result)
        }
    }

    private static func error(_ error: PictureError) -> GateError {
        switch error {
        case .unknownFormat:
            GateError(
                .pictureUnreadable, from: .client,
                "This file is no PNG, JPEG or WebP picture; ask for the file itself.")
        case .damaged:
            GateError(.pictureUnreadable, from: .client, "The picture is damaged; make or upload it again.")
        case .tooLarge:
            GateError(
                .pictureTooLarge, from: .client,
                "The picture is too large to be made into another; ask for the file itself.")
        case .unequalSizes:
            GateError(
                .invalidArgument, from: .client, "Picture and mask must have the same width and height.")
        }
    }

    /// It crashed, or went beyond its time or memory.
    private static func broken(_ result: ChildProcess.Result) -> GateError {
        GateError(
            .pictureUnreadable, from: .client,
            "The picture could not be read in the time and memory that there is for it; ask for the file itself.",
            detail: "\(result.end) \(String(decoding: result.errors.prefix(512), as: UTF8.self))")
    }

    private static func run<Result: Sendable>(
        on lane: Lane, _ body: @escaping @Sendable () throws(GateError) -> Result
    ) async throws(GateError) -> Result {
        do {
            return try await lane.run(body)
        } catch {
            throw error as? GateError
                ?? GateError(.storeIO, from: .gateway, "The picture was lost.", detail: "\(error)")
        }
    }
}

extension GateError.Code {
    /// A file that is no picture, or a damaged one.
    public static let pictureUnreadable: Self = "picture_unreadable"
    /// A picture beyond the limits of what is decoded.
    public static let pictureTooLarge: Self = "picture_too_large"
}
