internal import Basics
internal import Fleet
internal import HTTP
internal import Store
internal import Wire

/// The form of `POST /upload/image` and `/upload/mask`, read as it comes: the picture goes to the disk at once.
final class UploadForm {
    private(set) var fields: [String: String] = [:]
    private(set) var fileName: String?
    private var draft: AssetDraft?
    private var part: (name: String, isFile: Bool)?
    private var value: [UInt8] = []
    private let assets: AssetStore
    private let limit: Int
    private let filePart: String
    private var values: [(name: String, value: String)] = []

    /// Bytes of a field that is no file.
    private static let fieldLimit = 16_384

    /// - Parameters:
    ///   - limit: Bytes of the picture.
    ///   - filePart: Which part holds it.
    init(_ assets: AssetStore, limit: Int, filePart: String = "image") {
        (self.assets, self.limit, self.filePart) = (assets, limit, filePart)
    }

    /// Every value of a field, in the form's order.
    func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    /// - Throws: `Refusal` for a form that cannot be read; what the disk says.
    func read(_ exchange: Exchange) async throws {
        var reader: MultipartReader
        do throws(MultipartReader.Failure) {
            reader = try MultipartReader(contentType: exchange.request.fields["Content-Type"] ?? "")
        } catch { throw Self.unreadable }
        while let chunk = try await exchange.nextBodyChunk() {
            let actions: [MultipartReader.Action]
            do throws(MultipartReader.Failure) { actions = try reader.feed(chunk.span) } catch { throw Self.unreadable }
            for action in actions { try await take(action) }
        }
        do throws(MultipartReader.Failure) { try reader.finish() } catch { throw Self.unreadable }
    }

    private static let unreadable = Refusal(
        .badRequest, .invalidArgument, "The body must be a form (multipart/form-data) with a part for the file.")

    private func take(_ action: MultipartReader.Action) async throws {
        switch action {
        case .begin(let new):
            let isFile = new.name == filePart && new.fileName?.isEmpty == false && draft == nil
            part = (new.name, isFile)
            value = []
            guard isFile else { return }
            fileName = new.fileName
            draft = try await assets.draft(limit: limit)
        case .bytes(let bytes):
            if part?.isFile == true {
                try await draft?.write(bytes)
            } else {
                guard value.count + bytes.count <= Self.fieldLimit else {
                    throw Refusal(.badRequest, .invalidArgument, "A field of the form is too long.")
                }
                value += bytes
            }
        case .endPart:
            if let part, !part.isFile {
                let text = String(decoding: value, as: UTF8.self)
                fields[part.name] = text
                values.append((part.name, text))
            }
            part = nil
        case .end: break
        }
    }

    /// Keeps the picture; nil when there was none.
    func commit() async throws(GateError) -> Asset? { try await draft?.commit() }

    /// The picture, for reading; nil when there was none.
    func picture() async throws(GateError) -> AssetReader? { try await draft?.reader() }

    func discard() async { await draft?.discard() }
}

/// Where an upload is to go.
///
/// Source: ComfyUI's `server.py`, `image_upload`. Outputs are made by jobs alone.
struct UploadTarget: Sendable, Hashable {
    let place: FilePlace
    let overwrites: Bool

    init(fields: [String: String], fileName: String) throws(Refusal) {
        switch fields["type"] ?? "input" {
        case "output":
            throw Refusal(.forbidden, .forbidden, "Uploads go to input or temp; output holds what jobs made.")
        case let text:
            guard let type = FolderType(rawValue: text) else {
                throw Refusal(.badRequest, .invalidArgument, "type must be input or temp.")
            }
            guard let subfolder = ViewRequest.subfolder(fields["subfolder"] ?? "") else {
                throw Refusal(.badRequest, .invalidArgument, "subfolder must stay below the folder.")
            }
            // Some clients send a path; what leads to the file is theirs, the name is ours.
            let name = fileName.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
            guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= 255,
                name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw Refusal(.badRequest, .invalidArgument, "The file's name cannot be used; choose another.") }
            place = FilePlace(type, subfolder, name)
        }
        overwrites = ["true", "1"].contains(fields["overwrite"] ?? "")
    }
}
