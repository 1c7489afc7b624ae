internal import Basics
internal import CommandLineKit
internal import ComfyAPI
internal import Glibc
internal import Loop

/// A workflow as it lies in a file, in any of the three formats people call one.
struct WorkflowFile: Sendable {
    static let path = Positional<FilePath>(
        "workflow",
        Message(
            "workflow.path", en: "The workflow, in the API or the editor's format; - reads standard input",
            fr: "Le workflow, au format API ou éditeur ; - lit l’entrée standard"))

    let path: String
    let format: WorkflowFormat
    let json: JSON

    /// Bytes of a file that is read.
    static let limit = 64 << 20

    init(reading path: String) throws(CommandFailure) {
        let bytes: [UInt8]
        do throws(FileBytes.Failure) {
            bytes =
                try path == "-"
                ? FileBytes.read(descriptor: 0, limit: Self.limit) : FileBytes.read(path, limit: Self.limit)
        } catch {
            throw CommandFailure(at: path, Phrase(verbatim: error.reason))
        }
        let whole: JSON
        do throws(JSONError) { whole = try JSON(parsing: bytes, dialect: .python) } catch {
            throw CommandFailure(at: path, WorkflowMessages.notJSON(["reason": error.description]))
        }
        guard let format = WorkflowFormat(of: whole) else {
            throw CommandFailure(at: path, WorkflowMessages.notWorkflow(), WorkflowMessages.notWorkflowRemedy())
        }
        (self.path, self.format, json) = (path, format, whole)
    }

    /// The editor's graph, for the pictures to keep.
    var editors: JSON? {
        switch format {
        case .ui: json
        case .request: json["extra_data"]?["extra_pnginfo"]?["workflow"]
        case .api: nil
        }
    }

    /// The graph to run; `info` is asked only for the editor's format, which cannot be read without it.
    func workflow(_ info: () async throws -> ObjectInfo) async throws -> Workflow {
        do {
            switch format {
            case .api: return try Workflow(json)
            case .request: return try Workflow(json["prompt"] ?? .null)
            case .ui:
                let options = UIWorkflowConverter.Options(date: Timestamp.now().civil) {
                    Int.random(in: 0..<max($0, 1))
                }
                return try UIWorkflowConverter(try await info(), options: options).convert(json)
            }
        } catch let error as WorkflowError {
            throw CommandFailure(at: path, Phrase(verbatim: error.description))
        }
    }

    /// Writes a file beside and renames it; the old one stays as `.bak`, or `.bak-1` and so on where that is taken.
    ///
    /// - Returns: The path of the old file's copy; nil without one.
    @discardableResult
    static func write(_ text: String, to path: String, keepingOld: Bool) throws(CommandFailure) -> String? {
        func failure(_ place: String) -> CommandFailure {
            CommandFailure(at: place, Phrase(verbatim: unsafe String(cString: strerror(errno))))
        }
        let fresh = path + ".new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(fresh) }
        let error = writeBytes(Array(text.utf8), to: descriptor)
        guard error == 0 else {
            close(descriptor)
            _ = unsafe unlink(fresh)
            throw CommandFailure(at: fresh, Phrase(verbatim: systemMessage(error)))
        }
        guard fsync(descriptor) == 0, close(descriptor) == 0 else { throw failure(fresh) }
        var backup: String?
        if keepingOld, unsafe access(path, F_OK) == 0 {
            for number in 0..<10_000 {
                let name = number == 0 ? path + ".bak" : "\(path).bak-\(number)"
                if unsafe link(path, name) == 0 {
                    backup = name
                    break
                }
                guard errno == EEXIST else { throw failure(name) }
            }
            guard backup != nil else { throw failure(path + ".bak") }
        }
        guard unsafe rename(fresh, path) == 0 else { throw failure(path) }
        return backup
    }
}
