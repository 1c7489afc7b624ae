import Basics
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// A store of people's own files with two accounts, for as long as a test takes.
private struct World {
    let store: SQLiteUserDataStore
    let accounts: SQLiteAccountStore
    let database: SQLiteDatabase
    let ada: UUID
    let bob: UUID

    static func run(
        _ change: (inout UserDataLimits) -> Void = { _ in }, _ body: (World) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let accounts = SQLiteAccountStore(database)
        let (ada, bob) = (try account("ada"), try account("bob"))
        try await accounts.commit([.insertAccount(ada), .insertAccount(bob)], audit: nil)
        var limits = UserDataLimits()
        change(&limits)
        let world = World(
            store: SQLiteUserDataStore(database, limits: limits), accounts: accounts, database: database, ada: ada.id,
            bob: bob.id)
        do { try await body(world) } catch {
            await database.close()
            throw error
        }
        await database.close()
        withExtendedLifetime(folder) {}
    }

    @discardableResult
    func write(
        _ text: String, to path: String, of account: UUID? = nil, overwrites: Bool = true, at: Timestamp = noon
    ) async throws -> UserFile {
        try await store.write(
            Array(text.utf8), of: account ?? ada, to: UserPath(path), overwrites: overwrites, at: at)
    }

    func move(_ path: String, to target: String, overwrites: Bool = true) async throws -> UserFile? {
        try await store.move(
            of: ada, from: UserPath(path), to: UserPath(target), overwrites: overwrites, at: later(9))
    }

    func read(_ path: String, of account: UUID? = nil) async throws -> String? {
        try await store.userFile(of: account ?? ada, at: UserPath(path)).map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
    }

    func list(_ folder: String = "", of account: UUID? = nil) async throws -> [String]? {
        try await store.userFiles(of: account ?? ada, below: UserPath(folder))?.map(\.path.text)
    }

    func set(_ json: String, of account: UUID? = nil) async throws {
        try await store.set(UserSettings(parsing: Array(json.utf8)), of: account ?? ada, at: noon)
    }

    func settings(of account: UUID? = nil) async throws -> String {
        String(decoding: try await store.settings(of: account ?? ada).document, as: UTF8.self)
    }

    /// What the tally says; it must never differ from what is there.
    func usage() async throws -> [Int] {
        let ada = ada
        return try await database.read { connection throws(GateError) in
            let told = try connection.query("SELECT files, bytes FROM user_usage WHERE account = ?", .id(ada)) {
                row throws(GateError) in [try row.integer(0), try row.integer(1)]
            }.first
            let real = try connection.query(
                "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM user_file WHERE account = ?", .id(ada)
            ) { row throws(GateError) in [try row.integer(0), try row.integer(1)] }.first
            return told == real ? told ?? [] : []
        }
    }
}

struct UserPathTests {
    @Test(arguments: [
        ("a.json", "a.json"), ("workflows/a.json", "workflows/a.json"), ("a//b/", "a/b"), ("./a/./b", "a/b"),
        ("a/../b", "b"), ("", ""), (".", ""), ("a/..", ""), ("..a/b..", "..a/b.."), ("50% done", "50% done"),
    ])
    func isCleanedAsPythonDoes(text: String, clean: String) throws {
        #expect(try UserPath(text).text == clean)
    }

    @Test(arguments: ["..", "../a", "a/../../b", "/", "/etc/passwd", "a\\b", "a\u{0}b", "a\nb", "a\u{7F}"])
    func whatLeavesTheFolderIsRefused(text: String) {
        #expect(throws: UserPath.Fault.refused) { try UserPath(text) }
    }

    @Test(arguments: [-1, 0, 1]) func isLimited(difference: Int) {
        let text = String(repeating: "é", count: 511) + String(repeating: "x", count: 2 + difference)
        #expect((try? UserPath(text)) == nil ? difference > 0 : difference <= 0)
    }

    @Test func twoSpellingsOfALetterAreTwoNames() throws {
        #expect(try UserPath("\u{E9}") != UserPath("e\u{301}"))
        #expect(try UserPath("a/b/c").parents == ["a", "a/b"] && UserPath("a").parents == [])
    }
}

struct UserDataStoreTests {
    @Test func aFileIsReadBackWithItsTimes() async throws {
        try await World.run { world in
            try await world.write("one", to: "workflows/a.json")
            let again = try await world.write("three", to: "workflows/a.json", at: later(5))
            #expect(again.size == 5 && again.created == noon && again.modified == later(5))
            let found = try await world.store.userFile(of: world.ada, at: UserPath("workflows/a.json"))
            #expect(found?.file == again && found?.bytes == Array("three".utf8))
            try await world.write("", to: "empty")
            #expect(try await world.read("empty") == "")
            #expect(try await world.usage() == [2, 5])
        }
    }

    @Test func aTakenPathIsKeptWhenNotToBeOverwritten() async throws {
        try await World.run { world in
            try await world.write("one", to: "a", overwrites: false)
            await fails(.alreadyExists) { try await world.write("two", to: "a", overwrites: false) }
            #expect(try await world.read("a") == "one")
        }
    }

    @Test func aListHasWhatLiesBelowAndNothingBeside() async throws {
        try await World.run { world in
            for path in ["b", "a/x", "a/y/z", "a.json", "a0", "a-", "\u{10FFFF}"] {
                try await world.write("1", to: path)
            }
            #expect(try await world.list("a") == ["a/x", "a/y/z"])
            #expect(try await world.list("a/y") == ["a/y/z"])
            #expect(try await world.list() == ["a-", "a.json", "a/x", "a/y/z", "a0", "b", "\u{10FFFF}"])
            #expect(try await world.list("none") == nil)
            // A file is there, and nothing is below it.
            #expect(try await world.list("b") == [])
            #expect(try await world.list(of: world.bob) == [])
        }
    }

    @Test func aNameIsAFilesOrAFolders() async throws {
        try await World.run { world in
            try await world.write("1", to: "a/b")
            await fails(.invalidArgument) { try await world.write("2", to: "a") }
            await fails(.invalidArgument) { try await world.write("2", to: "a/b/c") }
            try await world.write("3", to: "c")
            await fails(.invalidArgument) { _ = try await world.move("c", to: "a/b/d") }
            await fails(.invalidArgument) { _ = try await world.move("c", to: "a") }
            #expect(try await world.list() == ["a/b", "c"])
            #expect(try await world.usage() == [2, 2])
            // The file may be what its new folder is called.
            #expect(try await world.move("a/b", to: "a")?.path.text == "a")
            #expect(try await world.move("a", to: "a/b")?.path.text == "a/b")
        }
    }

    @Test func aMoveKeepsBytesAndTimes() async throws {
        try await World.run { world in
            try await world.write("one", to: "a")
            try await world.write("other", to: "b")
            await fails(.alreadyExists) { _ = try await world.move("a", to: "b", overwrites: false) }
            #expect(try await world.move("none", to: "c") == nil)
            let moved = try await world.move("a", to: "b")
            #expect(moved?.modified == noon && moved?.size == 3)
            #expect(try await world.list() == ["b"])
            #expect(try await world.read("b") == "one")
            #expect(try await world.move("b", to: "b")?.path.text == "b")
            #expect(try await world.usage() == [1, 3])
        }
    }

    @Test func deletingTellsWhetherThereWasOne() async throws {
        try await World.run { world in
            try await world.write("one", to: "a/b")
            #expect(try await world.store.delete(of: world.bob, at: UserPath("a/b")) == false)
            #expect(try await world.store.delete(of: world.ada, at: UserPath("a")) == false)
            #expect(try await world.store.delete(of: world.ada, at: UserPath("a/b")))
            #expect(try await world.store.delete(of: world.ada, at: UserPath("a/b")) == false)
            #expect(try await world.list("a") == nil)
            #expect(try await world.usage() == [0, 0])
        }
    }

    @Test func accountsNeverMeet() async throws {
        try await World.run { world in
            try await world.write("ada's", to: "a")
            try await world.write("bob's", to: "a", of: world.bob)
            try await world.set(#"{"x":1}"#)
            #expect(try await world.read("a") == "ada's")
            #expect(try await world.read("a", of: world.bob) == "bob's")
            #expect(try await world.settings(of: world.bob) == "{}")
            #expect(try await world.list(of: world.bob) == ["a"])
        }
    }

    @Test func whatAnAccountKeptEndsWithIt() async throws {
        try await World.run { world in
            try await world.write("1", to: "a")
            try await world.set(#"{"x":1}"#)
            try await world.accounts.commit([.removeAccount(world.ada)], audit: nil)
            let left = try await world.database.read { connection throws(GateError) in
                var left: [Int] = []
                for table in ["user_file", "user_content", "user_setting", "user_usage"] {
                    left += try connection.query("SELECT COUNT(*) FROM \(table)") { row throws(GateError) in
                        try row.integer(0)
                    }
                }
                return left
            }
            #expect(left == [0, 0, 0, 0])
            await fails(.notFound) { try await world.write("1", to: "a") }
            await fails(.notFound) { try await world.set(#"{"x":1}"#) }
        }
    }

    // MARK: Settings

    @Test func settingsAreMergedKeyByKey() async throws {
        try await World.run { world in
            #expect(try await world.settings() == "{}")
            try await world.set(#"{"b":1,"a":[1, 2]}"#)
            try await world.set(#"{"c":null,"b":"x"}"#)
            #expect(try await world.settings() == #"{"b":"x","a":[1,2],"c":null}"#)
            let value = try await world.store.setting("a", of: world.ada)
            #expect(value == Array("[1,2]".utf8))
            let none = try await world.store.setting("d", of: world.ada)
            #expect(none == nil)
            try await world.set("{}", of: world.bob)
            #expect(try await world.list(of: world.bob) == [])
        }
    }

    @Test func settingsAreAFileAndTheFileIsTheSettings() async throws {
        try await World.run { world in
            let path = UserPath.settings.text
            try await world.set(#"{"a\"ä":1,"b":2}"#)
            #expect(try await world.list() == [path])
            #expect(try await world.read(path) == #"{"a\"ä":1,"b":2}"#)
            #expect(try await world.usage() == [1, 17])
            try await world.write(#" {"z": {"y": 1.50}} "#, to: path)
            #expect(try await world.settings() == #"{"z":{"y":1.50}}"#)
            for text in ["", "[]", "{", #"{"a":NaN}"#, "null"] {
                await fails(.invalidArgument) { try await world.write(text, to: path) }
            }
            #expect(try await world.settings() == #"{"z":{"y":1.50}}"#)
            _ = try await world.move(path, to: "old.json")
            #expect(try await world.settings() == "{}")
            #expect(try await world.read("old.json") == #"{"z":{"y":1.50}}"#)
            try await world.write("no JSON", to: "bad")
            await fails(.invalidArgument) { _ = try await world.move("bad", to: path) }
            #expect(try await world.read("bad") == "no JSON")
            _ = try await world.move("old.json", to: path)
            #expect(try await world.settings() == #"{"z":{"y":1.50}}"#)
            #expect(try await world.store.delete(of: world.ada, at: .settings))
            #expect(try await world.settings() == "{}")
            #expect(try await world.usage() == [1, 7])
        }
    }

    // MARK: Limits

    @Test(arguments: [-1, 0, 1]) func aFileIsLimited(difference: Int) async throws {
        try await World.run({ $0.file = 10 }) { world in
            let text = String(repeating: "x", count: 10 + difference)
            let found = await code { try await world.write(text, to: "a") }
            #expect(found == (difference > 0 ? "request_too_large" : nil))
        }
    }

    @Test(arguments: [-1, 0, 1]) func allFilesTogetherAreLimited(difference: Int) async throws {
        try await World.run({ $0.total = 20 }) { world in
            try await world.write("12345678", to: "a")
            try await world.write("1234", to: "b")
            let text = String(repeating: "x", count: 16 + difference)
            // What is overwritten no longer counts.
            let found = await code { try await world.write(text, to: "a") }
            #expect(found == (difference > 0 ? .userDataFull : nil))
            #expect(try await world.read("a") == (difference > 0 ? "12345678" : text))
            #expect(await code { try await world.write("1", to: "a") } == nil)
            #expect(await code { try await world.write("12345678", to: "c", of: world.bob) } == nil)
        }
    }

    @Test(arguments: [-1, 0, 1]) func theNumberOfFilesIsLimited(difference: Int) async throws {
        try await World.run({ $0.files = 3 }) { world in
            for index in 0..<2 + difference { try await world.write("1", to: "f\(index)") }
            let found = await code { try await world.write("1", to: "last") }
            #expect(found == (difference > 0 ? .userDataFull : nil))
            #expect(await code { try await world.write("22", to: "f0") } == nil)
            _ = try await world.store.delete(of: world.ada, at: UserPath("f0"))
            #expect(await code { try await world.write("1", to: "last") } == nil)
        }
    }

    @Test(arguments: [-1, 0, 1]) func aSettingIsLimited(difference: Int) async throws {
        try await World.run({ ($0.setting, $0.settings, $0.allSettings) = (10, 3, 40) }) { world in
            let long = await code { try await world.set("{\"a\":\(String(repeating: "1", count: 10 + difference))}") }
            #expect(long == (difference > 0 ? "request_too_large" : nil))
            let keys = (0..<3 + difference).map { "\"\($0)\":0" }.joined(separator: ",")
            _ = try await world.store.delete(of: world.ada, at: .settings)
            let many = await code { try await world.set("{\(keys)}") }
            #expect(many == (difference > 0 ? .userDataFull : nil))
            _ = try await world.store.delete(of: world.ada, at: .settings)
            // {"a":1111111111,"b":1111111111,"c":1} has 36 bytes.
            let last = String(repeating: "2", count: 3 + difference)
            let whole = "{\"a\":1111111111,\"b\":1111111111,\"c\":\(last)1}"
            #expect(whole.utf8.count == 40 + difference)
            for written in [true, false] {
                let found = await code {
                    if written {
                        try await world.write(whole, to: UserPath.settings.text)
                    } else {
                        try await world.set(whole)
                    }
                }
                #expect(found == (difference > 0 ? .userDataFull : nil))
            }
        }
    }

    @Test(arguments: [0, 1, 1_024, 1_025]) func theNameOfASettingIsLimited(count: Int) async throws {
        try await World.run { world in
            let found = await code { try await world.set("{\"\(String(repeating: "k", count: count))\":1}") }
            #expect(found == ((1...1_024).contains(count) ? nil : .invalidArgument))
        }
    }

    @Test func theLimitsAreTheDocumentedOnes() {
        let limits = UserDataLimits()
        #expect(
            [limits.file, limits.total, limits.setting, limits.allSettings] == [32 << 20, 1 << 30, 1 << 20, 8 << 20])
        #expect([limits.files, limits.settings, UserPath.maximumBytes] == [10_000, 4_096, 1_024])
    }
}
