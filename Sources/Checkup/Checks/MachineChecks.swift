internal import Basics
internal import Stack

extension Check {
    /// What the host gives.
    static let ofMachine = [littleMemory, oldWSL, clock, diskLow, oddFileSystem]

    private static let least = 16 << 30

    static let littleMemory = Check(
        "machine.little_memory", .memory, .warning,
        Message(
            "check.machine.memory", en: "There is memory enough to load a large model",
            fr: "Il y a assez de mémoire pour charger un grand modèle"),
        evidence: Message(
            "check.machine.memory.evidence",
            en: "{memory} are there; a model is read through memory on its way to the card, and FP8 ones want 16 GB",
            fr: "{memory} sont là ; un modèle passe par la mémoire avant la carte, et ceux en FP8 demandent 16 Go"),
        remedy: Message(
            "check.machine.memory.remedy",
            en:
                "In WSL set `memory=` in .wslconfig, whose half of the machine is only the default, and run `wsl --shutdown`.",
            fr:
                "Sous WSL, fixez `memory=` dans .wslconfig (la moitié de la machine n’est que le défaut), puis `wsl --shutdown`."
        )
    ) { survey in
        guard let memory = survey.machine.memoryLimit ?? survey.machine.memory, memory < least,
            survey.containers.contains(where: { !$0.cards.isEmpty })
        else { return [] }
        return [Trace("memory", ["memory": ByteCount(bytes: memory).rounded])]
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
                "it lies on {kind}: chmod does nothing there, changes made on the other side are not noticed, and SQLite fails",
            fr:
                "il est sur {kind} : chmod n’y fait rien, les changements faits de l’autre côté passent inaperçus, et SQLite échoue"
        ),
        remedy: Message(
            "check.disk.kind.remedy", en: "Move it to the Linux system's own disk, such as ~/genai.",
            fr: "Déplacez-le sur le disque propre du système Linux, par exemple ~/genai.")
    ) { survey in survey.disks.compactMap { disk in disk.kind.map { Trace(disk.path, ["kind": $0]) } } }
}
