public import Basics
public import Store

extension IdentityService {
    public func accounts() async throws(GateError) -> [Account] { try await store.accounts() }
    public func account(_ id: UUID) async throws(GateError) -> Account { try await existing(id) }

    /// - Throws: `notFound`, also for a text that cannot be a name.
    public func account(named text: String) async throws(GateError) -> Account {
        guard let name = try? AccountName(text), let account = try await store.account(named: name) else {
            throw StoreRules.noAccount
        }
        return account
    }

    /// Makes an account.
    ///
    /// - Parameters:
    ///   - password: Nil for a machine, which uses tokens, or for somebody who gets an invitation instead.
    ///   - mustChange: Whether the password serves for one login only.
    public func createAccount(
        name: String, role: Role, kind: Account.Kind = .person, teams: Set<UUID> = [], password: Secret? = nil,
        mustChange: Bool = false, by actor: AuditActor
    ) async throws(GateError) -> Account {
        let name = try AccountName(name)
        if kind == .machine, password != nil {
            throw invalid("A machine has no password; make a token for it.")
        }
        if role == .guest { throw invalid("Guests make their accounts themselves; choose another role.") }
        let hash = try await hash(password, for: name)
        return try await change { change throws(GateError) in
            let account = Account(
                name: name, kind: kind, role: role, teams: teams, passwordHash: hash, mustChangePassword: mustChange,
                created: clock())
            change.steps = [.insertAccount(account)]
            change.items = [.account(account)]
            change.audit = entry(
                "account.create", subject(account), by: actor,
                ["role": .string(role.rawValue), "kind": .string(kind.rawValue)])
            return account
        }
    }

    public func rename(_ id: UUID, to text: String, by actor: AuditActor) async throws(GateError) -> Account {
        let name = try AccountName(text)
        return try await edit(id, "account.rename", by: actor) { $0.name = name }
    }

    public func setTeams(_ id: UUID, _ teams: Set<UUID>, by actor: AuditActor) async throws(GateError) -> Account {
        let detail = JSON.array(teams.sorted().map { .string($0.description) })
        return try await edit(id, "account.teams", by: actor, ["teams": detail]) { $0.teams = teams }
    }

    /// Ends the account's sessions; raised above `user` it also loses credentials of ComfyUI-Login.
    ///
    /// - Throws: `lastAdministrator`.
    public func setRole(_ id: UUID, to role: Role, by actor: AuditActor) async throws(GateError) -> Account {
        try await change { change throws(GateError) in
            var account = try await existing(id)
            guard (account.role == .guest) == (role == .guest) else {
                throw invalid("A guest stays a guest and nobody becomes one; make a new account.")
            }
            let before = account.role
            account.role = role
            change.steps = [.updateAccount(account), .removeSessions(of: id)]
            change.items = [.account(account), .sessionsRemoved(of: id)]
            if role != .user {
                for token in try await store.tokens(of: id) where token.kind == .migration {
                    change.steps.append(.removeToken(token.id))
                    change.items.append(.tokenRemoved(token.digest))
                }
            }
            if before == .admin { change.steps.append(.requireAdministrator) }
            change.audit = entry(
                "account.role", subject(account), by: actor,
                ["from": .string(before.rawValue), "to": .string(role.rawValue)])
            return account
        }
    }

    /// Ends the account's sessions; its tokens stay but are worth nothing until it is enabled again.
    ///
    /// - Throws: `lastAdministrator`.
    public func disable(_ id: UUID, by actor: AuditActor) async throws(GateError) -> Account {
        try await shut(id, "account.disable", by: actor) { $0.disabled = true }
    }

    /// Also takes a removal back.
    public func enable(_ id: UUID, by actor: AuditActor) async throws(GateError) -> Account {
        try await edit(id, "account.enable", by: actor) {
            $0.disabled = false
            $0.removeAfter = nil
        }
    }

    /// Disables the account now; `sweep` takes it away when the grace is over.
    ///
    /// - Throws: `lastAdministrator`.
    public func remove(_ id: UUID, by actor: AuditActor) async throws(GateError) -> Account {
        let end = clock().advanced(bySeconds: settings.removalGraceSeconds)
        return try await shut(id, "account.remove", by: actor, ["after": .string(end.rfc3339)]) {
            $0.disabled = true
            $0.removeAfter = end
        }
    }

    /// Takes an account and all its things away at once, for good; the audit trail keeps its number.
    ///
    /// - Throws: `lastAdministrator`.
    public func erase(_ id: UUID, by actor: AuditActor) async throws(GateError) -> Account {
        // Disabled first: what it has under way ends before its things go.
        let account = try await shut(id, "account.erase", by: actor) { $0.disabled = true }
        try await change { change throws(GateError) in
            change.steps = [.removeAccount(id)]
            change.items = [.accountRemoved(id)]
        }
        return account
    }

    /// Sets a password and ends the account's sessions.
    ///
    /// - Parameter mustChange: True when somebody else chose it.
    public func setPassword(
        _ id: UUID, to password: Secret, mustChange: Bool, by actor: AuditActor
    ) async throws(GateError) -> Account {
        let account = try await existing(id)
        guard account.kind == .person, account.role != .guest else {
            throw invalid("Machines and guests have no password.")
        }
        let hash = try await hash(password, for: account.name)
        return try await change { change throws(GateError) in
            var account = try await existing(id)
            account.passwordHash = hash
            account.mustChangePassword = mustChange
            change.steps = [.updateAccount(account), .removeSessions(of: id)]
            change.items = [.account(account), .sessionsRemoved(of: id)]
            change.audit = entry("account.password", subject(account), by: actor)
            return account
        }
    }

    /// Changes one's own password; all sessions end, the caller's too.
    ///
    /// - Throws: `unauthenticated` when the old one is wrong; `tooManyAttempts`.
    public func changePassword(
        _ id: UUID, from old: Secret, to new: Secret, address: ClientAddress
    ) async throws(GateError) {
        let account = try await existing(id)
        let hash = account.passwordHash.flatMap { try? PasswordHash(validating: $0) }
        guard try await passwords.verify(account: account.name.key, hash: hash, password: old, address: address) else {
            throw GateError(.unauthenticated, from: .client, "The old password is wrong.")
        }
        if old == new { throw invalid("The new password must differ from the old one.") }
        _ = try await setPassword(id, to: new, mustChange: false, by: .account(id))
    }

    // MARK: Teams

    public func teams() async throws(GateError) -> [Team] { try await store.teams() }

    public func createTeam(name: String, by actor: AuditActor) async throws(GateError) -> Team {
        let team = Team(name: try AccountName(name), created: clock())
        return try await change { change throws(GateError) in
            change.steps = [.insertTeam(team)]
            change.audit = entry("team.create", "team:\(name):\(team.id)", by: actor)
            return team
        }
    }

    public func renameTeam(_ id: UUID, to text: String, by actor: AuditActor) async throws(GateError) {
        let team = Team(id: id, name: try AccountName(text), created: clock())
        try await change { change throws(GateError) in
            change.steps = [.updateTeam(team)]
            change.audit = entry("team.rename", "team:\(id)", by: actor, ["to": .string(text)])
        }
    }

    /// Its members stay; open invitations into it end.
    public func removeTeam(_ id: UUID, by actor: AuditActor) async throws(GateError) {
        try await change { change throws(GateError) in
            change.steps = [.removeTeam(id)]
            for var account in try await store.accounts() where account.teams.contains(id) {
                account.teams.remove(id)
                change.items.append(.account(account))
            }
            change.audit = entry("team.remove", "team:\(id)", by: actor)
        }
    }

    // MARK: Helpers

    func hash(_ password: Secret?, for name: AccountName) async throws(GateError) -> String? {
        guard let password else { return nil }
        try passwords.hasher.check(password, for: name.text)
        return try await passwords.hash(password)
    }

    func subject(_ account: Account) -> String { "account:\(account.id)" }

    func invalid(_ message: String) -> GateError { GateError(.invalidArgument, from: .client, message) }

    private func edit(
        _ id: UUID, _ action: String, by actor: AuditActor, _ detail: JSON = [:], _ body: (inout Account) -> Void
    ) async throws(GateError) -> Account {
        try await change { change throws(GateError) in
            var account = try await existing(id)
            let subject = subject(account)
            body(&account)
            change.steps = [.updateAccount(account)]
            change.items = [.account(account)]
            change.audit = entry(action, subject, by: actor, detail)
            return account
        }
    }

    /// An edit after which the account can do nothing.
    private func shut(
        _ id: UUID, _ action: String, by actor: AuditActor, _ detail: JSON = [:], _ body: (inout Account) -> Void
    ) async throws(GateError) -> Account {
        try await change { change throws(GateError) in
            var account = try await existing(id)
            body(&account)
            change.steps = [.updateAccount(account), .removeSessions(of: id)]
            if account.role == .admin { change.steps.append(.requireAdministrator) }
            change.items = [.account(account), .sessionsRemoved(of: id)]
            change.audit = entry(action, subject(account), by: actor, detail)
            return account
        }
    }
}
