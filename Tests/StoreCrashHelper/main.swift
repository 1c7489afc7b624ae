// Stores accounts as fast as it can and prints each name once its commit has been acknowledged; the test that starts it
// kills it in the middle. Argument: the data folder.
import Basics
import Glibc
import Loop
import Store
import StoreSQLite

let lanes = StoreLanes(
    write: Lane("store-write", threads: 1, capacity: 64), read: Lane("store-read", threads: 2, capacity: 64))
let store = SQLiteAccountStore(try SQLiteDatabase(folder: CommandLine.arguments[1], lanes: lanes))

await withTaskGroup(of: Void.self) { group in
    for writer in 0..<16 {
        group.addTask {
            for number in 0..<100_000 {
                do {
                    let name = "w\(writer)-\(number)"
                    let account = Account(name: try AccountName(name), role: .user, created: .now())
                    let audit = AuditEntry(
                        time: .now(), actor: .system, action: "account.create", subject: "account:\(name)")
                    try await store.commit([.insertAccount(account)], audit: audit)
                    let line = Array("\(name)\n".utf8)
                    // One write of a short line into a pipe is never torn (pipe(7), PIPE_BUF).
                    guard unsafe write(1, line, line.count) == line.count else { exit(1) }
                } catch {
                    exit(1)
                }
            }
        }
    }
}
