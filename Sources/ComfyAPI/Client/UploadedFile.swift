public import Basics
public import Wire

/// Where the server put an uploaded file.
public struct UploadedFile: Sendable, Hashable {
    /// May differ from the name sent, when another file has that already.
    public let name: String
    public let subfolder: String
    public let type: String

    /// Nil when the answer of `/upload/image` has no name.
    public init?(_ json: JSON) {
        guard let name = json["name"]?.string else { return nil }
        self.name = name
        subfolder = json["subfolder"]?.string ?? ""
        type = json["type"]?.string ?? "input"
    }

    /// What a loader's input takes: `sub/name`.
    public var reference: String {
        let path = subfolder.isEmpty ? name : "\(subfolder)/\(name)"
        return type == "input" ? path : "\(path) [\(type)]"
    }

    /// The form of `POST /upload/image` and its Content-Type.
    ///
    /// - Throws: When a name cannot stand in a form.
    public static func form(
        _ bytes: [UInt8], name: String, subfolder: String = "", overwrite: Bool = false,
        contentType: String = "application/octet-stream"
    ) throws(MultipartWriter.Failure) -> (contentType: String, body: [UInt8]) {
        let writer = try MultipartWriter(boundary: "comfy" + Hex.encode(RandomBytes.make(16)))
        var body: [UInt8] = []
        body.reserveCapacity(bytes.count + 1_024)
        body += try writer.field("type", "input")
        if !subfolder.isEmpty { body += try writer.field("subfolder", subfolder) }
        if overwrite { body += try writer.field("overwrite", "true") }
        body += try writer.fileHead("image", fileName: name, contentType: contentType)
        body += bytes
        body += writer.fileEnd
        body += writer.end
        return (writer.contentType, body)
    }
}
