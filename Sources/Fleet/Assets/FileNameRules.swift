/// Which names of files and folders are taken from outside: those that mean one place on every disk and in every URL.
public enum FileNameRules {
    /// Bytes of a name, as Linux file systems have it.
    public static let nameBytes = 255
    /// Bytes of a subfolder.
    public static let subfolderBytes = 1024

    /// One part of a path: neither empty nor `.` nor `..`, without `/` and control characters, of at most 255 bytes.
    public static func isName(_ name: String) -> Bool {
        guard (1...nameBytes).contains(name.utf8.count), name != ".", name != ".." else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            scalar != "/" && scalar.properties.generalCategory != .control
        }
    }

    /// Names joined by single slashes, of at most 1,024 bytes; empty for the top level.
    public static func isSubfolder(_ path: String) -> Bool {
        guard !path.isEmpty else { return true }
        guard path.utf8.count <= subfolderBytes else { return false }
        // Bytes and not characters: a combining mark behind it does not make a slash another character.
        return path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
            isName(String(decoding: $0, as: UTF8.self))
        }
    }

    /// Whether `/view` could mean anything else by it than the file of this name: ComfyUI refuses two dots anywhere, reads
    /// ` [output]` at the end as a folder, and `blake3:` as an asset.
    ///
    /// Source: ComfyUI's `server.py`, `view_image`, and `folder_paths.py`, `annotated_filepath`.
    public static func isViewable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        let hasDots = zip(bytes, bytes.dropFirst()).contains { $0 == 0x2E && $1 == 0x2E }
        return !hasDots && !["[output]", "[input]", "[temp]"].contains { bytes.ends(with: $0) }
            && !bytes.starts(with: "blake3:".utf8)
    }
}

extension Array<UInt8> {
    /// By bytes: strings are compared as they look.
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
