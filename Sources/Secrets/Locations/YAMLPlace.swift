internal import Basics
internal import CYAML
internal import YAML

/// A text in a YAML document by the names on its way, replaced by its position: comments and layout survive.
public struct YAMLPlace: Sendable, Hashable {
    public enum Failure: Error, Sendable, Hashable {
        /// libyaml's words and the line, from 1.
        case notYAML(String, line: Int)
        case notUTF8
        /// Not beginning with `/`, or with a `~` that is neither `~0` nor `~1`.
        case badPath
        case missing
        /// The value is a list, a mapping, an alias or a block text, or has a tag.
        case notText
        /// A name on the way stands there twice.
        case repeated
        /// A value with a line end or control character cannot be written here.
        case notWritable
    }

    /// Mappings and sequences inside one another.
    static let deepest = 64

    let names: [String]

    /// - Parameter path: As a JSON pointer: `/services/comfyui/environment/TOKEN`; elements of lists by number.
    public init(path: String) throws(Failure) {
        do throws(JSONPlace.Failure) {
            names = try JSONPlace(pointer: path).names
        } catch {
            throw .badPath
        }
    }

    /// What the document's reader gets.
    public func value(in bytes: [UInt8]) throws(Failure) -> String { try find(in: bytes).text }

    /// The document with another text at the place, in the quotes that are there where they can carry it.
    public func replacing(_ text: String, in bytes: [UInt8]) throws(Failure) -> [UInt8] {
        let found = try find(in: bytes)
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
            throw .notWritable
        }
        if found.text.utf8.elementsEqual(text.utf8) { return bytes }
        let literal =
            switch found.style {
            case .plain where Self.isPlain(text): text
            case .double: "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            case .plain, .single: "'" + text.replacing("'", with: "''") + "'"
            }
        let changed = bytes[..<found.range.lowerBound] + Array(literal.utf8) + bytes[found.range.upperBound...]
        // Whatever the layout does with the new text: what is read back is what was meant, or nothing is changed.
        guard try value(in: Array(changed)).utf8.elementsEqual(text.utf8) else { throw .notWritable }
        return Array(changed)
    }

    /// Letters, digits and some signs, and no word that YAML takes for a number, a truth or nothing.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        let words: Set = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0) }
            && !words.contains(text.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte | 0x20 ^ 0x20) }

    // MARK: - Finding

    private enum Style { case plain, single, double }

    private struct Found {
        let text: String
        let style: Style
        /// The scalar with its quotes.
        let range: Range<Int>
    }

    private func find(in bytes: [UInt8]) throws(Failure) -> Found {
        // libyaml would take a mark in front for an encoding; offsets are counted behind it.
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let content = Array(bytes[start...])
        guard String(validating: content, as: UTF8.self) != nil else { throw .notUTF8 }
        let found = try unsafe content.withUnsafeBufferPointer { (buffer) throws(Failure) in
            var search = YAMLSearch(names)
            try unsafe search.run(buffer)
            return try search.result.get()
        }
        let lower = Self.offset(of: found.place.lowerBound, in: content)
        let upper = Self.offset(of: found.place.upperBound, in: content)
        let style: Style =
            switch content[lower] {
            case 0x22: .double
            case 0x27: .single
            default: .plain
            }
        return Found(text: found.text, style: style, range: lower + start..<upper + start)
    }

    /// libyaml counts characters, not bytes.
    private static func offset(of character: Int, in bytes: [UInt8]) -> Int {
        var left = character
        for (index, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
            if left == 0 { return index }
            left -= 1
        }
        return bytes.count
    }
}

extension YAMLPlace.Failure {
    init(_ error: YAMLError) {
        let words = if case .syntax(let words) = error.reason { words } else { error.phrase.text(in: .english) }
        self = .notYAML(words, line: error.position.line)
    }
}
