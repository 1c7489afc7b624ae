public import Basics
internal import Fleet
internal import Loop
internal import Store

/// What a gate keeps of jobs and files, and by which rules: for housekeeping and administration, whether a gate runs or not.
public struct GateWork: Sendable {
    let jobs: any JobStore
    let files: any FileStore
    let userData: any UserDataStore
    let assets: AssetStore
    let lane: Lane
    /// Nil when no gate runs: then jobs wait, and nobody is told.
    let fleet: FleetService?
    let policies: PolicyBook
    let clock: WallClock

    /// Where no gate runs.
    public init(_ storage: GateStorage, _ configuration: Configuration, clock: @escaping WallClock = Timestamp.now) {
        (jobs, files, userData, assets) = (storage.jobs, storage.files, storage.userData, storage.assets)
        lane = storage.lane
        (fleet, policies, self.clock) = (nil, PolicyBook(configuration.policies), clock)
    }

    init(_ shared: GateShared) {
        let ports = shared.fleet.ports
        (jobs, files, userData, assets) = (ports.jobs, ports.files, shared.userData, ports.assets)
        lane = ports.lane
        (fleet, policies, clock) = (shared.fleet, shared.settings.policies, shared.clock)
    }
}
