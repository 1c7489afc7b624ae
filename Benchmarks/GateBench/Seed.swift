internal import Basics
internal import Identity
internal import Loop
internal import Store
internal import StoreSQLite

/// Fills a data folder for a gate: an administrator, 100 accounts with ten tokens each, and 50 with a password.
///
/// Straight into the store and in one change: the way by the command line asks a running gate for each token.
enum Seed {
    static let password = "gatebench-password"
    static let logins = 50
    static let accounts = 100

    static func makeTokens(_ count: Int) -> [String] { (0..<count).map { _ in TokenFormat.make().reveal() } }

    static func run(folder: String, tokens: [String]) async throws {
        let lanes = StoreLanes(
            write: Lane("store-write", threads: 1, capacity: 64), read: Lane("store-read", threads: 1, capacity: 64))
        let database = try SQLiteDatabase(folder: folder, lanes: lanes)
        let store = SQLiteAccountStore(database)
        let now = Timestamp.now()
        let hash = try PasswordHasher().hash(Secret(password))
        var changes: [IdentityChange] = []
        changes.append(
            .insertAccount(
                Account(name: try AccountName("bench-admin"), role: .admin, passwordHash: hash, created: now)))
        for number in 0..<logins {
            let name = try AccountName("person-\(number)")
            changes.append(.insertAccount(Account(name: name, role: .user, passwordHash: hash, created: now)))
        }
        var machines: [UUID] = []
        for number in 0..<accounts {
            let account = Account(
                name: try AccountName("user-\(number)"), kind: .machine, role: .user, created: now)
            machines.append(account.id)
            changes.append(.insertAccount(account))
        }
        for (number, token) in tokens.enumerated() {
            changes.append(
                .insertToken(
                    Token(
                        account: machines[number % accounts], label: "bench \(number)",
                        digest: .sha256(Array(token.utf8)), scopes: Policy.grantableScopes(to: .user), created: now)))
        }
        try await store.commit(changes, audit: nil)
        await database.close()
    }
}
