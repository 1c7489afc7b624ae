internal import Basics
internal import Secrets
internal import Stack

extension Check {
    /// What lets others in, or lets them do more than they should.
    static let ofHardening = [
        publicPort, rootUser, noMemoryLimit, engineSocket, systemFolder, privileged, broadRights, secretInEnvironment,
        secretInCommand, emptyKey, oldImage, floatingImage,
    ]
    static let hardeningMessages = [chosenPort, hostPort, addressPort, listenInside]

    private static let chosenPort = Message(
        "check.port.public.chosen",
        en: "its port {inside} is published on every address, at a port that the engine chooses",
        fr: "son port {inside} est publié sur toutes les adresses, sur un port que le moteur choisit")
    private static let hostPort = Message(
        "check.port.public.host",
        en: "it is in the host's network and listens where others can reach it (port {port})",
        fr: "il est dans le réseau de l’hôte et écoute là où d’autres peuvent l’atteindre (port {port})")
    private static let addressPort = Message(
        "check.port.public.address", en: "port {port} of a ComfyUI is published on {address}, which others can reach",
        fr: "le port {port} d’un ComfyUI est publié sur {address}, que d’autres peuvent atteindre")

    static let publicPort = Check(
        "port.public", .hardening, .error,
        Message(
            "check.port.public", en: "No container's port is open to the whole network",
            fr: "Aucun port de conteneur n’est ouvert à tout le réseau"),
        evidence: Message(
            "check.port.public.evidence", en: "port {port} is published on every address of this machine",
            fr: "le port {port} est publié sur toutes les adresses de cette machine"),
        remedy: Message(
            "check.port.public.remedy",
            en: "Publish it as 127.0.0.1:{port}:{inside}, and let people in through the gate.",
            fr: "Publiez-le comme 127.0.0.1:{port}:{inside}, et faites entrer les gens par le portail."),
        needs: [.containers]
    ) { survey in
        survey.containers.flatMap { container -> [Trace] in
            if let port = container.portInHostNetwork {
                let arguments = ["port": "\(port)", "inside": "\(port)"]
                return [Trace(container.name, arguments, evidence: Phrase(hostPort, arguments), remedy: listenInside())]
            }
            // An engine lists a port once for IPv4 and once for IPv6.
            var told: Set<[Int]> = []
            return container.ports.filter { container.isExposed(at: $0) }
                .filter { told.insert([$0.host ?? 0, $0.container]).inserted }
                .sorted { ($0.host ?? 0, $0.container) < ($1.host ?? 0, $1.container) }.map { port in
                    let arguments = [
                        "port": "\(port.host ?? port.container)", "inside": "\(port.container)",
                        "address": port.address,
                    ]
                    let words = port.host == nil ? chosenPort : port.isPublic ? nil : addressPort
                    return Trace(container.name, arguments, evidence: words.map { Phrase($0, arguments) })
                }
        }
    }

    private static let listenInside = Message(
        "check.port.public.host.remedy",
        en: "Start it with --listen 127.0.0.1, and let people in through the gate.",
        fr: "Lancez-le avec --listen 127.0.0.1, et faites entrer les gens par le portail.")

    static let rootUser = Check(
        "container.root", .hardening, .warning,
        Message("check.container.root", en: "No container runs as root", fr: "Aucun conteneur ne tourne en root"),
        evidence: Message("check.container.root.evidence", en: "it runs as root", fr: "il tourne en root"),
        remedy: Message(
            "check.container.root.remedy",
            en: "Give the service `user: \"1000:1000\"`, and its volumes to that user.",
            fr: "Donnez au service `user: \"1000:1000\"`, et ses volumes à cet utilisateur."),
        needs: [.users]
    ) { survey in
        survey.containers.filter { container in
            guard let user = container.user?.split(separator: ":", omittingEmptySubsequences: false).first else {
                return container.user != nil
            }
            return ["", "0", "root"].contains(user)
        }.map { Trace($0.name) }
    }

    static let noMemoryLimit = Check(
        "container.no_memory_limit", .hardening, .warning,
        Message(
            "check.container.memory_limit", en: "Every container has a memory limit",
            fr: "Chaque conteneur a une limite de mémoire"),
        evidence: Message(
            "check.container.memory_limit.evidence", en: "it may take all of this machine's memory",
            fr: "il peut prendre toute la mémoire de cette machine"),
        remedy: Message(
            "check.container.memory_limit.remedy",
            en: "Give the service `mem_limit`; that of a ComfyUI has to be larger than its largest model.",
            fr: "Donnez au service `mem_limit` ; celui d’un ComfyUI doit dépasser son plus gros modèle."),
        needs: [.containers]
    ) { survey in survey.containers.filter { $0.memoryLimit == nil }.map { Trace($0.name) } }

    static let engineSocket = Check(
        "container.engine_socket", .hardening, .critical,
        Message(
            "check.container.engine_socket", en: "No container holds the engine's socket",
            fr: "Aucun conteneur ne détient le socket du moteur"),
        evidence: Message(
            "check.container.engine_socket.evidence",
            en: "{source} is mounted in it: whoever gets into the container is root on this machine",
            fr: "{source} y est monté : qui entre dans le conteneur est root sur cette machine"),
        remedy: Message(
            "check.container.engine_socket.remedy",
            en: "Take the mount away, or put a proxy between them that lets through only what is needed.",
            fr: "Retirez ce montage, ou placez entre les deux un proxy qui ne laisse passer que le nécessaire."),
        needs: [.containers]
    ) { survey in
        survey.containers.flatMap { container in
            container.isSocketProxy
                ? []
                : container.mounts.filter(\.holdsEngineSocket).map { Trace(container.name, ["source": $0.source]) }
        }
    }

    /// Who may write to one of these is root on the machine, or, on the Windows drive, its user.
    private static let systemFolders: Set = ["/", "/etc", "/root", "/boot", "/dev", "/proc", "/sys", "/mnt/c"]

    static let systemFolder = Check(
        "container.system_folder", .hardening, .critical,
        Message(
            "check.container.system_folder", en: "No container may write to this machine's system",
            fr: "Aucun conteneur ne peut écrire dans le système de cette machine"),
        evidence: Message(
            "check.container.system_folder.evidence",
            en: "{source} is mounted in it as {target}: whoever gets into the container has this machine",
            fr: "{source} y est monté comme {target} : qui entre dans le conteneur tient cette machine"),
        remedy: Message(
            "check.container.system_folder.remedy", en: "Mount the folders that it needs; to look only, add `:ro`.",
            fr: "Montez les dossiers qu’il lui faut ; pour regarder seulement, ajoutez `:ro`."),
        needs: [.containers]
    ) { survey in
        survey.containers.flatMap { container in
            container.mounts.filter { $0.kind == .bind && systemFolders.contains($0.source) && !$0.isReadOnly }
                .map { Trace(container.name, ["source": $0.source, "target": $0.target]) }
        }
    }

    /// Each of them is a way to the host (capabilities(7); Docker's manual, "Runtime privilege and Linux capabilities").
    private static let broad: Set = ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH"]

    static let broadRights = Check(
        "container.broad_rights", .hardening, .warning,
        Message(
            "check.container.rights", en: "No container has rights that lead to the host",
            fr: "Aucun conteneur n’a de droits menant à l’hôte"),
        evidence: Message(
            "check.container.rights.evidence", en: "it has {rights}, with which it can get at the host",
            fr: "il a {rights}, ce qui permet d’atteindre l’hôte"),
        remedy: Message(
            "check.container.rights.remedy", en: "Take it away; ComfyUI and its cards need nothing of the kind.",
            fr: "Retirez-le ; ComfyUI et ses cartes n’ont besoin de rien de tel."),
        needs: [.containers]
    ) { survey in
        survey.containers.compactMap { container in
            let rights =
                container.capabilities.filter(broad.contains).map { "cap_add: \($0)" }
                + (container.pid == "host" ? ["pid: host"] : [])
            return rights.isEmpty ? nil : Trace(container.name, ["rights": rights.joined(separator: ", ")])
        }
    }

    static let privileged = Check(
        "container.privileged", .hardening, .critical,
        Message("check.container.privileged", en: "No container is privileged", fr: "Aucun conteneur n’est privilégié"),
        evidence: Message(
            "check.container.privileged.evidence",
            en: "it is privileged: it has every device and every right of this machine",
            fr: "il est privilégié : il a tous les périphériques et tous les droits de cette machine"),
        remedy: Message(
            "check.container.privileged.remedy",
            en: "Take `privileged` away; a card needs only a device reservation.",
            fr: "Retirez `privileged` ; une carte ne demande qu’une réservation de périphérique."),
        needs: [.containers]
    ) { survey in survey.containers.filter(\.isPrivileged).map { Trace($0.name) } }

    static let secretInEnvironment = Check(
        "container.secret_in_environment", .hardening, .warning,
        Message(
            "check.container.secret", en: "No container has a secret in its environment",
            fr: "Aucun conteneur n’a de secret dans son environnement"),
        evidence: Message(
            "check.container.secret.evidence",
            en: "{names}: anybody who may call `docker inspect` can read it",
            fr: "{names} : lisible par quiconque peut appeler `docker inspect`"),
        remedy: Message(
            "check.container.secret.remedy",
            en:
                "Where its image reads a file (many take NAME_FILE, its manual says which), hand it over by `secrets:` of the compose "
                + "file. Where it does not, let nobody else reach the engine.",
            fr:
                "Là où son image lit un fichier (souvent NOM_FILE, son manuel le dit), transmettez-le par `secrets:` du fichier "
                + "compose. Sinon, que personne d’autre n’atteigne le moteur."),
        needs: [.containers]
    ) { survey in
        survey.containers.compactMap { container in
            let names = container.environment.filter(\.isSecret).map(\.name)
            return names.isEmpty ? nil : Trace(container.name, ["names": names.joined(separator: ", ")])
        }
    }

    static let secretInCommand = Check(
        "container.secret_in_command", .hardening, .warning,
        Message(
            "check.container.command", en: "No container has a secret in its command",
            fr: "Aucun conteneur n’a de secret dans sa commande"),
        evidence: Message(
            "check.container.command.evidence",
            en: "`{words}`: anybody who may call `docker inspect` or `ps` can read it",
            fr: "`{words}` : lisible par quiconque peut appeler `docker inspect` ou `ps`"),
        remedy: Message(
            "check.container.command.remedy",
            en:
                "Hand it over as a file or a variable, if the program takes one (cloudflared: TUNNEL_TOKEN_FILE, or TUNNEL_TOKEN).",
            fr:
                "Transmettez-le par un fichier ou une variable, si le programme en accepte (cloudflared : TUNNEL_TOKEN_FILE, ou "
                + "TUNNEL_TOKEN)."),
        needs: [.containers]
    ) { survey in
        survey.containers.compactMap { container in
            let line = container.words.joined(separator: " ")
            let redacted = Redaction([]).text(Array(line.utf8))
            guard redacted != line, let mark = redacted.firstIndex(of: "…") else { return nil }
            // The words in front of it, and not a page of a script.
            let front = redacted[..<mark].split(whereSeparator: \.isWhitespace).suffix(2).joined(separator: " ")
            let isJoined = redacted[..<mark].last.map { !$0.isWhitespace } ?? false
            return Trace(container.name, ["words": String(front.suffix(60)) + (isJoined ? "…" : " …")])
        }
    }

    private static let age: Int64 = 365 * 86_400

    static let oldImage = Check(
        "image.old", .hardening, .notice,
        Message(
            "check.image.old", en: "No container's image is older than a year",
            fr: "Aucune image de conteneur n’a plus d’un an"),
        evidence: Message(
            "check.image.old.evidence", en: "{image} was made on {date}: the holes found since are all in it",
            fr: "{image} date du {date} : toutes les failles trouvées depuis y sont"),
        remedy: Message(
            "check.image.old.remedy", en: "Pull or build a newer one, then docker compose up -d.",
            fr: "Tirez-en ou construisez-en une plus récente, puis docker compose up -d."),
        needs: [.engine, .containers]
    ) { survey in
        survey.containers.compactMap { container in
            guard let made = container.imageMade, survey.time.seconds - made.seconds > age else { return nil }
            return Trace(container.name, ["image": container.image, "date": String(made.rfc3339.prefix(10))])
        }
    }

    static let floatingImage = Check(
        "image.floating", .hardening, .notice,
        Message(
            "check.image.floating", en: "Every image is named with its version",
            fr: "Chaque image est nommée avec sa version"),
        evidence: Message(
            "check.image.floating.evidence", en: "{image} is another one whenever it is pulled",
            fr: "{image} change chaque fois qu’on la tire"),
        remedy: Message(
            "check.image.floating.remedy",
            en:
                "Name the version that works in `image:`, so that an update comes when you want it and can be taken back.",
            fr:
                "Nommez dans `image:` la version qui marche : une mise à jour vient alors quand vous le voulez, et se défait."
        ),
        needs: [.containers]
    ) { survey in
        survey.containers.filter { container in
            guard !container.isImageOwn, !container.image.isEmpty, !container.image.contains("@") else { return false }
            // A colon in front of the last slash belongs to a registry's port.
            let name = container.image.split(separator: "/").last ?? ""
            return !name.contains(":") || name.hasSuffix(":latest")
        }.map { Trace($0.name, ["image": $0.image]) }
    }

    static let emptyKey = Check(
        "login.empty_key", .login, .critical,
        Message(
            "check.login.empty_key", en: "No service's key is empty", fr: "Aucune clé de service n’est vide"),
        evidence: Message(
            "check.login.empty_key.evidence",
            en: "{names} is empty in its environment, which many services take for \"no login\": they let everybody in",
            fr:
                "{names} est vide dans son environnement, ce que bien des services prennent pour « sans connexion » : tous entrent"
        ),
        remedy: Message(
            "check.login.empty_key.remedy",
            en:
                "Set a value where the compose file takes it from, and write {form} there, so that it never starts without one.",
            fr:
                "Donnez une valeur là où le fichier compose la prend, et écrivez-y {form}, pour qu’il ne démarre jamais sans."
        ),
        needs: [.containers]
    ) { survey in
        survey.containers.flatMap { container in
            container.environment.filter { $0.value.isEmpty && container.isOwnKey($0.name) }
                .map { Trace(container.name, ["names": $0.name, "form": "${\($0.source ?? $0.name):?}"]) }
        }
    }
}

extension ContainerFacts.Mount {
    private static let engineSockets: Set = ["docker.sock", "containerd.sock", "podman.sock"]

    /// It is the engine's socket, or a folder in which that lies.
    fileprivate var holdsEngineSocket: Bool {
        ["/var/run", "/run", "/run/containerd", "/var"].contains(source)
            || Self.engineSockets.contains(source.fileName)
    }
}

extension ContainerFacts {
    /// It stands between the engine and others, and lets through what it is told to.
    fileprivate var isSocketProxy: Bool { image.contains("socket-proxy") || image.contains("dockerproxy") }

    /// Where browsers look for a web server: whoever listens there is meant to be reached, but for a ComfyUI.
    private func isFrontDoor(_ port: Port) -> Bool { !isComfyUI && (port.host == 80 || port.host == 443) }

    /// This machine's alone, and Docker's own bridge, which is behind it.
    private func isInside(_ address: String) -> Bool {
        address.hasPrefix("127.") || ["::1", "[::1]", "localhost", "172.17.0.1"].contains(address)
    }

    /// Others than this machine reach it there. What is published on one address is meant so, but for a ComfyUI, which lets
    /// everybody in.
    fileprivate func isExposed(at port: Port) -> Bool {
        guard port.transport == "tcp", !isFrontDoor(port) else { return false }
        return port.isPublic || isComfyUI && !isInside(port.address)
    }

    /// Of a ComfyUI that would be started in the host's network and listen everywhere; nil for all others. One that runs has
    /// the ports that the machine listens on.
    fileprivate var portInHostNetwork: Int? {
        // Without an address it means every one.
        guard network == "host", run == nil, isComfyUI, let address = values(of: "--listen").first,
            address.map({ !isInside($0) }) ?? true
        else { return nil }
        return values(of: "--port").first?.flatMap(Int.init) ?? 8_188
    }

    /// A variable that lets people into this container's service when it is right; empty, some services ask for nothing. One that
    /// begins with another name is for somebody else's service.
    fileprivate func isOwnKey(_ name: String) -> Bool {
        let kinds = ["API_KEY", "API_TOKEN", "AUTH_TOKEN", "ACCESS_TOKEN", "PASSWORD", "BEARER_TOKEN", "SECRET"]
        guard let kind = kinds.first(where: { name == $0 || name.hasSuffix("_" + $0) }) else { return false }
        let owner = name.dropLast(kind.count).split(separator: "_").joined(separator: "-").lowercased()
        return owner.isEmpty || [self.name, service ?? "", image].contains { $0.lowercased().contains(owner) }
    }
}
