import Testing

/// Reads the strict form of HTML that our pages have to be in, and says everything that is wrong with it.
///
/// Much stricter than a browser: quoted attributes, explicit end tags, no bare `<`, `>`, `&` or quote in any text.
struct HTMLChecker {
    struct Element {
        let tag: String
        let attributes: [(name: String, value: String?)]
        var text = ""

        subscript(name: String) -> String? { attributes.first { $0.name == name }.map { $0.value ?? "" } }
    }

    private(set) var elements: [Element] = []
    private(set) var faults: [String] = []
    /// Tags and attribute names in order, without any text: what no name may change.
    private(set) var skeleton: [String] = []

    private static let void: Set = ["meta", "link", "input", "img", "hr"]
    private static let entities = ["amp", "lt", "gt", "quot"]

    init(_ document: String) {
        parse(Array(document.unicodeScalars))
        checkIDs()
        checkFields()
        checkHeadings()
        checkLinks()
    }

    func all(_ tag: String) -> [Element] { elements.filter { $0.tag == tag } }

    // MARK: Syntax

    private mutating func parse(_ text: [Unicode.Scalar]) {
        let doctype = Array("<!doctype html>\n".unicodeScalars)
        guard text.starts(with: doctype) else { return faults.append("no doctype") }
        var open: [Int] = []
        var index = doctype.count
        while index < text.count {
            guard text[index] == "<" else {
                let end = text[index...].firstIndex(of: "<") ?? text.count
                let decoded = decode(text[index..<end])
                for element in open { elements[element].text += decoded }
                index = end
                continue
            }
            guard let end = tagEnd(text, index) else { return faults.append("a tag without end") }
            let body = text[index + 1..<end]
            if body.first == "/" {
                let name = String(String.UnicodeScalarView(body.dropFirst()))
                guard let last = open.popLast(), elements[last].tag == name else {
                    return faults.append("</\(name)> closes something else")
                }
                skeleton.append("/\(name)")
            } else {
                let element = readTag(body)
                elements.append(element)
                skeleton.append(([element.tag] + element.attributes.map(\.name)).joined(separator: " "))
                if !Self.void.contains(element.tag) { open.append(elements.count - 1) }
            }
            index = end + 1
        }
        if !open.isEmpty { faults.append("\(open.count) elements are not closed") }
    }

    private func tagEnd(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        var isQuoted = false
        for index in start + 1..<text.count {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == ">", !isQuoted { return index }
        }
        return nil
    }

    private mutating func readTag(_ body: ArraySlice<Unicode.Scalar>) -> Element {
        let nameEnd = body.firstIndex(of: " ") ?? body.endIndex
        let tag = text(body[..<nameEnd])
        if tag.isEmpty || !tag.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }) {
            faults.append("a tag named \(tag)")
        }
        var attributes: [(String, String?)] = []
        var index = nameEnd
        while index < body.endIndex {
            guard body[index] == " " else {
                faults.append("\(tag): junk between attributes")
                break
            }
            let start = index + 1
            index = body[start...].firstIndex { $0 == " " || $0 == "=" } ?? body.endIndex
            let name = text(body[start..<index])
            if name.isEmpty || !name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D }) {
                faults.append("\(tag): an attribute named \(name)")
            }
            if name.hasPrefix("on") || name == "style" { faults.append("\(tag): \(name)") }
            if attributes.contains(where: { $0.0 == name }) { faults.append("\(tag): \(name) stands twice") }
            var value: String?
            if index < body.endIndex, body[index] == "=" {
                guard index + 1 < body.endIndex, body[index + 1] == "\"",
                    let close = body[(index + 2)...].firstIndex(of: "\"")
                else {
                    faults.append("\(tag): \(name) is not quoted")
                    break
                }
                value = decode(body[(index + 2)..<close])
                index = close + 1
            }
            attributes.append((name, value))
        }
        if ["script", "style", "iframe", "object", "embed", "base", "svg"].contains(tag) { faults.append("<\(tag)>") }
        return Element(tag: tag, attributes: attributes)
    }

    private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(scalars)) }

    private mutating func decode(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var out = String.UnicodeScalarView()
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            index += 1
            guard scalar == "&" else {
                if ["<", ">", "\"", "'"].contains(scalar) { faults.append("a bare \(scalar)") }
                if scalar.value < 0x20, scalar != "\n", scalar != "\t" { faults.append("a control \(scalar.value)") }
                switch scalar.value {
                case 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C:
                    faults.append("a bare U+\(String(scalar.value, radix: 16))")
                default: break
                }
                out.append(scalar)
                continue
            }
            guard let end = scalars[index...].prefix(9).firstIndex(of: ";") else {
                faults.append("a bare &")
                continue
            }
            let name = text(scalars[index..<end])
            index = end + 1
            if name.hasPrefix("#"), let value = UInt32(name.dropFirst()), let named = Unicode.Scalar(value) {
                out.append(named)
            } else if let at = Self.entities.firstIndex(of: name) {
                out.append(["&", "<", ">", "\""][at])
            } else {
                faults.append("an entity \(name)")
            }
        }
        return String(out)
    }

    // MARK: Meaning

    private mutating func checkIDs() {
        var ids: Set<String> = []
        for element in elements {
            guard let id = element["id"] else { continue }
            if !ids.insert(id).inserted { faults.append("id \(id) stands twice") }
        }
        for element in elements {
            for name in ["aria-describedby", "aria-labelledby"] {
                for id in (element[name] ?? "").split(separator: " ") where !ids.contains(String(id)) {
                    faults.append("\(name) names \(id), which is nowhere")
                }
            }
            if element.tag == "a", let link = element["href"], link.hasPrefix("#"),
                !ids.contains(String(link.dropFirst()))
            {
                faults.append("\(link) leads nowhere")
            }
        }
    }

    private mutating func checkFields() {
        let labels = all("label").compactMap { $0["for"] }
        let fields = elements.filter { ["input", "select"].contains($0.tag) && $0["type"] != "hidden" }
        for label in labels where !fields.contains(where: { $0["id"] == label }) {
            faults.append("a label for \(label), which is no field")
        }
        if Set(labels).count != labels.count { faults.append("two labels for one field") }
        for field in fields where field["aria-hidden"] == nil {
            guard let id = field["id"], labels.contains(id) else {
                faults.append("field \(field["name"] ?? "?") has no label")
                continue
            }
            if field["name"] == nil { faults.append("field \(id) has no name") }
        }
        for label in all("label") where label.text.isEmpty { faults.append("an empty label") }
        for button in all("button") {
            if button.text.isEmpty { faults.append("a button without words") }
            if button["type"] != "submit" { faults.append("a button that does not submit") }
        }
        if elements.filter({ $0["autofocus"] != nil }).count > 1 { faults.append("two elements take the focus") }
        for image in all("img") where image["alt"] == nil { faults.append("a picture without alt") }
    }

    private mutating func checkHeadings() {
        let levels = elements.compactMap { element in ["h1", "h2", "h3"].firstIndex(of: element.tag) }
        if levels.filter({ $0 == 0 }).count != 1 { faults.append("not one h1") }
        // The summary of errors stands before the h1.
        let main = levels.drop { $0 != 0 }
        for (one, next) in zip(main, main.dropFirst()) where next > one + 1 {
            faults.append("a heading level is skipped")
        }
        if elements.contains(where: { ["h1", "h2", "h3", "title", "th", "a"].contains($0.tag) && $0.text.isEmpty }) {
            faults.append("an empty heading or link")
        }
        if all("html").first?["lang"] == nil { faults.append("no language") }
        if all("main").count != 1 || all("title").count != 1 { faults.append("not one main and title") }
    }

    private mutating func checkLinks() {
        for element in elements {
            for name in ["href", "src", "action"] {
                guard let place = element[name] else { continue }
                let isLocal = place.hasPrefix("/") && !place.hasPrefix("//") || place.hasPrefix("#")
                let isWeb = place.hasPrefix("https://") || place.hasPrefix("http://")
                if !isLocal, !(isWeb && element.tag == "a") { faults.append("\(element.tag) leads to \(place)") }
                if place.contains("\\") || place.contains(" ") { faults.append("\(place) is not encoded") }
            }
        }
    }
}
