import Basics
import TestSupport
import Testing

struct LRUTableTests {
    @Test func theTableForgetsWhatWasNotTouchedForLongest() {
        var table = LRUTable<Int, Int>(capacity: 3)
        for key in 1...3 { table.set(key, key) }
        table.set(1, 10)
        table.set(4, 4)
        #expect([1, 2, 3, 4].map { table.peek($0) } == [10, nil, 3, 4])
        table.remove(3)
        table.remove(3)
        table.set(5, 5)
        #expect(table.count == 3)
        table.set(6, 6)
        #expect([1, 4, 5, 6].map { table.peek($0) } == [nil, 4, 5, 6])
        #expect(table.touch(4) == 4 && table.touch(1) == nil)
        table.update(5) { $0 = 50 }
        #expect(table.oldest?.value == 50)
        #expect(table.ordered.map(\.key) == [5, 6, 4])
        table.remove(5)
        table.remove(6)
        table.remove(4)
        #expect(table.oldest == nil && table.ordered.isEmpty)
    }

    @Test(arguments: UInt64(1)...10) func theTableAgreesWithASimpleOne(seed: UInt64) {
        var dice = Dice(seed)
        var table = LRUTable<Int, Int>(capacity: 8)
        var simple: [(key: Int, value: Int)] = []
        for step in 0..<2_000 {
            let key = Int.random(in: 0..<16, using: &dice)
            simple.removeAll { $0.key == key }
            if Int.random(in: 0..<5, using: &dice) == 0 {
                table.remove(key)
            } else {
                table.set(key, step)
                simple.append((key, step))
                if simple.count > 8 { simple.removeFirst() }
            }
            #expect(table.count == simple.count)
            #expect(table.ordered.map(\.value) == simple.map(\.value))
            for key in 0..<16 { #expect(table.peek(key) == simple.first { $0.key == key }?.value) }
        }
    }
}
