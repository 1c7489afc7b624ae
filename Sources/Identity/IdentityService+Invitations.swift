public import Basics
public import Store

extension IdentityService {
    public func invitations() async throws(GateError) -> [Invitation] { try await store.invitations() }

    /// Makes a secret with which somebody can make one account.
    ///
    /// - Parameter seconds: How long it is good; nil for the setting's 7 days, at most 90 days.
    public func invite(
        role: Role, team: UUID? = nil, seconds: Int64? = nil, by actor: AuditActor
    ) async throws(GateError) -> (invitation: Invitation, secret: Secret) {
        guard role == .user || role == .operator else {
            throw invalid("An invitation makes a user or an operator.")
        }
        let seconds = seconds ?? settings.invitationSeconds
        guard (1...90 * 86_400).contains(seconds) else { throw invalid("An invitation is good for at most 90 days.") }
        let secret = Self.oneTimeSecret("ci_")
        return try await change { change throws(GateError) in
            let now = clock()
            let invitation = Invitation(
                digest: Self.digest(secret), role: role, team: team, created: now,
                expires: now.advanced(bySeconds: seconds))
            change.steps = [.insertInvitation(invitation)]
            change.audit = entry(
                "invitation.create", "invitation:\(invitation.id)", by: actor, ["role": .string(role.rawValue)])
            return (invitation, secret)
        }
    }

    public func revokeInvitation(_ id: UUID, by actor: AuditActor) async throws(GateError) {
        try await change { change throws(GateError) in
            change.steps = [.removeInvitation(id)]
            change.audit = entry("invitation.revoke", "invitation:\(id)", by: actor)
        }
    }

    /// The invitation of this secret while it can be used, or nil.
    public func openInvitation(_ secret: Secret) async throws(GateError) -> Invitation? {
        guard let invitation = try await store.invitation(Self.digest(secret)), clock() < invitation.expires else {
            return nil
        }
        return invitation
    }

    /// Makes the account an invitation promises. A name that is taken leaves the invitation good.
    ///
    /// - Throws: `notFound` when it is unknown, used or expired.
    public func redeemInvitation(
        _ secret: Secret, name text: String, password: Secret, address: ClientAddress
    ) async throws(GateError) -> Account {
        let digest = Self.digest(secret)
        guard let invitation = try await openInvitation(secret) else { throw StoreRules.noInvitation }
        let name = try AccountName(text)
        let hash = try await hash(password, for: name)
        return try await change { change throws(GateError) in
            let now = clock()
            let account = Account(
                name: name, role: invitation.role, teams: invitation.team.map { [$0] } ?? [], passwordHash: hash,
                created: now)
            change.steps = [.redeemInvitation(digest, at: now), .insertAccount(account)]
            change.items = [.account(account)]
            change.audit = entry(
                "invitation.redeem", subject(account), by: .anonymous(address: address.description),
                ["invitation": .string(invitation.id.description)])
            return account
        }
    }

    // MARK: First administrator

    /// Whether nobody can administer this gate yet.
    public func needsAdministrator() async throws(GateError) -> Bool {
        try await !store.accounts().contains {
            $0.role == .admin && $0.kind == .person && !$0.disabled && $0.passwordHash != nil && $0.removeAfter == nil
        }
    }

    /// A fresh one-time secret for the console, good for 60 minutes; the one before is worth nothing from now on.
    public func makeBootstrapSecret(by actor: AuditActor) async throws(GateError) -> Secret {
        let secret = Self.oneTimeSecret("")
        try await change { change throws(GateError) in
            let end = clock().advanced(bySeconds: settings.bootstrapSeconds)
            change.steps = [.setBootstrap(BootstrapSecret(digest: Self.digest(secret), expires: end))]
            change.audit = entry("bootstrap.create", "bootstrap", by: actor, ["expires": .string(end.rfc3339)])
        }
        return secret
    }

    /// - Throws: `notFound` when the secret is another, used or expired.
    public func redeemBootstrapSecret(
        _ secret: Secret, name text: String, password: Secret, address: ClientAddress
    ) async throws(GateError) -> Account {
        let digest = Self.digest(secret)
        // Looked at before a hash is computed for whoever asks; decided by the commit.
        guard let known = try await store.bootstrapSecret(), known.digest == digest, clock() < known.expires else {
            throw StoreRules.noBootstrap
        }
        let name = try AccountName(text)
        return try await makeAdministrator(
            name, password, by: .anonymous(address: address.description), redeeming: digest)
    }

    /// For unattended set-ups: makes the administrator unless there is one.
    ///
    /// - Parameter password: The content of `COMFYGATE_ADMIN_PASSWORD_FILE`, one line end removed by the caller.
    /// - Returns: Nil when there was one already, whose password is left alone.
    public func ensureAdministrator(name text: String, password: Secret) async throws(GateError) -> Account? {
        guard try await needsAdministrator() else { return nil }
        return try await makeAdministrator(AccountName(text), password, by: .system, redeeming: nil)
    }

    private func makeAdministrator(
        _ name: AccountName, _ password: Secret, by actor: AuditActor, redeeming digest: Digest32?
    ) async throws(GateError) -> Account {
        let hash = try await hash(password, for: name)
        return try await change { change throws(GateError) in
            let now = clock()
            let account = Account(name: name, role: .admin, passwordHash: hash, created: now)
            if let digest { change.steps.append(.redeemBootstrap(digest, at: now)) }
            change.steps.append(.insertAccount(account))
            change.items = [.account(account)]
            change.audit = entry("bootstrap.redeem", subject(account), by: actor)
            return account
        }
    }

    /// 128 random bits in base62.
    private static func oneTimeSecret(_ prefix: String) -> Secret {
        Secret(prefix + Base62.encode(RandomBytes.make(16)))
    }

    private static func digest(_ secret: Secret) -> Digest32 { .sha256(Array(secret.reveal().utf8)) }
}
