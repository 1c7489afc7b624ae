/// The one place where text becomes HTML or XML; the same rule holds between tags and inside quoted attributes.
///
/// The names and numbers it writes are known to both, and nothing is written that XML 1.0 forbids.
public enum MarkupEscape {
    /// - Parameter isKept: The value comes back with a form. Characters that would mislead a reader are then written as
    ///   numbers; otherwise U+FFFD stands in their place. Controls that HTML forbids are U+FFFD in both.
    public static func append(_ text: String, isKept: Bool = false, to out: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\t", "\n": if isKept { number(scalar, to: &out) } else { out.unicodeScalars.append(scalar) }
            case "\r": if isKept { number(scalar, to: &out) } else { out.unicodeScalars.append("\u{FFFD}") }
            default:
                if isForbidden(scalar) {
                    out.unicodeScalars.append("\u{FFFD}")
                } else if isMisleading(scalar) {
                    if isKept { number(scalar, to: &out) } else { out.unicodeScalars.append("\u{FFFD}") }
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
    }

    /// The same care for forms with signs of their own: one line, without what is forbidden or misleads.
    public static func line(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t", "\n", "\r": out.append(" ")
            default: out.append(isForbidden(scalar) || isMisleading(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(out)
    }

    private static func number(_ scalar: Unicode.Scalar, to out: inout String) { out += "&#\(scalar.value);" }

    /// Controls and noncharacters. Source: HTML, "Preprocessing the input stream"; XML 1.0, production 2, forbids fewer.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }

    /// Turns the direction of what follows, or is not seen at all: `evil\u{202E}gnp.exe`. Source: Unicode TR 9, TR 36.
    private static func isMisleading(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF, 0xE0000...0xE007F: true
        default: false
        }
    }
}
