internal import Basics
internal import CommandLineKit
internal import Secrets

/// What the commands about one dotenv file have in common: the file, its project, the schema.
struct EnvOptions: Sendable {
    private static let file = Positional<FilePath>("file", EnvWords.file)
    private static let root = Option<FilePath>("root", completion: .folders, EnvWords.root)
    private static let schema = Option<FilePath>("schema", EnvWords.schema)
    static let place: [any Parameter] = [file, root]
    static let all: [any Parameter] = place + [schema]

    /// As typed, for people.
    let file: String
    private let root: String?
    private let schemaPath: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        file = try arguments.require(Self.file).text
        root = try arguments.get(Self.root)?.text
        schemaPath = try arguments.get(Self.schema)?.text
    }

    func place() throws(CommandFailure) -> ProjectPlace {
        do { return try ProjectPlace(file, root: root) } catch { throw CommandFailure(at: file, error.phrase) }
    }

    func schema() throws(CommandFailure) -> EnvSchema {
        guard let schemaPath else { return EnvSchema() }
        let bytes = try Self.read(schemaPath, limit: EnvSchema.fileLimit)
        do throws(EnvSchemaError) { return try EnvSchema(parsing: bytes) } catch {
            throw CommandFailure(at: schemaPath, error.phrase)
        }
    }

    /// What the source of truth says of the file; a project without one has nothing to say.
    func truth(of place: ProjectPlace, _ tree: ProjectTree) throws -> EnvTruth {
        if tree.facts(of: CredentialFile.path).content == .missing { return EnvTruth() }
        return EnvTruth(try SecretsOptions.file(in: tree, place.root), path: place.path, from: tree)
    }

    /// Nil when the file is not there.
    static func content(_ facts: FileFacts, _ name: String) throws(CommandFailure) -> [UInt8]? {
        if let obstacle = facts.content.obstacle { throw CommandFailure(at: name, obstacle) }
        return if case .bytes(let bytes) = facts.content { bytes } else { nil }
    }

    /// A file that somebody named to be read; it may lie anywhere.
    static func read(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        do throws(FileBytes.Failure) { return try FileBytes.read(path, limit: limit) } catch {
            throw CommandFailure(at: path, EnvWords.unreadable(["reason": error.reason]))
        }
    }
}
