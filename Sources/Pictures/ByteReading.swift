/// Numbers in the bytes of a file; nil beyond its end.
extension Span where Element == UInt8 {
    func big32(_ place: Int) -> Int? {
        guard place >= 0, place <= count - 4 else { return nil }
        return Int(self[place]) << 24 | Int(self[place + 1]) << 16 | Int(self[place + 2]) << 8 | Int(self[place + 3])
    }

    func little32(_ place: Int) -> Int? {
        guard place >= 0, place <= count - 4 else { return nil }
        return Int(self[place]) | Int(self[place + 1]) << 8 | Int(self[place + 2]) << 16 | Int(self[place + 3]) << 24
    }

    func big16(_ place: Int) -> Int? {
        guard place >= 0, place <= count - 2 else { return nil }
        return Int(self[place]) << 8 | Int(self[place + 1])
    }

    /// A copy of a part that is there.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        for place in range { out.append(self[place]) }
        return out
    }

    func has(_ place: Int, _ text: StaticString) -> Bool {
        let wanted = Array("\(text)".utf8)
        guard place >= 0, place <= count - wanted.count else { return false }
        return wanted.indices.allSatisfy { self[place + $0] == wanted[$0] }
    }
}
