internal import Wire

/// A place that a page may lead to: on this origin, or a configured http(s) address. No text becomes a scheme.
struct Link: Sendable, Hashable {
    let text: String

    /// A path from the root; empty and dot segments are left out, so it never begins with `//` or climbs.
    init(path segments: [String], query: Query = Query(), fragment: ElementID? = nil) {
        let encoded = segments.filter { !["", ".", ".."].contains($0) }.map(Self.encoded)
        text =
            "/" + encoded.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.encoded)
            + (fragment.map { "#" + $0.text } ?? "")
    }

    init(_ path: LocalPath) { text = path.text }

    /// Nil for a socket.
    init?(_ url: HTTPURL) {
        guard url.authority != nil else { return nil }
        text = url.description
    }

    /// A place on the same page.
    init(to id: ElementID) { text = "#" + id.text }

    private static func encoded(_ segment: String) -> String {
        var out = ""
        for byte in segment.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return out
    }
}
