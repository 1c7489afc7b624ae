internal import Basics

/// A value in a file that is a secret, or stands where one belongs.
struct Sighting: Hashable {
    let kind: LocationRule.Kind
    /// A dotenv key, a JSON pointer or a YAML path.
    let key: String?
    /// The last name on the way to the value, if it has one.
    let name: String?
    /// Redacted wherever it is printed.
    let value: DotenvValue
    /// Empty for a placeholder.
    let evidence: [Evidence]
    /// The value stands alone at its key, so that a location can name it.
    var isAlone = true

    var isPlaceholder: Bool { evidence.isEmpty }
}

/// Reads one file of each class; what it cannot read holds nothing.
enum FileScan {
    /// Values of one file that are kept.
    static let most = 1_000

    /// - Parameter dotenv: The same bytes, where they were parsed already.
    static func sightings(
        in bytes: [UInt8], as file: FileClass, name: String, _ dotenv: DotenvFile? = nil
    ) -> [Sighting] {
        guard !bytes.isEmpty, !bytes.prefix(4_096).contains(0) else { return [] }
        let found =
            switch file {
            case .dotenv: (dotenv ?? (try? DotenvFile(bytes))).map(sightings) ?? []
            case .json: json(bytes) ?? []
            case .yaml: yaml(bytes, isCompose: FileClass.isCompose(name)) ?? []
            case .key: key(bytes)
            case .whole: whole(bytes, name)
            }
        return Array(found.prefix(most))
    }

    /// - Parameter key: Made only for what is taken: most texts of a file are no secrets.
    private static func sighting(
        _ kind: LocationRule.Kind, _ key: @autoclosure () -> String?, name: String?, _ bytes: [UInt8],
        isAlone: Bool = true
    ) -> Sighting? {
        let isProse = kind == .json || kind == .yaml
        switch ValueJudgement(name: name, bytes, isProse: isProse) {
        case .none: return nil
        case .placeholder:
            return Sighting(
                kind: kind, key: key(), name: name, value: DotenvValue(bytes), evidence: [], isAlone: isAlone)
        case .secret(let evidence):
            return Sighting(
                kind: kind, key: key(), name: name, value: DotenvValue(bytes), evidence: evidence, isAlone: isAlone)
        }
    }

    /// The last assignment of a key counts.
    private static func sightings(in file: DotenvFile) -> [Sighting] {
        file.lastAssignments.compactMap { entry in
            sighting(.dotenv, entry.key, name: entry.key, file.written(entry))
        }
    }

    private static func yaml(_ bytes: [UInt8], isCompose: Bool) -> [Sighting]? {
        guard let scalars = try? YAMLScalars.read(bytes) else { return nil }
        return scalars.compactMap { scalar in
            // Compose takes `$$` for one sign.
            let escapes = isCompose && scalar.text.contains("$$")
            let text = escapes ? scalar.text.replacing("$$", with: "$") : scalar.text
            let isElement = scalar.names.last.map { Int($0) != nil } ?? false
            guard isElement else {
                // A hash in a compose file must be written with `$$`, which a location cannot say.
                return sighting(
                    .yaml, scalar.pointer, name: scalar.names.last, Array(text.utf8),
                    isAlone: !isCompose || !text.contains("$"))
            }
            let parent = scalar.names.dropLast().last
            if parent == "environment" || parent == "args", let equals = text.firstIndex(of: "=") {
                let value = text[text.index(after: equals)...]
                return sighting(
                    .yaml, scalar.pointer, name: String(text[..<equals]), Array(value.utf8), isAlone: false)
            }
            return sighting(.yaml, scalar.pointer, name: nil, Array(text.utf8))
        }
    }

    private static func json(_ bytes: [UInt8]) -> [Sighting]? {
        let content = bytes.starts(with: DotenvBytes.mark) ? Array(bytes.dropFirst(3)) : bytes
        var found: [Sighting] = []
        var walk = JSONTexts(content) { names, name, text in
            if let sighting = sighting(.json, Pointer.text(names), name: name, Array(text.utf8)) {
                found.append(sighting)
            }
        }
        return (try? walk.run()) != nil ? found : nil
    }

    /// PEM, or age's file, which has comments in front.
    private static func key(_ bytes: [UInt8]) -> [Sighting] {
        if SecretShape(of: bytes) == .privateKey { return [part(bytes, .privateKey)] }
        for line in bytes.split(separator: 0x0A).prefix(16) where line.starts(with: "AGE-SECRET-KEY-".utf8) {
            let line = Array(DotenvBytes.trimmedEnd(line))
            if SecretShape(of: line) == .age { return [part(line, .age)] }
        }
        return []
    }

    private static func whole(_ bytes: [UInt8], _ name: String) -> [Sighting] {
        let first = DotenvBytes.trimmedStart(bytes[...]).first
        if first == UInt8(ascii: "{"), let found = json(bytes) { return found }
        let keys = key(bytes)
        if !keys.isEmpty { return keys }
        let kind: LocationRule.Kind = name == "PASSWORD" ? .login : .tokenFile
        let value = WholeFile.value(in: bytes, of: kind)
        let text = String(decoding: DotenvBytes.trimmedEnd(value[...]), as: UTF8.self)
        guard (4...4_096).contains(value.count), !text.utf8.contains(0x0A), !text.utf8.contains(0x20) else { return [] }
        switch ValueJudgement(name: "token", Array(text.utf8)) {
        case .secret(let evidence):
            return [Sighting(kind: kind, key: nil, name: nil, value: DotenvValue(value), evidence: evidence)]
        case .placeholder, .none: return []
        }
    }

    private static func part(_ bytes: [UInt8], _ shape: SecretShape) -> Sighting {
        Sighting(
            kind: .tokenFile, key: nil, name: nil, value: DotenvValue(bytes), evidence: [.shape(shape)], isAlone: false)
    }
}

/// The texts of a JSON document with the names on their way.
private struct JSONTexts {
    private let bytes: [UInt8]
    private var names: [String] = []
    /// Takes all names on the way, the name of the member that holds the text directly, nil in a list, and the text.
    private let visit: ([String], String?, String) -> Void

    init(_ bytes: [UInt8], _ visit: @escaping ([String], String?, String) -> Void) {
        (self.bytes, self.visit) = (bytes, visit)
    }

    mutating func run() throws(JSONError) {
        var scanner = JSONScanner()
        try visit(&scanner, name: nil)
        try scanner.finish(in: bytes.span)
    }

    private mutating func visit(_ scanner: inout JSONScanner, name: String?) throws(JSONError) {
        switch try scanner.kind(in: bytes.span) {
        case .object:
            try scanner.enterObject(in: bytes.span)
            while let key = try scanner.nextKey(in: bytes.span) {
                let name = key.string(in: bytes.span) ?? ""
                names.append(name)
                try visit(&scanner, name: name)
                names.removeLast()
            }
        case .array:
            try scanner.enterArray(in: bytes.span)
            var index = 0
            while try scanner.nextElement(in: bytes.span) {
                names.append("\(index)")
                try visit(&scanner, name: nil)
                names.removeLast()
                index += 1
            }
        case .string:
            let slice = try scanner.skipValue(in: bytes.span)
            // No key without a known name is worth a look below that, and pictures are too long.
            guard slice.range.count <= 8_192 else { return }
            let isKnown = name.map { KnownKeys.values[$0] != nil } ?? false
            guard slice.range.count >= 5 || isKnown, let text = slice.string(in: bytes.span) else { return }
            visit(names, name, text)
        default: try scanner.skipValue(in: bytes.span)
        }
    }
}
