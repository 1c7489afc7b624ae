internal import Basics

/// Where a file lies in an account's own folder: names between single slashes, none at the ends; empty for the folder
/// itself.
///
/// Source: ComfyUI's `user_manager.py`, `get_request_user_filepath`, which cleans a path as Python's `abspath` does.
public struct UserPath: Sendable, Hashable {
    public enum Fault: Error, Sendable, Hashable {
        /// It would leave the account's folder, or has bytes that no name may have.
        case refused
        case tooLong
    }

    public static let maximumBytes = 1_024

    /// ComfyUI keeps the settings among a person's files.
    public static let settings = UserPath(known: "comfy.settings.json")
    /// The stock web UI loads it with each page.
    public static let style = UserPath(known: "user.css")
    public static let root = UserPath(known: "")

    public let text: String

    /// - Parameter text: `.` and `..` are resolved; what they lead out of is refused.
    public init(_ text: String) throws(Fault) {
        guard !text.hasPrefix("/"), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C }) else {
            throw .refused
        }
        var names: [Substring] = []
        for name in text.split(separator: "/") where name != "." {
            if name != ".." {
                names.append(name)
            } else if names.popLast() == nil {
                throw .refused
            }
        }
        self.text = names.joined(separator: "/")
        guard self.text.utf8.count <= Self.maximumBytes else { throw .tooLong }
    }

    private init(known text: String) { self.text = text }

    public var isRoot: Bool { text.isEmpty }

    /// The last name.
    public var name: String { text.fileName }

    /// The folders it lies in, the nearest last, without the account's own.
    public var parents: [String] {
        var found: [String] = []
        var at = text.startIndex
        while let slash = text[at...].firstIndex(of: "/") {
            found.append(String(text[..<slash]))
            at = text.index(after: slash)
        }
        return found
    }

    // By bytes: Swift takes a composed and a decomposed letter for one, a file system does not.
    public static func == (left: UserPath, right: UserPath) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    public func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}
