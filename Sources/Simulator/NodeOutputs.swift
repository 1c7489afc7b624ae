internal import Basics

/// Where the saving nodes put their files, and how those are named.
///
/// Mirrors `get_save_image_path` of ComfyUI's `folder_paths.py`.
struct OutputNaming {
    let files: any FileTree
    let time: Timestamp

    struct Place {
        let subfolder: String
        let stem: String
        var counter: Int
    }

    /// - Parameters:
    ///   - root: `output` or `temp`.
    ///   - size: What `%width%` and `%height%` become.
    func place(root: String, prefix: String, size: (width: Int, height: Int)) throws(NodeFailure) -> Place {
        let prefix = filled(prefix, size)
        guard let path = FilePath.resolve(prefix), !prefix.hasSuffix("/..") else {
            throw NodeFailure(
                type: "Exception",
                message: "**** ERROR: Saving image outside the output folder is not allowed."
                    + "\n full_output_folder: \(prefix)\n         output_folder: /opt/ComfyUI-data/\(root)"
                    + "\n         commonpath: /")
        }
        let stem = prefix.hasSuffix("/") ? "" : FilePath.base(path)
        let subfolder = path == stem ? "" : String(path.dropLast(stem.isEmpty ? 0 : stem.count + 1))
        let highest = files.highestNumber(in: FilePath.join(root, subfolder), after: stem)
        return Place(subfolder: subfolder, stem: stem, counter: highest + 1)
    }

    private func filled(_ prefix: String, _ size: (width: Int, height: Int)) -> String {
        guard prefix.contains("%") else { return prefix }
        let civil = time.civil
        var text = prefix
        for (name, value, width) in [
            ("%width%", size.width, 0), ("%height%", size.height, 0), ("%year%", civil.year, 4),
            ("%month%", civil.month, 2), ("%day%", civil.day, 2), ("%hour%", civil.hour, 2),
            ("%minute%", civil.minute, 2), ("%second%", civil.second, 2),
        ] { text = Self.replace(name, by: Self.padded(value, width), in: text) }
        return text
    }

    /// `stem_00012_.png` gives 12.
    static func number(in name: String, after stem: String) -> Int? {
        guard name.hasPrefix(stem + "_") else { return nil }
        let digits = name.dropFirst(stem.count + 1).prefix { $0.isNumber }
        return Int(digits)
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    static func replace(_ part: String, by other: String, in text: String) -> String {
        var rest = Array(text.utf8)[...]
        let part = Array(part.utf8)
        var out: [UInt8] = []
        while !rest.isEmpty {
            if rest.starts(with: part) {
                out.append(contentsOf: other.utf8)
                rest = rest.dropFirst(part.count)
            } else {
                out.append(rest.removeFirst())
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
