/// The hash function BLAKE3 with 32 bytes of output, fed piece by piece.
///
/// A tree over chunks of 1,024 bytes. Sixteen neighbouring chunks make a group, which is hashed four chunks at a time
/// as soon as it is known that more follows: only the last group may hold the root.
/// Source: the BLAKE3 paper (O'Connor, Aumasson, Neves, Wilcox-O'Hearn), sections 2.1 to 2.6.
public struct BLAKE3: Sendable {
    static let initial = SIMD8<UInt32>(
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19)

    private static let blockBytes = 64
    private static let chunkBytes = 1024
    private static let groupChunks = 16
    private static let groupBytes = groupChunks * chunkBytes

    private enum Flag {
        static let chunkStart: UInt32 = 1
        static let chunkEnd: UInt32 = 2
        static let parent: UInt32 = 4
        static let root: UInt32 = 8
    }

    /// Values of complete subtrees, the largest first: one for each 1 in the binary form of `groups`.
    private var stack: [SIMD8<UInt32>] = []
    /// Whole groups hashed so far.
    private var groups: UInt64 = 0
    /// What has come of the last group; never empty once anything came, as a full one stays until more follows.
    private var rest: [UInt8] = []

    public init() {}

    /// The hash of bytes that are all at hand.
    public static func hash(_ bytes: Span<UInt8>) -> Digest32 {
        var hasher = BLAKE3()
        hasher.update(bytes)
        return hasher.finalize()
    }

    public static func hash(_ bytes: [UInt8]) -> Digest32 { hash(bytes.span) }

    /// Takes the next bytes; how they are cut does not matter, although pieces of 16 KB and more go without a copy.
    public mutating func update(_ bytes: Span<UInt8>) {
        var place = 0
        while place < bytes.count {
            if rest.count == Self.groupBytes {
                unsafe rest.withUnsafeBytes { unsafe push(Self.group($0, groups)) }
                rest.removeAll(keepingCapacity: true)
            }
            if rest.isEmpty {
                // One byte at least stays behind.
                while bytes.count - place > Self.groupBytes {
                    let group = bytes.extracting(place..<place + Self.groupBytes)
                    unsafe group.withUnsafeBytes { unsafe push(Self.group($0, groups)) }
                    place += Self.groupBytes
                }
            }
            let end = min(bytes.count, place + Self.groupBytes - rest.count)
            unsafe bytes.extracting(place..<end).withUnsafeBufferPointer { unsafe rest.append(contentsOf: $0) }
            place = end
        }
    }

    /// The hash of all that came; more may follow, and be hashed with it.
    public func finalize() -> Digest32 {
        let isAlone = stack.isEmpty
        var value = unsafe rest.withUnsafeBytes { unsafe Self.tail($0, groups, isRoot: isAlone) }
        for (index, left) in stack.enumerated().reversed() {
            value = Self.parents([left, value], flags: index == 0 ? Flag.root : 0)[0]
        }
        return Digest32(words: value)
    }

    /// Adds a whole group's value, and joins what has become whole with it.
    private mutating func push(_ value: SIMD8<UInt32>) {
        groups += 1
        var value = value
        for _ in 0..<groups.trailingZeroBitCount { value = Self.parents([stack.removeLast(), value])[0] }
        stack.append(value)
    }

    /// The value of a whole group that is not the root.
    private static func group(_ bytes: UnsafeRawBufferPointer, _ number: UInt64) -> SIMD8<UInt32> {
        unsafe joined(chunks(bytes, first: number * UInt64(groupChunks)), isRoot: false)
    }

    /// The value of what is left at the end: 0 bytes to a whole group.
    private static func tail(_ bytes: UnsafeRawBufferPointer, _ number: UInt64, isRoot: Bool) -> SIMD8<UInt32> {
        let first = number * UInt64(groupChunks)
        // A chunk that is not whole is hashed alone, and so is the last one, which may be the root.
        let whole = max(0, bytes.count - 1) / chunkBytes
        var values = unsafe chunks(UnsafeRawBufferPointer(rebasing: bytes[..<(whole * chunkBytes)]), first: first)
        let last = unsafe UnsafeRawBufferPointer(rebasing: bytes[(whole * chunkBytes)...])
        unsafe values.append(chunk(last, number: first + UInt64(whole), isRoot: isRoot && whole == 0))
        return joined(values, isRoot: isRoot)
    }

    /// The root of the tree over these values: neighbours are joined, an odd one goes up as it is.
    private static func joined(_ values: [SIMD8<UInt32>], isRoot: Bool) -> SIMD8<UInt32> {
        var values = values
        while values.count > 1 {
            values = parents(values, flags: isRoot && values.count == 2 ? Flag.root : 0)
        }
        return values[0]
    }

    /// The parents of neighbours, four at a time.
    private static func parents(_ values: [SIMD8<UInt32>], flags: UInt32 = 0) -> [SIMD8<UInt32>] {
        var out: [SIMD8<UInt32>] = []
        out.reserveCapacity((values.count + 1) / 2)
        let pairs = values.count / 2
        unsafe values.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            for first in stride(from: 0, to: pairs, by: 4) {
                // A lane without a pair repeats the last one.
                let lanes = SIMD4(0, 1, 2, 3) &+ first
                let offsets = pointwiseMin(lanes, SIMD4(repeating: pairs - 1)) &* blockBytes
                var state = BLAKE3State()
                let message = unsafe BLAKE3Message(base, at: offsets)
                state.compress(message, (.zero, .zero), count: UInt32(blockBytes), flags: flags | Flag.parent)
                for lane in 0..<min(4, pairs - first) { out.append(state.value(lane)) }
            }
        }
        if !values.count.isMultiple(of: 2) { out.append(values[values.count - 1]) }
        return out
    }

    /// The values of whole chunks, four at a time.
    private static func chunks(_ bytes: UnsafeRawBufferPointer, first: UInt64) -> [SIMD8<UInt32>] {
        let count = bytes.count / chunkBytes
        var out: [SIMD8<UInt32>] = []
        out.reserveCapacity(groupChunks)
        guard let base = bytes.baseAddress else { return out }
        for index in stride(from: 0, to: count, by: 4) {
            let lanes = pointwiseMin(SIMD4(0, 1, 2, 3) &+ index, SIMD4(repeating: count - 1))
            let numbers = SIMD4<UInt64>(truncatingIfNeeded: lanes) &+ first
            let counter = (
                low: BLAKE3Lanes(truncatingIfNeeded: numbers), high: BLAKE3Lanes(truncatingIfNeeded: numbers &>> 32)
            )
            var state = BLAKE3State()
            var offsets = lanes &* chunkBytes
            for block in 0..<chunkBytes / blockBytes {
                var flags: UInt32 = block == 0 ? Flag.chunkStart : 0
                if block == chunkBytes / blockBytes - 1 { flags = Flag.chunkEnd }
                let message = unsafe BLAKE3Message(base, at: offsets)
                state.compress(message, counter, count: UInt32(blockBytes), flags: flags)
                offsets &+= blockBytes
            }
            for lane in 0..<min(4, count - index) { out.append(state.value(lane)) }
        }
        return out
    }

    /// The value of one chunk of 0 to 1,024 bytes.
    private static func chunk(_ bytes: UnsafeRawBufferPointer, number: UInt64, isRoot: Bool) -> SIMD8<UInt32> {
        let counter = (
            low: BLAKE3Lanes(repeating: UInt32(truncatingIfNeeded: number)),
            high: BLAKE3Lanes(repeating: UInt32(truncatingIfNeeded: number >> 32))
        )
        var state = BLAKE3State()
        // The words of the last block that have no bytes are 0.
        var padded = [UInt8](repeating: 0, count: chunkBytes)
        unsafe padded.withUnsafeMutableBytes { unsafe $0.copyMemory(from: bytes) }
        let blocks = max(1, (bytes.count + blockBytes - 1) / blockBytes)
        unsafe padded.withUnsafeBytes { padded in
            guard let base = padded.baseAddress else { return }
            for block in 0..<blocks {
                var flags: UInt32 = block == 0 ? Flag.chunkStart : 0
                if block == blocks - 1 { flags |= isRoot ? Flag.chunkEnd | Flag.root : Flag.chunkEnd }
                let message = unsafe BLAKE3Message(base, at: SIMD4(repeating: block * blockBytes))
                let count = min(blockBytes, bytes.count - block * blockBytes)
                state.compress(message, counter, count: UInt32(count), flags: flags)
            }
        }
        return state.value(0)
    }
}

extension Digest32 {
    /// The words' bytes, the lowest byte of each word first.
    fileprivate init(words: SIMD8<UInt32>) {
        var bytes: [UInt8] = []
        for index in 0..<8 {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: words[index] >> shift))
            }
        }
        self = Digest32(bytes) ?? .zero
    }
}
