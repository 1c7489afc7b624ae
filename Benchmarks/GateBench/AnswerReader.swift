/// Reads one answer after the other and compares them with what must come; a pure rule.
struct AnswerReader {
    /// What a right answer is.
    struct Expectation {
        var status = 200
        /// Of the body; nil takes any length.
        var bytes: Int?
    }
    enum Verdict: Equatable {
        case more
        case done
        case wrong(String)
    }

    private var head: [UInt8] = []
    /// Nil while the head is read.
    private(set) var bodyLeft: Int?

    /// Takes bytes that came; an answer must end where they end.
    mutating func take(_ bytes: Span<UInt8>, _ expected: Expectation) -> Verdict {
        if let left = bodyLeft { return takeBody(bytes.count, left) }
        if head.isEmpty, let end = Self.end(of: bytes) { return begin(bytes, end, expected) }
        for index in bytes.indices { head.append(bytes[index]) }
        guard head.count < 65_536 else { return .wrong("a head without an end") }
        let all = head
        guard let end = Self.end(of: all.span) else { return .more }
        head.removeAll(keepingCapacity: true)
        return begin(all.span, end, expected)
    }

    /// Takes body bytes that were thrown away unread.
    mutating func takeBody(_ count: Int) -> Verdict { takeBody(count, bodyLeft ?? 0) }

    private mutating func takeBody(_ count: Int, _ left: Int) -> Verdict {
        guard count <= left else { return .wrong("\(count - left) bytes too many") }
        bodyLeft = count == left ? nil : left - count
        return count == left ? .done : .more
    }

    private mutating func begin(_ bytes: Span<UInt8>, _ end: Int, _ expected: Expectation) -> Verdict {
        let status = Self.number(bytes, 9, 12)
        guard status == expected.status else { return .wrong("status \(status ?? 0) instead of \(expected.status)") }
        guard let length = Self.length(bytes, end) else { return .wrong("no Content-Length") }
        if let wanted = expected.bytes, wanted != length { return .wrong("\(length) bytes instead of \(wanted)") }
        return takeBody(bytes.count - end, length)
    }

    /// Where the body begins.
    private static func end(of bytes: Span<UInt8>) -> Int? {
        var at = 3
        while at < bytes.count {
            if bytes[at] == 0x0A, bytes[at - 1] == 0x0D, bytes[at - 2] == 0x0A, bytes[at - 3] == 0x0D { return at + 1 }
            at += 1
        }
        return nil
    }

    private static func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard end <= bytes.count, start < end else { return nil }
        var value = 0
        for index in start..<end {
            guard (0x30...0x39).contains(bytes[index]), value < 1 << 50 else { return nil }
            value = value * 10 + Int(bytes[index] - 0x30)
        }
        return value
    }

    private static let name = Array("\ncontent-length:".utf8)

    private static func length(_ bytes: Span<UInt8>, _ end: Int) -> Int? {
        let name = Self.name
        var at = 0
        while at + name.count < end {
            defer { at += 1 }
            guard bytes[at] == 0x0A, bytes[at + 1] | 0x20 == 0x63 else { continue }
            var matched = 1
            while matched < name.count, bytes[at + matched] | 0x20 == name[matched] | 0x20 { matched += 1 }
            guard matched == name.count else { continue }
            var start = at + matched
            while bytes[start] == 0x20 { start += 1 }
            var stop = start
            while stop < end, bytes[stop] != 0x0D { stop += 1 }
            return number(bytes, start, stop)
        }
        return nil
    }
}
