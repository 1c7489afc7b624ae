internal import Wire

/// A place on the gate itself, as `next` may name one after a login; everything else is refused.
struct LocalPath: Sendable, Hashable {
    let text: String

    /// Nil for other hosts, `//`, backslashes, control bytes, dot segments and whatever is no path.
    init?(_ text: String?) {
        guard let text, text.utf8.count <= 2_048, text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\\"),
            let target = try? RequestTarget(text), case .origin = target.form, !target.hasEmptySegment
        else { return nil }
        self.text = target.encoded
    }
}
