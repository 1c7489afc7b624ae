internal import CLinux
internal import Glibc
internal import Loop
internal import Pictures

/// The process that makes one picture: its first argument is `word`, the others are a `PictureTask`, standard input is a file
/// of pictures, standard output one for what is made of them.
///
/// Libraries written in C read bytes of strangers here. So it begins by giving up everything but a processor, some memory
/// and its three descriptors; a picture that makes it crash costs one request.
public enum PictureChild {
    /// No command of the program has this name, and no help names it.
    public static let word = "picture-child"

    /// Bytes of addresses, with the program's own; what a picture may have says `PictureLimits`.
    static let memory: UInt64 = 1 << 30
    /// Seconds of processor time.
    static let processorTime: UInt64 = 10
    /// Bytes of what is made.
    static let outputLimit: UInt64 = 256 << 20

    /// Does what this process was started for and ends it; returns when it was started for something else.
    public static func runIfAsked() {
        guard CommandLine.arguments.count > 1, CommandLine.arguments[1] == word else { return }
        exit(run(Array(CommandLine.arguments.dropFirst(2))))
    }

    /// - Returns: An exit code: 0, `PictureError`'s, or another for what must not happen.
    private static func run(_ words: [String]) -> Int32 {
        guard gate_confine(memory, processorTime, outputLimit) == 0 else { return 70 }
        guard let task: PictureTask = .init(words: words) else { return 64 }
        var facts = stat()
        guard unsafe fstat(0, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return 66 }
        guard facts.st_size > 0 else { return PictureError.unknownFormat.rawValue }
        // Not read but mapped: its pages are the system's to keep or to drop.
        let mapped = unsafe mmap(nil, facts.st_size, PROT_READ, MAP_PRIVATE, 0, 0)
        guard let start = unsafe mapped, unsafe start != MAP_FAILED else { return PictureError.tooLarge.rawValue }
        let bytes = unsafe UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: facts.st_size)
        do throws(PictureError) {
            let picture = try task.run(unsafe bytes.span)
            return unsafe picture.withBytes { unsafe writeBytes($0, to: 1) } == 0 ? 0 : 74
        } catch {
            return error.rawValue
        }
    }
}
