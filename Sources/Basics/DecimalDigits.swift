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
        let magnitude = number.magnitude
        var divisor: UInt = 1
        var digits = 1
        while magnitude / divisor >= 10 {
            divisor *= 10
            digits += 1
        }
        while digits < width {
            append(0x30)
            digits += 1
        }
        var rest = magnitude
        while divisor > 0 {
            append(UInt8(0x30 + rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }
}
