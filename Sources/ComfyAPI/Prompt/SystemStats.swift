public import Basics

/// The answer of `GET /system_stats`: all members may be missing; sizes in bytes.
public struct SystemStats: Sendable, Hashable {
    public struct Device: Sendable, Hashable {
        public var name: String
        /// `cpu`, `cuda`, `mps` and so on.
        public var type: String
        public var index: Int?
        public var memoryTotal: Int
        /// Counts what torch holds but does not use.
        public var memoryFree: Int
        public var torchMemoryTotal: Int
        public var torchMemoryFree: Int

        public init(
            name: String, type: String, index: Int?, memoryTotal: Int, memoryFree: Int, torchMemoryTotal: Int = 0,
            torchMemoryFree: Int = 0
        ) {
            (self.name, self.type, self.index) = (name, type, index)
            (self.memoryTotal, self.memoryFree) = (memoryTotal, memoryFree)
            (self.torchMemoryTotal, self.torchMemoryFree) = (torchMemoryTotal, torchMemoryFree)
        }

        init(_ json: JSON) {
            func size(_ key: String) -> Int { SystemStats.size(json[key]) }
            self.init(
                name: json["name"]?.string ?? "", type: json["type"]?.string ?? "", index: json["index"]?.int,
                memoryTotal: size("vram_total"), memoryFree: size("vram_free"),
                torchMemoryTotal: size("torch_vram_total"), torchMemoryFree: size("torch_vram_free"))
        }

        public var json: JSON {
            [
                "name": .string(name), "type": .string(type), "index": index.map { JSON($0) } ?? .null,
                "vram_total": JSON(memoryTotal), "vram_free": JSON(memoryFree),
                "torch_vram_total": JSON(torchMemoryTotal), "torch_vram_free": JSON(torchMemoryFree),
            ]
        }
    }

    /// Empty when the worker does not say.
    public var version: String
    public var memoryTotal: Int
    public var memoryFree: Int
    /// The primary one first.
    public var devices: [Device]
    /// The member `system` as it came: paths and the command line among it.
    public var system: JSONObject

    public var flavour: ComfyFlavour { ComfyFlavour(version: version) }

    /// Nil when the document is no object with `system` or `devices`.
    public init?(_ json: JSON) {
        guard json["system"]?.object != nil || json["devices"]?.array != nil else { return nil }
        system = json["system"]?.object ?? JSONObject()
        version = system["comfyui_version"]?.string ?? ""
        memoryTotal = SystemStats.size(system["ram_total"])
        memoryFree = SystemStats.size(system["ram_free"])
        devices = (json["devices"]?.array ?? []).map(Device.init)
    }

    public var json: JSON { ["system": .object(system), "devices": .array(devices.map(\.json))] }

    /// A whole number of bytes, however it is written; 0 for anything else.
    private static func size(_ json: JSON?) -> Int {
        json?.int ?? json?.double.flatMap { Int(exactly: $0.rounded()) } ?? 0
    }
}
