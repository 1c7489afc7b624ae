internal import Basics

enum Digests {
    /// As HAProxy spells a digest.
    static func uppercaseSHA256(_ text: String) -> String {
        Digest32.sha256(Array(text.utf8)).description.uppercased()
    }
}
