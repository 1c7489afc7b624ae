public import Basics
public import Store

/// What the configuration says about clients of ComfyUI-Login.
public struct MigrationSettings: Sendable, Hashable {
    /// The content of ComfyUI-Login's `PASSWORD` file.
    public let file: Secret
    /// The account those clients act as; made when it is not there.
    public let account: String
    public let until: Timestamp

    public init(file: Secret, account: String, until: Timestamp) {
        (self.file, self.account, self.until) = (file, account, until)
    }
}

extension IdentityService {
    /// What the token made by the configuration is called; `login import` makes others, which are left alone.
    public static let migrationLabel = "ComfyUI-Login, by configuration"

    /// Makes the credential that the configuration names, changes its end, or takes it away when it is named no more.
    ///
    /// - Returns: The token in force; nil when there is none, and when the end has passed already.
    /// - Throws: `invalidArgument`: no hash of ComfyUI-Login, an end too far away, an account with another role than
    ///   `user`. Then the one before is left as it was.
    @discardableResult
    public func applyMigration(_ wanted: MigrationSettings?) async throws(GateError) -> Token? {
        let mine = try await store.tokens(of: nil).filter { $0.kind == .migration && $0.label == Self.migrationLabel }
        guard let wanted, clock() < wanted.until else {
            for token in mine { try await revokeToken(token.id, of: nil, by: .system) }
            return nil
        }
        let digest = Digest32.sha256(Array(try LoginPluginPassword(parsing: wanted.file.reveal()).hash.text.utf8))
        let account = try await migrationAccount(wanted.account)
        let same = try await store.tokens(of: nil).first { $0.digest == digest }
        if let same, same.account == account.id, same.expires == wanted.until || same.label != Self.migrationLabel {
            for token in mine where token.id != same.id { try await revokeToken(token.id, of: nil, by: .system) }
            return same
        }
        try judgeMigration(of: account, until: wanted.until)
        for token in mine { try await revokeToken(token.id, of: nil, by: .system) }
        return try await importLoginPassword(
            wanted.file.reveal(), for: account.id, expires: wanted.until, adoptPassword: false,
            label: Self.migrationLabel, by: .system)
    }

    private func migrationAccount(_ name: String) async throws(GateError) -> Account {
        do throws(GateError) { return try await account(named: name) } catch {
            guard error.code == .notFound else { throw error }
        }
        // No password: such an account is for scripts alone.
        return try await createAccount(name: name, role: .user, kind: .machine, by: .system)
    }
}
