internal import Basics

/// Where secrets stand in a text that other people and programs wrote, by what stands in front of them: a name, an option, a
/// scheme, an address.
///
/// It rather takes too much: whoever reads `…` asks, and whoever reads a password has it.
struct SecretPlaces {
    /// The text is a document, so that `name: value` and `name = value` count, too; in a sentence a colon is a colon.
    private let isDocument: Bool
    private let text: [UInt8]
    private(set) var ranges: [Range<Int>] = []

    /// - Complexity: O(text), and at most `longest` bytes for each name in it.
    init(in text: [UInt8], isDocument: Bool) {
        (self.text, self.isDocument) = (text, isDocument)
        var index = 0
        while index < text.count {
            if let range = userInformation(at: index) ?? hash(at: index) {
                take(range)
                index = range.upperBound
            } else if Self.isOfName(text[index]) {
                let end = skip(from: index, while: Self.isOfName)
                let range = value(behind: index..<end)
                if let range { take(range) }
                index = max(end, range?.upperBound ?? end)
            } else {
                index += 1
            }
        }
    }

    private mutating func take(_ range: Range<Int>) {
        if !range.isEmpty, range.lowerBound >= ranges.last?.upperBound ?? 0 { ranges.append(range) }
    }

    // MARK: - Addresses

    /// The password of `scheme://name:password@host`, or all of a long name without one.
    private func userInformation(at index: Int) -> Range<Int>? {
        guard text[index] == Self.colon, text[index...].starts(with: "://".utf8) else { return nil }
        let start = index + 3
        let end = skip(from: start) { !Self.endsAuthority.contains($0) }
        if let path = webhook(text[start..<end]) { return path }
        guard let at = text[start..<end].lastIndex(of: UInt8(ascii: "@")) else { return nil }
        if let colon = text[start..<at].firstIndex(of: Self.colon) { return kept(colon + 1..<at) }
        return at - start >= Self.longName ? start..<at : nil
    }

    /// Whoever has such an address writes there: its path is the secret.
    private func webhook(_ authority: ArraySlice<UInt8>) -> Range<Int>? {
        let host = String(decoding: authority, as: UTF8.self)
        guard ["hooks.slack.com", "discord.com", "discordapp.com", "api.telegram.org"].contains(host),
            text[authority.endIndex...].starts(with: "/".utf8)
        else { return nil }
        return authority.endIndex + 1..<end(from: authority.endIndex, at: Self.endsWord)
    }

    /// `{SHA}…` of a file of passwords.
    private func hash(at index: Int) -> Range<Int>? {
        guard text[index] == UInt8(ascii: "{"),
            let mark = ["{SHA}", "{SSHA}"].first(where: { text[index...].starts(with: $0.utf8) })
        else { return nil }
        return index + mark.utf8.count..<end(from: index + mark.utf8.count, at: Self.endsWord)
    }

    // MARK: - Names

    private func value(behind run: Range<Int>) -> Range<Int>? {
        let front = text[..<run.lowerBound].suffix(2)
        let isVariable = front.elementsEqual("${".utf8)
        // A variable's name has no `-`: that begins what stands in for it.
        let cut = isVariable ? text[run].firstIndex(of: UInt8(ascii: "-")) : nil
        let name = run.lowerBound..<(cut ?? run.upperBound)
        let word = String(lowercasing: text[name].span)
        if word == "bearer" || word == "basic" { return credential(from: name.upperBound) }
        if word == "-u" || word == "--user" { return password(from: name.upperBound) }
        let sureness = Self.sureness(word)
        // `me/auth:1.2` is an image.
        guard sureness != .none, front.last != UInt8(ascii: "/") else {
            return nil
        }
        let found =
            isVariable
            ? fallback(behind: name.upperBound)
            : assigned(behind: name) ?? (word.hasPrefix("--") ? argument(behind: name.upperBound) : nil)
        let isOfQuery = front.last.map("?&".utf8.contains) ?? false
        return found.flatMap { sureness == .sure || isOfQuery || looksSecret($0) ? $0 : nil }
    }

    /// What stands in for `${NAME:-value}`; what is said of `${NAME:?words}` is no value.
    private func fallback(behind index: Int) -> Range<Int>? {
        var start = index < text.count && text[index] == Self.colon ? index + 1 : index
        guard start < text.count, text[start] == UInt8(ascii: "-") else { return nil }
        start += 1
        return kept(start..<skip(from: start) { $0 != UInt8(ascii: "}") && $0 != Self.newline })
    }

    /// Too long or too mixed for a setting.
    private func looksSecret(_ range: Range<Int>) -> Bool {
        let value = text[range]
        let hasBoth =
            value.contains { (0x30...0x39).contains($0) } && value.contains { (0x61...0x7A).contains($0 | 0x20) }
        return value.contains(Self.colon) || value.count >= 12 && !value.contains(UInt8(ascii: "/"))
            || value.count >= 6 && hasBoth && !value.contains(UInt8(ascii: "."))
    }

    /// `Bearer X`, which is no sentence about bearers: X is not of small letters alone.
    private func credential(from index: Int) -> Range<Int>? {
        let start = skip(from: index, while: Self.isBlank)
        let end = end(from: start, at: Self.endsWord)
        guard start > index, end - start >= 6, !text[start..<end].allSatisfy(Self.isSmall) else { return nil }
        return kept(start..<end)
    }

    /// Of `-u name:password`; `1000:1000` is a user and a group.
    private func password(from index: Int) -> Range<Int>? {
        guard let value = argument(behind: index), let colon = text[value].firstIndex(of: Self.colon) else {
            return nil
        }
        let range = colon + 1..<value.upperBound
        return text[range].allSatisfy { (0x30...0x39).contains($0) } ? nil : range
    }

    /// `name=value`, `"name":"value"`, `name: value`, with blanks where the form allows them.
    private func assigned(behind name: Range<Int>) -> Range<Int>? {
        var index = quote(at: name.upperBound).map(\.upperBound) ?? name.upperBound
        if isDocument { index = skip(from: index, while: Self.isBlank) }
        guard index < text.count else { return nil }
        let isColon = text[index] == Self.colon
        guard text[index] == Self.equals || isDocument && isColon else { return nil }
        index += 1
        // Behind the name of a port, a tag or a scheme there is no blank.
        if isColon, index < text.count, text[index].isOfNumberOrSlash { return nil }
        if index < text.count, !isColon, text[index] == UInt8(ascii: ">") { index += 1 }
        if isDocument { index = skip(from: index, while: Self.isBlank) }
        if let quote = quote(at: index) { return kept(quote.upperBound..<closing(quote)) }
        guard index < text.count, !"{[".utf8.contains(text[index]) else { return nil }
        // What stands before it on its line, as far as that tells anything.
        let before = text[max(0, name.lowerBound - Self.farthest)..<name.lowerBound]
        let front = before[(before.lastIndex(of: Self.newline).map { $0 + 1 } ?? before.startIndex)...]
        var ends = Self.endsWord
        if isColon {
            ends = front.contains { "{[".utf8.contains($0) } ? Set(",}]\n\r".utf8) : Set("\n\r".utf8)
        } else if isDocument, front.allSatisfy({ Self.isBlank($0) || "-'\"".utf8.contains($0) }) {
            // One line of a list or of a dotenv file.
            ends = Set("\n\r\"'".utf8)
        }
        // The name stands in a quoted text, which ends before the line does.
        for mark in "\"'".utf8 where !front.count(where: { $0 == mark }).isMultiple(of: 2) { ends.insert(mark) }
        var end = end(from: index, at: ends)
        while end > index, Self.isBlank(text[end - 1]) { end -= 1 }
        if isColon, let block = block(index..<end, under: front) { return block }
        return kept(index..<end)
    }

    /// The lines of `name: |` that lie deeper than the name.
    private func block(_ mark: Range<Int>, under front: ArraySlice<UInt8>) -> Range<Int>? {
        guard let first = text[mark].first, "|>".utf8.contains(first), mark.count <= 3 else { return nil }
        let depth = front.prefix { $0 == 0x20 }.count
        var end = skip(from: mark.upperBound) { $0 != Self.newline }
        while end < text.count {
            let next = skip(from: end + 1) { $0 == 0x20 }
            let isBlankLine = next < text.count && (text[next] == Self.newline || text[next] == 0x0D)
            guard next - end - 1 > depth || isBlankLine else { break }
            end = skip(from: next) { $0 != Self.newline }
        }
        return min(mark.upperBound + 1, end)..<end
    }

    /// `--name value`, and the next element of a list: `"--name", "value"`, or on its next line.
    private func argument(behind index: Int) -> Range<Int>? {
        let close = quote(at: index)
        var start = skip(from: close?.upperBound ?? index, while: Self.isBlank)
        if start < text.count, close != nil || text[start] == Self.newline || text[start] == UInt8(ascii: ",") {
            start = skip(from: start) { Self.isBlank($0) || ",\n\r".utf8.contains($0) }
            if text[start...].starts(with: "- ".utf8) { start = skip(from: start + 1, while: Self.isBlank) }
        }
        guard start > index, start < text.count, text[start] != UInt8(ascii: "-") else { return nil }
        if let quote = quote(at: start) { return kept(quote.upperBound..<closing(quote)) }
        return kept(start..<end(from: start, at: Self.endsArgument))
    }

    // MARK: - Values

    /// What is no secret stays: nothing, a truth value, a variable, a path, a text from an example.
    private func kept(_ range: Range<Int>) -> Range<Int>? {
        let value = text[range].span
        let word = String(lowercasing: value.extracting(first: 8))
        for scheme in ["bearer ", "basic "] where word.hasPrefix(scheme) {
            return kept(range.lowerBound + scheme.utf8.count..<range.upperBound)
        }
        if word.hasPrefix("…") { return nil }
        if range.isEmpty || Self.settings.contains(word) { return nil }
        if word.hasPrefix("$(") || word.hasPrefix("$$(") || word.hasPrefix("`") { return nil }
        if Placeholder.matches(value) || isReference(range) || ["/", "./", "../", "~/"].contains(where: word.hasPrefix)
        {
            return nil
        }
        return range
    }

    /// Variables, `$NAME` and `${NAME…}`, and at most signs between them.
    private func isReference(_ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        var hasVariable = false
        while index < range.upperBound {
            let byte = text[index]
            guard byte == DotenvBytes.dollar, index + 1 < range.upperBound else {
                // A letter or a digit of its own.
                if Self.isOfName(byte), byte != UInt8(ascii: "-"), byte != UInt8(ascii: ".") { return false }
                index += 1
                continue
            }
            if text[index + 1] == UInt8(ascii: "{") {
                index = skip(from: index) { $0 != UInt8(ascii: "}") && $0 != Self.newline } + 1
            } else if DotenvBytes.startsName(text[index + 1]) {
                index = skip(from: index + 1, while: DotenvBytes.continuesName)
            } else {
                return false
            }
            hasVariable = true
        }
        return hasVariable && index <= range.upperBound
    }

    /// A quotation mark, with the backslash of one that stands in another text's quotes.
    private func quote(at index: Int) -> Range<Int>? {
        guard index < text.count else { return nil }
        let mark = text[index] == UInt8(ascii: "\\") ? index + 1 : index
        return mark < text.count && "\"'".utf8.contains(text[mark]) ? index..<mark + 1 : nil
    }

    /// Where the text ends that a quotation mark begins: at the next one of its kind, in a document also some lines below, or
    /// with the line.
    private func closing(_ quote: Range<Int>) -> Int {
        if isDocument, let end = closing(quote, lines: Self.mostLines) { return end }
        return closing(quote, lines: 1) ?? skip(from: quote.upperBound) { $0 != Self.newline }
    }

    private func closing(_ quote: Range<Int>, lines: Int) -> Int? {
        let mark = text[quote.upperBound - 1]
        var index = quote.upperBound
        var lines = lines
        let limit = min(text.count, index + Self.longest)
        while index < limit {
            if text[index] == Self.newline {
                lines -= 1
                if lines == 0 { return nil }
            }
            if text[index] == UInt8(ascii: "\\"), index + 1 < limit {
                if quote.count == 2, text[index + 1] == mark { return index }
                index += 2
            } else if text[index] == mark {
                return index
            } else {
                index += 1
            }
        }
        return nil
    }

    /// The braces of `${NAME}` end no word.
    private func end(from index: Int, at ends: Set<UInt8>) -> Int {
        var index = index
        while index < text.count, !ends.contains(text[index]) {
            let isBraced = text[index...].starts(with: "${".utf8)
            let close = isBraced ? skip(from: index) { $0 != UInt8(ascii: "}") && $0 != Self.newline } : index
            index = close < text.count && text[close] != Self.newline ? close + 1 : index + 1
        }
        return index
    }

    private func skip(from index: Int, while matches: (UInt8) -> Bool) -> Int {
        var index = index
        while index < text.count, matches(text[index]) { index += 1 }
        return index
    }

    // MARK: - Bytes and words

    private static let settings: Set = [
        "true", "false", "yes", "no", "on", "off", "0", "1", "null", "~", "none", "empty", "dummy", "basic", "auto",
        "required", "optional", "enabled", "disabled",
    ]

    private static let (colon, equals, newline) = (UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "\n"))
    private static let endsAuthority = Set("/?#\"'`<> \t\r\n".utf8)
    private static let endsArgument = Set(" \t\r\n\"'`;&]<>|".utf8)
    private static let endsWord = Set(" \t\r\n\"'`,;&)]}<>|".utf8)
    /// Of a quoted text, and its bytes: a private key has 3,000.
    private static let mostLines = 32
    private static let longest = 8_192
    private static let farthest = 512
    /// Bytes of a user's name in an address that are rather a token.
    private static let longName = 16

    private static func isOfName(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D
            || byte == 0x2E
    }
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private static func isSmall(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || byte == 0x2E }

    /// Names that are abbreviated or run together, beside those of `SecretName`.
    private static let endings = [
        "token", "password", "passwd", "passphrase", "passwort", "pwd", "secret", "apikey", "accesskey", "secretkey",
        "privatekey", "authkey", "masterkey", "appkey", "fernetkey", "keybase", "credential", "authorization", "cookie",
        "signature", "requirepass", "masterauth",
    ]
    /// Of these the value has to look like a secret as well: `auth: basic` and `primary_key: id` are settings.
    private static let vague: Set = ["pw", "sig", "auth", "pass", "psk", "key"]
    /// Tokens of a language model are counted.
    private static let counted: Set = ["max", "min", "num", "pad", "eos", "bos", "unk", "sep", "cls", "stop", "new"]

    private enum Sureness { case sure, vague, none }

    /// - Parameter word: In small letters.
    private static func sureness(_ word: String) -> Sureness {
        var parts = word.split { "-_.".contains($0) }
        // `API_KEY_2`, `API_KEYS`
        if let last = parts.last, last.allSatisfy(\.isNumber) { parts.removeLast() }
        guard var last = parts.last else { return .none }
        if ["keys", "tokens", "passwords"].contains(last) { last = last.dropLast() }
        let before = parts.dropLast().last
        if last == "token", let before, counted.contains(String(before)) { return .none }
        let name = (parts.dropLast() + [last]).joined()
        if endings.contains(where: name.hasSuffix) || SecretName.matches(word) { return .sure }
        return vague.contains(String(last)) && (last != "key" || before != nil) ? .vague : .none
    }
}

extension UInt8 {
    fileprivate var isOfNumberOrSlash: Bool { (0x2E...0x39).contains(self) }
}
