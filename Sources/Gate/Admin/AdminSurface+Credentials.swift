internal import Basics
internal import Identity
internal import Store
internal import Wire

extension AdminSurface {
    /// Stands for every account in `?account=`.
    private static let everybody = "*"

    /// Whose credentials a list shows; nil for everybody's.
    private func listed(_ request: AdminRequest) async throws(GateError) -> UUID? {
        let principal = try Self.known(request)
        let name = request.query["account"]
        if name == Self.everybody, isAdministrator(principal) { return nil }
        return try await owner(name, request).id
    }

    // MARK: Tokens

    func listTokens(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let tokens = try await identity.tokens(of: listed(request))
        let records = try await records()
        return .ok(["tokens": .array(tokens.map { records.json($0) })])
    }

    /// The secret stands in this answer only.
    func createToken(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["account", "label", "scopes", "expires", "like_login"])
        let account = try await owner(members.string("account"), request)
        let made = try await identity.createToken(
            for: account.id, label: members.required("label"), scopes: members.scopes(),
            expires: members.end("expires", now: clock()), likeLogin: members.bool("like_login"),
            by: Self.known(request).actor)
        return .created(Self.with(made.secret, AdminRecords(accounts: [account]).json(made.token)))
    }

    func revokeToken(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        guard let id = UUID(name) else { throw StoreRules.noToken }
        try await identity.revokeToken(id, of: limit(request), by: Self.known(request).actor)
        return .done
    }

    func importLogin(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["account", "file", "until", "adopt_password"])
        let account = try await account(members.required("account"))
        guard let until = try members.end("until", now: clock()) else {
            throw AdminMembers.invalid("until is missing.")
        }
        let token = try await identity.importLoginPassword(
            members.required("file"), for: account.id, expires: until,
            adoptPassword: members.bool("adopt_password"), by: Self.known(request).actor)
        return .created(AdminRecords(accounts: [account]).json(token))
    }

    // MARK: Sessions

    func listSessions(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let sessions = try await identity.sessions(of: listed(request))
        let records = try await records()
        let current: Digest32? =
            if case .session(let digest, _)? = request.principal?.credential { digest } else { nil }
        return .ok(["sessions": .array(sessions.map { records.json($0, isCurrent: $0.digest == current) })])
    }

    func revokeSession(_ request: AdminRequest, _ label: String) async throws(GateError) -> AdminAnswer {
        try await identity.revokeSession(label, of: limit(request), by: Self.known(request).actor)
        return .done
    }

    /// All of one account.
    func revokeSessions(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let account = try await owner(request.query["account"], request)
        try await identity.revokeSessions(of: account.id, by: Self.known(request).actor)
        return .done
    }

    // MARK: Invitations

    func listInvitations() async throws(GateError) -> AdminAnswer {
        let records = AdminRecords(teams: try await identity.teams())
        return .ok(["invitations": .array(try await identity.invitations().map { records.json($0) })])
    }

    func createInvitation(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["role", "team", "expires"])
        let team: Team? = if let name = try members.string("team") { try await team(name) } else { nil }
        let now = clock()
        let end = try members.end("expires", now: now)
        let made = try await identity.invite(
            role: members.role() ?? .user, team: team?.id,
            seconds: end.map { ($0.milliseconds - now.milliseconds) / 1_000 }, by: Self.known(request).actor)
        let records = AdminRecords(teams: team.map { [$0] } ?? [])
        return .created(Self.with(made.secret, records.json(made.invitation)))
    }

    func revokeInvitation(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        guard let id = UUID(name) else { throw StoreRules.noInvitation }
        try await identity.revokeInvitation(id, by: Self.known(request).actor)
        return .done
    }

    func redeemInvitation(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["secret", "name", "password"])
        let account = try await identity.redeemInvitation(
            Secret(members.required("secret")), name: members.required("name"),
            password: Secret(members.required("password")), address: ClientAddress(request.address))
        return .created(["name": .string(account.name.text), "role": .string(account.role.rawValue)])
    }

    // MARK: First administrator

    func makeBootstrap(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let secret = try await identity.makeBootstrapSecret(by: Self.known(request).actor)
        let end = clock().advanced(bySeconds: identity.settings.bootstrapSeconds)
        return .created(["secret": .string(secret.reveal()), "expires": AdminRecords.time(end)])
    }

    func redeemBootstrap(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["secret", "name", "password"])
        let account = try await identity.redeemBootstrapSecret(
            Secret(members.required("secret")), name: members.required("name"),
            password: Secret(members.required("password")), address: ClientAddress(request.address))
        return .created(["name": .string(account.name.text), "role": .string(account.role.rawValue)])
    }

    // MARK: Audit

    func tailAudit(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let text = request.query["limit"] ?? "100"
        guard let limit = Int(text), (1...1_000).contains(limit) else {
            throw AdminMembers.invalid("limit is a number from 1 to 1000.")
        }
        let records = AdminRecords(accounts: try await identity.accounts())
        return .ok([
            "records": .array(try await identity.auditTail(limit).map { AdminRecords.json(records.named($0)) }),
            "head": .string(try await identity.auditHead().description),
        ])
    }

    /// A change of workers' secrets. Only such: the trail's other records are the store's own.
    func noteChange(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["action", "subject", "files", "backup"])
        let action = try members.required("action")
        let word = action.dropFirst("secrets.".count)
        guard action.hasPrefix("secrets."), (1...32).contains(word.utf8.count),
            word.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D })
        else { throw AdminMembers.invalid("action is secrets. and a word.") }
        let subject = try members.required("subject")
        guard (1...1_024).contains(subject.utf8.count) else {
            throw AdminMembers.invalid("subject has 1 to 1024 bytes.")
        }
        let files = try members.strings("files")
        guard files.allSatisfy({ $0.utf8.count <= 4_096 }) else {
            throw AdminMembers.invalid("files has paths of at most 4096 bytes.")
        }
        var detail: JSONObject = ["files": .array(files.map { .string($0) })]
        if let backup = try members.string("backup") { detail["backup"] = .string(backup) }
        try await identity.note(action, subject, by: Self.known(request).actor, .object(detail))
        return .done
    }

    func verifyAudit(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        var head: AuditHead?
        if let text = request.query["head"] {
            head = AuditHead(text)
            if head == nil { throw AdminMembers.invalid("head is COUNT:MAC, as the log shows it.") }
        }
        return .ok(AdminRecords.json(try await identity.verifyAudit(head: head)))
    }

    // MARK: Helpers

    private func records() async throws(GateError) -> AdminRecords {
        AdminRecords(accounts: try await identity.accounts())
    }

    private static func with(_ secret: Secret, _ json: JSON) -> JSON {
        guard case .object(var object) = json else { return json }
        object["secret"] = .string(secret.reveal())
        return .object(object)
    }
}
