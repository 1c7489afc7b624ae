internal import Basics
internal import Store

/// Rows of the identity tables as records.
struct IdentityReader {
    let connection: SQLiteConnection

    private static let accountColumns =
        "id, name, kind, role, password, must_change, disabled, created, expires, remove_after"

    func accounts() throws(GateError) -> [Account] {
        var teams: [UUID: Set<UUID>] = [:]
        let memberships = try connection.query("SELECT account, team FROM membership") {
            row throws(GateError) in (try row.id(0), try row.id(1))
        }
        for (account, team) in memberships { teams[account, default: []].insert(team) }
        return try connection.query("SELECT \(Self.accountColumns) FROM account ORDER BY name_key") {
            row throws(GateError) in
            var account = try self.account(row)
            account.teams = teams[account.id] ?? []
            return account
        }
    }

    func account(key: String) throws(GateError) -> Account? {
        try one("SELECT \(Self.accountColumns) FROM account WHERE name_key = ?", .text(key))
    }

    func account(id: UUID) throws(GateError) -> Account? {
        try one("SELECT \(Self.accountColumns) FROM account WHERE id = ?", .id(id))
    }

    private func one(_ sql: String, _ value: SQLiteValue) throws(GateError) -> Account? {
        let found = try connection.query(sql, value) { row throws(GateError) in try self.account(row) }
        guard var account = found.first else { return nil }
        let teams = try connection.query("SELECT team FROM membership WHERE account = ?", .id(account.id)) {
            row throws(GateError) in try row.id(0)
        }
        account.teams = Set(teams)
        return account
    }

    private func account(_ row: SQLiteRow) throws(GateError) -> Account {
        Account(
            id: try row.id(0), name: try name(row, 1), kind: try row.word(2), role: try row.word(3),
            passwordHash: try row.optionalText(4), mustChangePassword: try row.flag(5), disabled: try row.flag(6),
            created: try row.time(7), expires: try row.optionalTime(8), removeAfter: try row.optionalTime(9))
    }

    private func name(_ row: SQLiteRow, _ column: Int32) throws(GateError) -> AccountName {
        do throws(GateError) { return try AccountName(try row.text(column)) } catch {
            throw SQLiteErrors.corrupt("a stored name: \(error.message)")
        }
    }

    func teams() throws(GateError) -> [Team] {
        try connection.query("SELECT id, name, created FROM team ORDER BY name_key") { row throws(GateError) in
            Team(id: try row.id(0), name: try self.name(row, 1), created: try row.time(2))
        }
    }

    func tokens(of account: UUID?) throws(GateError) -> [Token] {
        try connection.query(
            """
            SELECT id, account, label, digest, scopes, kind, created, expires, last_used FROM token
            WHERE ?1 IS NULL OR account = ?1 ORDER BY created, id
            """, account.map(SQLiteValue.id) ?? .null
        ) { row throws(GateError) in
            Token(
                id: try row.id(0), account: try row.id(1), label: try row.text(2), digest: try row.digest(3),
                scopes: Scopes(rawValue: try row.integer(4)), kind: try row.word(5), created: try row.time(6),
                expires: try row.optionalTime(7), lastUsed: try row.optionalTime(8))
        }
    }

    private static let sessionColumns =
        "digest, account, surface, created, last_used, idle_expiry, absolute_expiry, user_agent, address"

    func sessions(of account: UUID?) throws(GateError) -> [Session] {
        try connection.query(
            "SELECT \(Self.sessionColumns) FROM session WHERE ?1 IS NULL OR account = ?1 ORDER BY created, digest",
            account.map(SQLiteValue.id) ?? .null
        ) { row throws(GateError) in try self.session(row) }
    }

    func session(_ digest: Digest32) throws(GateError) -> Session? {
        try connection.query("SELECT \(Self.sessionColumns) FROM session WHERE digest = ?", .digest(digest)) {
            row throws(GateError) in try self.session(row)
        }.first
    }

    private func session(_ row: SQLiteRow) throws(GateError) -> Session {
        Session(
            digest: try row.digest(0), account: try row.id(1), surface: try row.word(2), created: try row.time(3),
            lastUsed: try row.time(4), idleExpiry: try row.time(5), absoluteExpiry: try row.time(6),
            userAgent: try row.text(7), address: try row.text(8))
    }

    func invitations() throws(GateError) -> [Invitation] {
        try connection.query(
            "SELECT id, digest, role, team, created, expires FROM invitation ORDER BY created, id"
        ) { row throws(GateError) in try self.invitation(row) }
    }

    func invitation(_ digest: Digest32) throws(GateError) -> Invitation? {
        try connection.query(
            "SELECT id, digest, role, team, created, expires FROM invitation WHERE digest = ?", .digest(digest)
        ) { row throws(GateError) in try self.invitation(row) }.first
    }

    private func invitation(_ row: SQLiteRow) throws(GateError) -> Invitation {
        Invitation(
            id: try row.id(0), digest: try row.digest(1), role: try row.word(2),
            team: row.isNull(3) ? nil : try row.id(3), created: try row.time(4), expires: try row.time(5))
    }

    func bootstrapSecret() throws(GateError) -> BootstrapSecret? {
        try connection.query("SELECT digest, expires FROM bootstrap") { row throws(GateError) in
            BootstrapSecret(digest: try row.digest(0), expires: try row.time(1))
        }.first
    }

    func auditHead() throws(GateError) -> AuditHead {
        try connection.query("SELECT sequence, mac FROM audit ORDER BY sequence DESC LIMIT 1") {
            row throws(GateError) in AuditHead(count: try row.integer(0), mac: try row.digest(1))
        }.first ?? .empty
    }

    func auditTail(_ limit: Int) throws(GateError) -> [AuditRecord] {
        try connection.query(
            """
            SELECT sequence, time, actor, action, subject, detail, mac FROM audit
            ORDER BY sequence DESC LIMIT ?
            """, .integer(limit)
        ) { row throws(GateError) in try self.record(row) }.reversed()
    }

    func audit(after sequence: Int, limit: Int) throws(GateError) -> [AuditRecord] {
        try connection.query(
            """
            SELECT sequence, time, actor, action, subject, detail, mac FROM audit
            WHERE sequence > ? ORDER BY sequence LIMIT ?
            """, .integer(sequence), .integer(limit)
        ) { row throws(GateError) in try self.record(row) }
    }

    private func record(_ row: SQLiteRow) throws(GateError) -> AuditRecord {
        AuditRecord(
            sequence: try row.integer(0), time: try row.time(1), actor: try row.text(2), action: try row.text(3),
            subject: try row.text(4), detail: try row.text(5), mac: try row.digest(6))
    }
}
