internal import Basics

/// `/view` and the uploads.
extension SimulatedWorker {
    func view(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let asked = request.parameter("filename") else { return .empty(404) }
        guard !asked.isEmpty else { return .empty(400) }
        if options.flavour.isModern, asked.hasPrefix("blake3:") { return .empty(404) }
        let named = FilePath.annotated(asked)
        guard !named.name.isEmpty, !named.name.hasPrefix("/"), !named.name.contains("..") else { return .empty(400) }
        let type = named.type ?? request.parameter("type") ?? "output"
        guard ["input", "output", "temp"].contains(type) else { return .empty(400) }
        guard let folder = FilePath.resolve(request.parameter("subfolder") ?? "") else { return .empty(403) }
        let name = FilePath.base(named.name)
        guard let file = files.read(FilePath.join(FilePath.join(type, folder), name)) else { return .empty(404) }
        let disposition: (name: String, value: String) = ("Content-Disposition", "filename=\"\(name)\"")
        if let preview = request.parameter("preview") {
            guard let picture = picture(file.bytes) else { return .serverError }
            return encoded(picture, preview: preview, headers: [disposition])
        }
        switch request.parameter("channel") {
        case "rgb", "a":
            guard let picture = picture(file.bytes) else { return .serverError }
            let bytes =
                request.parameter("channel") == "rgb"
                ? PNGCodec.encode(picture.opaque)
                : PNGCodec.encode(
                    Picture(
                        width: picture.width, height: picture.height, plain: Picture.Pixel(r: 0, g: 0, b: 0)
                    ).withAlpha(of: picture), alpha: true)
            return SimulatedResponse(200, headers: [disposition, ("Content-Type", "image/png")], body: bytes)
        default: break
        }
        var content = FilePath.contentType(name) ?? "application/octet-stream"
        if ["text/html", "application/xhtml+xml", "text/javascript", "text/css"].contains(content) {
            content = "application/octet-stream"
        }
        return .file(file, type: content, request: request, headers: [disposition])
    }

    private func encoded(
        _ picture: Picture, preview: String, headers: [(name: String, value: String)]
    ) -> SimulatedResponse {
        let parts = preview.split(separator: ";")
        if parts.first == "jpeg" {
            let bytes = JPEGCodec.encode(picture, quality: parts.count > 1 ? Int(parts[1]) ?? 90 : 90)
            return SimulatedResponse(200, headers: headers + [("Content-Type", "image/jpeg")], body: bytes)
        }
        return SimulatedResponse(
            200, headers: headers + [("Content-Type", "image/webp")], body: WebPWriter.encode(picture))
    }

    private func picture(_ bytes: [UInt8]) -> Picture? {
        PNGCodec.decode(bytes, limit: options.maximumPixels) ?? JPEGCodec.decode(bytes, limit: options.maximumPixels)
    }

    // MARK: - Uploads

    func uploadImage(_ request: SimulatedRequest) -> SimulatedResponse {
        upload(request) { $0 }
    }

    /// Stores the original picture with the alpha of the uploaded one; its text chunks stay.
    func uploadMask(_ request: SimulatedRequest) -> SimulatedResponse {
        upload(request) { bytes in
            guard let form = MultipartForm(body: request.body, contentType: request.header("content-type")),
                let text = form.field("original_ref"), let reference = try? JSON(parsing: text, dialect: .python),
                let name = reference["filename"]?.string, !name.isEmpty
            else { return .failure(.serverError) }
            guard !name.hasPrefix("/"), !name.contains("..") else { return .failure(.empty(400)) }
            let type = reference["type"]?.string ?? "output"
            guard ["input", "output", "temp"].contains(type) else { return .failure(.empty(400)) }
            guard let folder = FilePath.resolve(reference["subfolder"]?.string ?? "") else {
                return .failure(.empty(403))
            }
            // A missing original is not an error there: the answer is 200 and nothing is written.
            guard let original = files.read(FilePath.join(FilePath.join(type, folder), FilePath.base(name))) else {
                return .success(nil)
            }
            guard let base = picture(original.bytes), let bytes, let mask = picture(bytes) else {
                return .failure(.serverError)
            }
            return .success(
                PNGCodec.encode(base.withAlpha(of: mask), alpha: true, texts: PNGCodec.texts(original.bytes)))
        }
    }

    private struct Refusal: Error {
        let response: SimulatedResponse
        static var serverError: Refusal { Refusal(response: .serverError) }
        static func empty(_ status: Int) -> Refusal { Refusal(response: .empty(status)) }
    }

    private func upload(_ request: SimulatedRequest, _ change: ([UInt8]?) -> [UInt8]?) -> SimulatedResponse {
        upload(request) { (bytes: [UInt8]?) -> Result<[UInt8]?, Refusal> in .success(change(bytes)) }
    }

    private func upload(
        _ request: SimulatedRequest, _ change: ([UInt8]?) -> Result<[UInt8]?, Refusal>
    ) -> SimulatedResponse {
        guard let form = MultipartForm(body: request.body, contentType: request.header("content-type")),
            let part = form.file("image"), let given = part.filename, !given.isEmpty
        else { return .empty(400) }
        let type = form.field("type") ?? "input"
        guard ["input", "output", "temp"].contains(type) else { return .serverError }
        guard let folder = FilePath.resolve(form.field("subfolder") ?? "") else { return .empty(400) }
        guard let whole = FilePath.resolve(folder, given) else { return .empty(400) }
        let root = FilePath.join(type, folder)
        files.makeDirectory(root)
        // Directories inside the name must exist already.
        let wanted = FilePath.join(type, whole)
        guard let slash = wanted.lastIndex(of: "/"), files.isDirectory(String(wanted[..<slash])) else {
            return .serverError
        }
        let overwrites = ["true", "1"].contains(form.field("overwrite") ?? "")
        var name = given
        let isPlain = form.field("original_ref") == nil
        if !overwrites, let free = freeName(given, root, sameAs: isPlain ? part.bytes : nil) { name = free }
        switch change(part.bytes) {
        case .failure(let refusal): return refusal.response
        case .success(let bytes?):
            let path = FilePath.join(root, name)
            let isKnown = !overwrites && files.read(path).map { $0.bytes == bytes } ?? false
            guard isKnown || files.write(path, bytes, at: wallNanoseconds) else { return .serverError }
        case .success(nil): break
        }
        return .json([
            "name": .string(name), "subfolder": .string(form.field("subfolder") ?? ""), "type": .string(type),
        ])
    }

    /// The name itself, or with ` (1)`, ` (2)` … until it is free or holds the same bytes.
    private func freeName(_ name: String, _ root: String, sameAs bytes: [UInt8]?) -> String? {
        let (stem, suffix) = FilePath.split(name)
        var candidate = name
        var number = 1
        while let file = files.read(FilePath.join(root, candidate)) {
            if let bytes, Digest.sha256(file.bytes) == Digest.sha256(bytes) { return candidate }
            candidate = "\(stem) (\(number))\(suffix)"
            number += 1
        }
        return candidate
    }
}
