/// Texts of custom nodes that look like paths; a guess by name, which catches the honest cases only.
enum FreePath {
    static func isNamedLikeOne(_ input: String) -> Bool {
        input.lowercased().split { !($0.isLetter || $0.isNumber) }.contains { words.contains(String($0)) }
    }

    private static let words: Set<String> = [
        "dir", "directories", "directory", "dirname", "dirs", "file", "filename", "filepath", "files", "folder",
        "folders", "outdir", "path", "paths", "savepath",
    ]

    /// True for absolute paths of any system and for those that climb.
    static func leaves(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { return false }
        if first == UInt8(ascii: "/") || first == UInt8(ascii: "\\") || first == UInt8(ascii: "~") { return true }
        if bytes.count > 1, bytes[1] == UInt8(ascii: ":") { return true }
        return bytes.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
            .contains { $0.elementsEqual("..".utf8) }
    }
}
