import Basics
import Foundation
import CSQLite
import Glibc
import Loop
import Store
import TestSupport
import Testing

@testable import StoreSQLite

struct SQLiteStoreTests {
    let folder = TemporaryFolder()

    @Test func everythingSurvivesReopening() async throws {
        let first = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let anna = try account("anna", role: .admin, password: "x")
        try await SQLiteAccountStore(first).commit([.insertAccount(anna)], audit: entry("create"))
        let head = try await SQLiteAccountStore(first).auditHead()
        await first.close()
        let second = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        #expect(second.epoch == first.epoch + 1)
        #expect(try await SQLiteAccountStore(second).accounts() == [anna])
        #expect(try await SQLiteAccountStore(second).verifyAudit(head: head) == .intact(head))
        await second.close()
        await fails(.storeUnavailable) { _ = try await SQLiteAccountStore(second).accounts() }
        await fails(.storeUnavailable) { try await SQLiteAccountStore(second).commit([], audit: nil) }
    }

    @Test func onlyTheOwnerMayReadTheFiles() async throws {
        let path = folder.path
        _ = unsafe chmod(path, 0o755)
        let database = try SQLiteDatabase(folder: path, lanes: lanes)
        try await SQLiteAccountStore(database).commit([], audit: entry("x"))
        #expect(folder.mode(of: ".") == 0o700)
        #expect(Set(folder.names).isSuperset(of: ["comfygate.db", "comfygate.lock", "audit.key", "comfygate.db-wal"]))
        for name in folder.names { #expect(folder.mode(of: name) == 0o600, "\(name)") }
        await database.close()
    }

    @Test func aSecondOpenerIsToldWhoHoldsTheFolder() async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        #expect {
            try SQLiteDatabase(folder: folder.path, lanes: lanes)
        } throws: { error in
            let error = error as? GateError
            return error?.code == .inUse && error?.message.contains("process \(getpid())") == true
        }
        await database.close()
        await (try SQLiteDatabase(folder: folder.path, lanes: lanes)).close()
    }

    @Test func theLockEndsWithItsHolderAlthoughAChildHasACopy() throws {
        var data: DataFolder? = try DataFolder(path: folder.path)
        // What a child that is being started has until it begins.
        var copy: Int32 = -1
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            if target == folder.path + "/comfygate.lock", let descriptor = Int32(name) { copy = dup(descriptor) }
        }
        try #require(copy >= 0)
        defer { close(copy) }
        #expect(throws: GateError.self) { try DataFolder(path: folder.path) }
        withExtendedLifetime(data) {}
        data = nil
        data = try DataFolder(path: folder.path)
        withExtendedLifetime(data) {}
    }

    @Test(arguments: [
        (Int64(0x0102_1997), "9p"), (0xFF53_4D42, "CIFS"), (0xFE53_4D42, "SMB2"), (0x6969, "NFS"),
        (0x6573_5546, "FUSE"),
    ])
    func unfitFileSystemsAreRefusedWithTheRemedy(magic: Int64, name: String) {
        #expect {
            try DataFolder(path: folder.path, fileSystem: { _ in magic })
        } throws: { error in
            guard let error = error as? GateError else { return false }
            return error.code == .unsupportedFileSystem && error.message.contains(folder.path)
                && error.message.contains(name) && error.message.contains("Docker volume")
        }
        #expect(folder.names.isEmpty)
    }

    @Test(arguments: [Int64(0xEF53), 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0x2FC1_2FC1])
    func nativeFileSystemsAreAccepted(magic: Int64) { #expect(FileSystemRule.unfitName(ofMagic: magic) == nil) }

    @Test func theAuditKeyIsNeverMadeAnewUnderAnOldTrail() async throws {
        let first = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        await first.close()
        unsafe unlink(folder.path + "/audit.key")
        // No record yet: a new key harms nothing.
        let second = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        try await SQLiteAccountStore(second).commit([], audit: entry("x"))
        await second.close()
        unsafe unlink(folder.path + "/audit.key")
        await fails(.storeCorrupt) { _ = try SQLiteDatabase(folder: folder.path, lanes: lanes) }
    }

    @Test func editsBehindTheStoresBackAreFound() async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let store = SQLiteAccountStore(database)
        for number in 0..<2_500 { try await store.commit([], audit: entry("step.\(number)")) }
        let head = try await store.auditHead()
        #expect(try await store.verifyAudit(head: head) == .intact(head))
        // Each edit lies before the one of the case above, so that it is the one found.
        for (sql, verdict) in [
            ("UPDATE audit SET subject = 'z' WHERE sequence = 2000", AuditVerdict.altered(sequence: 2_000)),
            ("DELETE FROM audit WHERE sequence = 1500", .missing(sequence: 1_500)),
            ("DELETE FROM audit WHERE sequence > 1200", .cut(count: 1_200, expected: 2_500)),
        ] {
            try await database.write { connection throws(GateError) in try connection.execute(sql) }
            #expect(try await store.verifyAudit(head: head) == verdict)
        }
        await database.close()
    }

    @Test func aFailingItemLeavesItsGroupAlone() async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let store = SQLiteAccountStore(database)
        try await store.commit([.insertAccount(account("taken"))], audit: nil)
        let outcomes = await withTaskGroup(of: (Int, GateError.Code?).self) { group in
            for number in 0..<200 {
                group.addTask {
                    let name = number.isMultiple(of: 3) ? "Taken" : "n\(number)"
                    return (
                        number,
                        await code { try await store.commit([.insertAccount(account(name))], audit: entry(name)) }
                    )
                }
            }
            return await group.reduce(into: [Int: GateError.Code?]()) { $0[$1.0] = $1.1 }
        }
        for (number, outcome) in outcomes { #expect(outcome == (number.isMultiple(of: 3) ? .alreadyExists : nil)) }
        #expect(try await store.accounts().count == 1 + 133)
        #expect(try await store.auditHead().count == 133)
        await database.close()
    }

    @Test func theDatabaseIsSyncedAtEachCommit() async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let settings = try await database.write { connection throws(GateError) in
            var values: [Int] = []
            for name in ["synchronous", "foreign_keys", "busy_timeout"] {
                values += try connection.query("PRAGMA \(name)") { row throws(GateError) in try row.integer(0) }
            }
            return values
        }
        #expect(settings == [2, 1, 5_000])
        let mode = try await database.read { connection throws(GateError) in
            try connection.query("PRAGMA journal_mode") { row throws(GateError) in try row.text(0) }
        }
        #expect(mode == ["wal"])
        await database.close()
    }

    @Test func whatGathersDuringOneSyncSharesTheNext() async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let store = SQLiteAccountStore(database)
        // The write lane is held until all changes wait.
        let gate = Locked(false)
        lanes.write.submit { while !gate.withLock({ $0 }) { usleep(100) } }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 { group.addTask { try? await store.commit([], audit: entry("\(number)")) } }
            while database.load.waiting < 100 { await Task.yield() }
            gate.withLock { $0 = true }
        }
        #expect(database.load.items == 100)
        #expect(database.load.transactions == 1)
        #expect(try await store.auditHead().count == 100)
        await database.close()
    }

    @Test func aFullLaneIsRefusedAndHarmsNothing() async throws {
        let narrow = Lane("store-write", threads: 1, capacity: 1)
        let database = try SQLiteDatabase(folder: folder.path, lanes: StoreLanes(write: narrow, read: lanes.read))
        let store = SQLiteAccountStore(database)
        let (gate, hasBegun) = (Locked(false), Locked(false))
        narrow.submit {
            hasBegun.withLock { $0 = true }
            while !gate.withLock({ $0 }) { usleep(100) }
        }
        while !hasBegun.withLock({ $0 }) { await Task.yield() }
        narrow.submit {}
        await fails(.overloaded) { try await store.commit([], audit: entry("refused")) }
        #expect(database.load.waiting == 0)
        gate.withLock { $0 = true }
        while narrow.load.waiting > 0 { await Task.yield() }
        try await store.commit([], audit: entry("stored"))
        #expect(try await store.auditTail(9).map(\.action) == ["stored"])
        await database.close()
    }

    @Test(arguments: [1, 2]) func aWriterUnderAnOlderEpochIsRefused(step: Int) async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let store = SQLiteAccountStore(database)
        try await database.write { connection throws(GateError) in
            _ = try connection.run("UPDATE epoch SET value = value + ?", .integer(step))
        }
        await fails(.storeTakenOver) { try await store.commit([], audit: entry("x")) }
        #expect(try await store.auditHead() == .empty)
        await database.close()
    }

    @Test func aFullDiskFailsTheGroupAndKeepsWhatWasAcknowledged() async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let store = SQLiteAccountStore(database)
        try await store.commit([.insertAccount(account("before"))], audit: entry("create"))
        try await database.write { connection throws(GateError) in
            let pages = try connection.query("PRAGMA page_count") { row throws(GateError) in try row.integer(0) }
            _ = try connection.query("PRAGMA max_page_count = \(pages[0])") {
                row throws(GateError) in try row.integer(0)
            }
        }
        var failure: GateError.Code?
        for number in 0..<500 where failure == nil {
            failure = await code { try await store.commit([.insertAccount(account("n\(number)"))], audit: entry("x")) }
        }
        #expect(failure == .storeFull)
        try await database.write { connection throws(GateError) in
            _ = try connection.query("PRAGMA max_page_count = 1000000") { row throws(GateError) in try row.integer(0) }
        }
        try await store.commit([.insertAccount(account("after"))], audit: entry("create"))
        let names = try await store.accounts().map(\.name.text)
        #expect(names.contains("before") && names.contains("after"))
        #expect(try await store.auditHead().count == names.count)
        await database.close()
    }

    @Test func aFullQueueIsRefusedAtOnce() async throws {
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes, waiting: 8)
        let store = SQLiteAccountStore(database)
        let codes = await withTaskGroup(of: GateError.Code?.self) { group in
            for number in 0..<300 {
                group.addTask { await code { try await store.commit([], audit: entry("\(number)")) } }
            }
            return await group.reduce(into: [GateError.Code?]()) { $0.append($1) }
        }
        #expect(codes.allSatisfy { $0 == nil || $0 == .overloaded })
        #expect(try await store.auditHead().count == codes.count { $0 == nil })
        await database.close()
    }

    @Test(arguments: [
        (SQLITE_FULL, GateError.Code.storeFull), (SQLITE_IOERR, .storeIO), (SQLITE_IOERR | 4 << 8, .storeIO),
        (SQLITE_READONLY, .storeReadOnly), (SQLITE_BUSY, .storeBusy), (SQLITE_CORRUPT, .storeCorrupt),
        (SQLITE_NOTADB, .storeCorrupt), (SQLITE_CANTOPEN, .storeUnavailable),
    ])
    func failuresOfTheLibraryHaveTheirOwnCodes(code: Int32, expected: GateError.Code) {
        #expect(SQLiteErrors.error(code, "x").code == expected)
    }

    @Test(arguments: [
        (SQLITE_IOERR | 4 << 8, ENOSPC, GateError.Code.storeFull), (SQLITE_IOERR | 19 << 8, EDQUOT, .storeFull),
        (SQLITE_CANTOPEN, ENOSPC, .storeFull), (SQLITE_IOERR | 3 << 8, EROFS, .storeReadOnly),
        (SQLITE_CANTOPEN, EROFS, .storeReadOnly), (SQLITE_IOERR, EIO, .storeIO), (SQLITE_BUSY, ENOSPC, .storeBusy),
        (SQLITE_CANTOPEN, EACCES, .storeUnavailable),
    ])
    func whatTheSystemSaysIsToldApart(code: Int32, number: Int32, expected: GateError.Code) {
        #expect(SQLiteErrors.error(code, system: number, "x").code == expected)
    }

    @Test func aFileThatIsNoDatabaseIsCalledDamaged() async throws {
        let data = try DataFolder(path: folder.path)
        try data.create(data.database, Array(String(repeating: "not a database ", count: 100).utf8))
        let failure = await code {
            let connection = try SQLiteConnection(path: data.database, mode: .readWrite)
            try connection.execute("PRAGMA journal_mode = WAL")
        }
        #expect(failure == .storeCorrupt)
    }

    @Test func textWithNulAndEmptyBlobsComeBackWhole() throws {
        let data = try DataFolder(path: folder.path)
        try data.prepare(data.database)
        let connection = try SQLiteConnection(path: data.database, mode: .readWrite)
        try connection.execute("CREATE TABLE t (a TEXT, b BLOB, c INTEGER) STRICT")
        try connection.run("INSERT INTO t VALUES (?, ?, ?)", .text("a\u{0}é"), .blob([]), .integer(Int64.min))
        try connection.run("INSERT INTO t VALUES (?, ?, ?)", .text(""), .blob([0, 255]), .null)
        let rows = try connection.query("SELECT a, b, c FROM t") { row throws(GateError) in
            "\(try row.text(0)) \(try row.blob(1)) \(row.isNull(2) ? "null" : String(try row.integer(2)))"
        }
        #expect(rows == ["a\u{0}é [] \(Int.min)", " [0, 255] null"])
        #expect(throws: GateError.self) {
            try connection.query("SELECT a FROM t") { row throws(GateError) in try row.integer(0) }
        }
        #expect(throws: GateError.self) { try connection.run("SELECT nonsense FROM nowhere") }
    }
}
