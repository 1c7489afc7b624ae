internal import Basics
internal import Store

/// Changes of the identity tables, inside the transaction of whoever calls.
struct IdentityWriter {
    let connection: SQLiteConnection

    func apply(_ change: IdentityChange) throws(GateError) {
        switch change {
        case .insertAccount(let account): try insert(account)
        case .updateAccount(let account): try update(account)
        case .removeAccount(let id): try remove("DELETE FROM account WHERE id = ?", .id(id), StoreRules.noAccount)
        case .requireAdministrator: try requireAdministrator()
        case .insertTeam(let team):
            try keyed(
                "INSERT INTO team (id, name, name_key, created) VALUES (?, ?, ?, ?)",
                [.id(team.id), .text(team.name.text), .text(team.name.key), .time(team.created)],
                taken: StoreRules.teamExists)
        case .updateTeam(let team):
            let count = try keyed(
                "UPDATE team SET name = ?, name_key = ? WHERE id = ?",
                [.text(team.name.text), .text(team.name.key), .id(team.id)], taken: StoreRules.teamExists)
            if count == 0 { throw StoreRules.noTeam }
        case .removeTeam(let id): try remove("DELETE FROM team WHERE id = ?", .id(id), StoreRules.noTeam)
        case .insertToken(let token): try insert(token)
        case .removeToken(let id): try remove("DELETE FROM token WHERE id = ?", .id(id), StoreRules.noToken)
        case .insertSession(let session): try insert(session)
        case .removeSession(let digest):
            try remove("DELETE FROM session WHERE digest = ?", .digest(digest), StoreRules.noSession)
        case .removeSessions(let account): try connection.run("DELETE FROM session WHERE account = ?", .id(account))
        case .insertInvitation(let invitation): try insert(invitation)
        case .redeemInvitation(let digest, let now):
            let count = try connection.run(
                "DELETE FROM invitation WHERE digest = ? AND expires > ?", .digest(digest), .time(now))
            if count == 0 { throw StoreRules.noInvitation }
        case .removeInvitation(let id):
            try remove("DELETE FROM invitation WHERE id = ?", .id(id), StoreRules.noInvitation)
        case .setBootstrap(let secret):
            try connection.run(
                "INSERT OR REPLACE INTO bootstrap (id, digest, expires) VALUES (1, ?, ?)", .digest(secret.digest),
                .time(secret.expires))
        case .redeemBootstrap(let digest, let now):
            let count = try connection.run(
                "DELETE FROM bootstrap WHERE digest = ? AND expires > ?", .digest(digest), .time(now))
            if count == 0 { throw StoreRules.noBootstrap }
        case .sweep(let now):
            try connection.run("DELETE FROM session WHERE idle_expiry <= ?1 OR absolute_expiry <= ?1", .time(now))
            try connection.run("DELETE FROM invitation WHERE expires <= ?", .time(now))
            try connection.run("DELETE FROM bootstrap WHERE expires <= ?", .time(now))
        }
    }

    func append(_ record: AuditRecord) throws(GateError) {
        try connection.run(
            "INSERT INTO audit (sequence, time, actor, action, subject, detail, mac) VALUES (?, ?, ?, ?, ?, ?, ?)",
            .integer(record.sequence), .time(record.time), .text(record.actor), .text(record.action),
            .text(record.subject), .text(record.detail), .digest(record.mac))
    }

    func touch(_ touches: Touches) throws(GateError) {
        for (id, time) in touches.tokens {
            try connection.run(
                "UPDATE token SET last_used = ?1 WHERE id = ?2 AND (last_used IS NULL OR last_used < ?1)", .time(time),
                .id(id))
        }
        for (digest, use) in touches.sessions {
            try connection.run(
                "UPDATE session SET last_used = ?1, idle_expiry = ?2 WHERE digest = ?3 AND last_used < ?1",
                .time(use.lastUsed), .time(use.idleExpiry), .digest(digest))
        }
    }

    private func requireAdministrator() throws(GateError) {
        let found = try connection.query(
            """
            SELECT 1 FROM account WHERE role = 'admin' AND kind = 'person' AND disabled = 0 AND password IS NOT NULL
            AND remove_after IS NULL LIMIT 1
            """
        ) { row throws(GateError) in try row.integer(0) }
        if found.isEmpty { throw StoreRules.lastAdministrator }
    }

    private func insert(_ account: Account) throws(GateError) {
        try keyed(
            """
            INSERT INTO account (id, name, name_key, kind, role, password, must_change, disabled, expires,
                remove_after, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, [.id(account.id)] + values(account) + [.time(account.created)], taken: StoreRules.accountExists)
        try join(account)
    }

    private func update(_ account: Account) throws(GateError) {
        let count = try keyed(
            """
            UPDATE account SET name = ?, name_key = ?, kind = ?, role = ?, password = ?, must_change = ?,
                disabled = ?, expires = ?, remove_after = ? WHERE id = ?
            """, values(account) + [.id(account.id)], taken: StoreRules.accountExists)
        if count == 0 { throw StoreRules.noAccount }
        try connection.run("DELETE FROM membership WHERE account = ?", .id(account.id))
        try join(account)
    }

    private func values(_ account: Account) -> [SQLiteValue] {
        [
            .text(account.name.text), .text(account.name.key), .text(account.kind.rawValue),
            .text(account.role.rawValue), .text(orNull: account.passwordHash), .flag(account.mustChangePassword),
            .flag(account.disabled), .time(account.expires), .time(account.removeAfter),
        ]
    }

    private func join(_ account: Account) throws(GateError) {
        for team in account.teams {
            try keyed(
                "INSERT INTO membership (account, team) VALUES (?, ?)", [.id(account.id), .id(team)],
                taken: StoreRules.noTeam, unknown: StoreRules.noTeam)
        }
    }

    private func insert(_ token: Token) throws(GateError) {
        try keyed(
            """
            INSERT INTO token (id, account, label, digest, scopes, kind, created, expires, last_used)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(token.id), .id(token.account), .text(token.label), .digest(token.digest),
                .integer(token.scopes.rawValue), .text(token.kind.rawValue), .time(token.created),
                .time(token.expires), .time(token.lastUsed),
            ], taken: StoreRules.tokenExists)
    }

    private func insert(_ session: Session) throws(GateError) {
        try keyed(
            """
            INSERT INTO session (digest, account, surface, created, last_used, idle_expiry, absolute_expiry,
                user_agent, address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .digest(session.digest), .id(session.account), .text(session.surface.rawValue),
                .time(session.created), .time(session.lastUsed), .time(session.idleExpiry),
                .time(session.absoluteExpiry), .text(session.userAgent), .text(session.address),
            ], taken: StoreRules.sessionExists)
    }

    private func insert(_ invitation: Invitation) throws(GateError) {
        try keyed(
            "INSERT INTO invitation (id, digest, role, team, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .id(invitation.id), .digest(invitation.digest), .text(invitation.role.rawValue),
                invitation.team.map(SQLiteValue.id) ?? .null, .time(invitation.created), .time(invitation.expires),
            ], taken: StoreRules.invitationExists, unknown: StoreRules.noTeam)
    }

    /// Runs a statement whose broken constraints are somebody's mistake and not damage.
    @discardableResult
    private func keyed(
        _ sql: String, _ values: [SQLiteValue], taken: GateError, unknown: GateError = StoreRules.noAccount
    ) throws(GateError) -> Int {
        do throws(SQLiteFailure) { return try connection.attempt(sql, values) } catch {
            if error.isUnique { throw taken }
            if error.isForeignKey { throw unknown }
            throw error.error
        }
    }

    private func remove(_ sql: String, _ value: SQLiteValue, _ absent: GateError) throws(GateError) {
        if try connection.run(sql, value) == 0 { throw absent }
    }
}
