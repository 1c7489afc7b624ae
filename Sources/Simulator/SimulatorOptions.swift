public import Basics
public import ComfyAPI

extension ComfyFlavour {
    /// True from the version on that has jobs, replacements and strict prompt ids.
    var isModern: Bool { self == .current }
}

/// How a simulated worker behaves; every time is in nanoseconds, every size in bytes unless named otherwise.
public struct SimulatorOptions: Sendable {
    public var flavour: ComfyFlavour
    /// Model files by folder key (`checkpoints`, `loras`, …), as `/models` and the combos show them.
    public var models: [String: [String]] = [:]

    /// Classes of custom nodes in the shape of `/object_info`; they hand on their inputs or give neutral values.
    public var extraClasses = JSONObject()

    /// One sampler step.
    public var stepTime: UInt64 = 150_000_000
    /// Any node without progress.
    public var nodeTime: UInt64 = 2_000_000
    /// Added to a node for each megapixel it puts out, as a CPU needs time for big pictures.
    public var megapixelTime: UInt64 = 0
    /// A loader node that has to read a model file.
    public var modelLoadTime: UInt64 = 0
    /// From being taken off the queue to `execution_start`; an interrupt in this time is lost, as with real workers.
    public var startLatency: UInt64 = 3_000_000
    /// From the last event of a run to its history entry.
    public var endLatency: UInt64 = 1_000_000

    /// True as with `--preview-method latent2rgb`: one picture a sampler step.
    public var sendsPreviews = true
    /// Side of the box that previews fill, in pixels.
    public var previewSize = 512
    /// Sent in place of a painted preview, for those who measure what others make of it.
    public var previewPicture: [UInt8]?
    /// False as with `--disable-metadata`.
    public var writesMetadata = true
    /// True as with `--enable-assets` of 0.26: each file that a node reports has an id. The routes of assets are not there.
    public var namesAssets = false
    /// As `--enable-cors-header`: nil leaves the loopback check on.
    public var corsOrigin: String?

    /// What `system_stats` says about the device; nil keeps the recorded CPU.
    public var device: Device?
    /// Folder of web UI files; nil serves one built-in page.
    public var uiRoot: String?
    /// Folder for `input`, `output`, `temp` and `user`; nil keeps files in memory.
    public var dataDirectory: String?

    public var faults = FaultPlan()

    /// Largest request body (`--max-upload-size`).
    public var maximumBody = 104_857_600
    /// Largest WebSocket message from a client.
    public var maximumMessage = 4_194_304
    /// Files kept in memory; writing past it fails as a full disk does.
    public var maximumStored = 1_073_741_824
    /// Largest picture read or made, in pixels.
    public var maximumPixels = 67_108_864
    /// Jobs waiting; more answer 500. The real server has no limit.
    public var maximumPending = 100_000
    public var maximumSockets = 10_000
    /// Entries kept, the oldest dropped.
    public var maximumHistory = 10_001
    /// Node results that 0.26 keeps over many prompts; 0.3.64 keeps those of the last prompt only.
    public var maximumCached = 1_000

    /// A GPU as `system_stats` shows it.
    public struct Device: Sendable {
        public var name: String
        public var vramTotal: Int
        public var vramFree: Int

        public init(name: String, vramTotal: Int, vramFree: Int) {
            (self.name, self.vramTotal, self.vramFree) = (name, vramTotal, vramFree)
        }
    }

    public init(_ flavour: ComfyFlavour = .current) { self.flavour = flavour }
}
