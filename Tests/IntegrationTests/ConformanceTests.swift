import Foundation
import Testing

/// The WebSocket conformance suite, from a virtual environment that `scripts/bootstrap --tests` makes.
///
/// All 517 cases at either side take minutes; they run when COMFYGATE_CONFORMANCE is `full`. Else those about limits
/// (9) and most about compression (12, 13) are left out.
struct ConformanceTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let environment = ProcessInfo.processInfo.environment
    private static let python =
        environment["COMFYGATE_TEST_PYTHON"] ?? root.appendingPathComponent(".build/venv/bin/python").path
    /// Beside the test bundle, where the package manager builds all products.
    private static let peer = Bundle.main.bundleURL.appendingPathComponent("ConformancePeer").path
    static let isReady = [python, peer].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    private static let script = root.appendingPathComponent("Tests/IntegrationTests/Fixtures/conformance.py").path
    private static let cases =
        environment["COMFYGATE_CONFORMANCE"] == "full"
        ? []
        : ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*", "9.1.1", "9.2.1", "9.7.*", "9.8.*"]
            + ["12.1.1", "12.2.5", "12.3.8", "12.4.3", "12.5.11", "13.1.6", "13.2.4", "13.3.5", "13.4.7", "13.7.9"]

    @Test(
        .enabled(if: isReady, "needs the test clients: run scripts/bootstrap --tests"),
        arguments: ["server", "client"])
    func noCaseFails(side: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = [Self.script, side, Self.peer] + Self.cases
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
