internal import Basics

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
        case .text(let text): MarkupEscape.append(text, to: &out)
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
        MarkupEscape.append(text, isKept: isKept, to: &out)
        out += "\""
    }
}
