internal import Wire

/// Paths that only the console has. At the gate they do not exist, for administrators and for strangers alike: the
/// editor's pages, whose scripts nobody vouches for, learn nothing and reach nothing.
enum ConsolePaths {
    private static let first: Set<String> = ["account", "people", "invitations", "teams", "audit", "status", "start"]

    /// - Parameter segments: Below the base path.
    static func contains(_ segments: ArraySlice<RequestTarget.Segment>) -> Bool {
        guard let word = segments.first?.text else { return false }
        if word == "api" { return segments.count > 1 && segments[segments.startIndex + 1].text == "v1" }
        return first.contains(word)
    }
}
