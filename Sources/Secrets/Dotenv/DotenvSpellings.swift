/// The spellings of one value that given readers understand; each style is worked out once, when it is asked for.
struct DotenvSpellings {
    let value: [UInt8]
    private let key: String
    private let readers: Set<DotenvReader>
    private var known: [DotenvStyle: [DotenvSpelling]] = [:]
    private var accepted: [[UInt8]: Bool] = [:]
    /// Of the spelling that the fewest readers object to.
    private var fewest: [DotenvObjection]?

    init(of value: DotenvValue, key: String, for readers: Set<DotenvReader>) throws(DotenvError) {
        (self.value, self.key, self.readers) = (value.reveal(), key, readers)
        guard !self.value.contains(0) else { throw .nulInValue(key: key) }
        guard self.value.count <= DotenvSpelling.longestValue else {
            throw .valueTooLong(key: key, limit: DotenvSpelling.longestValue)
        }
    }

    /// The first spelling, preferred styles in front, that is accepted.
    mutating func first(
        preferring: [DotenvStyle], where fits: (DotenvSpelling) -> Bool
    ) throws(DotenvError) -> DotenvSpelling {
        var tried: [DotenvStyle] = []
        for style in preferring + [.single, .double, .raw] where !tried.contains(style) {
            tried.append(style)
            if let spelling = spellings(style).first(where: fits) { return spelling }
        }
        throw .noSpelling(key: key, objections: fewest ?? [])
    }

    /// Whether bytes that stand in a file are read as the value already.
    mutating func accepts(_ written: [UInt8]) -> Bool {
        // No spelling of a value is much longer than the value; and what is long here is not worth remembering.
        guard written.count <= 2 * value.count + 16 else { return false }
        if let known = accepted[written] { return known }
        let accepts = DotenvSpelling.objections(to: value, written: written, readers: readers).isEmpty
        if accepted.count < 16 { accepted[written] = accepts }
        return accepts
    }

    private mutating func spellings(_ style: DotenvStyle) -> [DotenvSpelling] {
        if let known = known[style] { return known }
        var found: [DotenvSpelling] = []
        for written in DotenvSpelling.candidates(value, style) {
            let objections = DotenvSpelling.objections(to: value, written: written, readers: readers)
            if objections.isEmpty {
                found.append(DotenvSpelling(style: style, bytes: written))
            } else if objections.count < fewest?.count ?? .max {
                fewest = objections
            }
        }
        known[style] = found
        return found
    }
}
