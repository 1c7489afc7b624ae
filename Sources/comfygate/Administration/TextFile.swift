internal import Basics
internal import CommandLineKit

/// A small text file, named in a failure by its path.
enum TextFile {
    private static let unreadable = Message(
        "file.text_unreadable", en: "cannot be read: {reason}", fr: "illisible : {reason}")
    static let messages = [unreadable]

    /// - Parameter limit: Bytes.
    static func read(_ path: String, limit: Int) throws(CommandFailure) -> String {
        let bytes: [UInt8]
        do throws(FileBytes.Failure) { bytes = try FileBytes.read(path, limit: limit) } catch {
            throw CommandFailure(at: path, unreadable(["reason": error.reason]))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(at: path, unreadable(["reason": "not UTF-8"]))
        }
        return text
    }
}
