/// Reads multipart/form-data in slices of any size: bytes in, actions out.
///
/// Source: RFC 7578; RFC 2046, section 5.1.1. Stricter: lines end in CRLF, nothing but spaces may follow a boundary, so
/// that two readers cannot see different parts. The length of the whole body is the caller's to limit.
public struct MultipartReader: Sendable {
    public struct Limits: Sendable, Hashable {
        public var parts: Int
        /// Bytes of one part's header block with its empty line; also of what stands before the first boundary.
        public var headerBytes: Int

        public init(parts: Int = 64, headerBytes: Int = 8_192) { (self.parts, self.headerBytes) = (parts, headerBytes) }
    }

    public enum Failure: Error, Sendable, Hashable {
        /// Content-Type is not multipart/form-data with a boundary of 1...70 allowed characters.
        case invalidBoundary
        /// Something other than a line end behind a boundary, or a lone CR or LF among a part's headers.
        case invalidLine
        /// A part's headers are malformed, name no field, or ask for a transfer encoding.
        case invalidPartHeader
        case tooManyParts(limit: Int)
        case headerTooLong(limit: Int)
        /// The body ended before the closing boundary.
        case truncated
    }

    public enum Action: Sendable, Hashable {
        case begin(MultipartPart)
        /// Never empty; a part of no bytes has none of these.
        case bytes([UInt8])
        /// Ends the part that began last.
        case endPart
        /// The closing boundary; what follows is ignored.
        case end
    }

    private enum State {
        case preamble, body
        /// Behind a boundary: nothing yet, one `-`, spaces, CR.
        case boundary, boundaryDash, padding, boundaryReturn
        case headers, epilogue
        case failed(Failure)
    }

    private let limits: Limits
    /// CRLF, two dashes, boundary. CR occurs only at its start, so a failed match can begin again only there.
    private let delimiter: [UInt8]
    private var state = State.preamble
    /// Bytes of `delimiter` seen at the end of the last slice. A body may begin with the delimiter's dashes.
    private var matched = 2
    private var header: [UInt8] = []
    private var preambleBytes = 0
    private var parts = 0
    /// Bytes of the current part not handed out yet, empty between two calls.
    private var pending: [UInt8] = []

    public init(boundary: String, limits: Limits = Limits()) throws(Failure) {
        guard Self.isBoundary(boundary) else { throw .invalidBoundary }
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.limits = limits
    }

    /// - Parameter contentType: the request's Content-Type.
    public init(contentType: String, limits: Limits = Limits()) throws(Failure) {
        guard let type = MediaType(contentType), type.essence == "multipart/form-data", let boundary = type["boundary"]
        else { throw .invalidBoundary }
        try self.init(boundary: boundary, limits: limits)
    }

    /// Takes the next slice; after a failure every call fails the same way.
    ///
    /// - Complexity: O(n); copies each byte of a part once.
    public mutating func feed(_ bytes: Span<UInt8>) throws(Failure) -> [Action] {
        var actions: [Action] = []
        var index = 0
        do throws(Failure) {
            while index < bytes.count { try step(bytes, &index, &actions) }
        } catch {
            state = .failed(error)
            pending = []
            header = []
            throw error
        }
        flush(&actions)
        return actions
    }

    /// To be called once at the end of the body.
    public mutating func finish() throws(Failure) {
        switch state {
        case .epilogue: return
        case .failed(let failure): throw failure
        default: throw .truncated
        }
    }

    private mutating func step(_ bytes: Span<UInt8>, _ index: inout Int, _ actions: inout [Action]) throws(Failure) {
        let byte = bytes[index]
        switch state {
        case .failed(let failure): throw failure
        case .epilogue: index = bytes.count
        case .preamble:
            let start = index
            scan(bytes, &index, keep: false)
            preambleBytes += index - start
            // Without what is, or may become, the first boundary; its CRLF is imagined at the body's start.
            let before = preambleBytes + 2 - (isBehindBoundary ? delimiter.count : matched)
            guard before <= limits.headerBytes + 2 else { throw .headerTooLong(limit: limits.headerBytes) }
        case .body:
            scan(bytes, &index, keep: true)
            if isBehindBoundary {
                flush(&actions)
                actions.append(.endPart)
            }
        case .boundary:
            index += 1
            state = byte == ASCII.dash ? .boundaryDash : try Self.padding(byte)
        case .boundaryDash:
            index += 1
            guard byte == ASCII.dash else { throw .invalidLine }
            state = .epilogue
            actions.append(.end)
        case .padding:
            index += 1
            state = try Self.padding(byte)
        case .boundaryReturn:
            index += 1
            guard byte == 0x0A else { throw .invalidLine }
            parts += 1
            guard parts <= limits.parts else { throw .tooManyParts(limit: limits.parts) }
            state = .headers
        case .headers:
            index += 1
            guard header.count < limits.headerBytes else { throw .headerTooLong(limit: limits.headerBytes) }
            try readHeader(byte, &actions)
        }
    }

    private var isBehindBoundary: Bool {
        if case .boundary = state { true } else { false }
    }

    private static func padding(_ byte: UInt8) throws(Failure) -> State {
        switch byte {
        case ASCII.space, ASCII.tab: return .padding
        case 0x0D: return .boundaryReturn
        default: throw .invalidLine
        }
    }

    /// Looks for the delimiter until the slice ends or the delimiter does; `keep` puts other bytes into `pending`.
    private mutating func scan(_ bytes: Span<UInt8>, _ index: inout Int, keep: Bool) {
        while index < bytes.count {
            if matched == 0 {
                let start = index
                while index < bytes.count, bytes[index] != 0x0D { index += 1 }
                if keep { append(bytes, start..<index) }
                guard index < bytes.count else { return }
                matched = 1
                index += 1
            } else if bytes[index] == delimiter[matched] {
                matched += 1
                index += 1
                guard matched == delimiter.count else { continue }
                matched = 0
                state = .boundary
                return
            } else {
                if keep { pending.append(contentsOf: delimiter[0..<matched]) }
                matched = 0
            }
        }
    }

    private mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        pending.append(bytes.extracting(range))
    }

    private mutating func flush(_ actions: inout [Action]) {
        guard !pending.isEmpty else { return }
        actions.append(.bytes(pending))
        pending = []
    }

    private mutating func readHeader(_ byte: UInt8, _ actions: inout [Action]) throws(Failure) {
        let wasReturn = header.last == 0x0D
        guard (byte == 0x0A) == wasReturn else { throw .invalidLine }
        header.append(byte)
        guard byte == 0x0A, header.count == 2 || header.suffix(4) == [0x0D, 0x0A, 0x0D, 0x0A] else { return }
        guard let part = MultipartPart(parsing: header.span) else { throw .invalidPartHeader }
        header.removeAll(keepingCapacity: true)
        state = .body
        // An empty part's CRLF is the one that ended the headers: RFC 2046 wants another, and so do we.
        matched = 0
        actions.append(.begin(part))
    }

    /// `boundary` of RFC 2046, section 5.1.1.
    static func isBoundary(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count >= 1, bytes.count <= 70, bytes.last != ASCII.space else { return false }
        return bytes.allSatisfy { byte in
            if ASCII.isAlpha(byte) || ASCII.isDigit(byte) { return true }
            switch byte {
            // ' ( ) + , - . / : = ? _ and space
            case 0x27...0x29, 0x2B...0x2F, 0x3A, 0x3D, 0x3F, 0x5F, 0x20: return true
            default: return false
            }
        }
    }
}
