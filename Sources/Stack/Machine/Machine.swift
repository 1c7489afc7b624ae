/// What the host gives, as far as this process sees it.
public struct Machine: Sendable, Hashable {
    /// `6.6.87.2-microsoft-standard-WSL2`
    public var kernel = ""
    /// 1 or 2; nil outside Windows' subsystem for Linux.
    public var wsl: Int?
    /// What Windows' users have set for all of WSL.
    public var wslConfigs: [WSLConfig] = []
    /// This process runs in a container itself.
    public var isContainer = false
    /// Bytes.
    public var memory: Int?
    public var memoryAvailable: Int?
    public var swap: Int?
    /// Bytes that this process's control group may have; nil without a limit.
    public var memoryLimit: Int?
    /// Bytes of the host's `/dev/shm`.
    public var sharedMemory: Int?
    /// Processors this process may run on.
    public var cores = 1
    /// Ports that something listens on, by TCP, with the addresses.
    public var listening: [Listening] = []
    /// This machine's own addresses.
    public var addresses: [String] = []

    public struct Listening: Sendable, Hashable {
        /// `0.0.0.0`, `127.0.0.1`, `::`.
        public var address: String
        public var port: Int

        public init(address: String, port: Int) { (self.address, self.port) = (address, port) }

        public var isPublic: Bool {
            !address.hasPrefix("127.") && address != "::1" && !address.hasPrefix("::ffff:127.")
        }
    }

    public init() {}
}

/// Room on the file system that holds a path.
public struct DiskFacts: Sendable, Hashable {
    public var path: String
    /// Bytes.
    public var size: Int
    public var free: Int
    /// `9p`, `ext4`, …: by statfs's number, in words where it is a kind that makes trouble.
    public var kind: String?

    public init(path: String, size: Int, free: Int, kind: String?) {
        (self.path, self.size, self.free, self.kind) = (path, size, free, kind)
    }
}
