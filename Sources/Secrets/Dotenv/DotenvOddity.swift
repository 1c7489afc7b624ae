/// What some readers of a dotenv file stumble over whatever its keys are.
public struct DotenvOddity: Sendable, Hashable {
    /// A byte order mark hides the first key from some.
    public let hasMark: Bool
    /// Lines end with CRLF: to some readers the CR is a part of each value.
    public let hasCarriageReturns: Bool
    /// Why Compose reads nothing of it; nil where it does.
    public let refusal: Refusal?
    /// Keys that stand in it more than once: the last one counts.
    public let repeatedKeys: [String]
    /// Keys whose names ask for a secret, and that hold a text from an example.
    public let exampleKeys: [String]

    public struct Refusal: Sendable, Hashable {
        public let obstacle: DotenvObstacle
        public let line: Int?
    }

    /// - Parameters:
    ///   - name: Of the file; one such as `.env.example` holds examples by right.
    ///   - dotenv: What was read of it; nil for a file that is none.
    /// - Returns: Nil where nothing is odd.
    public init?(_ bytes: [UInt8], _ dotenv: DotenvFile?, name: String) {
        hasMark = dotenv?.hasByteOrderMark ?? false
        // One inside a line is a part of its value.
        hasCarriageReturns =
            dotenv != nil
            && bytes.indices.contains { index in
                bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] == 0x0A)
            }
        let view = DotenvReader.composeV2.read(bytes)
        refusal = view.refusal.map { Refusal(obstacle: $0.obstacle, line: $0.line) }
        let keys = dotenv?.namedKeys ?? []
        repeatedKeys = Dictionary(grouping: keys) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        exampleKeys =
            [".example", ".sample", ".template", ".dist"].contains(where: name.contains)
            ? []
            : Set(keys).filter { key in
                guard SecretName.matches(key), case .value(let value) = view[key], !value.isEmpty else {
                    return false
                }
                return Placeholder.matches(value.reveal().span)
            }.sorted()
        guard hasMark || hasCarriageReturns || refusal != nil || !(repeatedKeys + exampleKeys).isEmpty else {
            return nil
        }
    }
}
