/// A text of a PNG file, in the chunk it is written in again.
struct PNGText: Hashable {
    enum Kind: Hashable {
        /// `tEXt`: keyword, 0, Latin-1.
        case plain
        /// `zTXt`: keyword, 0, method 0, the text packed. It is written as `tEXt`.
        case packed
        /// `iTXt`: keyword, 0, packed or not, method, language, 0, keyword in it, 0, UTF-8. It is written unpacked.
        case international
    }

    let kind: Kind
    let keyword: [UInt8]
    /// Of the chunk that is written.
    let payload: [UInt8]
}

/// Gathers texts as Pillow's `PngImageFile.text` has them, to be written as its `PngInfo.add_text` writes them.
struct TextGathering {
    private(set) var texts: [PNGText] = []
    private var size = 0

    /// Bytes of one text that was packed, and of all.
    static let packedLimit = 1 << 20
    static let limit = 64 << 20

    /// Passes over what is no text.
    ///
    /// - Throws: `damaged` where Pillow gives the whole picture up: too much text, or packed in an unknown way.
    mutating func add(_ kind: PNGText.Kind, _ payload: [UInt8]) throws(PictureError) {
        let end = payload.firstIndex(of: 0)
        let keyword = Array(payload[..<(end ?? payload.count)])
        let rest = end.map { payload[($0 + 1)...] } ?? []
        let text: PNGText?
        switch kind {
        case .plain: text = PNGText(kind: .plain, keyword: keyword, payload: keyword + [0] + rest)
        case .packed:
            guard rest.first ?? 0 == 0 else { throw .damaged }
            let value = try Packing.unpacked(Array(rest.dropFirst()), limit: Self.packedLimit) ?? []
            text = PNGText(kind: .plain, keyword: keyword, payload: keyword + [0] + value)
        case .international: text = end == nil ? nil : try Self.international(keyword, rest)
        }
        guard let text, !keyword.isEmpty || kind == .international else { return }
        size += text.payload.count
        guard size <= Self.limit else { throw .damaged }
        if let known = texts.firstIndex(where: { $0.keyword == keyword }) {
            texts[known] = text
        } else {
            texts.append(text)
        }
    }

    private static func international(
        _ keyword: [UInt8], _ rest: ArraySlice<UInt8>
    ) throws(PictureError) -> PNGText? {
        guard rest.count >= 2, let isPacked = rest.first else { return nil }
        let method = rest[rest.startIndex + 1]
        let parts = rest.dropFirst(2).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var value = Array(parts[2])
        if isPacked != 0 {
            guard method == 0, let plain = try Packing.unpacked(value, limit: packedLimit) else { return nil }
            value = plain
        }
        for bytes in [Array(parts[0]), Array(parts[1]), value] where String(validating: bytes, as: UTF8.self) == nil {
            return nil
        }
        return PNGText(
            kind: .international, keyword: keyword,
            payload: keyword + [0, 0, 0] + parts[0] + [0] + parts[1] + [0] + value)
    }
}
