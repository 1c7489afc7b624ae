public import Basics
public import Identity
internal import Store
internal import Wire

/// All administration, as JSON questions and answers.
///
/// The one implementation behind the console's listeners, its Unix socket, and the command line when no gate runs. Who
/// asks has been found out before; whether they may is decided here, by `Policy` at the console's surface. Every change
/// is acknowledged only after the store has synced it and every loop has heard of it.
public struct AdminSurface: Sendable {
    let identity: IdentityService
    /// Nil where there are only accounts.
    private let work: (@Sendable () throws(GateError) -> GateWork)?
    let clock: WallClock

    /// - Parameter work: Asked for each question about jobs or files, because a reload changes policies.
    public init(
        _ identity: IdentityService, work: (@Sendable () throws(GateError) -> GateWork)? = nil,
        clock: @escaping WallClock = Timestamp.now
    ) {
        (self.identity, self.work, self.clock) = (identity, work, clock)
    }

    /// - Throws: `unauthenticated`, `forbidden`, `notFound`, `methodNotAllowed`, `invalidArgument`, and whatever
    ///   `IdentityService` says to the change.
    public func answer(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        switch AdminRoutes.table.match(request.method, request.segments[...]) {
        case .none:
            _ = try Self.known(request)
            throw GateError(.notFound, from: .client, "There is nothing here.")
        case .otherMethod(let methods):
            _ = try Self.known(request)
            let allowed = Set(methods.map(\.rawValue)).sorted().joined(separator: ", ")
            throw GateError(.methodNotAllowed, from: .client, "Use \(allowed) here.")
        case .found(let route, let parameters):
            try decide(route.access, request.principal)
            if route.access == .consoleOnly { try checkPassword(route.action, request.principal) }
            let name = parameters.first ?? ""
            return switch route.action {
            case .people(let action): try await perform(action, request, name)
            case .work(let action): try await perform(action, request, name)
            }
        }
    }

    private func perform(
        _ action: PeopleAction, _ request: AdminRequest, _ name: String
    ) async throws(GateError) -> AdminAnswer {
        switch action {
        case .listAccounts: try await listAccounts()
        case .createAccount: try await createAccount(request)
        case .importAccounts: try await importAccounts(request)
        case .showAccount: try await showAccount(name)
        case .changeAccount: try await changeAccount(request, name)
        case .removeAccount: try await removeAccount(request, name)
        case .showSelf: try await showSelf(request)
        case .changeOwnPassword: try await changeOwnPassword(request)
        case .listTeams: try await listTeams()
        case .createTeam: try await createTeam(request)
        case .renameTeam: try await renameTeam(request, name)
        case .removeTeam: try await removeTeam(request, name)
        case .listTokens: try await listTokens(request)
        case .createToken: try await createToken(request)
        case .revokeToken: try await revokeToken(request, name)
        case .listSessions: try await listSessions(request)
        case .revokeSession: try await revokeSession(request, name)
        case .revokeSessions: try await revokeSessions(request)
        case .listInvitations: try await listInvitations()
        case .createInvitation: try await createInvitation(request)
        case .revokeInvitation: try await revokeInvitation(request, name)
        case .redeemInvitation: try await redeemInvitation(request)
        case .tailAudit: try await tailAudit(request)
        case .noteChange: try await noteChange(request)
        case .verifyAudit: try await verifyAudit(request)
        case .importLogin: try await importLogin(request)
        case .askBootstrap: .ok(["needed": .bool(try await identity.needsAdministrator())])
        case .makeBootstrap: try await makeBootstrap(request)
        case .redeemBootstrap: try await redeemBootstrap(request)
        }
    }

    private func perform(
        _ action: WorkAction, _ request: AdminRequest, _ name: String
    ) async throws(GateError) -> AdminAnswer {
        guard let work = try work?() else { throw GateError(.notFound, from: .client, "There is nothing here.") }
        let jobs = AdminJobs(self, work)
        let files = AdminFiles(self, work)
        return switch action {
        case .listJobs: try await jobs.list(request)
        case .showJob: try await jobs.show(request, name)
        case .explainJob: try await jobs.explain(request, name)
        case .cancelJob: try await jobs.cancel(request, name)
        case .retryJob: try await jobs.retry(request, name)
        case .moveJob: try await jobs.move(request, name)
        case .listQuarantine: try await jobs.quarantine()
        case .releaseGraph: try await jobs.release(request, name)
        case .listWorkers: try await jobs.workers()
        case .showUsage: try await jobs.usage(request)
        case .listFiles: try await files.list(request)
        case .sendAsset: try await files.asset(name)
        case .retain: try await files.retain(request)
        case .collectAssets: try await files.collect(request)
        case .verifyAssets: try await files.verify(request)
        case .exportAccount: try await files.export(request, name)
        case .exportJobs: try await files.exportJobs(request, name)
        case .exportUserFile: try await files.exportUserFile(request, name)
        case .eraseAccount: try await eraseAccount(request, name)
        }
    }

    // MARK: Who may

    private func decide(_ access: RouteClass, _ principal: Principal?) throws(GateError) {
        switch Policy.decide(principal, Action(access, at: .console), now: clock()) {
        case .allow: return
        case .unauthenticated: throw Self.unauthenticated
        case .forbidden(let reason): throw GateError(.forbidden, from: .client, reason.rawValue)
        case .hidden: throw GateError(.notFound, from: .client, "There is nothing here.")
        }
    }

    /// A session whose password must be changed can do that and nothing else: least of all make itself a token.
    private func checkPassword(_ action: AdminAction, _ principal: Principal?) throws(GateError) {
        guard let principal, principal.mustChangePassword, case .session = principal.credential else { return }
        guard [.people(.changeOwnPassword), .people(.showSelf)].contains(action) else {
            throw GateError(.forbidden, from: .client, Decision.Reason.passwordChangeDue.rawValue)
        }
    }

    func isAdministrator(_ principal: Principal) -> Bool {
        Policy.decide(principal, Action(.admin, at: .console), now: clock()) == .allow
    }

    /// Whose credentials a request is about: the caller's own unless it names an account.
    ///
    /// - Throws: `notFound` for somebody else's unless the caller is an administrator; `invalidArgument` when the
    ///   command line, which has no account, names none.
    func owner(_ named: String?, _ request: AdminRequest) async throws(GateError) -> Account {
        let principal = try Self.known(request)
        guard let named else {
            if case .console = principal.credential {
                throw AdminMembers.invalid("Name the account: the command line has none of its own.")
            }
            return try await identity.account(principal.account)
        }
        if isAdministrator(principal) { return try await account(named) }
        // Compared before anything is looked up, so that the answer tells nothing about others.
        let own = try await identity.account(principal.account)
        guard own.id.description == named || (try? AccountName(named)) == own.name else { throw StoreRules.noAccount }
        return own
    }

    /// Nil for an administrator, whom every credential may concern.
    func limit(_ request: AdminRequest) throws(GateError) -> UUID? {
        let principal = try Self.known(request)
        return isAdministrator(principal) ? nil : principal.account
    }

    static func known(_ request: AdminRequest) throws(GateError) -> Principal {
        guard let principal = request.principal else { throw unauthenticated }
        return principal
    }

    static let unauthenticated = GateError(.unauthenticated, from: .client, "Authentication required.")

    // MARK: Names

    /// An account by id or name. The id goes first: a name may look like one.
    func account(_ text: String) async throws(GateError) -> Account {
        if let id = UUID(text) {
            do throws(GateError) { return try await identity.account(id) } catch {
                guard error.code == .notFound else { throw error }
            }
        }
        return try await identity.account(named: text)
    }

    func team(_ text: String) async throws(GateError) -> Team {
        let teams = try await identity.teams()
        if let id = UUID(text), let team = teams.first(where: { $0.id == id }) { return team }
        guard let name = try? AccountName(text), let team = teams.first(where: { $0.name == name }) else {
            throw StoreRules.noTeam
        }
        return team
    }

    func teams(_ names: [String]) async throws(GateError) -> Set<UUID> {
        var ids: Set<UUID> = []
        for name in names { ids.insert(try await team(name).id) }
        return ids
    }
}
