public import Basics
public import Fleet
public import Loop
public import Store

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
    let limits: JobLimits
    let clock: WallClock

    /// Where no gate runs.
    public init(
        jobs: any JobStore, files: any FileStore, userData: any UserDataStore, assets: AssetStore, lane: Lane,
        configuration: Configuration, clock: @escaping WallClock = Timestamp.now
    ) {
        (self.jobs, self.files, self.userData, self.assets) = (jobs, files, userData, assets)
        self.lane = lane
        fleet = nil
        (policies, limits) = (PolicyBook(configuration.policies), JobLimits(configuration.jobs))
        self.clock = clock
    }

    init(_ shared: GateShared) {
        let ports = shared.fleet.ports
        (jobs, files, userData, assets) = (ports.jobs, ports.files, shared.userData, ports.assets)
        lane = ports.lane
        (fleet, clock) = (shared.fleet, shared.clock)
        (policies, limits) = (shared.settings.policies, shared.settings.jobLimits)
    }
}
