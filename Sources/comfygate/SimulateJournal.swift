internal import Basics
internal import CommandLineKit
internal import Glibc

/// The file of `comfygate simulate --journal`: each line whole, and there when the next thing happens.
final class JournalFile: Sendable {
    private let descriptor: Int32

    private static let unusable = Message(
        "simulate.bad_journal", en: "cannot be written to", fr: "n’est pas accessible en écriture")
    private static let unusableRemedy = Message(
        "simulate.bad_journal.remedy", en: "Name a file in a folder that is there and yours.",
        fr: "Nommez un fichier dans un dossier qui existe et qui est à vous.")
    static let messages = [unusable, unusableRemedy]

    init(_ path: String) throws {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure(at: path, Self.unusable(), Self.unusableRemedy()) }
    }

    deinit { close(descriptor) }

    /// Adds a line with the time, in microseconds since 1970, as its member `at`.
    func add(_ entry: JSON) {
        guard var line = entry.object else { return }
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        line["at"] = JSON(time.tv_sec * 1_000_000 + time.tv_nsec / 1_000)
        let bytes = JSON.object(line).encoded() + [0x0A]
        // A line that cannot be written is missing, which whoever judges by the file finds out.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}
