internal import Basics
internal import Stack

extension Check {
    /// What the host gives.
    static let ofMachine = [
        littleMemory, littleContainerMemory, oldWSL, wslConfig, clock, diskLow, oddFileSystem,
    ]

    /// What an FP8 model of the common kind wants, where nobody has seen the models.
    private static let usual = 16 << 30

    static let littleMemory = Check(
        "machine.little_memory", .memory, .warning,
        Message(
            "check.machine.memory", en: "There is memory enough to load the largest model",
            fr: "Il y a assez de mémoire pour charger le plus grand modèle"),
        evidence: Message(
            "check.machine.memory.evidence",
            en: "{memory} are there; a model is read through memory on its way to the card, and {model} wants {need}",
            fr: "{memory} sont là ; un modèle passe par la mémoire avant la carte, et {model} en demande {need}"),
        remedy: Message(
            "check.machine.memory.remedy",
            en:
                "In WSL set `memory=` in .wslconfig, whose half of the machine is only the default, and run `wsl --shutdown`.",
            fr:
                "Sous WSL, fixez `memory=` dans .wslconfig (la moitié de la machine n’est que le défaut), puis `wsl --shutdown`."
        ),
        needs: [.appetite]
    ) { survey in
        let largest = survey.largestModel { _ in true }
        let need = largest?.size ?? usual
        guard let memory = survey.machine.memoryLimit ?? survey.machine.memory, memory < need else { return [] }
        return [
            Trace(
                "memory",
                [
                    "memory": ByteCount(bytes: memory).rounded, "need": ByteCount(bytes: need).rounded,
                    "model": largest?.name ?? "FP8",
                ])
        ]
    }

    static let littleContainerMemory = Check(
        "container.little_memory", .memory, .warning,
        Message(
            "check.container.memory", en: "Every container may have the memory that its largest model needs",
            fr: "Chaque conteneur peut avoir la mémoire que demande son plus grand modèle"),
        evidence: Message(
            "check.container.memory.evidence",
            en: "it may have {memory}, and {model} in a folder that it mounts wants {need}: the kernel will kill it",
            fr: "il peut avoir {memory}, et {model} dans un dossier qu’il monte en demande {need} : le noyau le tuera"),
        remedy: Message(
            "check.container.memory.remedy",
            en: "Raise its `mem_limit` above {need}, or load a smaller model (FP8, GGUF).",
            fr: "Portez son `mem_limit` au-dessus de {need}, ou chargez un modèle plus petit (FP8, GGUF)."),
        needs: [.containers, .models]
    ) { survey in
        survey.containers.compactMap { container in
            let sources = container.mounts.compactMap { $0.path(from: survey.root) }
            let largest = survey.largestModel { path in sources.contains { path.hasPrefix($0 + "/") } }
            guard let limit = container.memoryLimit, let largest, limit < largest.size else { return nil }
            return Trace(
                container.name,
                [
                    "memory": ByteCount(bytes: limit).rounded, "need": ByteCount(bytes: largest.size).rounded,
                    "model": largest.name,
                ])
        }
    }

    static let oldWSL = Check(
        "machine.wsl_one", .gpu, .error,
        Message("check.machine.wsl", en: "WSL is version 2", fr: "WSL est en version 2"),
        evidence: Message(
            "check.machine.wsl.evidence", en: "this is WSL 1, which has neither cards nor containers",
            fr: "c’est WSL 1, qui n’a ni cartes ni conteneurs"),
        remedy: Message(
            "check.machine.wsl.remedy", en: "In PowerShell: wsl --set-version DISTRIBUTION 2.",
            fr: "Dans PowerShell : wsl --set-version DISTRIBUTION 2.")
    ) { survey in survey.machine.wsl == 1 ? [Trace("wsl")] : [] }

    private static let notUTF8 = Message(
        "check.machine.wslconfig.encoding", en: "it is no UTF-8, as PowerShell 5 writes it by '>': WSL passes it over",
        fr: "ce n’est pas de l’UTF-8, PowerShell 5 l’écrit ainsi par « > » : WSL l’ignore")
    private static let outside = Message(
        "check.machine.wslconfig.outside",
        en: "{key} stands outside of the section [wsl2], where it counts for nothing",
        fr: "{key} est hors de la section [wsl2], où il ne compte pour rien")
    private static let badSize = Message(
        "check.machine.wslconfig.size", en: "{key}={value} is no size: a bare number is one of bytes",
        fr: "{key}={value} n’est pas une taille : un nombre nu est en octets")
    private static let pending = Message(
        "check.machine.wslconfig.pending", en: "memory={wanted} stands there, and WSL has {memory}",
        fr: "memory={wanted} y est écrit, et WSL a {memory}")
    static let wslMessages = [notUTF8, outside, badSize, pending]

    static let wslConfig = Check(
        "machine.wsl_config", .memory, .warning,
        Message(
            "check.machine.wslconfig", en: "What .wslconfig says is in force",
            fr: "Ce que dit .wslconfig est en vigueur"),
        evidence: badSize,
        remedy: Message(
            "check.machine.wslconfig.remedy",
            en: "Write it as memory=48GB below [wsl2], in UTF-8, then in PowerShell: wsl --shutdown.",
            fr: "Écrivez-le comme memory=48GB sous [wsl2], en UTF-8, puis dans PowerShell : wsl --shutdown.")
    ) { survey in
        let configs = survey.machine.wslConfigs
        let faults = configs.flatMap { config in
            config.faults.map { numbered in
                let place = "\(config.path):\(numbered.line)"
                return switch numbered.fault {
                case .notUTF8: Trace(place, evidence: notUTF8())
                case .outside(let key): Trace(place, evidence: outside(["key": key]))
                case .badSize(let key, let value): Trace(place, evidence: badSize(["key": key, "value": value]))
                }
            }
        }
        // Of several users' files nobody can tell from here whose it is that runs.
        guard configs.count == 1, let wanted = configs[0].memory, let memory = survey.machine.memory,
            // The kernel keeps some to itself.
            abs(wanted - memory) > wanted / 10
        else { return faults }
        let arguments = ["wanted": ByteCount(bytes: wanted).rounded, "memory": ByteCount(bytes: memory).rounded]
        return faults + [Trace(configs[0].path, evidence: Phrase(pending, arguments))]
    }

    private static let clockLimit: Int64 = 5_000

    static let clock = Check(
        "machine.clock", .containers, .error,
        Message(
            "check.machine.clock", en: "The engine's clock and this machine's agree",
            fr: "L’horloge du moteur et celle de cette machine s’accordent"),
        evidence: Message(
            "check.machine.clock.evidence",
            en: "the engine's clock is {seconds} s ahead: certificates, sessions and tokens end at another time inside",
            fr:
                "l’horloge du moteur avance de {seconds} s : certificats, sessions et jetons y expirent à un autre moment"
        ),
        remedy: Message(
            "check.machine.clock.remedy",
            en: "After sleep: sudo hwclock -s in WSL, or restart Docker Desktop; otherwise let NTP set it.",
            fr:
                "Après une veille : sudo hwclock -s sous WSL, ou redémarrez Docker Desktop ; sinon laissez NTP la régler."
        ),
        needs: [.engine]
    ) { survey in
        guard let ahead = survey.engine.value?.clockAhead, abs(ahead) > clockLimit else { return [] }
        return [Trace("engine", ["seconds": "\(ahead / 1_000)"])]
    }

    private static let leastRoom = 10 << 30

    static let diskLow = Check(
        "disk.low", .disk, .error,
        Message("check.disk.low", en: "There is room on every disk", fr: "Il y a de la place sur chaque disque"),
        evidence: Message(
            "check.disk.low.evidence", en: "{free} of {size} are free", fr: "{free} sur {size} sont libres"),
        remedy: Message(
            "check.disk.low.remedy", en: "Remove old pictures and unused images: docker system df shows where it went.",
            fr:
                "Supprimez d’anciennes images et les images Docker inutiles : docker system df montre où la place est partie."
        )
    ) { survey in
        // Of a small disk a twentieth, of a large one what a model needs.
        survey.disks.filter { $0.free < min(leastRoom, $0.size / 20) }.map { disk in
            Trace(
                disk.path,
                ["free": ByteCount(bytes: disk.free).rounded, "size": ByteCount(bytes: disk.size).rounded])
        }
    }

    static let oddFileSystem = Check(
        "disk.odd_file_system", .disk, .warning,
        Message(
            "check.disk.kind", en: "The project lies on a file system that keeps modes and locks",
            fr: "Le projet est sur un système de fichiers qui garde modes et verrous"),
        evidence: Message(
            "check.disk.kind.evidence",
            en:
                "it lies on {kind}, where modes, locks or the notice of changes do not work as on a disk of Linux: SQLite may fail",
            fr:
                "il est sur {kind}, où modes, verrous ou avis de changement ne marchent pas comme sur un disque Linux : SQLite peut échouer"
        ),
        remedy: Message(
            "check.disk.kind.remedy", en: "Move it to the Linux system's own disk, such as ~/genai.",
            fr: "Déplacez-le sur le disque propre du système Linux, par exemple ~/genai.")
    ) { survey in survey.disks.compactMap { disk in disk.kind.map { Trace(disk.path, ["kind": $0]) } } }
}

extension Survey {
    /// The largest whole model among those whose paths are wanted.
    fileprivate func largestModel(_ isWanted: (String) -> Bool) -> ModelFile? {
        models.filter { $0.state == .whole && isWanted($0.path) }.max { $0.size < $1.size }
    }
}

extension ModelFile {
    fileprivate var name: String { path.fileName }
}
