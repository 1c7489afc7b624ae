internal import Basics
internal import CommandLineKit
internal import ComfyAPI
internal import Glibc
internal import Loop
internal import Simulator

/// `comfygate simulate`: a ComfyUI without a GPU, for demos and tests.
struct Simulate: Command {
    private static let listen = Option<LoopbackAddress>(
        "listen", or: LoopbackAddress(port: 8_188),
        Message(
            "simulate.listen", en: "Where to listen on this machine; port 0 takes a free one",
            fr: "Où écouter sur cette machine ; le port 0 en prend un libre"))
    private static let version = Option<ComfyVersion>(
        "comfyui", or: .current,
        Message("simulate.comfyui", en: "The ComfyUI to imitate", fr: "Le ComfyUI à imiter"))
    private static let stepTime = Option<Duration>(
        "step-time", or: .milliseconds(150),
        Message("simulate.step_time", en: "How long one sampler step takes", fr: "Durée d’un pas d’échantillonnage"))
    private static let models = Option<ModelArgument>(
        "models", isRepeatable: true,
        Message(
            "simulate.models", en: "A model file, or a JSON file with lists of names by folder",
            fr: "Un fichier de modèle, ou un fichier JSON avec des listes de noms par dossier"))
    private static let ui = Option<FilePath>(
        "ui", completion: .folders,
        Message("simulate.ui", en: "The folder of a web UI to serve", fr: "Le dossier d’une interface web à servir"))
    private static let data = Option<FilePath>(
        "data", completion: .folders,
        Message(
            "simulate.data", en: "Keep input and output files in this folder; else in memory",
            fr: "Garde les fichiers d’entrée et de sortie dans ce dossier ; sinon en mémoire"))
    private static let gpuName = Option<String>(
        "gpu-name",
        Message("simulate.gpu_name", en: "The graphics card to claim", fr: "La carte graphique à annoncer"))
    private static let vram = Option<ByteCount>(
        "vram", or: .gigabytes(24),
        Message("simulate.vram", en: "Memory of the claimed card", fr: "Mémoire de la carte annoncée"))
    private static let fault = Option<Assignment>(
        "fault", isRepeatable: true,
        Message(
            "simulate.fault", en: "What goes wrong, such as crashAtNode=3",
            fr: "Ce qui va mal, par exemple crashAtNode=3"))
    private static let restartAfter = Option<Duration>(
        "restart-after",
        Message(
            "simulate.restart_after", en: "Start again so long after a crash, instead of ending",
            fr: "Redémarre après ce délai suivant un plantage, au lieu de finir"))

    private static let journal = Option<FilePath>(
        "journal",
        Message(
            "simulate.journal", en: "Add a line of JSON to this file for all that happens to a prompt",
            fr: "Ajoute à ce fichier une ligne de JSON pour tout ce qui arrive à une requête"))

    static let declaration = CommandDeclaration(
        "simulate",
        Message(
            "simulate.summary", en: "Run a ComfyUI without a GPU, for demos and tests",
            fr: "Lance un ComfyUI sans GPU, pour démos et tests"),
        discussion: Message(
            "simulate.discussion",
            en: "Paints pictures from the words of the prompt. Whoever reaches the port may use it: no login.",
            fr: "Peint des images d’après les mots de la requête. Qui atteint le port peut s’en servir."),
        [listen, version, stepTime, models, ui, data, gpuName, vram, fault, restartAfter, journal],
        examples: [
            "simulate", "simulate --comfyui 0.3.64 --step-time 20ms --models loras:style.safetensors",
            "simulate --fault crashAtNode=3 --restart-after 5s",
        ])

    private static let ready = Message(
        "simulate.ready", en: "A simulated ComfyUI {version} is at {url}.",
        fr: "Un ComfyUI {version} simulé est à {url}.")
    private static let crashed = Message(
        "simulate.crashed", en: "The simulated worker has crashed, as it was told to",
        fr: "Le worker simulé a planté, comme demandé")
    private static let again = Message(
        "simulate.again", en: "The simulated worker has crashed; it starts again in {time}.",
        fr: "Le worker simulé a planté ; il redémarre dans {time}.")
    private static let badFault = Message(
        "simulate.bad_fault", en: "there is no fault '{fault}'", fr: "il n’y a pas de panne « {fault} »")
    private static let badFaultRemedy = Message(
        "simulate.bad_fault.remedy", en: "The names are those of GET /simulator/faults; times have a unit, such as 5s.",
        fr: "Les noms sont ceux de GET /simulator/faults ; les durées ont une unité, par exemple 5s.")
    private static let badModels = Message(
        "simulate.bad_models", en: "not a JSON object with lists of names",
        fr: "n’est pas un objet JSON avec des listes de noms")
    private static let badModelsRemedy = Message(
        "simulate.bad_models.remedy", en: #"Write {example}."#, fr: #"Écrivez {example}."#)
    static let messages =
        [ready, crashed, again, badFault, badFaultRemedy, badModels, badModelsRemedy] + JournalFile.messages

    private let address: LoopbackAddress
    private let options: SimulatorOptions
    private let named: [ModelArgument]
    private let revival: Duration?
    private let journal: FilePath?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        address = try arguments.require(Self.listen)
        var options = SimulatorOptions(try arguments.require(Self.version).flavour)
        options.stepTime = UInt64(try arguments.require(Self.stepTime).wholeNanoseconds)
        options.uiRoot = try arguments.get(Self.ui)?.text
        options.dataDirectory = try arguments.get(Self.data)?.text
        if let name = try arguments.get(Self.gpuName) {
            let memory = try arguments.require(Self.vram).bytes
            options.device = .init(name: name, vramTotal: memory, vramFree: memory)
        }
        for fault in try arguments.all(Self.fault) where !options.faults.set(fault.key, to: fault.value) {
            throw UsageError(Self.badFault(["fault": fault.argument]), Self.badFaultRemedy())
        }
        self.options = options
        named = try arguments.all(Self.models)
        revival = try arguments.get(Self.restartAfter)
        journal = try arguments.get(Self.journal)
    }

    func run(_ terminal: Terminal) async throws {
        // Before the threads below start, so that all of them inherit it.
        MainThread.block([SIGTERM, SIGINT])
        var options = options
        options.models = try models()
        var shell = SimulatorShellOptions()
        if let revival { shell.revival = .after(UInt64(revival.wholeNanoseconds)) }

        let (ends, end) = AsyncStream.makeStream(of: End.self)
        let revival = revival
        let host = try await SimulatorHost.start(
            options, on: address.socket, shell: shell,
            crashed: {
                if let revival { terminal.say(Self.again(["time": revival.spelled])) } else { end.yield(.crash) }
            }, journal: try journal.map { try JournalFile($0.text) }?.add)
        let version = options.flavour.rawValue
        terminal.put(["url": JSON(host.url), "comfyui": JSON(version)]) {
            terminal.text(Self.ready(["version": version, "url": host.url])) + "\n"
        }
        let signals = SignalStream([SIGTERM, SIGINT])
        let waiting = Task { for await _ in signals.values { end.yield(.signal) } }
        defer { waiting.cancel() }
        for await reason in ends {
            await host.stop()
            if reason == .crash { throw CommandFailure(at: "simulate", Self.crashed()) }
            return
        }
    }

    private enum End: Sendable { case signal, crash }

    /// The models named, or enough for the shipped examples.
    private func models() throws -> [String: [String]] {
        guard !named.isEmpty else {
            return [
                "checkpoints": ["v1-5-pruned-emaonly-fp16.safetensors", "sd_xl_base_1.0.safetensors"],
                "loras": ["watercolour.safetensors"], "vae": ["vae-ft-mse-840000-ema-pruned.safetensors"],
            ]
        }
        var models: [String: [String]] = [:]
        for entry in named {
            switch entry {
            case .name(let folder, let name): models[folder, default: []].append(name)
            case .file(let path): try read(path, into: &models)
            }
        }
        return models
    }

    private func read(_ path: String, into models: inout [String: [String]]) throws {
        let bytes: [UInt8]
        do throws(FileBytes.Failure) {
            bytes = try FileBytes.read(path, limit: 16 << 20)
        } catch {
            throw CommandFailure(at: path, Phrase(verbatim: error.reason))
        }
        let failure = CommandFailure(
            at: path, Self.badModels(), Self.badModelsRemedy(["example": #"{"checkpoints": ["a.safetensors"]}"#]))
        guard let object = try? JSON(parsing: bytes).object else { throw failure }
        for (folder, names) in object.members {
            guard let names = names.array else { throw failure }
            for name in names {
                guard let name = name.string else { throw failure }
                models[folder, default: []].append(name)
            }
        }
    }
}
