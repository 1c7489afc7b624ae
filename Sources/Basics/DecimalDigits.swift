extension [UInt8] {
    /// Appends a number in decimal digits; allocates nothing beyond the array's own growth.
    ///
    /// - Parameter width: The least number of digits, filled up with zeros; the number is then not negative.
    public mutating func append(decimal number: Int, width: Int = 1) {
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
        while divisor > 0 {
            append(UInt8(0x30 + magnitude / divisor % 10))
            divisor /= 10
        }
    }
}
