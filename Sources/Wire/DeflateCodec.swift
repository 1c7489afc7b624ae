internal import CZlib

/// Raw deflate for messages that stand alone (RFC 7692 without context takeover): one pair serves a whole event loop.
///
/// Not `Sendable`: a loop owns it. Holds about 260 KB for deflating, 40 KB for inflating once used, and at most
/// `retainedBytes` of scratch between messages.
@safe public final class DeflateCodec {
    /// Scratch that is kept between messages; a larger one goes back at once.
    public static let retainedBytes = 256 * 1_024
    /// What every message ends with, and RFC 7692, section 7.2.1, leaves out.
    private static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    private let level: Int32
    private let deflater: UnsafeMutablePointer<z_stream>
    private let inflater: UnsafeMutablePointer<z_stream>
    private var isDeflaterReady = false
    private var isInflaterReady = false
    private var scratch: UnsafeMutableRawBufferPointer = unsafe .init(start: nil, count: 0)

    /// - Parameter level: zlib's, 1 (fast) to 9 (small). Events are short and alike: 1 saves most of the bytes.
    public init(level: Int = 1) {
        self.level = Int32(level)
        unsafe deflater = .allocate(capacity: 1)
        unsafe inflater = .allocate(capacity: 1)
        unsafe deflater.initialize(to: z_stream())
        unsafe inflater.initialize(to: z_stream())
    }

    deinit {
        if isDeflaterReady { unsafe deflateEnd(deflater) }
        if isInflaterReady { unsafe inflateEnd(inflater) }
        unsafe deflater.deallocate()
        unsafe inflater.deallocate()
        unsafe scratch.deallocate()
    }

    /// Appends a compressed message without its tail 00 00 FF FF.
    public func compress(_ message: Span<UInt8>, to out: inout [UInt8]) {
        readyDeflater()
        unsafe message.withUnsafeBufferPointer { input in
            unsafe deflater.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            var left = input.count
            unsafe deflater.pointee.avail_in = 0
            out.reserveCapacity(out.count + input.count / 4 + 64)
            var flushed = false
            while !flushed {
                unsafe feed(deflater, &left)
                let isLast = left == 0
                unsafe withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { piece in
                    unsafe deflater.pointee.next_out = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    unsafe deflater.pointee.avail_out = UInt32(piece.count)
                    let status = unsafe deflate(deflater, isLast ? Z_SYNC_FLUSH : Z_NO_FLUSH)
                    precondition(status == Z_OK || status == Z_BUF_ERROR, "zlib refused to deflate")
                    let count = unsafe piece.count - Int(deflater.pointee.avail_out)
                    unsafe out.append(contentsOf: piece[..<count])
                    flushed = unsafe isLast && deflater.pointee.avail_out > 0
                }
            }
        }
        out.removeLast(Self.tail.count)
    }

    /// Inflates a message that came without its tail and hands it over; the bytes are valid only inside `body`.
    ///
    /// - Parameter limit: Largest inflated size, in bytes. Inflating stops within `retainedBytes` behind it.
    /// - Throws: `tooLarge` over the limit, `badDeflate` for anything that is not a whole compressed message.
    public func decompress<Result>(
        _ message: Span<UInt8>, limit: Int, _ body: (Span<UInt8>) throws(WebSocketError) -> Result
    ) throws(WebSocketError) -> Result {
        readyInflater()
        var produced = 0
        let outcome = unsafe message.withUnsafeBufferPointer { input in
            let fault = unsafe inflate(input, &produced, limit)
            return unsafe fault ?? Self.tail.withUnsafeBufferPointer { unsafe inflate($0, &produced, limit) }
        }
        defer {
            if unsafe scratch.count > Self.retainedBytes { resizeScratch(0) }
        }
        if let outcome { throw outcome }
        // Bit 7: zlib stands between two blocks. Without it the message was cut, and the tail was read as its data.
        guard unsafe inflater.pointee.data_type & 128 != 0 else { throw .badDeflate }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: scratch[..<produced])
        return try unsafe body(bytes.bindMemory(to: UInt8.self).span)
    }

    /// Nil when all of `input` was read.
    private func inflate(
        _ input: UnsafeBufferPointer<UInt8>, _ produced: inout Int, _ limit: Int
    ) -> WebSocketError? {
        unsafe inflater.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe inflater.pointee.avail_in = 0
        var left = input.count
        while true {
            unsafe feed(inflater, &left)
            if unsafe produced == scratch.count {
                // One byte more than the limit, so that a message of exactly the limit is told from a longer one.
                guard produced <= limit else { return .tooLarge(limit: limit) }
                let ceiling = limit < Int.max ? limit + 1 : limit
                unsafe resizeScratch(min(max(16_384, scratch.count * 2), ceiling))
            }
            let room = unsafe min(scratch.count - produced, Int(UInt32.max))
            unsafe inflater.pointee.next_out = scratch.baseAddress?.advanced(by: produced)
                .assumingMemoryBound(to: UInt8.self)
            unsafe inflater.pointee.avail_out = UInt32(room)
            let status = unsafe CZlib.inflate(inflater, Z_NO_FLUSH)
            produced += unsafe room - Int(inflater.pointee.avail_out)
            guard produced <= limit else { return .tooLarge(limit: limit) }
            switch status {
            case Z_STREAM_END:
                // A final block may end a message early (RFC 7692, section 7.2.3.4): what follows starts afresh.
                guard unsafe inflater.pointee.avail_in > 0 || left > 0 else { return nil }
                guard unsafe inflateReset(inflater) == Z_OK else { return .badDeflate }
            case Z_OK, Z_BUF_ERROR:
                // Room left over means that the input is used up.
                if unsafe inflater.pointee.avail_out > 0, unsafe inflater.pointee.avail_in == 0, left == 0 {
                    return nil
                }
                // No progress in spite of input and room: zlib never does that, and a loop must not trust it.
                if status == Z_BUF_ERROR, unsafe inflater.pointee.avail_out > 0 { return .badDeflate }
            default: return .badDeflate
            }
        }
    }

    /// zlib counts its input in 32 bits.
    private func feed(_ stream: UnsafeMutablePointer<z_stream>, _ left: inout Int) {
        guard unsafe stream.pointee.avail_in == 0 else { return }
        let count = min(left, Int(UInt32.max))
        unsafe stream.pointee.avail_in = UInt32(count)
        left -= count
    }

    private func resizeScratch(_ count: Int) {
        guard count > 0 else {
            unsafe scratch.deallocate()
            unsafe scratch = .init(start: nil, count: 0)
            return
        }
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        if unsafe scratch.count > 0 { unsafe grown.copyMemory(from: UnsafeRawBufferPointer(scratch)) }
        unsafe scratch.deallocate()
        unsafe scratch = grown
    }

    private func readyDeflater() {
        let status =
            isDeflaterReady ? unsafe deflateReset(deflater) : unsafe gate_deflate_init(deflater, level, -15)
        precondition(status == Z_OK, "zlib has no memory to deflate")
        isDeflaterReady = true
    }

    private func readyInflater() {
        let status = isInflaterReady ? unsafe inflateReset(inflater) : unsafe gate_inflate_init(inflater, -15)
        precondition(status == Z_OK, "zlib has no memory to inflate")
        isInflaterReady = true
    }
}
