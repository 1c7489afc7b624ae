public import Basics
public import Loop
public import Store

/// What the fleet needs of the rest of the program.
public struct FleetPorts: Sendable {
    public var jobs: any JobStore
    public var files: any FileStore
    public var assets: AssetStore
    public var disk: DiskGuard
    /// For what takes long and needs no disk, such as reading a worker's catalogue.
    public var lane: Lane
    public var catalogue: CatalogueBoard
    /// What workers answer everybody alike.
    public var shelf: WorkerShelf
    /// Hears what becomes of jobs.
    public let meter = JobMeter()
    public var clock: WallClock
    /// Hands messages to the loops that hold sockets; must not wait.
    public var deliver: @Sendable (EventDelivery) -> Void
    /// One line of the log: a stable name and what belongs to it. No texts of prompts, no names of files.
    public var log: @Sendable (_ event: String, _ fields: JSONObject) -> Void

    public init(
        jobs: any JobStore, files: any FileStore, assets: AssetStore, disk: DiskGuard, shelf: WorkerShelf,
        lane: Lane,
        catalogue: CatalogueBoard = CatalogueBoard(), clock: @escaping WallClock,
        deliver: @escaping @Sendable (EventDelivery) -> Void,
        log: @escaping @Sendable (_ event: String, _ fields: JSONObject) -> Void
    ) {
        (self.jobs, self.files, self.assets, self.clock) = (jobs, files, assets, clock)
        (self.disk, self.lane, self.catalogue, self.shelf) = (disk, lane, catalogue, shelf)
        (self.deliver, self.log) = (deliver, log)
    }
}
