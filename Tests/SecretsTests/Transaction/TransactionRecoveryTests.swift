import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

/// Trees as a crash may leave them, made by hand; scripts/test-transactions makes real ones.
struct TransactionRecoveryTests {
    private let tree = TransactionTree(["a": "old a", "t": "old token", "gone": "old gone", "d/x": "other"])
    private let number: UInt64 = 0xABCD

    /// In this order: replaced, in place, made, deleted.
    private var journal: TransactionJournal {
        func digest(_ text: String) -> Digest32 { .sha256(Array(text.utf8)) }
        return TransactionJournal(
            transaction: number,
            entries: [
                .init(kind: .replace, old: digest("old a"), new: digest("new a"), path: "a"),
                .init(kind: .inPlace, old: digest("old token"), new: digest("NEW TOKEN!"), path: "t"),
                .init(kind: .create, old: nil, new: digest("made"), path: "d/made"),
                .init(kind: .delete, old: digest("old gone"), new: nil, path: "gone"),
            ])
    }

    /// The drafts and copies, and the journal in a phase.
    private func prepare(_ phase: JournalPhase) {
        write(phase.rawValue, journal.encoded)
        tree.write(TemporaryName.new(number, 0), "new a")
        write(TemporaryName.old(number, 1), Array("old token".utf8))
        write(TemporaryName.new(number, 1), Array("NEW TOKEN!".utf8))
        tree.write("d/" + TemporaryName.new(number, 2), "made")
    }

    private func write(_ name: String, _ bytes: [UInt8]) {
        tree.write(".secrets/.journal/\(name)", "")
        tree.folder.file(".secrets/.journal/\(name)", bytes)
    }

    private func move(_ from: String, _ to: String) { unsafe rename(tree.folder.path(from), tree.folder.path(to)) }

    /// The change of one entry, as a run makes it.
    private func apply(_ index: Int) {
        switch index {
        case 0:
            tree.write("a", "new a")
            tree.write(TemporaryName.new(number, 0), "old a")
        case 1: tree.write("t", "NEW TOKEN!")
        case 2: move("d/" + TemporaryName.new(number, 2), "d/made")
        default: move("gone", TemporaryName.old(number, 3))
        }
    }

    private func recover() throws -> RecoveryReport { try tree.transaction().recover() }

    private let before: Set<String> = ["a", "t", "gone", "d/x"]

    private func expectOld() {
        #expect(tree.files == before)
        #expect(tree.text("a") == "old a")
        #expect(tree.text("t") == "old token")
        #expect(tree.text("gone") == "old gone")
    }

    @Test func nothingIsRecoveredFromNothing() throws {
        #expect(try recover() == RecoveryReport(result: .nothing))
        expectOld()
    }

    @Test func beforeTheFirstChangeOnlyDraftsGo() throws {
        prepare(.untouched)
        // Whatever somebody does to the files then is theirs.
        tree.write("a", "foreign")
        let report = try recover()
        #expect(report.result == .undone && report.conflicts.isEmpty)
        #expect(tree.files == before)
        #expect(tree.text("a") == "foreign")
    }

    @Test(arguments: 0...4) func aHalfDoneChangeIsUndone(done: Int) throws {
        prepare(.applying)
        for index in 0..<done { apply(index) }
        let report = try recover()
        #expect(report.result == .undone && report.conflicts.isEmpty)
        #expect(report.paths == ["a", "t", "d/made", "gone"])
        expectOld()
        #expect(try recover().result == .nothing)
    }

    @Test(arguments: 0...10) func aTornFileIsUndone(written: Int) throws {
        prepare(.applying)
        tree.write("t", String("NEW TOKEN!".prefix(written) + "old token".dropFirst(written)))
        #expect(try recover().conflicts.isEmpty)
        expectOld()
    }

    @Test func aCommittedChangeStays() throws {
        prepare(.committed)
        for index in 0..<4 { apply(index) }
        let report = try recover()
        #expect(report.result == .finished && report.conflicts.isEmpty)
        #expect(tree.files == ["a", "t", "d/x", "d/made"])
        #expect(tree.text("a") == "new a")
        #expect(tree.text("t") == "NEW TOKEN!")
    }

    @Test func aHalfCleanedCommitIsCleaned() throws {
        prepare(.committed)
        for index in 0..<4 { apply(index) }
        unsafe unlink(tree.folder.path(TemporaryName.new(number, 0)))
        unsafe unlink(tree.folder.path(".secrets/.journal/" + TemporaryName.old(number, 1)))
        #expect(try recover().result == .finished)
        #expect(tree.files == ["a", "t", "d/x", "d/made"])
    }

    @Test func somebodyElsesWorkIsNeverWrittenOver() throws {
        prepare(.applying)
        for index in 0..<4 { apply(index) }
        for path in ["a", "t", "d/made", "gone"] { tree.write(path, "foreign") }
        let report = try recover()
        #expect(report.conflicts.map(\.path) == ["a", "t", "d/made", "gone"])
        for path in ["a", "t", "d/made", "gone"] { #expect(tree.text(path) == "foreign") }
        let kept = report.conflicts.map { $0.keptCopy.map { String($0.dropFirst(tree.folder.path.count + 1)) } }
        #expect(kept.map { $0.flatMap(tree.text) } == ["old a", "old token", nil, "old gone"])
        for copy in kept.compactMap(\.self) { #expect(tree.facts(copy).permissions == 0o600) }
        #expect(tree.files == before.union(kept.compactMap(\.self)).union(["d/made"]))
        #expect(report.conflicts.allSatisfy { $0.message.contains($0.path) && $0.message.contains("compare") })
        // The copies are for people; the transaction is over.
        #expect(try recover().result == .nothing)
        #expect(tree.files.isSuperset(of: kept.compactMap(\.self)))
    }

    @Test func oneConflictDoesNotKeepTheOthersFromComingBack() throws {
        prepare(.applying)
        for index in 0..<4 { apply(index) }
        tree.write("t", "foreign")
        #expect(try recover().conflicts.map(\.path) == ["t"])
        #expect(tree.text("a") == "old a")
        #expect(tree.text("gone") == "old gone")
        #expect(tree.text("d/made") == nil)
    }

    /// Between the last look and the exchange somebody replaced the file: theirs lies aside, and comes back.
    @Test func whatWasExchangedByMistakeComesBack() throws {
        prepare(.applying)
        tree.write("a", "new a")
        tree.write(TemporaryName.new(number, 0), "foreign")
        #expect(try recover().conflicts.isEmpty)
        #expect(tree.text("a") == "foreign")
        #expect(tree.files == before)
    }

    @Test func withoutExchangeTheSecondNameComesBack() throws {
        prepare(.applying)
        unsafe link(tree.folder.path("a"), tree.folder.path(TemporaryName.old(number, 0)))
        let inode = tree.facts("a").st_ino
        move(TemporaryName.new(number, 0), "a")
        #expect(try recover().conflicts.isEmpty)
        expectOld()
        #expect(tree.facts("a").st_ino == inode)
    }

    @Test func aMissingCopyIsAConflict() throws {
        prepare(.applying)
        tree.write("a", "new a")
        unsafe unlink(tree.folder.path(TemporaryName.new(number, 0)))
        let report = try recover()
        #expect(report.conflicts.map(\.keptCopy) == [nil])
        #expect(tree.text("a") == "new a")
    }

    @Test func aFolderInTheWayIsAConflict() throws {
        prepare(.applying)
        apply(0)
        unsafe unlink(tree.folder.path("a"))
        unsafe mkdir(tree.folder.path("a"), 0o755)
        #expect(try recover().conflicts.map(\.path) == ["a"])
        #expect(tree.facts("a").isFolder)
    }

    /// A disk that is not mounted comes back; what is undone until then stays undone.
    @Test func aVanishedFolderKeepsTheJournal() throws {
        prepare(.applying)
        for index in 0..<4 { apply(index) }
        move("d", "elsewhere")
        let error = #expect(throws: GateError.self) { _ = try recover() }
        #expect(error?.code == .changeUnfinished)
        #expect(error?.message.contains("d/made") == true)
        #expect(tree.text("a") == "old a")
        #expect(tree.run([tree.create("z", "z")])?.code == .changeUnfinished)
        move("elsewhere", "d")
        #expect(try recover().result == .undone)
        expectOld()
    }

    @Test(arguments: JournalPhase.allCases) func aDamagedJournalIsTold(phase: JournalPhase) throws {
        prepare(phase)
        var bytes = journal.encoded
        bytes[20] ^= 1
        write(phase.rawValue, bytes)
        let files = tree.files
        let error = #expect(throws: GateError.self) { _ = try recover() }
        #expect(error?.code == .journalDamaged)
        #expect(error?.message.contains(phase.rawValue) == true)
        #expect(tree.files == files)
    }

    @Test func aJournalThatWasNeverWholeIsNone() throws {
        write(JournalPhase.draft, Array(journal.encoded.dropLast()))
        write(TemporaryName.old(number, 1), [1])
        #expect(try recover().result == .nothing)
        expectOld()
    }

    @Test func aSweepRemovesWhatNoJournalNames() throws {
        tree.write("d/" + TemporaryName.new(number, 0), "S3CRET")
        tree.write(TemporaryName.old(number, 9), "S3CRET")
        tree.write("d/.comfygate-mine", "kept")
        let removed = try tree.transaction().sweep([".", "d"])
        #expect(removed == [TemporaryName.old(number, 9), "d/" + TemporaryName.new(number, 0)].sorted())
        #expect(tree.files == before.union(["d/.comfygate-mine"]))
    }

    @Test func aSweepWaitsForRecovery() throws {
        prepare(.applying)
        let error = #expect(throws: GateError.self) { _ = try tree.transaction().sweep(["."]) }
        #expect(error?.code == .changeUnfinished)
    }
}
