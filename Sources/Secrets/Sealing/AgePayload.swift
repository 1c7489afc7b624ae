internal import Basics

/// The content of an age file: chunks of 64 KiB, each sealed with its number and whether it is the last one.
///
/// Source: C2SP age, "Payload" (STREAM, Hoang and others, 2015).
enum AgePayload {
    static let chunkCount = 65_536
    private static let sealedCount = chunkCount + Sodium.tagCount
    static let nonceCount = 16

    static func seal(_ content: [UInt8], _ fileKey: KeyBytes) -> [UInt8] {
        let salt = RandomBytes.make(nonceCount)
        let key = HKDF.derive(from: fileKey, salt: salt, info: "payload")
        // Empty content is one empty chunk; no other chunk is empty.
        let chunks = max(1, (content.count + chunkCount - 1) / chunkCount)
        var out = salt
        out.reserveCapacity(nonceCount + content.count + chunks * Sodium.tagCount)
        for index in 0..<chunks {
            let start = index * chunkCount
            let chunk = Array(content[start..<min(start + chunkCount, content.count)])
            out += Sodium.seal(chunk, key: key, nonce: nonce(index, isLast: index == chunks - 1))
        }
        return out
    }

    /// - Parameter limit: Bytes of the content.
    /// - Throws: `content`, `tooLarge`.
    static func open(_ sealed: ArraySlice<UInt8>, _ fileKey: KeyBytes, limit: Int) throws(AgeError) -> [UInt8] {
        let salt = Array(sealed.prefix(nonceCount))
        let rest = sealed.dropFirst(nonceCount)
        let chunks = (rest.count + sealedCount - 1) / sealedCount
        // An empty chunk stands alone.
        let last = rest.count - (chunks - 1) * sealedCount
        guard chunks > 0, last >= Sodium.tagCount, chunks == 1 || last > Sodium.tagCount else { throw .content }
        let count = rest.count - chunks * Sodium.tagCount
        guard count <= limit else { throw .tooLarge(limit: limit) }
        let key = HKDF.derive(from: fileKey, salt: salt, info: "payload")
        var out: [UInt8] = []
        out.reserveCapacity(count)
        for index in 0..<chunks {
            let start = rest.startIndex + index * sealedCount
            let chunk = Array(rest[start..<min(start + sealedCount, rest.endIndex)])
            guard let plain = Sodium.open(chunk, key: key, nonce: nonce(index, isLast: index == chunks - 1)) else {
                Sodium.wipe(&out)
                throw .content
            }
            out += plain
        }
        return out
    }

    /// Eleven bytes of the number, the highest first, and one that marks the last chunk.
    private static func nonce(_ index: Int, isLast: Bool) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: 12)
        for place in 0..<8 { nonce[10 - place] = UInt8(truncatingIfNeeded: index >> (8 * place)) }
        nonce[11] = isLast ? 1 : 0
        return nonce
    }
}
