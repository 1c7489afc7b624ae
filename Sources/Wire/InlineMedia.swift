/// What a browser may show of a user's bytes, recognised by the bytes alone; all else is a download.
///
/// The raw value is the Content-Type. A name's extension is never asked, so that an HTML page called `x.png` is not an
/// image, and an image called `x.html` not a page.
public enum InlineMedia: String, Sendable, Hashable, CaseIterable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case webp = "image/webp"
    case gif = "image/gif"
    case bmp = "image/bmp"
    case avif = "image/avif"
    case mp4 = "video/mp4"
    case webm = "video/webm"
    case mp3 = "audio/mpeg"
    case ogg = "audio/ogg"
    case flac = "audio/flac"
    case wav = "audio/wav"
    case plainText = "text/plain; charset=utf-8"

    /// Enough of a file's beginning for every rule here.
    public static let prefixBytes = 512

    /// - Parameters:
    ///   - bytes: the beginning of the content, best `prefixBytes` of it.
    ///   - isComplete: there is no more, so that text may not end inside a character.
    public init?(sniffing bytes: Span<UInt8>, isComplete: Bool) {
        if let binary = Self.binary(bytes) {
            self = binary
        } else if Self.isText(bytes, isComplete: isComplete) {
            self = .plainText
        } else {
            return nil
        }
    }

    private static func binary(_ bytes: Span<UInt8>) -> InlineMedia? {
        if has(bytes, 0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if has(bytes, 0, [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if has(bytes, 0, "GIF87a") || has(bytes, 0, "GIF89a") { return .gif }
        if isBMP(bytes) { return .bmp }
        if has(bytes, 0, "RIFF") {
            return has(bytes, 8, "WEBP") ? .webp : has(bytes, 8, "WAVE") ? .wav : nil
        }
        if has(bytes, 0, "fLaC") { return .flac }
        if has(bytes, 0, [0x4F, 0x67, 0x67, 0x53, 0]) { return .ogg }
        if has(bytes, 4, "ftyp") { return isoMedia(bytes) }
        if has(bytes, 0, [0x1A, 0x45, 0xDF, 0xA3]) { return isWebM(bytes) ? .webm : nil }
        return isMP3(bytes) ? .mp3 : nil
    }

    /// A file header without anything in its reserved bytes, and a picture header of a size that there is.
    private static func isBMP(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 18, has(bytes, 0, "BM"), has(bytes, 6, [0, 0, 0, 0]) else { return false }
        let size = Int(bytes[14])
        guard [12, 40, 52, 56, 64, 108, 124].contains(size), has(bytes, 15, [0, 0, 0]) else { return false }
        let pixels = Int(bytes[10]) | Int(bytes[11]) << 8 | Int(bytes[12]) << 16 | Int(bytes[13]) << 24
        return pixels >= 14 + size
    }

    /// The file type box of ISO 14496-12: size, `ftyp`, major brand, version, compatible brands.
    private static func isoMedia(_ bytes: Span<UInt8>) -> InlineMedia? {
        guard bytes.count >= 16 else { return nil }
        let size = Int(bytes[0]) << 24 | Int(bytes[1]) << 16 | Int(bytes[2]) << 8 | Int(bytes[3])
        guard size >= 16, size % 4 == 0, size <= prefixBytes else { return nil }
        if brand(bytes, 8, in: ["avif", "avis"]) { return .avif }
        var index = 16
        while index + 4 <= min(size, bytes.count), brand(bytes, 8, in: ["mif1", "msf1", "miaf"]) {
            if brand(bytes, index, in: ["avif", "avis"]) { return .avif }
            index += 4
        }
        return brand(bytes, 8, in: mp4Brands) ? .mp4 : nil
    }

    private static let mp4Brands = [
        "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "dash", "M4V ", "M4A ", "MSNV",
    ]

    /// The DocType element (0x4282) in the EBML header, RFC 8794, section 11.2.4.
    private static func isWebM(_ bytes: Span<UInt8>) -> Bool {
        var index = 4
        guard let header = ebmlSize(bytes, &index) else { return false }
        let end = min(bytes.count, index + header)
        while index + 2 < end {
            let isDocType = bytes[index] == 0x42 && bytes[index + 1] == 0x82
            // Identifiers in the header are one or two bytes long.
            index += bytes[index] & 0x80 != 0 ? 1 : 2
            guard let size = ebmlSize(bytes, &index) else { return false }
            if isDocType { return size == 4 && index + 4 <= end && has(bytes, index, "webm") }
            index += size
        }
        return false
    }

    /// A variable-length size of at most four bytes.
    private static func ebmlSize(_ bytes: Span<UInt8>, _ index: inout Int) -> Int? {
        guard index < bytes.count else { return nil }
        var length = bytes[index].leadingZeroBitCount + 1
        // The header of a real file is short, but some writers spell short sizes with eight bytes.
        guard length <= 8, index + length <= bytes.count else { return nil }
        var value = Int(bytes[index]) & (0xFF >> length)
        while length > 1 {
            index += 1
            length -= 1
            guard value < 1 << 20 else { return nil }
            value = value << 8 | Int(bytes[index])
        }
        index += 1
        return value < 1 << 20 ? value : nil
    }

    /// An ID3v2 tag, or the header of an MPEG audio frame of layer III.
    private static func isMP3(_ bytes: Span<UInt8>) -> Bool {
        if bytes.count >= 10, has(bytes, 0, "ID3") {
            return bytes[3] >= 2 && bytes[3] <= 4 && bytes[4] != 0xFF
                && (bytes[6] | bytes[7] | bytes[8] | bytes[9]) < 0x80
        }
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xE6 == 0xE2 else { return false }
        return bytes[1] & 0x18 != 0x08 && bytes[2] & 0xF0 != 0xF0 && bytes[2] & 0xF0 != 0 && bytes[2] & 0x0C != 0x0C
    }

    /// UTF-8 without control bytes other than tab, line ends and form feed.
    private static func isText(_ bytes: Span<UInt8>, isComplete: Bool) -> Bool {
        for index in bytes.wholeRange where ASCII.isControl(bytes[index]) {
            let byte = bytes[index]
            guard byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D else { return false }
        }
        let cut = isComplete ? 0 : min(3, bytes.count)
        for missing in 0...cut where bytes.text(0..<bytes.count - missing) != nil {
            // What is left out must be the beginning of one character.
            return missing == 0 || bytes[bytes.count - missing] >= 0xC2
        }
        return false
    }

    private static func has(_ bytes: Span<UInt8>, _ at: Int, _ text: String) -> Bool {
        bytes.count >= at + text.utf8.count && bytes.matches(text, at: at..<at + text.utf8.count)
    }

    private static func has(_ bytes: Span<UInt8>, _ at: Int, _ magic: [UInt8]) -> Bool {
        guard bytes.count >= at + magic.count else { return false }
        for (offset, byte) in magic.enumerated() where bytes[at + offset] != byte { return false }
        return true
    }

    private static func brand(_ bytes: Span<UInt8>, _ at: Int, in brands: [String]) -> Bool {
        for brand in brands where has(bytes, at, brand) { return true }
        return false
    }
}
