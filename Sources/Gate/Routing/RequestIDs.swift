internal import Basics
internal import Wire

/// Names requests, so that an answer, a line of the log and a server behind the gate can be brought together.
///
/// An id that the client or a proxy sent is taken over when it is one that can stand anywhere. Made ids are unique and no
/// secret: 64 random bits of the loop and a number.
struct RequestIDs {
    private let prefix: [UInt8]
    private var count: UInt64 = 0
    /// Characters of an id that is taken over.
    static let longest = 128

    init(prefix: [UInt8] = Array(Hex.encode(RandomBytes.make(8)).utf8)) { self.prefix = prefix + [UInt8(ascii: "-")] }

    /// The request's own id, or a new one.
    mutating func next(_ fields: Fields) -> String {
        let sent = fields.all("X-Request-Id")
        if sent.count == 1, Self.isSane(sent[0].utf8.span) { return sent[0] }
        var made: [UInt8] = []
        appendNew(to: &made)
        return String(decoding: made, as: UTF8.self)
    }

    /// The same for a head that lies in a buffer; allocates nothing when there is room.
    mutating func append(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, to out: inout [UInt8]) {
        if head.count(of: .xRequestID) == 1, let sent = head.value(.xRequestID),
            Self.isSane(bytes.extracting(sent.start..<sent.end))
        {
            out.append(bytes, sent)
        } else {
            appendNew(to: &out)
        }
    }

    /// A new id; allocates nothing when there is room.
    mutating func appendNew(to out: inout [UInt8]) {
        count += 1
        out.append(contentsOf: prefix)
        out.append(decimal: Int(clamping: count))
    }

    /// One to 128 of letters, digits, dot, underscore and hyphen.
    static func isSane(_ text: Span<UInt8>) -> Bool {
        guard (1...longest).contains(text.count) else { return false }
        for index in text.indices {
            switch text[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): break
            default: return false
            }
        }
        return true
    }
}
