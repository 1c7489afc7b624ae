public import Basics

/// A secret that a search found in a file, or a place where one should stand.
public struct Finding: Sendable, Hashable {
    public enum What: String, Sendable, Hashable, CaseIterable {
        case secret
        /// A known key holds a text from an example, or nothing.
        case placeholder
        /// A compose file needs the key, and the file or the key is not there.
        case missing
    }

    /// Who else can have read it.
    public enum Exposure: Sendable, Hashable {
        /// Others than the owner can read the file.
        case readable(mode: UInt16)
        /// Git has the file in its index.
        case tracked
        /// The value stands in Git's history: it is burnt. In so many commits a file with it was written.
        case burnt(commits: Int)
        /// The file stands in Git's history, and its old versions could not all be read.
        case perhapsBurnt(commits: Int)
    }

    /// Relative to the root.
    public let path: String
    public let kind: LocationRule.Kind
    /// The dotenv key, JSON pointer or YAML path; nil for a whole file.
    public let key: String?
    public let what: What
    /// Why it is taken for a secret; empty for a placeholder.
    public let evidence: [Evidence]
    /// How the value may be shown; nil when there is none. Equal values of one search look equal.
    public let shown: String?
    /// Of a missing one: the compose file that needs it.
    public let neededBy: String?
    public internal(set) var exposures: [Exposure] = []
    /// The source of truth has the place among its locations, or is the place.
    public let isListed: Bool
    /// Where it belongs, if it is a shared credential.
    public let proposal: Proposal?
    /// Redacted wherever it is printed; empty where there is none.
    let value: DotenvValue

    /// The value itself, redacted wherever it is printed; nil where there is none, or where it is no text.
    public var secret: Secret? { what == .secret ? value.secret : nil }

    /// Others can read it, or could.
    public var isExposed: Bool { !exposures.isEmpty }
}

/// A location that the source of truth lacks.
public struct Proposal: Sendable, Hashable {
    /// The credential's name; one that the source of truth need not have yet.
    public let credential: String
    public let rule: LocationRule
}
