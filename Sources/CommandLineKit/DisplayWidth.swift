extension String {
    /// Columns a terminal uses: 2 for East Asian wide characters and emoji, 0 for marks, controls and what joins.
    ///
    /// Source: UAX #11 (wide and full-width ranges, Unicode 15), UTS #51 for emoji sequences.
    public var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// Cut to at most `width` columns, with `…` as the last one where something is missing.
    public func truncated(toWidth width: Int) -> String {
        guard displayWidth > width else { return self }
        guard width > 0 else { return "" }
        var used = 0
        var text = ""
        for character in self {
            guard used + character.displayWidth <= width - 1 else { break }
            used += character.displayWidth
            text.append(character)
        }
        return text + "…"
    }

    /// Filled with spaces up to `width` columns.
    func padded(toWidth width: Int, onTheLeft: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - displayWidth))
        return onTheLeft ? space + self : self + space
    }

    /// Control characters made visible: names and messages from elsewhere must not move the cursor or recolour a terminal.
    public var visibleControls: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value)
        }
        guard unicodeScalars.contains(where: isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where isControl(scalar): text += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        let scalars = unicodeScalars
        guard let first = scalars.first else { return 0 }
        if scalars.count == 1, first.value < 0x300 {
            return first.value < 0x20 || (0x7F..<0xA0).contains(first.value) ? 0 : 1
        }
        // U+FE0F asks for the picture; two regional indicators are a flag.
        if scalars.contains(where: { $0.value == 0xFE0F || $0.properties.isEmojiPresentation }) { return 2 }
        return scalars.reduce(0) { max($0, $1.displayWidth) }
    }
}

extension Unicode.Scalar {
    fileprivate var displayWidth: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: 0
        default: Self.wide.contains { $0.contains(value) } ? 2 : 1
        }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x1F300...0x1F64F,
        0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
