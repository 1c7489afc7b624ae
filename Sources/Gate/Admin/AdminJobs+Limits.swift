internal import Basics
internal import Identity
internal import Store

extension AdminJobs {
    /// Accounts of one answer; of more, those are left out that are farthest from their limits.
    static let limitedAccounts = 200

    /// What accounts have used of what their policies allow, the nearest to a limit first; without those that use nothing,
    /// unless one is asked for by name.
    ///
    /// Counts as the store does when it judges a submission.
    func limits(of account: UUID?) async throws(GateError) -> JSON {
        let today = UsageDay(work.clock())
        var uses: [UUID: AccountUse] = [:]
        for record in try await store.usage(of: account, today.firstOfMonth...today) {
            uses[record.account, default: AccountUse()].add(record, today)
        }
        for (owner, open) in try await store.openCounts() { uses[owner, default: AccountUse()].open = open }
        for (owner, counts) in try await work.files.counts() {
            uses[owner, default: AccountUse()].storedBytes = counts.values.reduce(0) { $0 + $1.bytes }
        }
        var teams: [UUID: AccountName] = [:]
        for team in try await surface.identity.teams() { teams[team.id] = team.name }
        var rows: [(nearness: Double, json: JSON)] = []
        for owner in try await surface.identity.accounts() {
            guard account.map({ $0 == owner.id }) ?? (uses[owner.id] != nil) else { continue }
            let names = Set(owner.teams.compactMap { teams[$0] })
            let policy = work.policies.policy(of: owner.role, teams: names)
            let limits = (uses[owner.id] ?? AccountUse()).limits(policy.quota)
            let json: JSON = [
                "account": .string(owner.name.text), "policy": .string(policy.name),
                "limits": .array(limits.map(\.json)),
            ]
            rows.append((limits.map(\.nearness).max() ?? 0, json))
        }
        let nearest = rows.sorted { $0.nearness > $1.nearness }.prefix(Self.limitedAccounts)
        return .array(nearest.map(\.json))
    }
}

/// What one account has used and keeps.
struct AccountUse: Sendable, Hashable {
    struct Sum: Sendable, Hashable {
        var jobs = 0
        var gpuMilliseconds = 0
    }

    var day = Sum()
    var month = Sum()
    var open = OpenCount()
    var storedBytes = 0

    /// - Parameter record: Of this month.
    mutating func add(_ record: UsageRecord, _ today: UsageDay) {
        month.jobs += record.jobs
        month.gpuMilliseconds += record.gpuMilliseconds
        guard record.day == today else { return }
        day.jobs += record.jobs
        day.gpuMilliseconds += record.gpuMilliseconds
    }

    struct Limit: Sendable, Hashable {
        let name: String
        let used: Int
        let limit: Int
        var nearness: Double { limit > 0 ? Double(used) / Double(limit) : 1 }
        var json: JSON { ["name": .string(name), "used": JSON(used), "limit": JSON(limit)] }
    }

    /// Those that the quota has, in a fixed order.
    func limits(_ quota: AccountQuota) -> [Limit] {
        // What has not ended counts, or many would begin at once.
        let all: [(String, Int, Int?)] = [
            ("waiting_jobs", open.waiting, quota.waitingJobs),
            ("waiting_bytes", open.waitingBytes, quota.waitingBytes),
            ("day_jobs", day.jobs + open.jobs, quota.day.jobs),
            ("day_gpu_seconds", day.gpuMilliseconds / 1_000, quota.day.gpuSeconds),
            ("month_jobs", month.jobs + open.jobs, quota.month.jobs),
            ("month_gpu_seconds", month.gpuMilliseconds / 1_000, quota.month.gpuSeconds),
            ("stored_bytes", storedBytes, quota.storedBytes),
        ]
        return all.compactMap { name, used, limit in limit.map { Limit(name: name, used: used, limit: $0) } }
    }
}
