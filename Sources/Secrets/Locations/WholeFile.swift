public import Basics

/// Files that hold one value: a token file, a Docker secret, ComfyUI-Login's `PASSWORD`.
public enum WholeFile {
    /// What the value's reader gets.
    ///
    /// A token file is read by programs that strip white space around it and by some that do not: what is more than one
    /// line end is part of the value here. Docker hands a secret over byte by byte. ComfyUI-Login reads the first line.
    public static func value(in bytes: [UInt8], of kind: LocationRule.Kind) -> [UInt8] {
        switch kind {
        case .dockerSecret: bytes
        case .login: Array(bytes.prefix { $0 != 0x0A })
        default:
            switch bytes.last {
            case 0x0A: Array(bytes.dropLast(bytes.dropLast().last == 0x0D ? 2 : 1))
            default: bytes
            }
        }
    }

    /// The file with another value; a mark in front and blanks around the old value go, the user's name stays.
    ///
    /// - Parameter bytes: Nil for a file that is to be made.
    /// - Parameter user: The name for a new `PASSWORD`, whose second line it is.
    public static func replacing(
        _ value: Secret, in bytes: [UInt8]?, of kind: LocationRule.Kind, user: String = "admin"
    ) -> [UInt8] {
        let text = Array(value.reveal().utf8)
        switch kind {
        case .dockerSecret: return text
        case .login:
            guard let bytes, let end = bytes.firstIndex(of: 0x0A) else { return text + [0x0A] + Array(user.utf8) }
            return text + bytes[end...]
        default:
            guard let bytes, let last = bytes.last, last != 0x0A else { return text + [0x0A] }
            // The old file went without a line end, perhaps because its reader wants none.
            return text
        }
    }
}
