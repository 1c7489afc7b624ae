public import Basics
public import Store

/// One loop's own table from credential digests to principals. Not `Sendable`: it lives and dies with its loop.
///
/// A look-up is one hash and one dictionary access and allocates nothing. Last uses gather here and are fetched every
/// 60 s, merged with those of the other loops, stored, and sent round as `IdentityDelta.touched`.
public final class IdentitySnapshot {
    private final class Entry {
        var principal: Principal
        /// Nil for tokens.
        let session: Session?
        /// The credential's own end, whatever becomes of the account's.
        let end: Timestamp?
        var lastUsed: Timestamp
        var isTouched = false

        init(
            _ account: Account, by credential: Credential, session: Session? = nil, end: Timestamp?, lastUsed: Timestamp
        ) {
            principal = Principal(account, by: credential, expires: end)
            (self.session, self.end, self.lastUsed) = (session, end, lastUsed)
        }
    }

    private let idleMilliseconds: Int64
    private var accounts: [UUID: Account] = [:]
    private var entries: [Digest32: Entry] = [:]
    /// The digests of an account's credentials.
    private var credentials: [UUID: Set<Digest32>] = [:]
    private var touched: [Digest32] = []

    public init(_ state: IdentityState, limits: SessionLimits = SessionLimits()) {
        idleMilliseconds = limits.idleSeconds * 1_000
        entries.reserveCapacity(state.tokens.count + state.sessions.count)
        for account in state.accounts { apply(.account(account)) }
        for token in state.tokens { apply(.token(token)) }
        for session in state.sessions { apply(.session(session)) }
    }

    public var credentialCount: Int { entries.count }
    /// Sessions that have not been ended, in the time of the number of credentials.
    public var sessionCount: Int { entries.values.count { $0.session != nil } }
    public var tokenCount: Int { entries.values.count { $0.session == nil } }

    /// The principal of a token, or nil when it is unknown, disabled or over.
    ///
    /// - Parameter digest: SHA-256 of the presented bytes; see `Digest32.sha256`.
    public func principal(token digest: Digest32, now: Timestamp) -> Principal? {
        guard let entry = entries[digest], entry.session == nil else { return nil }
        return use(entry, digest, now)
    }

    /// True while a token with this id counts for its account.
    public func holds(token id: UUID, of account: UUID) -> Bool {
        (credentials[account] ?? []).contains { digest in
            if case .token(id, _, _)? = entries[digest]?.principal.credential { true } else { false }
        }
    }

    /// The principal of a session on this surface, or nil.
    public func principal(session digest: Digest32, at surface: Surface, now: Timestamp) -> Principal? {
        guard let entry = entries[digest], let session = entry.session, session.surface == surface,
            now.milliseconds < entry.lastUsed.milliseconds + idleMilliseconds
        else { return nil }
        return use(entry, digest, now)
    }

    private func use(_ entry: Entry, _ digest: Digest32, _ now: Timestamp) -> Principal? {
        let principal = entry.principal
        guard !principal.isDisabled else { return nil }
        if let end = principal.expires, end <= now { return nil }
        // A clock that steps back must not shorten anything.
        if entry.lastUsed < now { entry.lastUsed = now }
        if !entry.isTouched {
            entry.isTouched = true
            touched.append(digest)
        }
        return principal
    }

    /// The uses since the last call.
    public func takeTouches() -> Touches {
        var touches = Touches()
        for digest in touched {
            guard let entry = entries[digest] else { continue }
            entry.isTouched = false
            if case .token(let id, _, _) = entry.principal.credential {
                touches.tokens[id] = entry.lastUsed
            } else if let session = entry.session {
                let idle = entry.lastUsed.advanced(byMilliseconds: idleMilliseconds)
                touches.sessions[digest] = Touches.SessionUse(
                    lastUsed: entry.lastUsed, idleExpiry: min(idle, session.absoluteExpiry))
            }
        }
        touched.removeAll(keepingCapacity: true)
        return touches
    }

    public func apply(_ delta: IdentityDelta) { for item in delta.items { apply(item) } }

    private func apply(_ item: IdentityDelta.Item) {
        switch item {
        case .account(let account):
            accounts[account.id] = account
            for digest in credentials[account.id] ?? [] {
                guard let entry = entries[digest] else { continue }
                entry.principal = Principal(account, by: entry.principal.credential, expires: entry.end)
            }
        case .accountRemoved(let id):
            for digest in credentials.removeValue(forKey: id) ?? [] { entries[digest] = nil }
            accounts[id] = nil
        case .token(let token):
            guard let account = accounts[token.account] else { return }
            let credential = Credential.token(token.id, kind: token.kind, scopes: token.scopes)
            insert(
                Entry(account, by: credential, end: token.expires, lastUsed: token.lastUsed ?? token.created),
                token.digest, of: account.id)
        case .session(let session):
            guard let account = accounts[session.account] else { return }
            let credential = Credential.session(session.digest, surface: session.surface)
            insert(
                Entry(
                    account, by: credential, session: session, end: session.absoluteExpiry, lastUsed: session.lastUsed),
                session.digest, of: account.id)
        case .tokenRemoved(let digest), .sessionRemoved(let digest): remove(digest)
        case .sessionsRemoved(let id):
            for digest in credentials[id] ?? [] where entries[digest]?.session != nil { remove(digest) }
        case .touched(let touches):
            for (digest, use) in touches.sessions {
                if let entry = entries[digest], entry.lastUsed < use.lastUsed { entry.lastUsed = use.lastUsed }
            }
        }
    }

    private func insert(_ entry: Entry, _ digest: Digest32, of account: UUID) {
        entries[digest] = entry
        credentials[account, default: []].insert(digest)
    }

    private func remove(_ digest: Digest32) {
        guard let entry = entries.removeValue(forKey: digest) else { return }
        credentials[entry.principal.account]?.remove(digest)
    }
}
