import Basics
import Glibc
import Telemetry
import TestSupport
import Testing

/// A log in a file of its own, which goes with the last reference.
final class TestLog: Sendable {
    private let folder = TemporaryFolder()
    let path: String
    let writer: LogWriter

    init() throws {
        path = folder.path("log")
        writer = try LogWriter(path: path, minimum: .debug)
    }

    /// Everything written so far.
    func read() async throws -> String {
        await writer.flush()
        let descriptor = unsafe open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The lines of one event.
    func lines(_ event: String) async throws -> [JSON] {
        try await read().split(separator: "\n").compactMap { try? JSON(parsing: String($0)) }.filter {
            $0["event"]?.string == event
        }
    }
}
