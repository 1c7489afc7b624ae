extension DotenvFile {
    /// The bytes that somebody meant by the last assignment of a key: its quotes gone, nothing expanded.
    func written(_ key: String) -> [UInt8]? { lastAssignment(of: key).map { written($0) } }

    /// The bytes that somebody meant by an assignment.
    func written(_ entry: DotenvEntry) -> [UInt8] {
        DotenvBytes.unquoted(bytes[entry.valueRange])
    }

    /// The last value of a key has no quotes, and a comment behind it.
    func hasComment(behind key: String) -> Bool {
        guard let entry = lastAssignment(of: key), entry.kind == .assignment(.raw) else { return false }
        let rest = bytes[entry.valueRange.upperBound..<entry.range.upperBound]
        return !entry.valueRange.isEmpty && DotenvBytes.trimmedStart(rest).first == DotenvBytes.hash
    }
}
