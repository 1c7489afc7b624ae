import Basics
import TestSupport
import Testing

struct BLAKE3Tests {
    private static func input(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }

    @Test(arguments: blake3Vectors)
    func agreesWithTheOfficialVectors(count: Int, hash: String) {
        #expect(BLAKE3.hash(Self.input(count)).description == hash)
    }

    /// All vectors by one hasher, which shows that finalising leaves it as it was.
    @Test func goesOnAfterAHash() {
        let input = Self.input(blake3Vectors.map(\.count).max() ?? 0)
        var hasher = BLAKE3()
        var fed = 0
        for (count, hash) in blake3Vectors.sorted(by: { $0.count < $1.count }) {
            hasher.update(input.span.extracting(fed..<count))
            fed = count
            #expect(hasher.finalize().description == hash)
            #expect(hasher.finalize().description == hash)
        }
    }

    /// Cuts at and around blocks, chunks and groups, where the tree changes its form.
    @Test func howTheBytesAreCutDoesNotMatter() {
        var generator = SeededGenerator(seed: 3)
        let edges = [1, 63, 64, 65, 1023, 1024, 1025, 4096, 16_383, 16_384, 16_385, 32_768, 49_153]
        for _ in 0..<24 {
            let count = (edges.randomElement(using: &generator) ?? 1) + Int.random(in: 0...2, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var hasher = BLAKE3()
            var place = 0
            while place < count {
                let step = edges.randomElement(using: &generator) ?? 1
                let end = min(count, place + Int.random(in: 0...step, using: &generator))
                hasher.update(bytes.span.extracting(place..<end))
                place = end
            }
            #expect(hasher.finalize() == BLAKE3.hash(bytes), "\(count) bytes")
        }
    }

    @Test func eachByteCounts() {
        for count in [1, 64, 1024, 2048, 16_385] {
            var bytes = Self.input(count)
            let hash = BLAKE3.hash(bytes)
            for place in Set([0, count / 2, count - 1]) {
                bytes[place] ^= 1
                #expect(BLAKE3.hash(bytes) != hash)
                bytes[place] ^= 1
            }
            #expect(BLAKE3.hash(bytes + [0]) != hash)
        }
    }

    @Test func aCopyGoesItsOwnWay() {
        var first = BLAKE3()
        first.update(Self.input(20_000).span)
        var second = first
        second.update([1, 2, 3].span)
        #expect(first.finalize() == BLAKE3.hash(Self.input(20_000)))
        #expect(second.finalize() == BLAKE3.hash(Self.input(20_000) + [1, 2, 3]))
    }
}
