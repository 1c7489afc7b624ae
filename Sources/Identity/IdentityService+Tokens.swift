public import Basics
public import Store

extension IdentityService {
    public func tokens(of account: UUID?) async throws(GateError) -> [Token] { try await store.tokens(of: account) }

    /// Makes a token; its secret is in the answer and nowhere else.
    ///
    /// - Parameters:
    ///   - scopes: Within `Policy.grantableScopes` of the account's role.
    ///   - likeLogin: A secret of bcrypt's shape, for scripts made for ComfyUI-Login.
    /// - Throws: `invalidArgument`: scopes, label (1 to 100 bytes), an end in the past, a guest; `overloaded` above
    ///   `tokensPerAccount`.
    public func createToken(
        for id: UUID, label: String, scopes: Scopes, expires: Timestamp? = nil, likeLogin: Bool = false,
        by actor: AuditActor
    ) async throws(GateError) -> (token: Token, secret: Secret) {
        let secret = likeLogin ? TokenFormat.makeLikeLogin() : TokenFormat.make()
        let token = try await insertToken(
            for: id, label: label, secret: secret, scopes: scopes, kind: likeLogin ? .likeLogin : .regular,
            expires: expires, by: actor)
        return (token, secret)
    }

    /// - Parameter account: Whose it must be; nil for an administrator. Another's is `notFound`.
    public func revokeToken(_ id: UUID, of account: UUID?, by actor: AuditActor) async throws(GateError) {
        try await change { change throws(GateError) in
            guard let token = try await store.tokens(of: account).first(where: { $0.id == id }) else {
                throw StoreRules.noToken
            }
            change.steps = [.removeToken(id)]
            change.items = [.tokenRemoved(token.digest)]
            change.audit = entry(
                "token.revoke", "token:\(id)", by: actor,
                ["label": .string(token.label), "account": .string(token.account.description)])
        }
    }

    /// Lets clients of ComfyUI-Login keep their token, the hash line of its `PASSWORD` file, until an end date.
    ///
    /// - Parameters:
    ///   - file: The file's content.
    ///   - id: An account with the role `user`, no more and no less: that hash stands in logs and URLs.
    ///   - expires: At most `migrationSeconds` (90 days) from now.
    ///   - adoptPassword: Also lets the account log in with the old password once, to choose a new one.
    /// - Throws: `invalidArgument` with what is wrong; `alreadyExists` when it was imported before.
    public func importLoginPassword(
        _ file: String, for id: UUID, expires: Timestamp, adoptPassword: Bool, label: String = "ComfyUI-Login",
        by actor: AuditActor
    ) async throws(GateError) -> Token {
        let password = try LoginPluginPassword(parsing: file)
        try judgeMigration(of: try await existing(id), until: expires)
        return try await insertToken(
            for: id, label: label, secret: Secret(password.hash.text),
            scopes: Policy.grantableScopes(to: .user), kind: .migration, expires: expires,
            adopting: adoptPassword ? password.hash : nil, by: actor)
    }

    /// - Throws: `invalidArgument`.
    func judgeMigration(of account: Account, until expires: Timestamp) throws(GateError) {
        let now = clock()
        guard now < expires, expires <= now.advanced(bySeconds: settings.migrationSeconds) else {
            let days = settings.migrationSeconds / 86_400
            throw invalid("The old credential needs an end date within \(days) days from now.")
        }
        guard account.role == .user else {
            throw invalid(
                "Only an account with the role `user` may keep an old credential: it stands in logs and URLs.")
        }
    }

    /// Old credentials still in force: each start and each check must name them.
    public func migrationTokens() async throws(GateError) -> [Token] {
        let now = clock()
        return try await store.tokens(of: nil).filter { token in
            token.kind == .migration && token.expires.map { now < $0 } ?? true
        }
    }

    private func insertToken(
        for id: UUID, label: String, secret: Secret, scopes: Scopes, kind: Token.Kind, expires: Timestamp?,
        adopting hash: PasswordHash? = nil, by actor: AuditActor
    ) async throws(GateError) -> Token {
        guard (1...100).contains(label.utf8.count), label.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw invalid("A token's label has 1 to 100 bytes without control characters.")
        }
        return try await change { change throws(GateError) in
            let now = clock()
            if let expires, expires <= now { throw invalid("The token's end is in the past.") }
            var account = try await existing(id)
            let allowed = Policy.grantableScopes(to: account.role)
            guard !scopes.isEmpty, allowed.isSuperset(of: scopes) else {
                let names = allowed.names.joined(separator: ", ")
                throw invalid("A token of this account needs scopes among: \(names.isEmpty ? "none" : names).")
            }
            if kind == .migration, account.role != .user { throw invalid("The account's role has just changed.") }
            guard try await store.tokens(of: id).count < settings.tokensPerAccount else {
                throw invalid("This account has \(settings.tokensPerAccount) tokens; revoke one first.")
            }
            let token = Token(
                account: id, label: label, digest: .sha256(Array(secret.reveal().utf8)), scopes: scopes, kind: kind,
                created: now, expires: expires)
            change.steps = [.insertToken(token)]
            change.items = [.token(token)]
            if let hash {
                account.passwordHash = hash.text
                account.mustChangePassword = true
                change.steps += [.updateAccount(account), .removeSessions(of: id)]
                change.items += [.account(account), .sessionsRemoved(of: id)]
            }
            change.audit = entry(
                "token.create", "token:\(token.id)", by: actor,
                [
                    "account": .string(account.id.description), "label": .string(label), "kind": .string(kind.rawValue),
                    "adoptedPassword": .bool(hash != nil), "scopes": .array(scopes.names.map { .string($0) }),
                    "expires": expires.map { .string($0.rfc3339) } ?? .null,
                ])
            return token
        }
    }
}

/// ComfyUI-Login's `PASSWORD` file: a bcrypt hash, then perhaps a user name.
public struct LoginPluginPassword: Sendable, Hashable {
    public let hash: PasswordHash
    public let userName: String?

    /// - Throws: `invalidArgument` when line 1 is no bcrypt hash; an empty one must never become a token.
    public init(parsing file: String) throws(GateError) {
        // By bytes: to `Character` a carriage return and a line feed are one thing.
        let lines = file.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
        guard let first = lines.first, let hash = try? PasswordHash(validating: first), hash.scheme == .bcrypt
        else {
            throw GateError(
                .invalidArgument, from: .client,
                "Line 1 of the PASSWORD file is not a bcrypt hash; is it the file of ComfyUI-Login?")
        }
        self.hash = hash
        userName = lines.dropFirst().first.flatMap { $0.isEmpty ? nil : $0 }
    }
}
