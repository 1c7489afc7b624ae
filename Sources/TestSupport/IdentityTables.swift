internal import Basics
internal import Store

/// The state of `InMemoryAccountStore`, and what each change does to it.
struct IdentityTables {
    var accounts: [UUID: Account] = [:]
    var teams: [UUID: Team] = [:]
    var tokens: [UUID: Token] = [:]
    var sessions: [Digest32: Session] = [:]
    var invitations: [UUID: Invitation] = [:]
    var bootstrap: BootstrapSecret?
    var audit: [AuditRecord] = []
    var failure: GateError?
    /// How many were tried.
    var changes = 0

    var head: AuditHead { audit.last.map { AuditHead(count: $0.sequence, mac: $0.mac) } ?? .empty }
}

extension IdentityTables {
    func list() -> [Account] { accounts.values.sorted { $0.name < $1.name } }
    func teamList() -> [Team] { teams.values.sorted { $0.name < $1.name } }
    func tokens(of account: UUID?) -> [Token] {
        tokens.values.filter { account == nil || $0.account == account }
            .sorted { ($0.created, $0.id) < ($1.created, $1.id) }
    }
    func sessions(of account: UUID?) -> [Session] {
        sessions.values.filter { account == nil || $0.account == account }
            .sorted { ($0.created, $0.digest.description) < ($1.created, $1.digest.description) }
    }

    mutating func apply(_ change: IdentityChange) throws(GateError) {
        switch change {
        case .insertAccount(let account):
            guard accounts[account.id] == nil, !accounts.values.contains(where: { $0.name == account.name }) else {
                throw StoreRules.accountExists
            }
            guard account.teams.allSatisfy({ teams[$0] != nil }) else { throw StoreRules.noTeam }
            accounts[account.id] = account
        case .updateAccount(let account):
            guard let before = accounts[account.id] else { throw StoreRules.noAccount }
            guard !accounts.values.contains(where: { $0.name == account.name && $0.id != account.id }) else {
                throw StoreRules.accountExists
            }
            guard account.teams.allSatisfy({ teams[$0] != nil }) else { throw StoreRules.noTeam }
            accounts[account.id] = Account(
                id: account.id, name: account.name, kind: account.kind, role: account.role, teams: account.teams,
                passwordHash: account.passwordHash, mustChangePassword: account.mustChangePassword,
                disabled: account.disabled, created: before.created, expires: account.expires,
                removeAfter: account.removeAfter)
        case .removeAccount(let id):
            guard accounts.removeValue(forKey: id) != nil else { throw StoreRules.noAccount }
            tokens = tokens.filter { $0.value.account != id }
            sessions = sessions.filter { $0.value.account != id }
        case .requireAdministrator:
            let remains = accounts.values.contains {
                $0.role == .admin && $0.kind == .person && !$0.disabled && $0.passwordHash != nil
                    && $0.removeAfter == nil
            }
            if !remains { throw StoreRules.lastAdministrator }
        default: try applyOther(change)
        }
    }

    private mutating func applyOther(_ change: IdentityChange) throws(GateError) {
        switch change {
        case .insertTeam(let team):
            guard teams[team.id] == nil, !teams.values.contains(where: { $0.name == team.name }) else {
                throw StoreRules.teamExists
            }
            teams[team.id] = team
        case .updateTeam(let team):
            guard let before = teams[team.id] else { throw StoreRules.noTeam }
            guard !teams.values.contains(where: { $0.name == team.name && $0.id != team.id }) else {
                throw StoreRules.teamExists
            }
            teams[team.id] = Team(id: team.id, name: team.name, created: before.created)
        case .removeTeam(let id):
            guard teams.removeValue(forKey: id) != nil else { throw StoreRules.noTeam }
            for account in accounts.keys { accounts[account]?.teams.remove(id) }
            invitations = invitations.filter { $0.value.team != id }
        case .insertToken(let token):
            guard accounts[token.account] != nil else { throw StoreRules.noAccount }
            guard tokens[token.id] == nil, !tokens.values.contains(where: { $0.digest == token.digest }) else {
                throw StoreRules.tokenExists
            }
            tokens[token.id] = token
        case .removeToken(let id):
            guard tokens.removeValue(forKey: id) != nil else { throw StoreRules.noToken }
        case .insertSession(let session):
            guard accounts[session.account] != nil else { throw StoreRules.noAccount }
            guard sessions[session.digest] == nil else { throw StoreRules.sessionExists }
            sessions[session.digest] = session
        case .removeSession(let digest):
            guard sessions.removeValue(forKey: digest) != nil else { throw StoreRules.noSession }
        case .removeSessions(let account): sessions = sessions.filter { $0.value.account != account }
        default: try applySecret(change)
        }
    }

    private mutating func applySecret(_ change: IdentityChange) throws(GateError) {
        switch change {
        case .insertInvitation(let invitation):
            if let team = invitation.team, teams[team] == nil { throw StoreRules.noTeam }
            guard invitations[invitation.id] == nil,
                !invitations.values.contains(where: { $0.digest == invitation.digest })
            else { throw StoreRules.invitationExists }
            invitations[invitation.id] = invitation
        case .redeemInvitation(let digest, let now):
            guard let found = invitations.values.first(where: { $0.digest == digest && now < $0.expires }) else {
                throw StoreRules.noInvitation
            }
            invitations[found.id] = nil
        case .removeInvitation(let id):
            guard invitations.removeValue(forKey: id) != nil else { throw StoreRules.noInvitation }
        case .setBootstrap(let secret): bootstrap = secret
        case .redeemBootstrap(let digest, let now):
            guard let secret = bootstrap, secret.digest == digest, now < secret.expires else {
                throw StoreRules.noBootstrap
            }
            bootstrap = nil
        case .sweep(let now):
            sessions = sessions.filter { now < $0.value.idleExpiry && now < $0.value.absoluteExpiry }
            invitations = invitations.filter { now < $0.value.expires }
            if let secret = bootstrap, secret.expires <= now { bootstrap = nil }
        default: preconditionFailure("a change without an implementation")
        }
    }
}
