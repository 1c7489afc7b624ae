internal import Basics
internal import Identity
internal import Store

/// Records as JSON; ids of accounts and teams are shown by name too, and no hash or digest is ever shown.
struct AdminRecords {
    private var accountNames: [UUID: String] = [:]
    private var teamNames: [UUID: String] = [:]

    init(accounts: [Account] = [], teams: [Team] = []) {
        for account in accounts { accountNames[account.id] = account.name.text }
        for team in teams { teamNames[team.id] = team.name.text }
    }

    func json(_ account: Account) -> JSON {
        let teams = account.teams.map { teamNames[$0] ?? $0.description }.sorted()
        return [
            "id": .string(account.id.description), "name": .string(account.name.text),
            "kind": .string(account.kind.rawValue), "role": .string(account.role.rawValue),
            "teams": .array(teams.map { .string($0) }), "disabled": .bool(account.disabled),
            "has_password": .bool(account.passwordHash != nil),
            "must_change_password": .bool(account.mustChangePassword),
            "created": Self.time(account.created), "expires": Self.time(account.expires),
            "remove_after": Self.time(account.removeAfter),
        ]
    }

    func json(_ team: Team, members: Int) -> JSON {
        [
            "id": .string(team.id.description), "name": .string(team.name.text), "members": JSON(members),
            "created": Self.time(team.created),
        ]
    }

    func json(_ token: Token) -> JSON {
        [
            "id": .string(token.id.description), "account": name(token.account), "label": .string(token.label),
            "scopes": .array(token.scopes.names.map { .string($0) }), "kind": .string(token.kind.rawValue),
            "created": Self.time(token.created), "expires": Self.time(token.expires),
            "last_used": Self.time(token.lastUsed),
        ]
    }

    func json(_ session: Session, isCurrent: Bool) -> JSON {
        [
            "label": .string(session.label), "account": name(session.account),
            "surface": .string(session.surface.rawValue), "created": Self.time(session.created),
            "last_used": Self.time(session.lastUsed), "idle_expires": Self.time(session.idleExpiry),
            "expires": Self.time(session.absoluteExpiry), "user_agent": .string(session.userAgent),
            "address": .string(session.address), "current": .bool(isCurrent),
        ]
    }

    func json(_ invitation: Invitation) -> JSON {
        [
            "id": .string(invitation.id.description), "role": .string(invitation.role.rawValue),
            "team": invitation.team.map { .string(teamNames[$0] ?? $0.description) } ?? .null,
            "created": Self.time(invitation.created), "expires": Self.time(invitation.expires),
        ]
    }

    /// As it is shown: with the names of accounts that there are.
    func named(_ record: AuditRecord) -> AuditRecord {
        AuditRecord(
            sequence: record.sequence, time: record.time, actor: named(record.actor), action: record.action,
            subject: named(record.subject), detail: record.detail, mac: record.mac)
    }

    private func named(_ text: String) -> String {
        let start = "account:"
        guard text.hasPrefix(start), let id = UUID(String(text.dropFirst(start.count))), let name = accountNames[id]
        else { return text }
        return "\(start)\(name):\(id)"
    }

    static func json(_ record: AuditRecord) -> JSON {
        [
            "sequence": JSON(record.sequence), "time": time(record.time), "actor": .string(record.actor),
            "action": .string(record.action), "subject": .string(record.subject),
            "detail": (try? JSON(parsing: Array(record.detail.utf8))) ?? .string(record.detail),
            "mac": .string(record.mac.description),
        ]
    }

    static func json(_ verdict: AuditVerdict) -> JSON {
        switch verdict {
        case .intact(let head): ["intact": true, "verdict": "intact", "head": .string(head.description)]
        case .altered(let sequence): ["intact": false, "verdict": "altered", "sequence": JSON(sequence)]
        case .missing(let sequence): ["intact": false, "verdict": "missing", "sequence": JSON(sequence)]
        case .cut(let count, let expected):
            ["intact": false, "verdict": "cut", "count": JSON(count), "expected": JSON(expected)]
        case .replaced(let sequence): ["intact": false, "verdict": "replaced", "sequence": JSON(sequence)]
        }
    }

    static func time(_ time: Timestamp?) -> JSON { time.map { .string($0.rfc3339) } ?? .null }

    func name(_ account: UUID) -> JSON { .string(text(account)) }

    /// The name, or the id of an account that is no more.
    func text(_ account: UUID) -> String { accountNames[account] ?? account.description }
}
