internal import Wire

extension FuzzTargets {
    /// Chunked bodies: however they are cut, the content, the end and the fault are those of a plain reading; the input as
    /// content reads back. The same bytes also pass as bodies of the other framings.
    @Sendable package static func chunk(_ bytes: [UInt8]) {
        let whole = BodyWalk(bytes, .chunked)
        precondition(whole.isSame(as: PlainChunks(bytes)), "the decoder and the plain reading disagree")
        checkCuts(bytes, .chunked, whole)
        checkWriting(bytes)
        for length in [0, 1, bytes.count, bytes.count + 1] {
            let walk = BodyWalk(bytes, .length(length))
            precondition(walk.content == Array(bytes.prefix(length)) && walk.fault == nil)
            precondition(walk.end == (length <= bytes.count && !bytes.isEmpty ? length : nil))
            precondition(walk.isWhole == (length <= bytes.count))
            checkCuts(bytes, .length(length), walk)
        }
        precondition(BodyWalk(bytes, .none).content.isEmpty && BodyWalk(bytes, .none).isWhole)
        let open = BodyWalk(bytes, .untilClose)
        precondition(open.content == bytes && open.end == nil && open.isWhole)
    }

    /// In pieces of some sizes, and in two at every place of a short body.
    private static func checkCuts(_ bytes: [UInt8], _ framing: BodyFraming, _ whole: BodyWalk) {
        for size in [1, 2, 3, 7, 64] {
            precondition(BodyWalk(bytes, framing) { size } == whole, "a body depends on how it was cut")
        }
        for cut in stride(from: 1, to: bytes.count, by: 1 + bytes.count / 64) {
            var sizes = [bytes.count, cut]
            precondition(BodyWalk(bytes, framing) { sizes.popLast() ?? 1 } == whole, "a body depends on how it was cut")
        }
    }

    private static func checkWriting(_ content: [UInt8]) {
        var written: [UInt8] = []
        var at = 0
        while at < content.count {
            // The content itself says how it is cut: chunks of one, two and three digits.
            let size = min(content.count - at, 1 + Int(content[at]) * (at % 3 == 0 ? 7 : 1))
            ChunkedEncoder.appendSizeLine(size, to: &written)
            written += content[at..<at + size] + [0x0D, 0x0A]
            at += size
        }
        written += ChunkedEncoder.end
        let end = written.count
        written += Array("GET /next".utf8)
        let walk = BodyWalk(written, .chunked) { 5 }
        precondition(walk.content == content && walk.end == end && walk.fault == nil, "writing lost something")
    }
}

/// What a body reader makes of some bytes.
private struct BodyWalk: Hashable {
    private(set) var content: [UInt8] = []
    /// Bytes up to the end of the body.
    private(set) var end: Int?
    private(set) var fault: WireError?
    /// The body was complete when the bytes ended.
    private(set) var isWhole = false

    /// - Parameter next: The size of the next piece.
    init(_ bytes: [UInt8], _ framing: BodyFraming, pieces next: () -> Int = { Int.max / 2 }) {
        var reader = BodyReader(framing)
        var start = 0
        while start < bytes.count, end == nil {
            let piece = bytes[start..<min(bytes.count, start + max(1, next()))]
            do throws(WireError) {
                try take(piece, from: start, &reader)
            } catch {
                fault = error
                return
            }
            start = piece.endIndex
        }
        precondition(reader.isDone == (end != nil) || bytes.isEmpty || framing == .untilClose)
        isWhole = reader.finish()
        precondition(!isWhole || reader.isDone)
    }

    private mutating func take(
        _ piece: ArraySlice<UInt8>, from start: Int, _ reader: inout BodyReader
    ) throws(WireError) {
        var at = 0
        while true {
            let (before, due) = (at, reader.remaining)
            switch try reader.next(piece.span, at: &at) {
            case .content(let range):
                precondition(range.start >= before && range.count > 0 && range.end == at && at <= piece.count)
                if let due { precondition(reader.remaining == due - range.count) }
                content += piece[start + range.start..<start + range.end]
            case .needsMore:
                precondition(at == piece.count)
                return
            case .end(let place):
                precondition(place == at && at <= piece.count && reader.isDone)
                end = start + at
                return
            }
        }
    }

    func isSame(as plain: PlainChunks) -> Bool {
        content == plain.content && end == plain.end && fault?.status == plain.fault
    }
}

/// A chunked body read line by line (RFC 9112 section 7.1): what the decoder must agree with.
private struct PlainChunks {
    private(set) var content: [UInt8] = []
    private(set) var end: Int?
    /// The status of the refusal.
    private(set) var fault: Status?
    private var rest: ArraySlice<UInt8>
    /// What extensions and trailers took beyond the content.
    private var overhead = 0

    /// Ends the reading: with a fault, or nil when the bytes are used up.
    private struct Stop: Error { let fault: Status? }
    private static let overheadLimit = 8_192

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
        do throws(Stop) {
            while try chunk() {}
            while let first = rest.first, first != 0x0D { try trailer(first) }
            try lineEnd()
            end = rest.startIndex
        } catch { fault = error.fault }
    }

    /// False behind the size line of the last chunk.
    private mutating func chunk() throws(Stop) -> Bool {
        let digits = rest.prefix { "0123456789abcdefABCDEF".utf8.contains($0) }
        guard digits.count <= 14 else { throw Stop(fault: .contentTooLarge) }
        rest = rest.dropFirst(digits.count)
        guard let next = rest.first else { throw Stop(fault: nil) }
        guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else { throw Stop(fault: .badRequest) }
        if next == UInt8(ascii: ";") || next == 0x20 || next == 0x09 {
            rest.removeFirst()
            try text()
        }
        try lineEnd()
        overhead = max(0, overhead - size)
        guard size > 0 else { return false }
        content += rest.prefix(size)
        rest = rest.dropFirst(size)
        try lineEnd()
        return true
    }

    private mutating func trailer(_ first: UInt8) throws(Stop) {
        guard Octet.isTokenByte(first) else { throw Stop(fault: .badRequest) }
        try text()
        try lineEnd()
    }

    /// What may stand in a line, up to its CR, which counts as well.
    private mutating func text() throws(Stop) {
        let text = rest.prefix { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
        rest = rest.dropFirst(text.count)
        overhead += text.count + (rest.isEmpty ? 0 : 1)
        guard overhead <= Self.overheadLimit else { throw Stop(fault: .contentTooLarge) }
    }

    private mutating func lineEnd() throws(Stop) {
        for byte in [0x0D, 0x0A] as [UInt8] {
            guard let next = rest.popFirst() else { throw Stop(fault: nil) }
            guard next == byte else { throw Stop(fault: .badRequest) }
        }
    }
}
