internal import Basics
internal import Secrets
public import Stack

extension Check {
    /// Whether containers do what they are there for.
    static let ofContainers = [
        broken, ignored, unhealthy, restarting, ended, killedForMemory, blindHealthCheck, installsAtStart,
        smallSharedMemory, staleMount, missingMount, portTwice, freshHash,
    ]

    static let broken = Check(
        "compose.broken", .containers, .error,
        Message("check.compose.broken", en: "Compose can read every file", fr: "Compose peut lire chaque fichier"),
        evidence: Message("check.compose.broken.evidence", en: "{reason}", fr: "{reason}"),
        remedy: Message(
            "check.compose.broken.remedy",
            en: "Mend the file; `docker compose config` or `up` in its folder says the same.",
            fr: "Réparez le fichier ; `docker compose config` ou `up` dans son dossier dit la même chose."),
        needs: [.files]
    ) { survey in survey.broken.map { Trace($0.path, evidence: $0.reason) } }

    static let ignored = Check(
        "compose.ignored", .containers, .warning,
        Message(
            "check.compose.ignored", en: "Compose reads every compose file",
            fr: "Compose lit chaque fichier compose"),
        evidence: Message(
            "check.compose.ignored.evidence",
            en: "Compose finds {other} in the same folder and never reads this one; nothing in it was judged",
            fr:
                "Compose trouve {other} dans le même dossier et ne lit jamais celui-ci ; rien de ce qu’il contient n’a été jugé"
        ),
        remedy: Message(
            "check.compose.ignored.remedy",
            en:
                "Keep what is needed of both in {other}, and delete or rename this one; `docker compose -f` reads it by its name.",
            fr:
                "Gardez dans {other} ce qu’il faut des deux, et supprimez ou renommez celui-ci ; `docker compose -f` le lit par son nom."
        ),
        needs: [.files]
    ) { survey in
        (survey.files.value?.ignored ?? [:]).sorted { $0.key < $1.key }.map { path, other in
            Trace(path, ["other": other.fileName])
        }
    }

    static let unhealthy = Check(
        "container.unhealthy", .containers, .error,
        Message(
            "check.container.unhealthy", en: "Every health check is green", fr: "Chaque contrôle de santé est au vert"),
        evidence: Message(
            "check.container.unhealthy.evidence", en: "its health check failed {count} times in a row: {output}",
            fr: "son contrôle de santé a échoué {count} fois de suite : {output}"),
        remedy: Message(
            "check.container.unhealthy.remedy", en: "Look at what the service says: docker logs {name}.",
            fr: "Voyez ce que dit le service : docker logs {name}."),
        needs: [.engine, .containers]
    ) { survey in
        survey.containers.filter { $0.run?.health == "unhealthy" && !isBlind($0) }.map { container in
            let output = container.run?.healthOutput.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
            return Trace(
                container.name,
                ["count": "\(container.run?.failingStreak ?? 0)", "output": output, "name": container.name])
        }
    }

    static let restarting = Check(
        "container.restarting", .containers, .error,
        Message(
            "check.container.restarting", en: "No container dies again and again",
            fr: "Aucun conteneur ne meurt sans cesse"),
        evidence: Message(
            "check.container.restarting.evidence",
            en: "it has been started again {count} times, the last time after exit code {code}",
            fr: "il a été relancé {count} fois, la dernière après le code de sortie {code}"),
        remedy: Message(
            "check.container.restarting.remedy", en: "Its last words say why: docker logs --tail 50 {name}.",
            fr: "Ses derniers mots disent pourquoi : docker logs --tail 50 {name}."),
        needs: [.engine, .containers]
    ) { survey in
        survey.containers.filter { $0.run?.isDying(at: survey.time) == true }.map { container in
            Trace(
                container.name,
                [
                    "count": "\(container.run?.restarts ?? 0)", "code": "\(container.run?.exitCode ?? 0)",
                    "name": container.name,
                ])
        }
    }

    static let ended = Check(
        "container.ended", .containers, .error,
        Message("check.container.ended", en: "No container has failed", fr: "Aucun conteneur n’a échoué"),
        evidence: Message(
            "check.container.ended.evidence", en: "it ended with exit code {code}",
            fr: "il s’est terminé avec le code de sortie {code}"),
        remedy: Message(
            "check.container.ended.remedy", en: "Its last words say why: docker logs --tail 50 {name}.",
            fr: "Ses derniers mots disent pourquoi : docker logs --tail 50 {name}."),
        needs: [.engine, .containers]
    ) { survey in
        survey.containers.filter {
            // 137 and 143: it was stopped.
            $0.run?.status == "exited" && ![0, 137, 143].contains($0.run?.exitCode)
                && $0.run?.wasKilledForMemory == false
        }.map { Trace($0.name, ["code": "\($0.run?.exitCode ?? 0)", "name": $0.name]) }
    }

    static let killedForMemory = Check(
        "container.out_of_memory", .memory, .error,
        Message(
            "check.container.out_of_memory", en: "No container was killed for want of memory",
            fr: "Aucun conteneur n’a été tué faute de mémoire"),
        evidence: Message(
            "check.container.out_of_memory.evidence", en: "the kernel killed it for want of memory (limit: {limit})",
            fr: "le noyau l’a tué faute de mémoire (limite : {limit})"),
        remedy: Message(
            "check.container.out_of_memory.remedy",
            en: "Raise its `mem_limit`, give WSL more memory in .wslconfig, or load smaller models (FP8, GGUF).",
            fr:
                "Augmentez son `mem_limit`, donnez plus de mémoire à WSL dans .wslconfig, ou chargez des modèles plus petits (FP8, GGUF)."
        ),
        needs: [.engine, .containers]
    ) { survey in
        survey.containers.filter { $0.run?.wasKilledForMemory == true }.map { container in
            Trace(container.name, ["limit": container.memoryLimit.map { ByteCount(bytes: $0).rounded } ?? "–"])
        }
    }

    static let blindHealthCheck = Check(
        "container.blind_health_check", .containers, .warning,
        Message(
            "check.container.blind", en: "Every health check can tell a locked door from a dead service",
            fr: "Chaque contrôle de santé distingue une porte fermée d’un service mort"),
        evidence: Message(
            "check.container.blind.evidence",
            en: "its health check is `{test}`, which is red for ever once the answer without a login is 401 or 302",
            fr: "son contrôle est `{test}`, qui reste rouge dès que la réponse sans connexion est 401 ou 302"),
        remedy: Message(
            "check.container.blind.remedy",
            en: "Ask for any answer: curl -s -o /dev/null http://localhost:PORT/system_stats (without -f).",
            fr: "Demandez une réponse quelconque : curl -s -o /dev/null http://localhost:PORT/system_stats (sans -f)."),
        needs: [.containers]
    ) { survey in
        survey.containers.filter(isBlind).map { container in
            Trace(container.name, ["test": (container.healthCheck?.test ?? []).dropFirst().joined(separator: " ")])
        }
    }

    /// curl with `-f`, in front of a service that asks for a login.
    private static func isBlind(_ container: ContainerFacts) -> Bool {
        guard let test = container.healthCheck?.test, !test.isEmpty else { return false }
        let words = test.dropFirst().flatMap { $0.split(separator: " ") }
        guard words.contains(where: { $0 == "curl" || $0.hasSuffix("/curl") }) else { return false }
        let isFailing = words.contains { word in
            word == "--fail" || word.hasPrefix("-") && !word.hasPrefix("--") && word.contains("f")
        }
        return isFailing && container.asksForLogin
    }

    static let installsAtStart = Check(
        "container.installs_at_start", .containers, .warning,
        Message(
            "check.container.installs", en: "No container installs PyTorch when it starts",
            fr: "Aucun conteneur n’installe PyTorch au démarrage"),
        evidence: Message(
            "check.container.installs.evidence",
            en: "what it runs begins with an installation (`{words}`): minutes of \"unhealthy\" at every start",
            fr:
                "ce qu’il lance commence par une installation (`{words}`) : des minutes d’« unhealthy » à chaque démarrage"
        ),
        remedy: Message(
            "check.container.installs.remedy",
            en: "Build an image with it: a Dockerfile with that line, and `build:` in the compose file.",
            fr:
                "Construisez une image qui le contient : un Dockerfile avec cette ligne, et `build:` dans le fichier compose."
        ),
        needs: [.containers]
    ) { survey in
        let scripts = (survey.files.value?.scripts ?? []).compactMap { script in
            script.installation.map { (script.container, $0) }
        }
        let commands = survey.containers.map { ($0.name, $0.words.joined(separator: " ")) }
        var told: Set<String> = []
        return (commands + scripts).filter { name, line in line.installsPackages && told.insert(name).inserted }.map {
            name, line in
            let start = line.firstRange(of: "pip")?.lowerBound ?? line.startIndex
            // What follows may be an address with a password in it.
            let words = line[start...].split(separator: " ").prefix { !$0.contains("@") && !$0.contains("://") }
            return Trace(name, ["words": String(words.joined(separator: " ").prefix(40))])
        }
    }

    static let smallSharedMemory = Check(
        "container.small_shared_memory", .memory, .warning,
        Message(
            "check.container.shm", en: "Containers with a card have room in /dev/shm",
            fr: "Les conteneurs avec une carte ont de la place dans /dev/shm"),
        evidence: Message(
            "check.container.shm.evidence",
            en: "its /dev/shm has {size}: PyTorch's workers and some nodes die there with \"bus error\"",
            fr: "son /dev/shm a {size} : des processus de PyTorch et certains nœuds y meurent avec « bus error »"),
        remedy: Message(
            "check.container.shm.remedy", en: "Give the service `shm_size: 8gb`, or `ipc: host`.",
            fr: "Donnez au service `shm_size: 8gb`, ou `ipc: host`."),
        needs: [.containers]
    ) { survey in
        survey.containers.filter { container in
            !container.cards.isEmpty && container.ipc != "host" && (container.sharedMemory ?? 64 << 20) <= 64 << 20
        }.map { Trace($0.name, ["size": ByteCount(bytes: $0.sharedMemory ?? 64 << 20).rounded]) }
    }

    static let staleMount = Check(
        "container.stale_mount", .containers, .error,
        Message(
            "check.container.stale", en: "Every container sees its mounted files as they are now",
            fr: "Chaque conteneur voit ses fichiers montés tels qu’ils sont"),
        evidence: Message(
            "check.container.stale.evidence",
            en: "{target} is a single file that was replaced on the host: the container still has the old one",
            fr: "{target} est un fichier seul, remplacé sur l’hôte : le conteneur a toujours l’ancien"),
        remedy: Message(
            "check.container.stale.remedy",
            en: "docker restart {name}; mount the folder in place of the file, or let comfygate secrets sync write it.",
            fr:
                "docker restart {name} ; montez le dossier au lieu du fichier, ou laissez comfygate secrets sync l’écrire."
        ),
        needs: [.engine, .containers]
    ) { survey in
        survey.containers.flatMap { container in
            (container.run?.staleMounts ?? []).map { Trace(container.name, ["target": $0, "name": container.name]) }
        }
    }

    static let missingMount = Check(
        "compose.missing_mount", .containers, .error,
        Message(
            "check.compose.mount", en: "What compose files mount is there",
            fr: "Ce que montent les fichiers compose existe"),
        evidence: Message(
            "check.compose.mount.evidence",
            en:
                "{name} mounts it and it is not there: the engine makes an empty folder in its place, also of what should be a file",
            fr:
                "{name} le monte et il n’existe pas : le moteur crée à sa place un dossier vide, même pour ce qui devrait être un fichier"
        ),
        remedy: Message(
            "check.compose.mount.remedy",
            en: "Make the file before the container starts, and remove the folder that may be there by now.",
            fr:
                "Créez le fichier avant de démarrer le conteneur, et supprimez le dossier qui s’y trouve peut-être déjà."
        ),
        needs: [.files]
    ) { survey in
        (survey.files.value?.missingMounts ?? [:]).sorted { $0.key < $1.key }.map { Trace($0.key, ["name": $0.value]) }
    }

    static let portTwice = Check(
        "port.taken_twice", .containers, .warning,
        Message(
            "check.port.twice", en: "No two services want the same port",
            fr: "Deux services ne veulent pas le même port"),
        evidence: Message(
            "check.port.twice.evidence", en: "it wants port {port}, and so does {others}: only one of them can start",
            fr: "il veut le port {port}, et {others} aussi : un seul des deux peut démarrer"),
        remedy: Message(
            "check.port.twice.remedy", en: "Give one of them another port on this side: 127.0.0.1:PORT:{inside}.",
            fr: "Donnez à l’un d’eux un autre port de ce côté : 127.0.0.1:PORT:{inside}."),
        needs: [.containers]
    ) { survey in
        let wishes = survey.containers.flatMap { container in
            container.ports.filter { $0.transport == "tcp" && $0.host != nil }.map { (container: container, port: $0) }
        }
        var told: Set<String> = []
        return Dictionary(grouping: wishes) { $0.port.host ?? 0 }.filter { $0.value.count > 1 }.sorted {
            $0.key < $1.key
        }
        .flatMap { port, rivals in
            rivals.prefix(mostRivals).compactMap { wish -> Trace? in
                let others = rivals.filter { other in
                    other.container.name != wish.container.name
                        && wish.container.startsBeside(other.container)
                        && (other.port.isPublic || wish.port.isPublic || other.port.address == wish.port.address)
                }
                guard !others.isEmpty, told.insert("\(wish.container.name) \(port)").inserted else { return nil }
                let names = Set(others.map(\.container.name)).sorted().prefix(5).joined(separator: ", ")
                return Trace(
                    wish.container.name,
                    ["port": "\(port)", "others": names, "inside": "\(wish.port.container)"])
            }
        }
    }

    /// That so many want one port says enough.
    private static let mostRivals = 20

    static let freshHash = Check(
        "login.fresh_hash", .login, .error,
        Message(
            "check.login.fresh_hash", en: "No worker makes itself a new token at each start",
            fr: "Aucun worker ne se fabrique un nouveau jeton à chaque démarrage"),
        evidence: Message(
            "check.login.fresh_hash.evidence",
            en:
                "it has COMFYUI_PASSWORD, and neither a token file nor the folder login is mounted: its entry point salts a new hash "
                + "at each start, and every client's token is refused after it",
            fr:
                "il a COMFYUI_PASSWORD, et ni fichier de jeton ni dossier login ne sont montés : son démarrage sale une nouvelle "
                + "empreinte à chaque fois, et le jeton de chaque client est ensuite refusé"),
        remedy: Message(
            "check.login.fresh_hash.remedy",
            en: "Mount a token file or the folder login from the host, and let comfygate secrets sync fill it.",
            fr:
                "Montez depuis l’hôte un fichier de jeton ou le dossier login, et laissez comfygate secrets sync le remplir."
        ),
        needs: [.containers]
    ) { survey in
        survey.containers.filter { container in
            guard let password = container[variable: "COMFYUI_PASSWORD"], !password.isEmpty else { return false }
            return !container.mounts.contains { mount in
                mount.target.hasSuffix(".token") || mount.target.hasSuffix("/PASSWORD")
                    || mount.target.split(separator: "/").contains("login")
                    // All of ComfyUI lies on the host, and its folder login with it.
                    || mount.target.hasSuffix("/ComfyUI")
            }
        }.map { Trace($0.name) }
    }
}

extension ContainerFacts {
    /// It looks like a ComfyUI. Compose names containers after their folder, so that a service counts before the name.
    public var isComfyUI: Bool {
        [service ?? name, image].contains { $0.lowercased().contains("comfy") }
            || ports.contains { $0.container == 8_188 }
    }

    /// Nothing keeps the two from being started together.
    fileprivate func startsBeside(_ other: ContainerFacts) -> Bool {
        profiles.isEmpty || other.profiles.isEmpty || !Set(profiles).isDisjoint(with: other.profiles)
    }

    /// Its settings speak of a login: ComfyUI-Login's, or a key or password of any service.
    var asksForLogin: Bool {
        environment.contains { variable in
            ["COMFYUI_LOGIN_ENABLED", "GUEST_MODE_ENABLED", "COMFYUI_PASSWORD", "COMFYUI_BEARER_TOKEN", "API_KEY"]
                .contains(variable.name)
        }
    }
}
