public import Basics

/// What one attempt is called on its worker.
public struct AttemptNames: Sendable, Hashable {
    /// The worker's `prompt_id` and the event socket's client id.
    public let id: String
    /// The id without hyphens: the folder below which the attempt writes, and the mark of its nodes.
    public let token: String

    public init(_ attempt: UUID) {
        id = attempt.description
        token = String(decoding: id.utf8.filter { $0 != UInt8(ascii: "-") }, as: UTF8.self)
    }

    /// The input that marks nodes; workers ignore it but for their cache's key.
    public static let mark = "comfygate_job"

    /// The name under which a file is sent to workers: `cg_`, 32 digits of its hash, its extension if that is plain.
    public static func inputName(of file: GraphFile) -> String {
        "cg_" + Hex.encode(Array(file.hash.bytes.prefix(16))) + fileExtension(file.name)
    }

    /// Whether a file of a worker's was sent under that name by a gate.
    static func isInputName(_ name: String) -> Bool {
        let text = Array(name.utf8)
        guard text.count >= 35, name.hasPrefix("cg_") else { return false }
        return text[3..<35].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && (text.count == 35 || text[35] == UInt8(ascii: "."))
    }

    /// Lower case with its dot; empty unless it is 1 to 10 letters and digits.
    private static func fileExtension(_ name: String) -> String {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.utf8.startIndex else { return "" }
        let letters = name[name.index(after: dot)...].lowercased()
        guard (1...10).contains(letters.utf8.count),
            letters.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
        else { return "" }
        return "." + letters
    }
}
