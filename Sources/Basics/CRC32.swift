/// The checksum of PNG's chunks and of ZIP's entries.
///
/// Source: PNG specification (third edition), annex D; ZIP's is the same.
public struct CRC32: Sendable {
    private var value: UInt32 = 0xFFFF_FFFF

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    public init() {}

    public mutating func add(_ bytes: some Sequence<UInt8>) {
        let table = CRC32.table
        for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
    }

    public var result: UInt32 { ~value }
}
