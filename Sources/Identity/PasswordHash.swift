public import Basics

/// How new passwords are hashed.
public enum PasswordScheme: String, Sendable, Hashable, CaseIterable {
    /// Cost 12: what ComfyUI-Login and `htpasswd` write; about 0.2 s each.
    case bcrypt
    /// libxcrypt's default, memory-hard; about 20 ms each, so better for a whole class that logs in at once.
    case yescrypt
}

/// A `crypt` string of a scheme this program verifies, checked for its shape before anything is computed with it.
///
/// Shapes: bcrypt `$2a$`, `$2b$`, `$2y$` with cost 4 to 16 and canonical last characters (22 of salt hold 128 bits, 31 of
/// hash 184); yescrypt `$y$` with libxcrypt's own parameters up to cost 8. Dearer ones are refused: each attempt with a
/// wrong password would cost as much as a right one.
public struct PasswordHash: Sendable, Hashable {
    public let scheme: PasswordScheme
    let text: String

    /// - Throws: `invalidArgument` when the text is not such a hash; it is not repeated in the message.
    public init(validating text: String) throws(GateError) {
        let bytes = Array(text.utf8)
        if Self.bcryptFault(bytes) == nil {
            scheme = .bcrypt
        } else if Self.isYescrypt(bytes) {
            scheme = .yescrypt
        } else {
            throw GateError(
                .invalidArgument, from: .client,
                "This is not a password hash of a supported kind: bcrypt ($2a$, $2b$, $2y$) or yescrypt ($y$).")
        }
        self.text = text
    }

    private static let yescryptParameters = ["j75", "j85", "j7T", "j8T", "j9T", "jAT", "jBT", "jCT"]
    private static let yescryptHashEnds = Array("./0123456789ABCD".utf8)

    private static func isYescrypt(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: 0x24, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1].elementsEqual("y".utf8),
            yescryptParameters.contains(String(decoding: parts[2], as: UTF8.self)), (1...86).contains(parts[3].count),
            parts[4].count == 43, let last = parts[4].last
        else { return false }
        return (parts[3] + parts[4]).allSatisfy { bcryptAlphabet.contains($0) } && yescryptHashEnds.contains(last)
    }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    /// A hash can be cracked: it does not belong into logs.
    public var description: String { "<\(scheme.rawValue) hash>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
