extension HTML {
    /// The document's text; this value is the `html` element.
    var document: String {
        var out = "<!doctype html>\n"
        write(to: &out)
        out += "\n"
        return out
    }

    private func write(to out: inout String) {
        switch self {
        case .text(let text): HTMLEscape.append(text, to: &out)
        case .group(let pieces): for piece in pieces { piece.write(to: &out) }
        case .element(let tag, let attributes, let content):
            out += "<\(tag.rawValue)"
            for attribute in attributes { attribute.write(to: &out) }
            out += ">"
            guard !tag.isVoid else { return }
            for piece in content { piece.write(to: &out) }
            out += "</\(tag.rawValue)>"
        }
    }

    /// The texts in it, without markup: what a title says.
    var plain: String {
        switch self {
        case .text(let text): text
        case .element(_, _, let pieces), .group(let pieces): pieces.map(\.plain).joined()
        }
    }
}

extension Attribute {
    fileprivate func write(to out: inout String) {
        out += " \(name)"
        let (text, isKept): (String, Bool)
        switch content {
        case .flag: return
        case .words(let words): (text, isKept) = (words, false)
        case .kept(let value): (text, isKept) = (value, true)
        case .link(let link): (text, isKept) = (link.text, false)
        }
        out += "=\""
        HTMLEscape.append(text, isKept: isKept, to: &out)
        out += "\""
    }
}

/// The one place where text becomes HTML; the same rule holds between tags and inside quoted attributes.
enum HTMLEscape {
    /// - Parameter isKept: The value comes back with a form. Characters that would mislead a reader are then written as
    ///   numbers; otherwise U+FFFD stands in their place. Controls that HTML forbids are U+FFFD in both.
    static func append(_ text: String, isKept: Bool = false, to out: inout String) {
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

    private static func number(_ scalar: Unicode.Scalar, to out: inout String) { out += "&#\(scalar.value);" }

    /// Controls and noncharacters. Source: HTML, "Preprocessing the input stream".
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
