/// Masking and unmasking, which are the same (RFC 6455, section 5.3).
public enum WebSocketMask {
    /// Changes the bytes in place, eight at a time.
    ///
    /// - Parameter key: First byte of the key in the lowest bits.
    /// - Returns: The key for the bytes that follow these in the same frame.
    @unsafe
    public static func apply(_ key: UInt32, to bytes: UnsafeMutableRawBufferPointer) -> UInt32 {
        let count = bytes.count
        guard key != 0, let base = bytes.baseAddress else { return key }
        let wide = (UInt64(key) << 32 | UInt64(key)).littleEndian
        var at = 0
        while at + 8 <= count {
            let word = unsafe base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            unsafe base.storeBytes(of: word ^ wide, toByteOffset: at, as: UInt64.self)
            at += 8
        }
        var rest = key
        while at < count {
            unsafe bytes[at] ^= UInt8(truncatingIfNeeded: rest)
            rest = rest >> 8 | rest << 24
            at += 1
        }
        return rest
    }
}
