/// A file that an audit has asked for, with what its readers see: looked at once, whatever stands in it.
final class KnownFile {
    let facts: FileFacts
    /// As a dotenv file; nil where it cannot be one.
    private(set) lazy var views: DotenvViews? = {
        guard case .bytes(let bytes) = facts.content else { return nil }
        return (facts.dotenv ?? (try? DotenvFile(bytes))).map { DotenvViews($0) }
    }()

    init(_ facts: FileFacts) { self.facts = facts }
}
