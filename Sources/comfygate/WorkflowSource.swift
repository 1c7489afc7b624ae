internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// Where node classes are looked up: a saved `object_info`, else the server.
struct WorkflowSource: Sendable {
    static let file = Option<FilePath>(
        "object-info",
        Message(
            "workflow.object_info", en: "A saved answer of GET /object_info, instead of asking the server",
            fr: "Une réponse enregistrée de GET /object_info, au lieu de demander au serveur"))
    static let all: [any Parameter] = [file] + RunConnection.all

    private let file: FilePath?
    let connection: RunConnection

    init(_ arguments: ParsedArguments) throws(UsageError) {
        file = try arguments.get(Self.file)
        connection = try RunConnection(arguments)
    }

    func objectInfo(_ terminal: Terminal) async throws -> ObjectInfo {
        if let file { return try Self.read(file.text) }
        let client = try connection.client(terminal)
        do throws(ComfyClientError) {
            return try await client.objectInfo()
        } catch {
            throw RunFailure.explain(error, at: connection.address(terminal), terminal)
        }
    }

    /// The generation of the server; a file does not tell.
    func flavour(_ terminal: Terminal) async throws -> ComfyFlavour {
        guard file == nil else { return .current }
        let client = try connection.client(terminal)
        return try await client.systemStats().flavour
    }

    private static func read(_ path: String) throws(CommandFailure) -> ObjectInfo {
        do {
            return try ObjectInfo(parsing: try FileBytes.read(path, limit: 256 << 20))
        } catch let error as FileBytes.Failure {
            throw CommandFailure(at: path, Phrase(verbatim: error.reason))
        } catch {
            throw CommandFailure(at: path, Phrase(verbatim: "\(error)"))
        }
    }
}
