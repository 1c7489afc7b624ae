internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate env rebuild`: a complete dotenv file from an example, the source of truth and what can be salvaged.
struct EnvRebuildCommand: Command {
    private static let example = Option<FilePath>("example", EnvWords.example)
    private static let source = Option<FilePath>("source", isRepeatable: true, EnvWords.source)
    private static let dryRun = Flag("dry-run", EnvWords.dryRun)
    private static let yes = Flag("yes", short: "y", EnvWords.yes)

    static let declaration = CommandDeclaration(
        "rebuild",
        Message(
            "env.rebuild.summary", en: "Make a dotenv file complete again", fr: "Rend un .env de nouveau complet"),
        discussion: Message(
            "env.rebuild.discussion",
            en:
                "Keeps the text of the file, or begins with the example where it is lost or torn. A value comes from the "
                + "source of truth, the file, the old files in their order, or the example; what nobody knows is named. "
                + "Shows the difference without secrets, and asks.",
            fr:
                "Garde le texte du fichier, ou part de l’exemple s’il est perdu ou abîmé. Une valeur vient de la source "
                + "de vérité, du fichier, des anciens fichiers dans leur ordre, ou de l’exemple ; ce que personne ne "
                + "sait est nommé. Montre la différence sans secrets, et demande."),
        EnvOptions.all + [example, source, dryRun, yes] + SecretsEdit.writing,
        examples: [
            "env rebuild .env --dry-run", "env rebuild .env --source .env.old --source notebooks/client.env",
            "env rebuild .env --example .env.example --yes --json",
        ])

    private let options: EnvOptions
    private let example: String?
    private let sources: [String]
    private let isDryRun: Bool
    private let arguments: ParsedArguments
    private let isAgreed: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        self.arguments = arguments
        options = try EnvOptions(arguments)
        example = try arguments.get(Self.example)?.text
        sources = try arguments.all(Self.source).map(\.text)
        (isDryRun, isAgreed) = (arguments.has(Self.dryRun), arguments.has(Self.yes))
    }

    func run(_ terminal: Terminal) async throws {
        let place = try options.place()
        let schema = try options.schema()
        // Whoever reads JSON cannot be asked.
        let mayWrite = !isDryRun && (isAgreed || !terminal.options.json && terminal.canAsk)
        let edit = try SecretsEdit(arguments, root: place.root, isDry: !mayWrite)
        let (project, tree) = try edit.lock(terminal)
        let current = try EnvOptions.content(tree.facts(of: place.path), options.file)
        let truth = try options.truth(of: place, tree)
        let rebuild = try self.rebuild(current, truth, schema, place, tree, terminal)
        let difference = EnvDifference(from: current, to: rebuild, schema: schema, truth: truth)
        let plan = EnvRebuildReport(
            file: options.file, place: place, rebuild: rebuild, difference: difference,
            isChanged: rebuild.file.bytes != current, unsound: truth.unsound)
        if !terminal.options.json { plan.show(terminal) }
        var copy: String?
        if plan.isChanged, !isDryRun {
            guard let project else {
                throw CommandFailure(at: options.file, EnvWords.nobodyToAsk(), EnvWords.addYes())
            }
            guard try isAgreed || terminal.confirm(EnvWords.question(["file": options.file])) else {
                terminal.say(EnvWords.leftAlone())
                throw ExitFailure()
            }
            copy = try await write(rebuild, over: current, place, project, edit, truth, terminal)
        }
        if terminal.options.json { terminal.put(plan.json(isWritten: plan.isChanged && !isDryRun, copy: copy)) { "" } }
        terminal.say(plan.isChanged ? (isDryRun ? EnvWords.dry() : EnvWords.written()) : EnvWords.unchanged())
    }

    private func rebuild(
        _ current: [UInt8]?, _ truth: EnvTruth, _ schema: EnvSchema, _ place: ProjectPlace, _ tree: ProjectTree,
        _ terminal: Terminal
    ) throws -> EnvRebuild {
        let limit = DotenvFile.largest
        let sources = try self.sources.map { EnvRebuild.Input($0, try EnvOptions.read($0, limit: limit)) }
        var found: EnvRebuild.Input?
        if let example {
            found = EnvRebuild.Input(example, try EnvOptions.read(example, limit: limit))
        } else {
            let folder = place.path.split(separator: "/").dropLast().map { $0 + "/" }.joined()
            for path in [place.path + ".example", folder + ".env.example"] where found == nil {
                found = try EnvOptions.content(tree.facts(of: path), path).map { EnvRebuild.Input(path, $0) }
            }
        }
        do throws(DotenvError) {
            return try EnvRebuild(current: current, example: found, sources: sources, truth: truth, schema: schema)
        } catch {
            throw CommandFailure(at: options.file, Phrase(verbatim: error.text(in: terminal.language)))
        }
    }

    /// - Returns: The file that keeps the torn one, if there is one.
    private func write(
        _ rebuild: EnvRebuild, over current: [UInt8]?, _ place: ProjectPlace, _ project: SecretsProject,
        _ edit: SecretsEdit, _ truth: EnvTruth, _ terminal: Terminal
    ) async throws -> String? {
        var changes = [
            FileChange(
                place.path, now: current.map { .content($0) } ?? .absent, replacement: .content(rebuild.file.bytes),
                inPlace: truth.isInPlace)
        ]
        var copy: String?
        if rebuild.isReplaced, let current {
            let names = (1...9).map { "\(place.path).damaged" + ($0 == 1 ? "" : ".\($0)") }
            guard let free = names.first(where: { project.tree.facts(of: $0).content == .missing }) else {
                throw CommandFailure(at: place.path + ".damaged", EnvWords.tooManyCopies(), EnvWords.removeCopies())
            }
            changes.append(FileChange(free, now: .absent, replacement: .content(current)))
            copy = free
        }
        try await edit.write(changes, project, action: "env-rebuild", terminal)
        if let copy { terminal.say(EnvWords.kept(["path": copy])) }
        return copy
    }
}
