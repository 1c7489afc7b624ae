/// Finds one short text in bytes, looking at a fraction of them.
///
/// Source: R. N. Horspool, "Practical fast searching in strings", 1980.
struct ByteSearch: Sendable {
    let needle: [UInt8]
    /// How far to go on, by the byte under the needle's last one.
    private let steps: [Int]

    /// - Parameter needle: Not empty.
    init(_ needle: [UInt8]) {
        precondition(!needle.isEmpty)
        self.needle = needle
        var steps = [Int](repeating: needle.count, count: 256)
        for (index, byte) in needle.dropLast().enumerated() { steps[Int(byte)] = needle.count - 1 - index }
        self.steps = steps
    }

    /// The place of the first occurrence at or behind `from`; the count of the bytes when there is none.
    func first(in bytes: Span<UInt8>, from: Int) -> Int {
        let last = needle.count - 1
        let needle = needle.span
        let steps = steps.span
        let final = needle[last]
        var at = from + last
        while at < bytes.count {
            let byte = bytes[at]
            if byte == final {
                var index = 0
                while index < last, bytes[at - last + index] == needle[index] { index += 1 }
                if index == last { return at - last }
            }
            at += steps[Int(byte)]
        }
        return bytes.count
    }
}
