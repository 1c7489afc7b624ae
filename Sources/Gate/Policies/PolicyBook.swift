internal import Basics
public import Fleet
internal import Identity
public import Store

/// What an account may run, how much, and how long its things are kept.
public struct AccountPolicy: Sendable, Hashable {
    public let name: String
    public var graph = GraphPolicy.standard
    public var quota = AccountQuota()
    /// Milliseconds.
    public var maxRun = 2 * 3_600_000
    public var maxQueueAge = 7 * 86_400_000
    public var retention: [FolderType: RetentionRule] = [:]
    /// Milliseconds that ended jobs stay in the history; nil for ever.
    public var jobAge: Int?

    init(_ policy: Configuration.Policy) {
        name = policy.name
        (graph, quota) = (policy.graph, policy.quota)
        maxRun = Int(policy.maxRun.wholeMilliseconds)
        maxQueueAge = Int(policy.maxQueueAge.wholeMilliseconds)
        let keep = policy.keep
        retention[.output] = RetentionRule(
            age: keep.outputs.map { Int($0.wholeMilliseconds) }, count: keep.outputsCount,
            bytes: keep.outputsSize?.bytes)
        retention[.input] = RetentionRule(age: keep.inputs.map { Int($0.wholeMilliseconds) })
        retention[.temp] = RetentionRule(age: keep.temp.map { Int($0.wholeMilliseconds) })
        jobAge = keep.jobs.map { Int($0.wholeMilliseconds) }
    }

    func terms(at now: Timestamp) -> JobTerms {
        JobTerms(queueUntil: now.advanced(byMilliseconds: Int64(maxQueueAge)), runLimit: maxRun)
    }
}

/// Which policy holds for whom: the first one that names the account's role or one of its teams, or that is for everybody.
public struct PolicyBook: Sendable, Hashable {
    private struct Entry: Sendable, Hashable {
        let roles: Set<Role>
        let teams: Set<AccountName>
        let policy: AccountPolicy
        var isOpen: Bool { roles.isEmpty && teams.isEmpty }
    }
    private let entries: [Entry]
    /// Whether anybody's teams matter.
    private let namesTeams: Bool

    init(_ policies: [Configuration.Policy]) {
        entries = (policies + Self.builtIn).map { policy in
            Entry(roles: Set(policy.roles), teams: Set(policy.teams), policy: AccountPolicy(policy))
        }
        namesTeams = entries.contains { !$0.teams.isEmpty }
    }

    func policy(of role: Role, teams: Set<AccountName>) -> AccountPolicy {
        let found = entries.first { entry in
            entry.isOpen || entry.roles.contains(role) || !entry.teams.isDisjoint(with: teams)
        }
        guard let found else { preconditionFailure("the last policy is for everybody") }
        return found.policy
    }

    /// - Parameter identity: Knows the names of teams; asked only when they matter.
    func policy(
        of role: Role, teams: Set<UUID>, _ identity: IdentityService
    ) async throws(GateError) -> AccountPolicy {
        guard namesTeams, !teams.isEmpty else { return policy(of: role, teams: []) }
        let names = try await identity.teams().filter { teams.contains($0.id) }.map(\.name)
        return policy(of: role, teams: Set(names))
    }

    /// Behind those of the configuration: guests get little, and it goes soon; then everybody.
    private static let builtIn: [Configuration.Policy] = {
        var guests = Configuration.Policy(name: "guests")
        guests.roles = [.guest]
        guests.quota.waitingJobs = 2
        let hour = Duration.seconds(3_600)
        (guests.keep.outputs, guests.keep.inputs, guests.keep.temp, guests.keep.jobs) = (hour, hour, hour, hour)
        return [guests, Configuration.Policy(name: "default")]
    }()
}
