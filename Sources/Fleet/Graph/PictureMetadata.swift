public import Basics

/// Takes the worker's names out of a file a worker made, while its bytes pass by.
///
/// In a PNG the graph that ComfyUI put there is replaced by the user's own; all else stays, the editor's `workflow`
/// included. In other files the attempt's names are overwritten with zeros where they stand in the clear: lengths stay,
/// so no format breaks. Formats with checksums over everything are left alone, and the report says so.
/// ```
/// var metadata = PictureMetadata(prompt: graph.prompt, attempt: names)
/// for await part in body { write(metadata.push(part)) }
/// write(metadata.finish())
/// ```
/// Source: PNG specification, sections 5 and 11.3.3; ComfyUI's `nodes.py` (`tEXt`) and its animated pictures (`comf`).
public struct PictureMetadata: Sendable {
    public struct Report: Sendable, Hashable {
        public enum Format: Sendable, Hashable {
            case png
            /// Names are overwritten in place.
            case plain
            /// Ogg and Matroska: checksums forbid changes, so nothing was.
            case checksummed
        }
        /// Nil until enough bytes are seen.
        public var format: Format?
        /// Chunks that now hold the user's graph.
        public var prompts = 0
        /// Names overwritten.
        public var blanked = 0
        /// Names seen and left, and texts too large or compressed to look into.
        public var left = 0

        public init(format: Format? = nil, prompts: Int = 0, blanked: Int = 0, left: Int = 0) {
            (self.format, self.prompts, self.blanked, self.left) = (format, prompts, blanked, left)
        }
    }

    public private(set) var report = Report()
    private let prompt: [UInt8]
    private let blank: NameBlank
    private var stage = Stage.start
    /// Bytes that no decision is made about yet, from `at` on.
    private var held: [UInt8] = []
    private var at = 0

    private enum Stage {
        case start
        case chunk
        /// The rest of a chunk goes along, or goes.
        case passing(Int)
        case dropping(Int)
        case plain
        case untouched
    }

    /// Longest text chunk that is looked into, in bytes; the graph's own may be of any length.
    public static let longestText = 4 << 20

    /// - Parameter prompt: With the user's names; written as ASCII, as Python does.
    public init(prompt: JSONObject, attempt: AttemptNames) {
        self.prompt = PictureMetadata.ascii(JSON.object(prompt).encoded())
        blank = NameBlank(attempt: attempt)
    }

    /// The whole file at once.
    public static func rewrite(
        _ bytes: [UInt8], prompt: JSONObject, attempt: AttemptNames
    ) -> (bytes: [UInt8], report: Report) {
        var metadata = PictureMetadata(prompt: prompt, attempt: attempt)
        let out = metadata.push(bytes)
        return (out + metadata.finish(), metadata.report)
    }

    /// What can be written so far.
    public mutating func push(_ bytes: [UInt8]) -> [UInt8] {
        held.append(contentsOf: bytes)
        var out: [UInt8] = []
        out.reserveCapacity(held.count)
        while step(&out) {}
        held.removeFirst(at)
        at = 0
        return out
    }

    /// The rest; a file that was cut short is passed on as short.
    public mutating func finish() -> [UInt8] {
        if case .start = stage { begin() }
        var out: [UInt8] = []
        while step(&out) {}
        if case .plain = stage { report.blanked += blank.apply(to: &held) }
        if case .untouched = stage { report.left += blank.count(in: held, before: held.count) }
        defer { (held, at) = ([], 0) }
        return out + held[at...]
    }

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private mutating func begin() {
        let isPNG = held.starts(with: PictureMetadata.signature)
        let isFramed = held.starts(with: "OggS".utf8) || held.starts(with: [0x1A, 0x45, 0xDF, 0xA3])
        report.format = isPNG ? .png : isFramed ? .checksummed : .plain
        stage = isPNG ? .chunk : isFramed ? .untouched : .plain
    }

    private mutating func take(_ count: Int, _ out: inout [UInt8]) {
        out.append(contentsOf: held[at..<at + count])
        at += count
    }

    private var rest: Int { held.count - at }

    /// False when more bytes are needed.
    private mutating func step(_ out: inout [UInt8]) -> Bool {
        switch stage {
        case .start:
            guard rest >= 8 else { return false }
            begin()
            if case .chunk = stage { take(8, &out) }
            return true
        case .chunk: return chunk(&out)
        case .passing(let count):
            guard rest > 0 else { return false }
            let part = min(count, rest)
            take(part, &out)
            stage = part == count ? .chunk : .passing(count - part)
            return true
        case .dropping(let count):
            guard rest > 0 else { return false }
            let part = min(count, rest)
            at += part
            stage = part == count ? .chunk : .dropping(count - part)
            return true
        case .plain:
            report.blanked += blank.apply(to: &held)
            take(max(held.count - NameBlank.overlap, 0), &out)
            return false
        case .untouched:
            report.left += blank.count(in: held, before: held.count - NameBlank.overlap)
            take(max(held.count - NameBlank.overlap, 0), &out)
            return false
        }
    }

    // MARK: PNG

    private static let texts: Set<String> = ["tEXt", "iTXt", "zTXt", "comf"]
    private static let keyword = Array("prompt\0".utf8)

    private mutating func chunk(_ out: inout [UInt8]) -> Bool {
        guard rest >= 8 else { return false }
        let length = held[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        let type = String(decoding: held[at + 4..<at + 8], as: UTF8.self)
        guard PictureMetadata.texts.contains(type), length >= PictureMetadata.keyword.count else {
            stage = .passing(length + 12)
            return true
        }
        guard rest >= 8 + PictureMetadata.keyword.count else { return false }
        if held[(at + 8)...].starts(with: PictureMetadata.keyword) {
            let kind = type == "comf" ? type : "tEXt"
            out.append(contentsOf: PictureMetadata.chunk(kind, PictureMetadata.keyword + prompt))
            report.prompts += 1
            stage = .dropping(length + 12)
            return true
        }
        guard type != "zTXt", length <= PictureMetadata.longestText else {
            report.left += 1
            stage = .passing(length + 12)
            return true
        }
        guard rest >= length + 12 else { return false }
        var data = Array(held[at + 8..<at + 8 + length])
        let count = blank.apply(to: &data)
        report.blanked += count
        stage = count == 0 ? .passing(length + 12) : .dropping(length + 12)
        if count > 0 { out.append(contentsOf: PictureMetadata.chunk(type, data)) }
        return true
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        var checksum = CRC32()
        checksum.add(type.utf8)
        checksum.add(data)
        return big(UInt32(data.count)) + Array(type.utf8) + data + big(checksum.result)
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// The same JSON in ASCII: Latin-1 is all that a `tEXt` chunk can hold.
    static func ascii(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 >= 0x80 }) else { return json }
        var out: [UInt8] = []
        out.reserveCapacity(json.count + json.count / 2)
        for unit in String(decoding: json, as: UTF8.self).utf16 {
            if unit < 0x80 {
                out.append(UInt8(unit))
            } else {
                out.append(contentsOf: "\\u".utf8)
                out.append(contentsOf: Hex.encode([UInt8(unit >> 8), UInt8(unit & 0xFF)]).utf8)
            }
        }
        return out
    }
}
