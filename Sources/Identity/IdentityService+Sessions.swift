public import Basics
public import Store

/// A session that has begun.
public struct Login: Sendable {
    /// For the cookie; not kept anywhere else.
    public let secret: Secret
    public let session: Session
    public let account: Account
}

extension IdentityService {
    /// Where a login comes from.
    public struct Visitor: Sendable, Hashable {
        public let address: ClientAddress
        public let userAgent: String
        public let surface: Surface

        public init(address: String, userAgent: String, surface: Surface) {
            (self.address, self.userAgent, self.surface) = (ClientAddress(address), userAgent, surface)
        }
    }

    /// Begins a session for the right name and password; every loop knows it when this returns.
    ///
    /// - Throws: `unauthenticated`, the same for an unknown name and a wrong password and after the same time;
    ///   `forbidden` for a disabled account, which only the right password finds out; `tooManyAttempts`, `overloaded`.
    public func login(name: String, password: Secret, from visitor: Visitor) async throws(GateError) -> Login {
        let key = try? AccountName(name)
        let found: Account? = if let key { try await store.account(named: key) } else { nil }
        let hash = found?.passwordHash.flatMap { try? PasswordHash(validating: $0) }
        let isRight = try await passwords.verify(
            account: key?.key ?? Self.fingerprint(name), hash: hash, password: password, address: visitor.address)
        guard isRight, let found else {
            throw GateError(.unauthenticated, from: .client, "The name or the password is wrong.")
        }
        // The account may have changed while the password was computed.
        return try await begin(for: found.id, visitor, action: "session.login") { (account) throws(GateError) in
            guard account.passwordHash == found.passwordHash else {
                throw GateError(.unauthenticated, from: .client, "The password has just been changed; use the new one.")
            }
        }
    }

    /// Makes a guest's own short-lived account and begins its session.
    ///
    /// - Throws: `forbidden` when guests are off; `overloaded` when there are too many.
    public func guestLogin(from visitor: Visitor) async throws(GateError) -> Login {
        guard settings.guestsAllowed, visitor.surface == .gate else {
            throw GateError(.forbidden, from: .client, "This gate has no guests; ask for an account.")
        }
        return try await change { change throws(GateError) in
            let now = clock()
            let guests = try await store.accounts().count { $0.role == .guest && ($0.expires.map { now < $0 } ?? true) }
            guard guests < settings.maximumGuests else {
                throw GateError(.overloaded, from: .gateway, "There are too many guests; try again later.")
            }
            let name = try AccountName("guest-\(UUID().description.prefix(8))")
            let account = Account(
                name: name, role: .guest, created: now, expires: now.advanced(bySeconds: settings.guestSeconds))
            let (secret, session) = makeSession(of: account, visitor, now)
            change.steps = [.insertAccount(account), .insertSession(session)]
            change.items = [.account(account), .session(session)]
            change.audit = entry(
                "session.guest", subject(account), by: .anonymous(address: visitor.address.description))
            return Login(secret: secret, session: session, account: account)
        }
    }

    public func sessions(of account: UUID?) async throws(GateError) -> [Session] {
        try await store.sessions(of: account)
    }

    /// Ends a session that its cookie names; one that is over already is no error.
    public func logout(_ digest: Digest32, by actor: AuditActor) async throws(GateError) {
        try await change { change throws(GateError) in
            guard let session = try await store.session(digest) else { return }
            end(session, "session.logout", by: actor, &change)
        }
    }

    /// Ends a session by its label.
    ///
    /// - Parameter account: Whose it must be; nil for an administrator. Another's is `notFound`.
    public func revokeSession(_ label: String, of account: UUID?, by actor: AuditActor) async throws(GateError) {
        try await change { change throws(GateError) in
            guard let session = try await store.sessions(of: account).first(where: { $0.label == label }) else {
                throw StoreRules.noSession
            }
            end(session, "session.revoke", by: actor, &change)
        }
    }

    public func revokeSessions(of account: UUID, by actor: AuditActor) async throws(GateError) {
        try await change { change throws(GateError) in
            change.steps = [.removeSessions(of: account)]
            change.items = [.sessionsRemoved(of: account)]
            change.audit = entry("session.revoke_all", "account:\(account)", by: actor)
        }
    }

    private func end(_ session: Session, _ action: String, by actor: AuditActor, _ change: inout Change) {
        change.steps = [.removeSession(session.digest)]
        change.items = [.sessionRemoved(session.digest)]
        change.audit = entry(action, "session:\(session.label)", by: actor)
    }

    /// Begins a session for an account that has just proved itself.
    func begin(
        for id: UUID, _ visitor: Visitor, action: String, check: (Account) throws(GateError) -> Void = { _ in }
    ) async throws(GateError) -> Login {
        try await change { change throws(GateError) in
            let now = clock()
            let account = try await existing(id)
            guard !account.disabled, account.expires.map({ now < $0 }) ?? true else {
                throw GateError(.forbidden, from: .client, "This account is disabled; ask an administrator.")
            }
            try check(account)
            let (secret, session) = makeSession(of: account, visitor, now)
            let older = try await store.sessions(of: id)
            for surplus in older.dropLast(max(0, settings.sessions.perAccount - 1)) {
                change.steps.append(.removeSession(surplus.digest))
                change.items.append(.sessionRemoved(surplus.digest))
            }
            change.steps.append(.insertSession(session))
            change.items.append(.session(session))
            change.audit = entry(
                action, subject(account), by: .account(id),
                [
                    "session": .string(session.label), "address": .string(visitor.address.description),
                    "surface": .string(visitor.surface.rawValue),
                ])
            return Login(secret: secret, session: session, account: account)
        }
    }

    private func makeSession(of account: Account, _ visitor: Visitor, _ now: Timestamp) -> (Secret, Session) {
        let secret = SessionCookie.makeSecret()
        let limits = settings.sessions
        let end = [now.advanced(bySeconds: limits.absoluteSeconds), account.expires].compactMap { $0 }.min() ?? now
        let session = Session(
            digest: .sha256(Array(secret.reveal().utf8)), account: account.id, surface: visitor.surface, created: now,
            lastUsed: now, idleExpiry: min(now.advanced(bySeconds: limits.idleSeconds), end), absoluteExpiry: end,
            userAgent: Self.cut(visitor.userAgent), address: Self.cut(visitor.address.description))
        return (secret, session)
    }

    /// Stands for what cannot be a name, whatever its length.
    private static func fingerprint(_ text: String) -> String { "#\(Digest32.sha256(Array(text.utf8)))" }

    /// At most 200 bytes without control characters, for lists on a terminal.
    private static func cut(_ text: String) -> String {
        String(decoding: text.utf8.filter { $0 >= 0x20 && $0 != 0x7F }.prefix(200), as: UTF8.self)
    }
}
