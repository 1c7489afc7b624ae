internal import Basics
internal import ComfyAPI
internal import Glibc
internal import Loop
internal import Simulator

/// A simulated worker that takes no time of its own, or all the time there is.
enum BenchWorker {
    enum Kind: String, CaseIterable {
        /// Every node is done at once.
        case instant
        /// Its first job never begins, so that all others wait.
        case stalled
        /// A sampler step each 5 ms, with a picture of 60 KB that nobody has to paint.
        case previews
    }

    static let checkpoint = "v1-5-pruned-emaonly-fp16.safetensors"
    static let lora = "watercolour.safetensors"
    static let previewBytes = 60_000
    static let stepMilliseconds = 5

    static func run(port: UInt16, _ kind: Kind) async throws {
        var options = SimulatorOptions(.current)
        options.models = ["checkpoints": [checkpoint], "loras": [lora]]
        (options.stepTime, options.nodeTime, options.startLatency, options.endLatency) = (0, 0, 0, 0)
        options.sendsPreviews = kind == .previews
        switch kind {
        case .instant: break
        case .stalled: options.startLatency = 86_400_000_000_000
        case .previews:
            options.stepTime = UInt64(stepMilliseconds) * 1_000_000
            // Begins as a JPEG does; nobody looks further.
            options.previewPicture = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0x78, count: previewBytes - 4)
        }
        let host = try await SimulatorHost.start(options, on: .loopback(port: port))
        // A signal ends the process here, as all that the bench starts.
        withExtendedLifetime(host) { _ = pause() }
    }
}
