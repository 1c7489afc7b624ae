/// The name of a saved file as ComfyUI makes it: prefix, counter, ending.
///
/// `ComfyUI_00012_.png` is `ComfyUI`, 12, `_.png`; `song_00001.flac` of 0.26 has no second underscore.
/// Source: ComfyUI's `folder_paths.py`, `get_save_image_path`.
public struct OutputName: Sendable, Hashable {
    public let prefix: String
    public let counter: Int
    /// Everything behind the digits.
    public let ending: String

    /// Nil for a name that was made in another way.
    public init?(_ name: String) {
        let bytes = Array(name.utf8)
        let end = bytes.lastIndex(of: 0x2E) ?? bytes.count
        var last = end
        if last > 0, bytes[last - 1] == 0x5F { last -= 1 }
        var first = last
        while first > 0, (0x30...0x39).contains(bytes[first - 1]) { first -= 1 }
        guard last - first >= 5, last - first <= 12, first >= 1, bytes[first - 1] == 0x5F,
            let counter = Int(String(decoding: bytes[first..<last], as: UTF8.self))
        else { return nil }
        self.counter = counter
        prefix = String(decoding: bytes[..<(first - 1)], as: UTF8.self)
        ending = String(decoding: bytes[last...], as: UTF8.self)
    }

    /// The same name with another counter, five digits at least.
    public func numbered(_ counter: Int) -> String {
        let digits = String(counter)
        return prefix + "_" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ending
    }

    /// `x.png`, 1: `x (1).png`, as ComfyUI names an upload whose name is taken.
    public static func copy(_ name: String, _ number: Int) -> String {
        let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 } ?? name.endIndex
        return "\(name[..<dot]) (\(number))\(name[dot...])"
    }
}
