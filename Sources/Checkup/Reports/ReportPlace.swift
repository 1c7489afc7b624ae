internal import Secrets
internal import Stack

/// What a fault's place is, for forms that lead to it.
enum ReportPlace: Sendable, Hashable {
    /// - Parameters:
    ///   - path: Relative to the project's folder.
    ///   - key: What it is about in the file.
    case file(path: String, key: String?, line: Int?)
    /// - Parameter file: The compose file that it would be started from, where it is known.
    case container(name: String, file: String?)
    /// The machine, a disk, an address, the project itself.
    case other(String)

    /// Relative to the project's folder.
    var path: String? {
        switch self {
        case .file(let path, _, _): path
        case .container(_, let file): file
        case .other: nil
        }
    }
}

/// Tells places apart: a fault has them as the text that people read.
struct ReportPlaces: Sendable {
    private let files: Set<String>
    private let containers: [String: String?]
    private let root: String
    /// The first compose file, or the first file that was judged.
    let anchor: String?

    init(_ survey: Survey) {
        root = survey.root
        var files: Set<String> = []
        if let seen = survey.files.value {
            files.formUnion(seen.rows.map(\.path))
            files.formUnion(seen.findings.map(\.path))
            files.formUnion(seen.oddities.keys)
            files.formUnion(seen.scripts.map(\.path))
        }
        var containers: [String: String?] = [:]
        var composeFiles: Set<String> = []
        for container in survey.containers {
            var path: String?
            if case .compose(let file, service: _) = container.origin { path = file }
            containers.updateValue(path, forKey: container.name)
            if let path { composeFiles.insert(path) }
        }
        (self.files, self.containers) = (files, containers)
        anchor = composeFiles.min() ?? files.min()
    }

    func place(of fault: Fault) -> ReportPlace {
        let text = fault.place
        if let file = containers[text] { return .container(name: text, file: file) }
        // A worker: its container, and the address in parentheses.
        if text.hasSuffix(")"), let open = text.firstRange(of: " (") {
            let name = String(text[..<open.lowerBound])
            if let file = containers[name] { return .container(name: name, file: file) }
        }
        if files.contains(text) { return .file(path: text, key: nil, line: nil) }
        guard !text.isEmpty, text != root, !text.hasPrefix("/") else { return .other(text) }
        if fault.check.hasPrefix("compose."), let colon = text.lastIndex(of: ":"),
            let line = Int(text[text.index(after: colon)...]), line > 0, colon > text.startIndex
        {
            return .file(path: String(text[..<colon]), key: nil, line: line)
        }
        // A path and a key may both have ": " in them; a path that is known decides.
        let cuts = text.ranges(of: ": ").reversed().filter { $0.lowerBound > text.startIndex }
        let cut = cuts.first { files.contains(String(text[..<$0.lowerBound])) } ?? cuts.first
        guard
            [.files, .secrets].contains(fault.area)
                || cut.map({ files.contains(String(text[..<$0.lowerBound])) }) == true
        else { return .other(text) }
        guard let cut else { return .file(path: text, key: nil, line: nil) }
        return .file(path: String(text[..<cut.lowerBound]), key: String(text[cut.upperBound...]), line: nil)
    }
}
