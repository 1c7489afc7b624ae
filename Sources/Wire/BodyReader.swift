/// Walks a message body of any framing: says which bytes are content and where the body ends.
public struct BodyReader: Sendable {
    private enum State: Sendable {
        case length(Int)
        case chunked(ChunkedDecoder)
        case untilClose
        case done
    }
    private var state: State

    public init(_ framing: BodyFraming) {
        state =
            switch framing {
            case .none, .length(0): .done
            case .length(let count): .length(count)
            case .chunked: .chunked(ChunkedDecoder())
            case .untilClose: .untilClose
            }
    }

    public var isDone: Bool { if case .done = state { true } else { false } }

    /// Bytes still to come, when the framing says so.
    public var remaining: Int? {
        switch state {
        case .length(let count): count
        case .done: 0
        case .chunked, .untilClose: nil
        }
    }

    /// Advances `at` over the next piece; after `.end`, bytes from `at` belong to the next message.
    public mutating func next(_ bytes: Span<UInt8>, at: inout Int) throws(WireError) -> ChunkedDecoder.Piece {
        switch state {
        case .done: return .end(at)
        case .length(let count):
            let part = min(count, bytes.count - at)
            guard part > 0 else { return .needsMore }
            let range = ByteRange(at, at + part)
            at += part
            state = part == count ? .done : .length(count - part)
            return .content(range)
        case .untilClose:
            guard at < bytes.count else { return .needsMore }
            let range = ByteRange(at, bytes.count)
            at = bytes.count
            return .content(range)
        case .chunked(var decoder):
            let piece = try decoder.next(bytes, at: &at)
            state = decoder.isDone ? .done : .chunked(decoder)
            return piece
        }
    }

    /// Content that went another way; never more than `remaining`.
    public mutating func skip(_ count: Int) {
        guard case .length(let left) = state else { return }
        state = count >= left ? .done : .length(left - count)
    }

    /// The peer has closed: true when the body was complete by that.
    public mutating func finish() -> Bool {
        if case .untilClose = state { state = .done }
        return isDone
    }
}
