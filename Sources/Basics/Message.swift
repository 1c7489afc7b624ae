/// A language the program speaks.
public enum Language: String, Sendable, Hashable, CaseIterable {
    case english = "en"
    case french = "fr"

    /// Reads a POSIX locale or a language tag: `fr_FR.UTF-8`, `fr`, `en-GB`, `C`, `POSIX`; nil for other languages.
    public init?(locale: String) {
        let name = locale.lowercased().prefix { $0.isASCII && $0.isLetter }
        switch name {
        case "fr": self = .french
        case "en", "c", "posix": self = .english
        default: return nil
        }
    }

    /// The first non-empty of `LC_ALL`, `LC_MESSAGES`, `LANG` decides (POSIX, "Internationalization Variables").
    public init(environment: [String: String]) {
        let chosen = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = chosen.flatMap { Language(locale: $0) } ?? .english
    }

    /// Whether a count takes the singular: English for 1 alone, French for 0 and 1 (CLDR plural rules).
    public func isSingular(_ count: Int) -> Bool {
        switch self {
        case .english: count == 1
        case .french: count == 0 || count == 1
        }
    }
}

/// One thing the program says, in every language it speaks; `{name}` stands for an argument.
public struct Message: Sendable, Hashable {
    struct Forms: Sendable, Hashable {
        let singular: String?
        let other: String
    }

    /// Unique in a catalogue: lower-case words with dots.
    public let key: String
    let forms: [Language: Forms]

    public init(_ key: String, en: String, fr: String) {
        self.key = key
        forms = [.english: Forms(singular: nil, other: en), .french: Forms(singular: nil, other: fr)]
    }

    /// A message with a number in it; `{count}` is filled from the phrase's count.
    public init(_ key: String, en: (one: String, other: String), fr: (one: String, other: String)) {
        self.key = key
        forms = [
            .english: Forms(singular: en.one, other: en.other), .french: Forms(singular: fr.one, other: fr.other),
        ]
    }

    public func callAsFunction(_ arguments: KeyValuePairs<String, String> = [:], count: Int? = nil) -> Phrase {
        Phrase(
            self, Dictionary(arguments.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }), count: count)
    }

    /// The text without arguments.
    public func text(in language: Language) -> String { self().text(in: language) }

    /// What a test wants to be empty: missing texts, placeholders that differ, keys of the wrong shape.
    public var faults: [String] {
        var faults: [String] = []
        let texts = forms.values.flatMap { [$0.singular, $0.other].compactMap(\.self) }
        if texts.contains(where: \.isEmpty) { faults.append("\(key): a text is empty") }
        // `{count}` may be left out of a singular ("one job"), every other argument stands in all texts.
        let placeholders = Set(texts.map { Set(Self.placeholders(in: $0)).subtracting(["count"]) })
        if placeholders.count > 1 { faults.append("\(key): the placeholders differ") }
        if Set(forms.values.map { Self.placeholders(in: $0.other).contains("count") }).count > 1 {
            faults.append("\(key): {count} stands in one language only")
        }
        if Set(forms.values.map { $0.singular == nil }).count > 1 { faults.append("\(key): a plural is missing") }
        if key.isEmpty || !key.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2E || $0 == 0x5F }) {
            faults.append("\(key): a key is lower-case words with dots")
        }
        return faults
    }

    /// The faults of each message and keys used for two different messages.
    public static func faults(in catalogue: [Message]) -> [String] {
        var known: [String: Message] = [:]
        var faults = catalogue.flatMap(\.faults)
        for message in catalogue {
            if let other = known.updateValue(message, forKey: message.key), other != message {
                faults.append("\(message.key): two messages have this key")
            }
        }
        return faults
    }

    static func placeholders(in text: String) -> [String] {
        text.split(separator: "{").dropFirst(text.hasPrefix("{") ? 0 : 1).compactMap { part in
            part.firstIndex(of: "}").map { String(part[..<$0]) }
        }
    }
}

/// A message with its arguments, not yet in any language.
public struct Phrase: Sendable, Hashable {
    public let message: Message
    public let arguments: [String: String]
    public let count: Int?

    public init(_ message: Message, _ arguments: [String: String] = [:], count: Int? = nil) {
        (self.message, self.arguments, self.count) = (message, arguments, count)
    }

    /// Text that is the same in every language: a path, an answer from elsewhere.
    public init(verbatim text: String) {
        self.init(Message("verbatim", en: "{text}", fr: "{text}"), ["text": text])
    }

    /// Text that has been put together in each language.
    public init(en: String, fr: String) {
        self.init(Message("composed", en: "{en}", fr: "{fr}"), ["en": en, "fr": fr])
    }

    /// One sentence behind another.
    public static func + (left: Phrase, right: Phrase) -> Phrase {
        Phrase(
            en: left.text(in: .english) + " " + right.text(in: .english),
            fr: left.text(in: .french) + " " + right.text(in: .french))
    }

    /// Fills each placeholder once: braces inside an argument stay as they are.
    public func text(in language: Language) -> String {
        guard let forms = message.forms[language] ?? message.forms[.english] else { return message.key }
        let isSingular = count.map { language.isSingular($0) } ?? false
        var rest = (isSingular ? forms.singular ?? forms.other : forms.other)[...]
        var text = ""
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            text += arguments[name] ?? (name == "count" ? count.map(String.init) : nil) ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
