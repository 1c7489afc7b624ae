/// The texts with which nodes name what they write.
enum OutputName {
    /// Bytes.
    static let longest = 1_024

    /// True for relative names that stay below the folder they are put into; `%year%` and its like may stand anywhere.
    static func isSafe(_ text: String) -> Bool {
        guard text.utf8.count <= longest, text.utf8.first != UInt8(ascii: "/") else { return false }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "/")).allSatisfy { !$0.elementsEqual("..".utf8) }
    }
}
