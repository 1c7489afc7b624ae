import Basics
import CommandLineKit
import Gate
import Glibc
import HTTP
import Identity
import Loop
import Store
import StoreSQLite
import TestSupport
import Testing
import Wire

@testable import comfygate

extension String {
    fileprivate func trimmingSuffix(_ end: String) -> String { hasSuffix(end) ? String(dropLast(end.count)) : self }
}

extension RunningGate {
    /// Asks the gate itself and returns the status of its answer.
    fileprivate func ask(_ request: ClientRequest) async throws -> Status {
        let port = try port
        let loop = EventLoop("client")
        defer { loop.stop() }
        return try await loop.run { reactor in
            let options = UpstreamOptions(.host("127.0.0.1", port: port))
            let pool = UpstreamPool(options, reactor: reactor, resolver: sharedResolver)
            defer { pool.closeIdle() }
            return try await HTTPClient(pool).fetch(request).status
        }
    }
}

// Lanes are threads that never end: one set for all tests.
private let lanes = StoreLanes(
    write: Lane("store-write", threads: 1, capacity: 64), read: Lane("store-read", threads: 1, capacity: 64))

struct AdministrationTests {
    @Test("No option takes a password as its value, which every process list would show")
    func noPasswordInWords() {
        for command in ComfyGateCommand.program.commands {
            for option in command.type.declaration.parameters where option.name.contains("password") {
                #expect(option.isFlag || option.placeholder == FilePath.placeholder, "\(command.path) --\(option.name)")
            }
        }
    }

    /// One life of accounts, by commands alone; the same with a running gate and without.
    private func administer(_ folder: DataFolder) async throws {
        let password = folder.file("password.txt", "correct horse battery\n")
        let added = await folder.run("account", "add", "alice", "--role", "admin", "--password-file", password)
        #expect(added.code == 0, "\(added.error)")
        #expect(added.output.isEmpty)
        #expect(added.error.contains("alice was added with the role admin"))
        let again = await folder.run("account", "add", "ALICE", "--password-file", password)
        #expect(again.code == 1)
        #expect(again.error.contains("already_exists"))
        #expect(await folder.run("account", "add", "bob", "--password-file", password, "--must-change").code == 0)
        #expect(await folder.run("account", "add", "farm", "--machine").code == 0)

        let token = await folder.run(
            "token", "create", "alice", "--label", "demo", "--scopes", "generate,read,manage")
        #expect(token.code == 0)
        #expect(token.output.hasPrefix("cg_") && token.output.utf8.count == TokenFormat.length + 1)
        let limited = await folder.run(
            "token", "create", "farm", "--scopes", "read", "--expires", "90d", "--like-login", "--json")
        #expect(limited.json?["secret"]?.string?.hasPrefix("$2b$12$") == true)
        #expect(limited.json?["expires"]?.string != nil)
        let tokens = await folder.run("token", "list", "--json")
        #expect(tokens.json?["tokens"]?.array?.count == 2)
        #expect(!tokens.output.contains("secret"))
        let id = limited.json?["id"]?.string ?? ""
        #expect(await folder.run("token", "revoke", id).code == 0)
        #expect(await folder.run("token", "list", "farm", "--json").json?["tokens"] == [])

        #expect(await folder.run("team", "add", "class-a").code == 0)
        #expect(await folder.run("team", "rename", "class-a", "class-b").code == 0)
        let list = folder.file("class.csv", "name,teams\nzoe,class-b\nyann,class-b\n")
        let imported = await folder.run("account", "import", list, "--json")
        #expect(imported.json?["accounts"]?.array?.count == 2)
        #expect(await folder.run("team", "list").output.contains("class-b  2"))
        #expect(await folder.run("team", "remove", "class-b").code == 0)

        #expect(await folder.run("account", "role", "bob", "operator").code == 0)
        #expect(await folder.run("account", "disable", "bob").code == 0)
        #expect(await folder.run("account", "enable", "bob").code == 0)
        #expect(await folder.run("account", "passwd", "bob", "--password-file", password).code == 0)
        #expect(await folder.run("account", "remove", "bob", "--lang", "fr").error.contains("disparaîtra"))
        let last = await folder.run("account", "disable", "alice")
        #expect(last.code == 1)
        #expect(last.error.contains("last_administrator"))
        #expect(await folder.run("account", "invite", "--expires", "14d").output.hasPrefix("ci_"))
        #expect(await folder.run("account", "bootstrap").output.utf8.count > 20)
        let table = await folder.run("account", "list")
        #expect(table.output.hasPrefix("NAME"))
        #expect(table.output.split(separator: "\n").count == 6)

        #expect(await folder.run("session", "list", "--json").json?["sessions"] == [])
        #expect(await folder.run("session", "revoke", "0123456789abcdef").error.contains("not_found"))
        #expect(await folder.run("session", "revoke", "--all-of", "alice").code == 0)
        #expect(await folder.run("session", "revoke").code == 2)

        let old = folder.file("PASSWORD", TokenFormat.makeLikeLogin().reveal() + "\n")
        #expect(await folder.run("login", "import", old, "zoe", "--until", "91d").code == 1)
        #expect(await folder.run("login", "import", old, "zoe", "--until", "30d").code == 0)

        #expect(await folder.run("audit", "tail", "--limit", "3", "--json").json?["records"]?.array?.count == 3)
        let verified = await folder.run("audit", "verify")
        #expect(verified.code == 0)
        let head = verified.output.split(separator: "\n").first.map(String.init) ?? ""
        #expect(await folder.run("audit", "verify", "--head", head).code == 0)
        let later = "9999:" + head.drop { $0 != ":" }.dropFirst()
        let cut = await folder.run("audit", "verify", "--head", later)
        #expect(cut.code == 1)
        #expect(cut.error.contains("9999"))
    }

    @Test("All of administration works on the store when no gate runs")
    func withoutGate() async throws { try await administer(DataFolder()) }

    @Test("All of administration works by the socket of a running gate, which holds the store")
    func withGate() async throws {
        let folder = DataFolder()
        let gate = try RunningGate(folder)
        // Two that lock one store: this would be refused if it went round the gate.
        #expect(throws: GateError.self) { try SQLiteDatabase(folder: folder.path, lanes: lanes) }
        try await administer(folder)
        #expect(gate.end(SIGTERM) == 0)
    }

    @Test("A folder without a store is begun only by what begins one")
    func missingStore() async throws {
        let folder = DataFolder()
        for words in [
            ["account", "list"], ["token", "create", "x"], ["audit", "verify"], ["account", "remove", "x"],
        ] {
            let answer = await folder.run(words)
            #expect(answer.code == 1)
            #expect(answer.error.contains("no store"))
        }
        #expect(unsafe access(folder.path + "/comfygate.db", F_OK) != 0)
        #expect(await folder.run("account", "add", "x", "--machine").code == 0)
        #expect(await folder.run("account", "list").code == 0)
    }

    @Test("A store in use without a socket that answers is a clear failure")
    func storeInUse() async throws {
        let folder = DataFolder()
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let answer = await folder.run("account", "list")
        #expect(answer.code == 1)
        #expect(answer.error.contains("console.sock does not answer"))
        await database.close()
        #expect(await folder.run("account", "list").code == 0)
    }

    @Test("Somebody else's folder gets no files that its owner cannot write", .enabled(if: geteuid() == 0))
    func otherOwner() async throws {
        let folder = DataFolder()
        #expect(await folder.run("account", "add", "x", "--machine").code == 0)
        try #require(unsafe chown(folder.path, 12_345, 12_345) == 0)
        let answer = await folder.run("account", "list")
        #expect(answer.code == 1)
        #expect(answer.error.contains("12345"))
    }

    @Test("A gate that nobody can administer offers a secret, in a file where its output is a log")
    func firstAdministrator() async throws {
        let folder = DataFolder()
        let gate = try RunningGate(folder)
        let connection = try await AdminConnection.open(configuration(folder), mayBegin: false)
        #expect(try await connection.ask(.get, ["bootstrap"])["needed"]?.bool == true)
        // Told after the first line; the audit trail says when it is there.
        while try await connection.ask(.get, ["audit"])["records"]?.array?.isEmpty ?? true { await Task.yield() }
        await connection.close()
        _ = gate.end(SIGTERM)
        let secret = try TextFile.read(folder.path + "/first-administrator", limit: 100)
        #expect(secret.utf8.count > 20)
    }

    @Test("An invitation made on the command line becomes an account at the gate, and then a login")
    func invitation() async throws {
        let folder = DataFolder()
        let gate = try RunningGate(folder)
        let invited = await folder.run("account", "invite")
        #expect(invited.error.contains("/gate/invitation"))
        let code = invited.output.trimmingSuffix("\n")
        func form(_ pairs: [(name: String, value: String)]) -> [UInt8] { Array(Query(pairs).encoded.utf8) }
        let made = try await gate.ask(
            ClientRequest(
                .post, "/gate/invitation",
                body: form([
                    ("code", code), ("username", "zoe"), ("new_password", "a long password"),
                    ("repeat_password", "a long password"),
                ])))
        #expect(made == .created)
        let login = try await gate.ask(
            ClientRequest(.post, "/login", body: form([("username", "zoe"), ("password", "a long password")])))
        #expect(login == .found)
        #expect(await folder.run("account", "list").output.contains("zoe"))
        #expect(gate.end(SIGTERM) == 0)
    }

    private func configuration(_ folder: DataFolder) -> Configuration {
        var configuration = Configuration()
        configuration.data = folder.path
        return configuration
    }

    @Test("A gate killed amid 1,000 changes of accounts loses none that it acknowledged")
    func killedGate() async throws {
        let folder = DataFolder()
        let gate = try RunningGate(folder)
        let acknowledged = Locked<[String]>([])
        let enough = AsyncStream<Void>.makeStream()
        let configuration = configuration(folder)
        async let changes: Void = withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    guard let connection = try? await AdminConnection.open(configuration, mayBegin: false) else {
                        return
                    }
                    for number in 0..<125 {
                        let name = "w\(writer)-\(number)"
                        let body: JSON = ["name": .string(name), "kind": "machine"]
                        guard (try? await connection.ask(.post, ["accounts"], body)) != nil else { break }
                        let count = acknowledged.withLock { names in
                            names.append(name)
                            return names.count
                        }
                        if count == 400 { enough.continuation.yield() }
                    }
                    await connection.close()
                }
            }
        }
        for await _ in enough.stream { break }
        #expect(gate.end(SIGKILL) & 0x7F == SIGKILL)
        await changes
        let names = acknowledged.withLock { $0 }
        #expect((400..<1_000).contains(names.count))
        let list = await folder.run("account", "list", "--json").json?["accounts"]?.array ?? []
        let stored = Set(list.compactMap { $0["name"]?.string })
        #expect(names.allSatisfy(stored.contains))
        #expect(await folder.run("audit", "verify").code == 0)
    }
}
