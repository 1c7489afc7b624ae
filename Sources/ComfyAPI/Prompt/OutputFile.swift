public import Basics

/// A file that a node reported: the triple that `/view` takes, and where it was named.
public struct OutputFile: Sendable, Hashable {
    public var filename: String
    /// Empty for the top level.
    public var subfolder: String
    /// `output`, `temp` or `input`.
    public var type: String
    public var node: String
    /// The member it stood in: `images`, `audio`, `gifs`, `latents`, or what a custom node invents.
    public var kind: String

    public init(filename: String, subfolder: String = "", type: String = "output", node: String, kind: String) {
        (self.filename, self.subfolder, self.type) = (filename, subfolder, type)
        (self.node, self.kind) = (node, kind)
    }

    /// Files one node may report; more are left out.
    public static let maximumPerNode = 10_000

    /// Every file in what one node reported (`output` of `executed`, a member of a history entry's `outputs`).
    ///
    /// An item is a file when it has a `filename`; absent members take ComfyUI's defaults. Texts and flags are passed by.
    public static func list(node: String, _ output: JSON) -> [OutputFile] {
        var out: [OutputFile] = []
        for (kind, items) in output.object?.members ?? [] {
            for item in items.array ?? [items] {
                guard out.count < maximumPerNode, case .string(let filename)? = item["filename"] else { continue }
                out.append(
                    OutputFile(
                        filename: filename, subfolder: item["subfolder"]?.string ?? "",
                        type: item["type"]?.string ?? "output", node: node, kind: kind))
            }
        }
        return out
    }

    /// The item as ComfyUI writes it.
    public var json: JSON {
        ["filename": .string(filename), "subfolder": .string(subfolder), "type": .string(type)]
    }
}
