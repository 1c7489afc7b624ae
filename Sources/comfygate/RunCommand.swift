internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// `comfygate run`: runs a workflow and stores its files; the exit code is 0 only when all of them are here.
struct RunCommand: Command {
    private static let set = Option<Assignment>(
        "set", placeholder: "NODE.INPUT=VALUE", isRepeatable: true,
        Message("run.set", en: "Set an input; a node goes by id, title or class", fr: "Règle une entrée d’un nœud"))
    private static let image = Option<Assignment>(
        "image", placeholder: "NODE=PATH", isRepeatable: true, completion: .files,
        Message(
            "run.image", en: "Upload a file and set it as the node's input",
            fr: "Envoie un fichier et le donne au nœud"))
    private static let out = Option<FilePath>(
        "out", or: FilePath("."), completion: .folders,
        Message(
            "run.out", en: "Folder for the files; none is overwritten", fr: "Dossier des fichiers ; aucun n’est écrasé")
    )
    private static let batch = Option<FilePath>(
        "batch",
        Message(
            "run.batch", en: "CSV file: inputs in the first row, a run in each other",
            fr: "Fichier CSV : les entrées en première ligne, puis une exécution par ligne"))
    private static let times = Option<Int>(
        "repeat", or: 1,
        Message(
            "run.repeat", en: "Run so often, every literal seed counted up by 1",
            fr: "Nombre d’exécutions, chaque graine augmentée de 1"))
    private static let timeout = Option<Duration>(
        "timeout",
        Message(
            "run.timeout", en: "How long one run may take, the wait included; it is canceled then",
            fr: "Durée d’une exécution, attente comprise ; elle est ensuite annulée"))
    private static let front = Flag(
        "front", Message("run.front", en: "Ahead of all that wait", fr: "Avant tous ceux qui attendent"))

    static let declaration = CommandDeclaration(
        "run",
        Message(
            "run.command", en: "Run a workflow and store the files it makes",
            fr: "Exécute un workflow et enregistre ses fichiers"),
        discussion: Message(
            "run.discussion",
            en: "Prints the path of each file. A column image:NODE of a batch uploads the file it names.",
            fr: "Affiche le chemin de chaque fichier. Une colonne image:NŒUD envoie le fichier qu’elle nomme."),
        [WorkflowFile.path, set, image, out, batch, times, timeout, front] + RunConnection.all,
        examples: [
            "run workflow.json --set 6.text=fox --set 3.seed=7 --image 12=cat.png --out pictures",
            "run workflow.json --repeat 4 --timeout 10m", "run workflow.json --batch prompts.csv --json",
        ])

    private let path: String
    private let assignments: [Assignment]
    private let images: [Assignment]
    private let folder: String
    private let table: FilePath?
    private let repetitions: Int
    private let timeLimit: Duration?
    private let isFront: Bool
    private let connection: RunConnection

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = try arguments.require(WorkflowFile.path).text
        assignments = try arguments.all(Self.set)
        images = try arguments.all(Self.image)
        folder = try arguments.require(Self.out).text
        table = try arguments.get(Self.batch)
        repetitions = try arguments.require(Self.times)
        timeLimit = try arguments.get(Self.timeout)
        isFront = arguments.has(Self.front)
        connection = try RunConnection(arguments)
        guard (1...10_000).contains(repetitions) else {
            throw UsageError(RunMessages.badRepeat(["count": "\(repetitions)"]), RunMessages.badRepeatRemedy())
        }
    }

    func run(_ terminal: Terminal) async throws {
        let file = try WorkflowFile(reading: path)
        let items = RunPlan.items(set: assignments, files: images, table: try readTable(), times: repetitions)
        let client = try connection.client(terminal)
        let address = connection.address(terminal)
        var info: ObjectInfo?
        let workflow: Workflow
        do {
            if file.format == .ui { info = try await client.objectInfo() }
            workflow = try await file.workflow { info ?? ObjectInfo() }
        } catch let error as ComfyClientError {
            throw RunFailure.explain(error, at: address, terminal)
        }
        if repetitions > 1, !RunPlan.hasSeed(workflow) { terminal.warn(RunMessages.noSeed()) }
        var options = RunOptions()
        options.front = isFront
        options.workflow = file.editors
        options.timeout = timeLimit.map { UInt64($0.wholeMilliseconds) }
        let work = RunWork(
            client: client, terminal: terminal, address: address, workflow: workflow, options: options, folder: folder,
            objectInfo: info)
        let task = Task { await Self.perform(items, work) }
        RunInterrupt.watch { task.cancel() }
        let reports = await task.value
        let isGood = reports.count == items.count && reports.allSatisfy(\.isGood)
        if terminal.options.json {
            terminal.put(["ok": JSON(isGood), "runs": .array(reports.map { $0.json(terminal) })]) { "" }
        }
        if items.count > 1 {
            terminal.say(
                RunMessages.summary(["good": "\(reports.count { $0.isGood })", "total": "\(items.count)"]))
        }
        guard isGood else { throw ExitFailure() }
    }

    private static func perform(_ items: [RunItem], _ start: RunWork) async -> [RunReport] {
        var work = start
        var reports: [RunReport] = []
        for (index, item) in items.enumerated() {
            if items.count > 1 {
                work.terminal.say(
                    RunMessages.item(["number": "\(index + 1)", "total": "\(items.count)", "label": item.label]))
            }
            let (report, mayGoOn) = await work.perform(item)
            reports.append(report)
            if !mayGoOn || Task.isCancelled { break }
        }
        return reports
    }

    private func readTable() throws -> RunTable? {
        guard let table else { return nil }
        let bytes: [UInt8]
        do throws(FileBytes.Failure) { bytes = try FileBytes.read(table.text, limit: RunTable.limit) } catch {
            throw CommandFailure(at: table.text, Phrase(verbatim: error.reason))
        }
        return try RunTable(parsing: bytes, path: table.text)
    }
}
