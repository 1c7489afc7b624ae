internal import Store
internal import Wire

/// Which of an account's files a request is about.
///
/// Source: ComfyUI's `user_manager.py`.
enum UserDataRequest {
    /// - Parameter text: Decoded once; as in ComfyUI, a `%` that is left is decoded a second time.
    /// - Throws: 403 for what would leave the account's folder.
    static func path(_ text: String) throws -> UserPath {
        do throws(UserPath.Fault) {
            return try UserPath(text.utf8.contains(UInt8(ascii: "%")) ? decoded(text) : text)
        } catch {
            switch error {
            case .refused: throw Status.forbidden
            case .tooLong:
                throw Refusal(
                    .badRequest, .pathTooLong, "The path of a file has at most \(UserPath.maximumBytes) bytes.")
            }
        }
    }

    /// The path of a file; the folder itself is none.
    static func file(_ text: String) throws -> UserPath {
        let path = try path(text)
        guard !path.isRoot else { throw Status.forbidden }
        return path
    }

    /// As Python's `unquote`: what is no escape stays, what is no UTF-8 becomes U+FFFD.
    static func decoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = hex(bytes[at + 1]),
                let low = hex(bytes[at + 2])
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    static func isTrue(_ text: String?) -> Bool { text?.lowercased() == "true" }
}
