extension [UInt8] {
    /// Appends text of the program, in UTF-8.
    public mutating func append(text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a number in decimal digits; allocates nothing beyond the array's own growth.
    ///
    /// - Parameter width: The least number of digits, filled up with zeros; the number is then not negative.
    public mutating func append(decimal number: Int, width: Int = 1) {
        if number >= 0, number < 10, width <= 1 {
            append(UInt8(0x30 + number))
            return
        }
        if number < 0 { append(UInt8(ascii: "-")) }
        // From the last digit to the first, then all at once: each single append has its price.
        var digits = InlineArray<20, UInt8>(repeating: 0x30)
        var start = digits.count
        var rest = number.magnitude
        repeat {
            start -= 1
            digits[start] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        } while rest > 0
        start = Swift.min(start, Swift.max(0, digits.count - width))
        unsafe digits.span.extracting(start..<digits.count).withUnsafeBufferPointer {
            unsafe append(contentsOf: $0)
        }
    }
}
