import Basics
import TestSupport
import Testing

@testable import Secrets

struct UndoRulesTests {
    typealias Kind = TransactionJournal.Entry.Kind
    typealias Row = (Kind, UndoRules.Found, UndoRules.Aside, Bool, UndoRules.Action)

    @Test(
        arguments: [
            // Not reached yet: the draft still waits.
            (.replace, .old, .none, true, .nothing), (.replace, .foreign, .none, true, .nothing),
            (.replace, .foreign, .old, true, .nothing), (.create, .old, .none, true, .nothing),
            (.create, .foreign, .none, true, .nothing), (.delete, .old, .none, false, .nothing),
            (.delete, .foreign, .none, false, .nothing), (.delete, .new, .none, false, .nothing),
            (.inPlace, .old, .old, false, .nothing),
            // Done.
            (.replace, .new, .old, false, .putBack), (.create, .new, .none, false, .remove),
            (.delete, .new, .old, false, .putBack), (.inPlace, .new, .old, false, .putBack),
            (.inPlace, .torn, .old, false, .putBack),
            // Somebody wrote between the last look and the rename: theirs comes back.
            (.replace, .new, .foreign, false, .putBack), (.delete, .new, .foreign, false, .putBack),
            // Undone before.
            (.replace, .old, .none, false, .nothing), (.create, .old, .none, false, .nothing),
            (.inPlace, .old, .none, false, .nothing),
            // Somebody wrote after it: never written over.
            (.replace, .foreign, .old, false, .leave), (.create, .foreign, .none, false, .leave),
            (.delete, .foreign, .old, false, .leave), (.inPlace, .foreign, .old, false, .leave),
            // The copy is gone.
            (.replace, .new, .none, false, .leave), (.inPlace, .torn, .none, false, .leave),
            (.inPlace, .new, .none, false, .leave),
        ] as [Row]) func eachStateHasItsAction(row: Row)
    {
        #expect(UndoRules.action(row.0, target: row.1, aside: row.2, hasDraft: row.3) == row.4)
    }

    @Test func foreignWorkIsNeverTouched() {
        for kind in Kind.allCases {
            for aside in UndoRules.Aside.allCases {
                for hasDraft in [true, false] {
                    let action = UndoRules.action(kind, target: .foreign, aside: aside, hasDraft: hasDraft)
                    #expect(action == .nothing || action == .leave)
                }
            }
        }
    }

    @Test(arguments: 0..<200) func aWriteStoppedAnywhereIsTorn(seed: UInt64) {
        var dice = Dice(seed)
        let old = Self.bytes(&dice)
        let new = Self.bytes(&dice)
        var found = old
        for done in 0...new.count {
            found = Array(new[..<done] + old.dropFirst(done))
            #expect(UndoRules.isTorn(found, old: old, new: new))
        }
        if new.count > old.count {
            found = new
            for index in old.count..<new.count where Bool.random(using: &dice) { found[index] = 0 }
            #expect(UndoRules.isTorn(found, old: old, new: new))
        }
    }

    @Test(arguments: 0..<200) func anyOtherByteIsSomebodyElses(seed: UInt64) {
        var dice = Dice(seed)
        let old = Self.bytes(&dice) + [0x41]
        let new = Self.bytes(&dice) + [0x41]
        let done = Int.random(in: 0...new.count, using: &dice)
        var found = Array(new[..<done] + old.dropFirst(done))
        found[Int.random(in: found.indices, using: &dice)] = 0x7E
        #expect(!UndoRules.isTorn(found, old: old, new: new))
        #expect(!UndoRules.isTorn([UInt8](repeating: 0x41, count: max(old.count, new.count) + 1), old: old, new: new))
    }

    private static func bytes(_ dice: inout Dice) -> [UInt8] {
        (0..<Int.random(in: 0...20, using: &dice)).map { _ in UInt8.random(in: 0x61...0x64, using: &dice) }
    }

    @Test(
        arguments: [
            (nil, .create, .old), ([2], .create, .new), ([3], .create, .foreign), ([1], .replace, .old),
            ([2], .replace, .new), (nil, .replace, .foreign), (nil, .delete, .new), ([1], .delete, .old),
            ([2], .delete, .foreign), ([1], .inPlace, .old), ([2], .inPlace, .new), ([], .inPlace, .foreign),
        ] as [([UInt8]?, Kind, UndoRules.Found)]) func aTargetIsJudgedByContent(
            content: [UInt8]?, kind: Kind, found: UndoRules.Found
        )
    {
        let entry = TransactionJournal.Entry(
            kind: kind, old: kind == .create ? nil : .sha256([1]), new: kind == .delete ? nil : .sha256([2]), path: "a")
        #expect(UndoRules.found(content, entry, old: [1], new: [2]) == found)
    }
}
