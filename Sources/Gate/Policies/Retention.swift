internal import Basics
internal import Fleet
internal import Identity
internal import Store

/// Lets go of what the accounts' policies no longer keep.
struct Retention: Sendable {
    private let identity: IdentityService
    private let work: GateWork

    /// What was let go, or would be.
    struct Report: Sendable, Hashable {
        var files = FileCount()
        var jobs = 0
    }

    init(_ identity: IdentityService, _ work: GateWork) { (self.identity, self.work) = (identity, work) }

    /// - Parameter account: Nil for all.
    func run(_ account: UUID?, isTrial: Bool) async throws(GateError) -> Report {
        let now = work.clock()
        var report = Report()
        for account in try await identity.accounts().filter({ account == nil || $0.id == account }) {
            let policy = try await work.policies.policy(of: account.role, teams: account.teams, identity)
            for (type, rule) in policy.retention where !rule.isOpen {
                report.files += try await retire(account.id, type, rule, at: now, isTrial: isTrial)
            }
            guard let age = policy.jobAge else { continue }
            let end = now.advanced(byMilliseconds: -Int64(age))
            var count = 0
            repeat {
                count = try await work.jobs.forget(account: account.id, endedBefore: end, isTrial: isTrial)
                report.jobs += count
            } while count == 1_000 && !isTrial
        }
        return report
    }

    private func retire(
        _ account: UUID, _ type: FolderType, _ rule: RetentionRule, at now: Timestamp, isTrial: Bool
    ) async throws(GateError) -> FileCount {
        var sum = FileCount()
        while true {
            let step = try await work.files.retire(account: account, type, rule, at: now, isTrial: isTrial)
            sum += step
            guard step.files == 1_000, !isTrial else { return sum }
        }
    }

    /// Frees the bytes of what nobody refers to any more.
    ///
    /// - Parameter time: Bytes that came later stay.
    func collect(before time: Timestamp) async throws(GateError) -> FileCount {
        let collector = AssetCollector(files: work.files, assets: work.assets)
        var sum = FileCount()
        while true {
            let step = try await collector.collect(before: time, isTrial: false)
            sum += step
            // A step may free less than it forgot: what is young is swept later.
            guard step.files > 0 else { break }
        }
        for first in UInt8.min...UInt8.max {
            sum += try await collector.sweep(first, before: time, isTrial: false)
        }
        return sum
    }
}
