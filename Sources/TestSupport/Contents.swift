internal import Glibc

/// So many bytes whose value is their place modulo 251, so that parts in a wrong place are seen.
///
/// Made and compared by the C library: a sanitizer watches every element of an array.
public func numberedBytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        for place in 0..<min(251, count) { unsafe buffer[place] = UInt8(place) }
        filled = min(251, count)
        while let start = buffer.baseAddress, filled < count {
            // Whole rounds, so that the copy goes on where it began.
            let part = min(filled, count - filled)
            unsafe memcpy(start + filled, start, part)
            filled += part
        }
    }
}

extension [UInt8] {
    /// Whether the last bytes are these.
    public func ends(with end: [UInt8]) -> Bool {
        guard count >= end.count else { return false }
        return unsafe withUnsafeBytes { own in
            unsafe end.withUnsafeBytes { other in
                guard let place = own.baseAddress, let expected = other.baseAddress else { return true }
                return unsafe memcmp(place + (own.count - other.count), expected, other.count) == 0
            }
        }
    }
}
