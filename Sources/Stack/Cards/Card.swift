/// One graphics card. What it does not tell is nil, never 0.
public struct Card: Sendable, Hashable {
    /// As the driver counts them, which need not be how CUDA counts.
    public var index: Int
    /// `GPU-` and a UUID: the only name that CUDA, containers and nvidia-smi share.
    public var uuid: String?
    public var name: String?
    /// On the PCI bus: `00000000:01:00.0`.
    public var bus: String?
    /// Bytes.
    public var memory: Int?
    public var memoryUsed: Int?
    /// Degrees Celsius.
    public var temperature: Int?
    /// Per cent of the last second.
    public var load: Int?
    /// Watts.
    public var power: Double?
    public var powerLimit: Double?
    /// `8.6`
    public var compute: String?

    public init(
        index: Int, uuid: String? = nil, name: String? = nil, bus: String? = nil, memory: Int? = nil,
        memoryUsed: Int? = nil, temperature: Int? = nil, load: Int? = nil, power: Double? = nil,
        powerLimit: Double? = nil, compute: String? = nil
    ) {
        (self.index, self.uuid, self.name, self.bus) = (index, uuid, name, bus)
        (self.memory, self.memoryUsed, self.temperature, self.load) = (memory, memoryUsed, temperature, load)
        (self.power, self.powerLimit, self.compute) = (power, powerLimit, compute)
    }
}

/// The cards of this machine, and by what they were seen.
public struct Cards: Sendable, Hashable {
    public enum Source: String, Sendable, Hashable { case nvml, nvidiaSmi = "nvidia-smi" }
    public var source: Source
    public var driver: String?
    /// Of the driver: `12.4`.
    public var cuda: String?
    public var all: [Card]

    public init(_ source: Source, driver: String?, cuda: String?, _ all: [Card]) {
        (self.source, self.driver, self.cuda, self.all) = (source, driver, cuda, all)
    }
}
