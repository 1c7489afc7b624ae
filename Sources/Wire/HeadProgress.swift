/// Says when an unfinished head is worth another look, so that one sent byte by byte costs O(n) and not O(n²).
public struct HeadProgress: Sendable {
    private var parsed = 0
    private var scanned = 0

    public init() {}

    /// - Parameters:
    ///   - bytes: All that has come of the head.
    ///   - limit: At this length the parser refuses it anyway.
    /// - Returns: True for the first bytes, once an empty line has come, when the length has doubled, and at the limit.
    public mutating func isWorthParsing(_ bytes: Span<UInt8>, limit: Int) -> Bool {
        let count = bytes.count
        let isWorth = parsed == 0 || count >= 2 * parsed || count >= limit || hasEmptyLine(bytes, from: scanned)
        scanned = count
        if isWorth { parsed = count }
        return isWorth
    }

    /// The head is complete, or refused.
    public mutating func reset() { self = HeadProgress() }

    private func hasEmptyLine(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        var index = start
        while index < bytes.count {
            if bytes[index] == 0x0A {
                if index >= 1, bytes[index - 1] == 0x0A { return true }
                if index >= 2, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A { return true }
            }
            index += 1
        }
        return false
    }
}
