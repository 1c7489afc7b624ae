/// Comparisons of text by its bytes, in place: strings compare by letters, which takes many times as long.
extension Span<UInt8> {
    /// - Parameter ignoresCase: ASCII's capitals count as the small letters of `text`.
    func hasPrefix(_ text: StaticString, ignoresCase: Bool = false) -> Bool {
        holds(text, at: 0, ignoresCase)
    }

    func hasSuffix(_ text: StaticString, ignoresCase: Bool = false) -> Bool {
        holds(text, at: count - text.utf8CodeUnitCount, ignoresCase)
    }

    func equals(_ text: StaticString, ignoresCase: Bool = false) -> Bool {
        count == text.utf8CodeUnitCount && holds(text, at: 0, ignoresCase)
    }

    /// - Complexity: O(n) for a text whose first byte is rare.
    func contains(_ text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        for start in 0...count - text.utf8CodeUnitCount where holds(text, at: start) { return true }
        return false
    }

    func contains(_ byte: UInt8) -> Bool {
        for index in indices where self[index] == byte { return true }
        return false
    }

    /// All bytes satisfy it.
    @inline(__always)
    func allSatisfy(_ condition: (UInt8) -> Bool) -> Bool {
        for index in indices where !condition(self[index]) { return false }
        return true
    }

    private func holds(_ text: StaticString, at start: Int, _ ignoresCase: Bool = false) -> Bool {
        guard start >= 0, count - start >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount {
            let byte = self[start + index]
            let isCapital = ignoresCase && (0x41...0x5A).contains(byte)
            guard unsafe (isCapital ? byte | 0x20 : byte) == text.utf8Start[index] else { return false }
        }
        return true
    }
}

extension String {
    init(decoding bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// With small letters for ASCII's capitals.
    init(lowercasing bytes: Span<UInt8>) {
        self = unsafe String(unsafeUninitializedCapacity: bytes.count) { small in
            for index in bytes.indices {
                unsafe small[index] = (0x41...0x5A).contains(bytes[index]) ? bytes[index] | 0x20 : bytes[index]
            }
            return bytes.count
        }
    }
}
