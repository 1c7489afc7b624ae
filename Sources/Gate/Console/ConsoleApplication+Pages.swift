internal import Basics
internal import Fleet
internal import HTTP
internal import Identity
internal import Store
internal import Wire

/// The console's pages: what is read here is shown, what is sent goes to `AdminSurface` as everything does.
extension ConsoleApplication {
    func page(_ visit: ConsoleVisit, _ path: WebPath) async throws {
        switch visit.request.method {
        case .get, .head: try await show(visit, path)
        case .post: try await act(visit, path)
        default:
            throw Refusal(.methodNotAllowed, .methodNotAllowed, "Use GET or POST here.", ["Allow": "GET, POST"])
        }
    }

    private func show(_ visit: ConsoleVisit, _ path: WebPath) async throws {
        if let file = WebFile(path) { return try await visit.exchange.respond(.ok, file.fields, file.bytes) }
        let notice = visit.request.target.query[FieldName.done.rawValue].flatMap { Notice(rawValue: $0) }
        switch path {
        case .login:
            if try await identity.needsAdministrator() { return try await redirect(visit, to: "/start") }
            var page = LoginPage(next: LocalPath(visit.request.target.query[FieldName.next.rawValue]))
            page.notice = notice
            return try await send(visit, .ok, page)
        case .start:
            guard try await identity.needsAdministrator() else { return try await redirect(visit, to: "/login") }
            return try await send(visit, .ok, FirstStartPage())
        default: break
        }
        let principal = try known(visit)
        if principal.mustChangePassword, case .session = principal.credential, path != .account {
            return try await redirect(visit, to: "/account")
        }
        switch path {
        case .account:
            var page = try await accountPage(principal)
            page.notice = notice
            try await send(visit, .ok, page)
        case .people:
            var page = try await peoplePage(visit)
            page.notice = notice
            try await send(visit, .ok, page)
        case .person(let id):
            var page = try await personPage(id, principal)
            page.notice = notice
            try await send(visit, .ok, page)
        case .invitations:
            var page = try await invitationsPage(principal)
            page.notice = notice
            try await send(visit, .ok, page)
        case .teams:
            var page = try await teamsPage(principal)
            page.notice = notice
            try await send(visit, .ok, page)
        case .audit: try await send(visit, .ok, try await auditPage(visit, principal))
        case .status: try await send(visit, .ok, try await statusPage(principal))
        default:
            guard try await showWork(visit, path, notice) else {
                throw Refusal(.methodNotAllowed, .methodNotAllowed, "Use POST here.", ["Allow": "POST"])
            }
        }
    }

    /// Who asks for a page; a browser without a session is sent to the login page.
    func known(_ visit: ConsoleVisit) throws -> Principal {
        guard let principal = visit.principal else { throw Refusal.unauthenticated }
        return principal
    }

    // MARK: What is shown

    func accountPage(_ principal: Principal) async throws -> AccountPage {
        try require(.consoleOnly, principal)
        let account = try await identity.account(principal.account)
        let current: Digest32? = if case .session(let digest, _) = principal.credential { digest } else { nil }
        var page = AccountPage(name: account.name.text, role: account.role)
        page.mustChangePassword = account.mustChangePassword
        page.tokens = try await identity.tokens(of: account.id).map { TokenRow($0) }
        page.sessions = try await identity.sessions(of: account.id).map {
            SessionRow($0, isCurrent: $0.digest == current)
        }
        page.grantable = Policy.grantableScopes(to: account.role)
        page.tokenLimit = identity.settings.tokensPerAccount
        return page
    }

    func peoplePage(_ visit: ConsoleVisit) async throws -> PeoplePage {
        try require(.admin, visit.principal)
        let query = visit.request.target.query
        let search = query[FieldName.search.rawValue] ?? ""
        let teams = try await teamChoices()
        var uses: [UUID: Timestamp] = [:]
        for token in try await identity.tokens(of: nil) {
            if let use = token.lastUsed { uses[token.account] = max(uses[token.account] ?? use, use) }
        }
        for session in try await identity.sessions(of: nil) {
            uses[session.account] = max(uses[session.account] ?? session.lastUsed, session.lastUsed)
        }
        let found = try await identity.accounts().filter {
            search.isEmpty || $0.name.key.contains(search.lowercased()) || $0.name.text.contains(search)
        }
        let size = PeoplePage.rowsPerPage
        let pages = max(1, (found.count + size - 1) / size)
        let number = min(pages, max(1, query[FieldName.page.rawValue].flatMap { Int($0) } ?? 1))
        let rows = found.dropFirst((number - 1) * size).prefix(size).map {
            PersonRow($0, teams: teams, lastUsed: uses[$0.id])
        }
        return PeoplePage(
            people: rows, total: found.count, search: search, page: number, pages: pages, teams: teams)
    }

    func personPage(_ id: UUID, _ principal: Principal) async throws -> PersonPage {
        try require(.admin, principal)
        let teams = try await teamChoices()
        let account = try await identity.account(id)
        let (tokens, sessions) = (try await identity.tokens(of: id), try await identity.sessions(of: id))
        let last = (tokens.compactMap(\.lastUsed) + sessions.map(\.lastUsed)).max()
        var page = PersonPage(person: PersonRow(account, teams: teams, lastUsed: last))
        page.teams = teams
        page.tokens = tokens.map { TokenRow($0) }
        page.sessions = sessions.map { SessionRow($0, isCurrent: false) }
        page.isOwn = id == principal.account
        page.graceDays = Int(identity.settings.removalGraceSeconds / 86_400)
        return page
    }

    func invitationsPage(_ principal: Principal) async throws -> InvitationsPage {
        try require(.admin, principal)
        let teams = try await teamChoices()
        let rows = try await identity.invitations().map { invitation in
            InvitationsPage.Row(
                id: invitation.id, role: invitation.role, team: teams.first { $0.id == invitation.team }?.name,
                created: invitation.created, expires: invitation.expires)
        }
        return InvitationsPage(invitations: rows, teams: teams)
    }

    func teamsPage(_ principal: Principal) async throws -> TeamsPage {
        try require(.admin, principal)
        var counts: [UUID: Int] = [:]
        for team in try await identity.accounts().flatMap(\.teams) { counts[team, default: 0] += 1 }
        return TeamsPage(
            teams: try await identity.teams().map {
                TeamsPage.Row(id: $0.id, name: $0.name.text, members: counts[$0.id] ?? 0)
            })
    }

    private func auditPage(_ visit: ConsoleVisit, _ principal: Principal) async throws -> AuditPage {
        try require(.admin, principal)
        let wanted = visit.request.target.query[FieldName.limit.rawValue].flatMap { Int($0) } ?? 100
        let limit = AuditPage.limits.contains(wanted) ? wanted : 100
        let head = try await identity.auditHead()
        let names = AdminRecords(accounts: try await identity.accounts())
        var page = AuditPage(
            rows: try await identity.auditTail(limit).reversed().map { AuditPage.Row(names.named($0)) }, head: head,
            limit: limit)
        // A long trail takes a while to walk: the command line does it when asked.
        if head.count <= 10_000 { page.verdict = try await identity.verifyAudit(head: nil) }
        return page
    }

    private func statusPage(_ principal: Principal) async throws -> StatusPage {
        try require(.operator, principal)
        let facts = await view.status()
        var page = StatusPage(version: GateVersion.current, started: settings.started)
        if let address = facts["worker"]?.string {
            page.worker = StatusPage.Worker(address: address, view.readiness(), reachableAt: view.exposure())
        }
        if let fleet = view.work?().fleet {
            if let load = try? await fleet.load() {
                page.worker?.running = load.phases.values.reduce(0, +)
                page.worker?.pending = load.waiting
            }
            if fleet.ports.disk.last.isLow { page.warnings.append(.diskLow) }
        }
        page.connections = facts["connections"]?.int
        page.addresses = [settings.gate.description]
        page.accounts = try await identity.accounts().count
        page.sessions = try await identity.sessions(of: nil).count
        page.warnings += try await identity.migrationTokens().compactMap { $0.expires }.map { .migration(until: $0) }
        return page
    }

    func teamChoices() async throws -> [TeamChoice] {
        try await identity.teams().map { TeamChoice(id: $0.id, name: $0.name.text) }
    }

    // MARK: Sending

    func context(_ request: Request, _ principal: Principal?) -> PageContext {
        let place: PageContext.Place? =
            request.method == .get
            ? PageContext.Place(segments: request.target.segments.map(\.text), query: request.target.query) : nil
        return PageContext(
            surface: .console, now: clock(), acceptLanguage: request.fields["Accept-Language"],
            query: request.target.query, viewer: principal.map { .init(name: $0.name, role: $0.role) }, place: place)
    }

    func send(
        _ visit: ConsoleVisit, _ status: Status, _ page: some WebPage, _ extra: Fields = [:]
    ) async throws {
        var fields = PageFields.all
        fields["X-Frame-Options"] = "DENY"
        fields.append(contentsOf: extra)
        try await visit.exchange.respond(status, fields, page.body(context(visit.request, visit.principal)))
    }

    func redirect(
        _ visit: ConsoleVisit, to path: WebPath, done notice: Notice? = nil, _ extra: Fields = [:]
    ) async throws {
        try await redirect(visit, to: context(visit.request, visit.principal).location(path, done: notice), extra)
    }
}
