internal import Wire

extension FuzzTargets {
    /// Heads of requests and answers, with wide and with tight limits: the parser agrees with a plain reading of the
    /// lines, and however the bytes come, the answer is the same.
    @Sendable package static func head(_ bytes: [UInt8]) {
        for limits in [HeadLimits(), HeadLimits(bytes: 96, fields: 3, target: 12)] {
            for isRequest in [true, false] {
                var reader = HeadReader(isRequest: isRequest, limits: limits)
                let whole = reader.read(bytes[...])
                check(whole, of: bytes, reader)
                checkPrefixes(bytes, reader, whole: whole)
                for piece in [1, 2, 5, 64] { checkProgress(bytes, reader, piece: piece, whole: whole) }
            }
        }
    }

    private static func check(_ answer: HeadAnswer, of bytes: [UInt8], _ reader: HeadReader) {
        let plain = PlainHead.read(bytes, isRequest: reader.isRequest, limits: reader.limits)
        switch answer {
        case .accepted(let picture): precondition(picture == plain, "the parser and the plain reading disagree")
        case .refused: precondition(plain == nil, "the parser refused what the rules allow")
        case .needsMore:
            precondition(plain == nil, "the parser waits behind the end of a head")
            precondition(bytes.count < reader.limits.bytes, "the parser waits at the limit")
        }
    }

    /// More is needed up to one byte, and from there on the answer stays, whatever follows.
    private static func checkPrefixes(_ bytes: [UInt8], _ reader: HeadReader, whole: HeadAnswer) {
        var reader = reader
        var counts = stride(from: 0, to: bytes.count, by: 1 + bytes.count / 64) + [bytes.count]
        if case .accepted(let picture) = whole { counts += [picture.byteCount - 1, picture.byteCount] }
        var isDecided = false
        for count in counts.sorted() {
            let answer = reader.read(bytes[..<count])
            if isDecided { precondition(answer == whole, "an answer changed when more bytes came") }
            isDecided = answer != .needsMore
            precondition(!isDecided || answer == whole, "a part was read otherwise than the whole")
            if case .accepted(let picture) = whole { precondition(isDecided == (count >= picture.byteCount)) }
        }
    }

    /// As a connection does it: it looks again only when that is worth while.
    private static func checkProgress(_ bytes: [UInt8], _ reader: HeadReader, piece: Int, whole: HeadAnswer) {
        var reader = reader
        var progress = HeadProgress()
        var parsed = 0
        var count = 0
        while count < bytes.count {
            count = min(bytes.count, count + piece)
            let part = bytes[..<count]
            guard progress.isWorthParsing(part.span, limit: reader.limits.bytes) else {
                precondition(count < reader.limits.bytes, "a head at the limit was left lying")
                if case .accepted(let picture) = whole {
                    precondition(count < picture.byteCount, "a whole head was left lying")
                }
                continue
            }
            parsed += count
            let answer = reader.read(part)
            guard answer == .needsMore else {
                precondition(answer == whole)
                break
            }
        }
        // Each look is at twice the bytes of the one before, but for the last; no answer is refused before 13 bytes.
        precondition(parsed <= 3 * bytes.count + 100, "reading in pieces is not linear")
    }
}

/// What a head parser says of some bytes.
enum HeadAnswer: Hashable {
    case needsMore
    case refused(WireError)
    case accepted(HeadPicture)
}

/// All that a head tells, copied out of its buffer.
struct HeadPicture: Hashable {
    /// Method and target, or the status code and the reason as they stand.
    var start: [[UInt8]]
    var isVersion11: Bool
    var byteCount: Int
    /// Name and value.
    var fields: [[[UInt8]]]
    /// The first value of each of `knownFields`.
    var known: [[UInt8]?]
    var framing: BodyFraming
    var keepsAlive: Bool
    var expectsContinue = false
    var wantsUpgrade = false

    static let knownFields: [(field: KnownField, name: String)] = [
        (.host, "host"), (.connection, "connection"), (.contentLength, "content-length"), (.upgrade, "upgrade"),
        (.transferEncoding, "transfer-encoding"), (.cookie, "cookie"), (.authorization, "authorization"),
        (.origin, "origin"), (.te, "te"), (.location, "location"), (.forwarded, "forwarded"),
    ]
}

/// A parser that reads many heads in turn, as that of a loop does.
struct HeadReader {
    let isRequest: Bool
    let limits: HeadLimits
    private var request = RequestHead()
    private var response = ResponseHead()

    init(isRequest: Bool, limits: HeadLimits) { (self.isRequest, self.limits) = (isRequest, limits) }

    mutating func read(_ bytes: ArraySlice<UInt8>) -> HeadAnswer {
        do throws(WireError) {
            let isWhole =
                try isRequest
                ? request.parse(bytes.span, limits: limits) : response.parse(bytes.span, limits: limits)
            guard isWhole else { return .needsMore }
        } catch { return .refused(error) }
        return .accepted(isRequest ? requestPicture(bytes) : responsePicture(bytes))
    }

    private func requestPicture(_ bytes: ArraySlice<UInt8>) -> HeadPicture {
        let head = bytes.prefix(request.byteCount)
        return HeadPicture(
            start: [copy(request.method, head), copy(request.target, head)], isVersion11: request.isVersion11,
            byteCount: request.byteCount,
            fields: request.fields.map { [copy($0.name, head), copy($0.value, head)] },
            known: HeadPicture.knownFields.map { request.value($0.field).map { copy($0, head) } },
            framing: request.framing, keepsAlive: request.keepsAlive, expectsContinue: request.expectsContinue,
            wantsUpgrade: request.wantsUpgrade)
    }

    private func responsePicture(_ bytes: ArraySlice<UInt8>) -> HeadPicture {
        let head = bytes.prefix(response.byteCount)
        precondition(response.framing(isHeadRequest: true) == .none, "the answer to HEAD has a body")
        return HeadPicture(
            start: [copy(response.statusText, head)], isVersion11: response.isVersion11,
            byteCount: response.byteCount,
            fields: response.fields.map { [copy($0.name, head), copy($0.value, head)] },
            known: HeadPicture.knownFields.map { response.value($0.field).map { copy($0, head) } },
            framing: response.framing(isHeadRequest: false), keepsAlive: response.keepsAlive)
    }

    /// Traps when the place does not lie in the head.
    private func copy(_ range: ByteRange, _ head: ArraySlice<UInt8>) -> [UInt8] {
        Array(head[head.startIndex + range.start..<head.startIndex + range.end])
    }
}
