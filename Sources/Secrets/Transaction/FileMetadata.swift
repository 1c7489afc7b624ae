internal import CLinux
internal import Glibc

/// What a file has beside its content: owner, mode, and extended attributes, of which its POSIX ACL is one.
struct FileMetadata: Hashable {
    /// Nil leaves the owner that a new file gets.
    var owner: uid_t?
    var group: gid_t?
    var mode: UInt32
    /// Sorted by name.
    var attributes: [Attribute] = []

    struct Attribute: Hashable {
        let name: String
        let value: [UInt8]
    }

    /// For a file that is made.
    init(mode: UInt32) { self.mode = mode & 0o7777 }

    init(of file: Descriptor, as path: String) throws(FileFailure) {
        let facts = try file.facts(as: path)
        (owner, group, mode) = (facts.st_uid, facts.st_gid, facts.permissions)
        attributes = try Self.attributes(of: file, as: path)
    }

    /// Gives a new file this metadata.
    ///
    /// - Returns: Whether owner and mode are kept; false only on a file system that `FileSystemKind` knows for it.
    func apply(to file: Descriptor, kind: FileSystemKind?, as path: String) throws(FileFailure) -> Bool {
        let drafted = try file.facts(as: path)
        // Drafts are made with 0600: another mode now is the file system's own.
        var kept = drafted.permissions == 0o600
        if let owner, let group, (owner, group) != (drafted.st_uid, drafted.st_gid) {
            if fchown(file.number, owner, group) != 0 {
                guard kind != nil else { throw .last(path, "change the owner") }
                kept = false
            }
        }
        try replaceAttributes(of: file, as: path)
        // After the ACL, whose mask the group bits are.
        if fchmod(file.number, mode) != 0 {
            guard kind != nil else { throw .last(path, "change the mode") }
            kept = false
        }
        let facts = try file.facts(as: path)
        kept = kept && facts.permissions == mode && facts.st_uid == owner ?? facts.st_uid
        kept = kept && facts.st_gid == group ?? facts.st_gid
        // Elsewhere something took the mode away while it was set: a file that more can read is not left to chance.
        guard kept || kind != nil || facts.permissions == mode else {
            throw FileFailure(path, .system(EPERM, call: "change the mode"))
        }
        return kept
    }

    private func replaceAttributes(of file: Descriptor, as path: String) throws(FileFailure) {
        let found = try Self.attributes(of: file, as: path)
        // A folder's default ACL has come to the draft, although the file itself had none.
        for extra in found where !attributes.contains(where: { $0.name == extra.name }) {
            let done = unsafe gate_xattr_remove(file.number, extra.name) == 0
            guard done || Self.mayFail(extra.name) else { throw .last(path, "remove an attribute") }
        }
        for attribute in attributes where !found.contains(attribute) {
            let done =
                unsafe gate_xattr_set(file.number, attribute.name, attribute.value, attribute.value.count) == 0
            guard done || Self.mayFail(attribute.name) else { throw .last(path, "set an attribute") }
        }
    }

    /// File systems without attributes, and labels that only the kernel's policy gives.
    private static func mayFail(_ name: String) -> Bool {
        switch errno {
        case ENOTSUP, ENODATA: true
        case EPERM, EACCES: name.hasPrefix("security.") || name.hasPrefix("trusted.")
        default: false
        }
    }

    private static func attributes(of file: Descriptor, as path: String) throws(FileFailure) -> [Attribute] {
        // The kernel's own limits (XATTR_LIST_MAX, XATTR_SIZE_MAX).
        var names = [CChar](repeating: 0, count: 65_536)
        let count = unsafe gate_xattr_list(file.number, &names, names.count)
        if count < 0, errno == ENOTSUP || errno == ENOSYS { return [] }
        guard count >= 0 else { throw .last(path, "list the attributes") }
        var attributes: [Attribute] = []
        for part in names[..<count].split(separator: 0) {
            let name = String(decoding: part.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            var value = [UInt8](repeating: 0, count: 65_536)
            let length = unsafe gate_xattr_get(file.number, name, &value, value.count)
            if length < 0, Self.mayFail(name) { continue }
            guard length >= 0 else { throw .last(path, "read an attribute") }
            attributes.append(Attribute(name: name, value: Array(value[..<length])))
        }
        return attributes.sorted { $0.name < $1.name }
    }
}
