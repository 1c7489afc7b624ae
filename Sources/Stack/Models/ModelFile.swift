internal import Basics

/// Whether a file of weights is what its name says, told by its size and its first bytes.
public enum ModelState: Sendable, Hashable {
    /// As far as its form lets anybody tell.
    case whole
    case empty
    /// Its header wants so many bytes.
    case truncated(expected: Int)
    /// A download that was answered with a page, as where a licence has to be accepted first.
    case webPage
    /// Git's note of a large file, in place of the file.
    case gitPointer
    /// Its header makes no sense.
    case broken
    /// A download under way, or given up.
    case unfinished

    /// Bytes of a safetensors header; the format allows a hundred million.
    static let longestHeader = 100_000_000
    /// Longer ones are taken as they are.
    private static let longestParsed = 32 << 20

    /// Nil for a file whose name is no model's.
    ///
    /// - Parameters:
    ///   - size: Of the file.
    ///   - read: So many bytes from its beginning, or fewer at its end; nil when it cannot be read.
    static func judge(name: String, size: Int, read: (Int) -> [UInt8]?) -> ModelState? {
        let name = name.lowercased()
        if [".part", ".partial", ".crdownload", ".aria2", ".download", ".incomplete"].contains(where: name.hasSuffix) {
            return .unfinished
        }
        guard let ending = endings.first(where: name.hasSuffix) else { return nil }
        guard size > 0 else { return .empty }
        guard let head = read(512) else { return nil }
        let text = String(decoding: head.prefix(64), as: UTF8.self).lowercased().drop { $0.isWhitespace }
        if text.hasPrefix("<!doctype") || text.hasPrefix("<html") { return .webPage }
        if text.hasPrefix("version https://git-lfs") { return .gitPointer }
        switch ending {
        case ".safetensors", ".sft": return safetensors(head, size, read)
        case ".gguf": return head.starts(with: "GGUF".utf8) ? .whole : .broken
        // Pickles are zip archives since PyTorch 1.6, and begin with 0x80 before.
        default: return head.starts(with: "PK".utf8) || head.first == 0x80 ? .whole : .broken
        }
    }

    private static let endings = [".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth"]

    /// Eight bytes of length, a JSON object of that length, and the weights; each member of the object says where its weights
    /// lie behind it (huggingface.co/docs/safetensors, "Format").
    private static func safetensors(_ head: [UInt8], _ size: Int, _ read: (Int) -> [UInt8]?) -> ModelState {
        guard head.count >= 8 else { return .truncated(expected: 8) }
        var length = 0
        for byte in head.prefix(8).reversed() {
            guard length < 1 << 40 else { return .broken }
            length = length << 8 | Int(byte)
        }
        guard (2...longestHeader).contains(length) else { return .broken }
        guard size >= 8 + length else { return .truncated(expected: 8 + length) }
        guard length <= longestParsed else { return .whole }
        guard let bytes = read(8 + length), bytes.count == 8 + length,
            let header = (try? JSON(parsing: Array(bytes[8...])))?.object
        else { return .broken }
        var end = 0
        for (name, tensor) in header.members where name != "__metadata__" {
            guard let last = tensor["data_offsets"]?[1]?.int, last >= 0, last < 1 << 50 else { return .broken }
            end = max(end, last)
        }
        let expected = 8 + length + end
        return size < expected ? .truncated(expected: expected) : .whole
    }
}

/// One file of weights.
public struct ModelFile: Sendable, Hashable {
    public var path: String
    public var size: Int
    public var state: ModelState

    public init(path: String, size: Int, state: ModelState) { (self.path, self.size, self.state) = (path, size, state) }
}
