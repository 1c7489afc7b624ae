/// One word of four compressions that run side by side.
typealias BLAKE3Lanes = SIMD4<UInt32>

/// The 16 words of a block, each for four compressions.
struct BLAKE3Message {
    var m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15: BLAKE3Lanes

    /// Four blocks of 64 bytes, one for each lane.
    @inline(__always)
    @unsafe init(_ bytes: UnsafeRawPointer, at offsets: SIMD4<Int>) {
        unsafe (m0, m1, m2, m3) = Self.quarter(bytes, offsets)
        unsafe (m4, m5, m6, m7) = Self.quarter(bytes, offsets &+ 16)
        unsafe (m8, m9, m10, m11) = Self.quarter(bytes, offsets &+ 32)
        unsafe (m12, m13, m14, m15) = Self.quarter(bytes, offsets &+ 48)
    }

    /// Four words of each lane, turned so that each vector holds one word of all lanes.
    @inline(__always)
    private static func quarter(
        _ bytes: UnsafeRawPointer, _ offsets: SIMD4<Int>
    ) -> (BLAKE3Lanes, BLAKE3Lanes, BLAKE3Lanes, BLAKE3Lanes) {
        let a = unsafe words(bytes, offsets.x)
        let b = unsafe words(bytes, offsets.y)
        let c = unsafe words(bytes, offsets.z)
        let d = unsafe words(bytes, offsets.w)
        return (
            BLAKE3Lanes(a.x, b.x, c.x, d.x), BLAKE3Lanes(a.y, b.y, c.y, d.y), BLAKE3Lanes(a.z, b.z, c.z, d.z),
            BLAKE3Lanes(a.w, b.w, c.w, d.w)
        )
    }

    /// Words are little-endian; on such a machine this is one load.
    @inline(__always)
    private static func words(_ bytes: UnsafeRawPointer, _ offset: Int) -> BLAKE3Lanes {
        let raw = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: BLAKE3Lanes.self)
        return BLAKE3Lanes(
            UInt32(littleEndian: raw.x), UInt32(littleEndian: raw.y), UInt32(littleEndian: raw.z),
            UInt32(littleEndian: raw.w))
    }

    /// The order of the next round.
    @inline(__always)
    mutating func permute() {
        let m = self
        (m0, m1, m2, m3) = (m.m2, m.m6, m.m3, m.m10)
        (m4, m5, m6, m7) = (m.m7, m.m0, m.m4, m.m13)
        (m8, m9, m10, m11) = (m.m1, m.m11, m.m12, m.m5)
        (m12, m13, m14, m15) = (m.m9, m.m14, m.m15, m.m8)
    }
}

/// The compression function, four times at once; lanes do not touch each other.
///
/// Source: the BLAKE3 paper, section 2.2.
struct BLAKE3State {
    /// The chaining value: 8 words of each lane.
    var h0, h1, h2, h3, h4, h5, h6, h7: BLAKE3Lanes

    @inline(__always)
    init() {
        let v = BLAKE3.initial
        (h0, h1, h2, h3) = (Self.all(v[0]), Self.all(v[1]), Self.all(v[2]), Self.all(v[3]))
        (h4, h5, h6, h7) = (Self.all(v[4]), Self.all(v[5]), Self.all(v[6]), Self.all(v[7]))
    }

    @inline(__always)
    private static func all(_ word: UInt32) -> BLAKE3Lanes { BLAKE3Lanes(repeating: word) }

    /// The chaining value of one lane.
    func value(_ lane: Int) -> SIMD8<UInt32> {
        SIMD8(h0[lane], h1[lane], h2[lane], h3[lane], h4[lane], h5[lane], h6[lane], h7[lane])
    }

    /// - Parameters:
    ///   - counter: Low and high words of each lane's chunk number; 0 for parents.
    ///   - count: Bytes in the block.
    @inline(__always)
    mutating func compress(
        _ message: BLAKE3Message, _ counter: (low: BLAKE3Lanes, high: BLAKE3Lanes), count: UInt32, flags: UInt32
    ) {
        var v = BLAKE3Rounds(self, counter, count: count, flags: flags)
        var m = message
        // Written out, since the permutation then costs nothing: it only renames.
        v.round(m)
        m.permute()
        v.round(m)
        m.permute()
        v.round(m)
        m.permute()
        v.round(m)
        m.permute()
        v.round(m)
        m.permute()
        v.round(m)
        m.permute()
        v.round(m)
        (h0, h1, h2, h3) = (v.v0 ^ v.v8, v.v1 ^ v.v9, v.v2 ^ v.v10, v.v3 ^ v.v11)
        (h4, h5, h6, h7) = (v.v4 ^ v.v12, v.v5 ^ v.v13, v.v6 ^ v.v14, v.v7 ^ v.v15)
    }
}

/// The 16 words that are mixed.
private struct BLAKE3Rounds {
    var v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15: BLAKE3Lanes

    @inline(__always)
    init(_ state: BLAKE3State, _ counter: (low: BLAKE3Lanes, high: BLAKE3Lanes), count: UInt32, flags: UInt32) {
        let v = BLAKE3.initial
        (v0, v1, v2, v3) = (state.h0, state.h1, state.h2, state.h3)
        (v4, v5, v6, v7) = (state.h4, state.h5, state.h6, state.h7)
        (v8, v9) = (BLAKE3Lanes(repeating: v[0]), BLAKE3Lanes(repeating: v[1]))
        (v10, v11) = (BLAKE3Lanes(repeating: v[2]), BLAKE3Lanes(repeating: v[3]))
        (v12, v13) = counter
        (v14, v15) = (BLAKE3Lanes(repeating: count), BLAKE3Lanes(repeating: flags))
    }

    @inline(__always)
    mutating func round(_ m: BLAKE3Message) {
        Self.mix(&v0, &v4, &v8, &v12, m.m0, m.m1)
        Self.mix(&v1, &v5, &v9, &v13, m.m2, m.m3)
        Self.mix(&v2, &v6, &v10, &v14, m.m4, m.m5)
        Self.mix(&v3, &v7, &v11, &v15, m.m6, m.m7)
        Self.mix(&v0, &v5, &v10, &v15, m.m8, m.m9)
        Self.mix(&v1, &v6, &v11, &v12, m.m10, m.m11)
        Self.mix(&v2, &v7, &v8, &v13, m.m12, m.m13)
        Self.mix(&v3, &v4, &v9, &v14, m.m14, m.m15)
    }

    @inline(__always)
    private static func mix(
        _ a: inout BLAKE3Lanes, _ b: inout BLAKE3Lanes, _ c: inout BLAKE3Lanes, _ d: inout BLAKE3Lanes,
        _ x: BLAKE3Lanes, _ y: BLAKE3Lanes
    ) {
        a = a &+ b &+ x
        d = turned(d ^ a, 16)
        c = c &+ d
        b = turned(b ^ c, 12)
        a = a &+ b &+ y
        d = turned(d ^ a, 8)
        c = c &+ d
        b = turned(b ^ c, 7)
    }

    /// Each word rotated to the right. A sum and not `|`, which is made word by word: with the shifts the compiler then
    /// sees four rotations of single words, and does not put them together again.
    @inline(__always)
    private static func turned(_ words: BLAKE3Lanes, _ bits: UInt32) -> BLAKE3Lanes {
        (words &>> BLAKE3Lanes(repeating: bits)) &+ (words &<< BLAKE3Lanes(repeating: 32 - bits))
    }
}
