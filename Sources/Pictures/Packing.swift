internal import CZlib

/// zlib streams (RFC 1950) of known bounds.
enum Packing {
    /// Nil when it is no whole stream.
    ///
    /// - Throws: `damaged` for more than `limit` bytes.
    static func unpacked(_ bytes: [UInt8], limit: Int) throws(PictureError) -> [UInt8]? {
        var status = Z_OK
        let out = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var length = uLong(limit)
            unsafe status = uncompress(buffer.baseAddress, &length, bytes, uLong(bytes.count))
            count = status == Z_OK ? Int(length) : 0
        }
        if status == Z_BUF_ERROR { throw .damaged }
        return status == Z_OK ? out : nil
    }

    static func packed(_ bytes: [UInt8]) -> [UInt8] {
        let most = Int(compressBound(uLong(bytes.count)))
        return unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            var length = uLong(most)
            let status = unsafe compress(buffer.baseAddress, &length, bytes, uLong(bytes.count))
            count = status == Z_OK ? Int(length) : 0
        }
    }
}
