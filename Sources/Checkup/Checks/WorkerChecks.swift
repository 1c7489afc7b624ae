internal import Basics
internal import Stack

extension Check {
    /// Workers, as somebody without a credential meets them.
    static let ofWorkers = [
        openToNetwork, openHere, managerOpen, anyOrigin, silent, otherServer, knownHole, managerHole, noModels,
        brokenWay,
    ]

    private static let openEvidence = Message(
        "check.worker.open.evidence",
        en: "POST /prompt without a login is answered {status}: the handler was reached, anybody can run jobs",
        fr: "POST /prompt sans connexion répond {status} : le traitement est atteint, chacun peut lancer des jobs")

    static let openToNetwork = Check(
        "worker.open_to_network", .login, .critical,
        Message(
            "check.worker.open_to_network", en: "No worker takes jobs from the network without a login",
            fr: "Aucun worker n’accepte de jobs du réseau sans connexion"),
        evidence: openEvidence,
        remedy: Message(
            "check.worker.open_to_network.remedy",
            en: "Publish its port on 127.0.0.1 only and let people in through the gate: comfygate serve.",
            fr: "Publiez son port sur 127.0.0.1 seulement et faites entrer les gens par le portail : comfygate serve."),
        needs: [.answers]
    ) { survey in open(survey) { !$0.isLoopback } }

    static let openHere = Check(
        "worker.open_here", .login, .notice,
        Message(
            "check.worker.open_here", en: "No worker takes jobs from this machine without a login",
            fr: "Aucun worker n’accepte de jobs de cette machine sans connexion"),
        evidence: openEvidence,
        remedy: Message(
            "check.worker.open_here.remedy",
            en:
                "Fine behind the gate on a machine of your own; where others log in, put the worker into a network of its own.",
            fr:
                "Correct derrière le portail sur votre propre machine ; si d’autres s’y connectent, isolez le worker dans son réseau."
        ),
        needs: [.answers]
    ) { survey in open(survey) { $0.isLoopback } }

    private static func open(_ survey: Survey, _ matches: (WorkerFacts) -> Bool) -> [Trace] {
        survey.workers.filter { $0.takesPrompts && matches($0) }.map { worker in
            Trace(worker.place, ["status": "\(worker.prompt.status ?? 0)"])
        }
    }

    static let managerOpen = Check(
        "worker.manager_open", .login, .critical,
        Message(
            "check.worker.manager", en: "Nobody without a login reaches ComfyUI-Manager",
            fr: "Personne n’atteint ComfyUI-Manager sans connexion"),
        evidence: Message(
            "check.worker.manager.evidence",
            en: "GET /manager/version is answered without a login: its neighbours install code and restart the server",
            fr: "GET /manager/version répond sans connexion : ses voisins installent du code et redémarrent le serveur"),
        remedy: Message(
            "check.worker.manager.remedy",
            en:
                "Put the worker behind the gate, which refuses these routes, or set security_level = strong in Manager's config.ini.",
            fr:
                "Placez le worker derrière le portail, qui refuse ces routes, ou mettez security_level = strong dans le config.ini du Manager."
        ),
        needs: [.answers]
    ) { survey in survey.workers.filter { $0.manager.status == 200 && !$0.isLoopback }.map { Trace($0.place) } }

    static let anyOrigin = Check(
        "worker.any_origin", .login, .error,
        Message(
            "check.worker.any_origin", en: "No worker lets every web page use it",
            fr: "Aucun worker ne se laisse utiliser par n’importe quelle page web"),
        evidence: Message(
            "check.worker.any_origin.evidence",
            en:
                "it is started with --enable-cors-header for every origin: a page that somebody here visits can run jobs and read "
                + "pictures",
            fr:
                "il est lancé avec --enable-cors-header pour toute origine : une page visitée d’ici peut lancer des jobs et lire "
                + "les images"),
        remedy: Message(
            "check.worker.any_origin.remedy",
            en: "Take it away, or name the one origin that needs it: --enable-cors-header https://comfy.example.org.",
            fr:
                "Retirez-le, ou nommez la seule origine qui en a besoin : --enable-cors-header https://comfy.example.org."
        ),
        needs: [.commands]
    ) { survey in
        let ofContainers = survey.containers.filter(\.isComfyUI).map { ($0.name, $0.arguments) }
        let ofWorkers = survey.workers.map { ($0.name, $0.words) }
        var told: Set<String> = []
        return (ofContainers + ofWorkers).filter { name, words in
            opensToAnyOrigin(words) && told.insert(name).inserted
        }.map { Trace($0.0) }
    }

    /// Without a value it means every origin.
    private static func opensToAnyOrigin(_ words: [String]) -> Bool {
        guard let index = words.firstIndex(where: { $0.hasPrefix("--enable-cors-header") }) else { return false }
        if let sign = words[index].firstIndex(of: "=") { return words[index][sign...] == "=*" }
        guard index + 1 < words.count else { return true }
        return words[index + 1].hasPrefix("--") || words[index + 1].contains("*")
    }

    static let noModels = Check(
        "worker.no_models", .models, .warning,
        Message(
            "check.worker.no_models", en: "Every worker lists models", fr: "Chaque worker liste des modèles"),
        evidence: Message(
            "check.worker.no_models.evidence",
            en:
                "ComfyUI lists neither a checkpoint nor a diffusion model: no workflow of the usual kind can run",
            fr: "ComfyUI ne liste ni checkpoint ni modèle de diffusion : aucun workflow habituel ne peut tourner"),
        remedy: Message(
            "check.worker.no_models.remedy",
            en:
                "Put one into models/checkpoints or models/diffusion_models of the ComfyUI that runs; in a container, look where the "
                + "folder is mounted (docker inspect) or what extra_model_paths.yaml says.",
            fr:
                "Mettez-en un dans models/checkpoints ou models/diffusion_models du ComfyUI qui tourne ; dans un conteneur, voyez "
                + "où le dossier est monté (docker inspect) ou ce que dit extra_model_paths.yaml."),
        needs: [.lists]
    ) { survey in
        var told: Set<String> = []
        return survey.workers.filter { $0.models == 0 && told.insert($0.name).inserted }
            .map { Trace($0.place) }
    }

    private static let silentEvidence = Message(
        "check.worker.silent.evidence", en: "its container runs, and nothing answers: {reason}",
        fr: "son conteneur tourne, et rien ne répond : {reason}")

    private static let silentAlone = Message(
        "check.worker.silent.alone", en: "nothing answers there: {reason}", fr: "rien n’y répond : {reason}")
    private static let silentAloneRemedy = Message(
        "check.worker.silent.alone.remedy",
        en: "Start ComfyUI there, or name the address that it prints when it starts.",
        fr: "Démarrez-y ComfyUI, ou indiquez l’adresse qu’il affiche au démarrage.")
    static let workerMessages = [silentAlone, silentAloneRemedy]

    static let silent = Check(
        "worker.silent", .workers, .error,
        Message("check.worker.silent", en: "Every worker answers", fr: "Chaque worker répond"),
        evidence: silentEvidence,
        remedy: Message(
            "check.worker.silent.remedy",
            en:
                "It may still be installing or loading: docker logs -f {name}. If not, compare the port in its command with the "
                + "one published.",
            fr:
                "Il installe ou charge peut-être encore : docker logs -f {name}. Sinon comparez le port de sa commande avec "
                + "celui publié."),
        needs: [.workers]
    ) { survey in
        // One address that answers is enough.
        Dictionary(grouping: survey.workers, by: \.name).sorted { $0.key < $1.key }.compactMap { name, addresses in
            guard addresses.allSatisfy({ $0.stats.failure != nil }), let first = addresses.first,
                let failure = first.stats.failure
            else { return nil }
            guard first.container != nil else {
                return Trace(first.place, evidence: silentAlone.about(failure.words), remedy: silentAloneRemedy())
            }
            return Trace(first.place, ["name": name], evidence: silentEvidence.about(failure.words))
        }
    }

    static let otherServer = Check(
        "worker.other_server", .workers, .error,
        Message(
            "check.worker.other", en: "What answers for a worker is a ComfyUI",
            fr: "Ce qui répond pour un worker est un ComfyUI"),
        evidence: Message(
            "check.worker.other.evidence",
            en: "GET /system_stats is answered {status}, and not as ComfyUI answers it: nothing else could be judged",
            fr: "GET /system_stats répond {status}, et pas comme ComfyUI : rien d’autre n’a pu être jugé"),
        remedy: Message(
            "check.worker.other.remedy",
            en:
                "Name the address that ComfyUI prints when it starts. Where this is that address, its log says what is wrong.",
            fr:
                "Indiquez l’adresse que ComfyUI affiche au démarrage. Si c’est bien elle, son journal dit ce qui ne va pas."
        ),
        needs: [.workers]
    ) { survey in
        Dictionary(grouping: survey.workers, by: \.name).sorted { $0.key < $1.key }.compactMap { _, addresses in
            // A container may publish the port of something else, too.
            guard addresses.allSatisfy({ $0.isOther || $0.stats.failure != nil }),
                let first = addresses.first(where: \.isOther)
            else { return nil }
            return Trace(first.place, ["status": "\(first.stats.status ?? 0)"])
        }
    }

    static let knownHole = Check(
        "worker.known_hole", .workers, .error,
        Message(
            "check.worker.hole", en: "No worker has a known hole", fr: "Aucun worker n’a de faille connue"),
        evidence: Message(
            "check.worker.hole.evidence",
            en:
                "ComfyUI {version} shows what one user uploads as a page to another, whose browser runs the script in it",
            fr:
                "ComfyUI {version} montre ce qu’un utilisateur envoie comme une page à un autre, dont le navigateur exécute le script"
        ),
        remedy: Message(
            "check.worker.hole.remedy", en: "Update ComfyUI: this is mended since 0.3.40.",
            fr: "Mettez ComfyUI à jour : c’est corrigé depuis 0.3.40."),
        needs: [.versions]
    ) { survey in
        old(survey, before: [0, 3, 40]) { _ in true }
    }

    static let managerHole = Check(
        "worker.manager_hole", .workers, .critical,
        Message(
            "check.worker.manager_hole", en: "Nobody can rewrite ComfyUI-Manager's settings",
            fr: "Personne ne peut réécrire les réglages de ComfyUI-Manager"),
        evidence: Message(
            "check.worker.manager_hole.evidence",
            en: "under ComfyUI {version} Manager's settings lie where /userdata writes, its security level included "
                + "(CVE-2025-67303)",
            fr:
                "sous ComfyUI {version}, les réglages du Manager sont là où /userdata écrit, son niveau de sécurité compris "
                + "(CVE-2025-67303)"),
        remedy: Message(
            "check.worker.manager_hole.remedy",
            en:
                "Update ComfyUI to 0.3.76 or later and Manager to 3.38 or later; behind the gate nobody's /userdata reaches it.",
            fr:
                "Mettez ComfyUI à jour en 0.3.76 ou plus et le Manager en 3.38 ou plus ; derrière le portail, /userdata ne l’atteint pas."
        ),
        needs: [.versions]
    ) { survey in
        // 403 is Manager's, too: without it there is no such route.
        old(survey, before: [0, 3, 76]) { [200, 403].contains($0.manager.status) }
    }

    private static func old(_ survey: Survey, before version: [Int], _ matches: (WorkerFacts) -> Bool) -> [Trace] {
        var told: Set<String> = []
        return survey.workers.compactMap { worker -> Trace? in
            guard let own = worker.version, matches(worker) else { return nil }
            let numbers = own.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
            guard numbers.lexicographicallyPrecedes(version), told.insert(worker.name).inserted
            else {
                return nil
            }
            return Trace(worker.place, ["version": own])
        }
    }

    static let brokenWay = Check(
        "request.broken", .workers, .error,
        Message(
            "check.request", en: "Requests get through to a worker by every address that was named",
            fr: "Les requêtes atteignent un worker par chaque adresse indiquée"),
        evidence: Message("check.request.evidence", en: "a link is broken", fr: "un maillon est rompu"),
        remedy: Message(
            "check.request.remedy", en: "comfygate diagnose --url {url} shows the whole way.",
            fr: "comfygate diagnose --url {url} montre tout le chemin."),
        needs: [.ways]
    ) { survey in
        survey.ways.flatMap { way in
            // What is behind the nearest broken link may only be its consequence; diagnose tells it. That a gate wants a login is
            // as it should be, and nobody has given one here.
            way.causes.prefix(1).filter { !["login.none_given", "login.none_found"].contains($0.id) }.map {
                Trace("\(way.url) (\($0.id))", evidence: $0.evidence, remedy: $0.remedy)
            }
        }
    }
}

extension Message {
    /// With a reason that has its own words in each language.
    func about(_ reason: Phrase) -> Phrase {
        func text(_ language: Language) -> String { self(["reason": reason.text(in: language)]).text(in: language) }
        return Phrase(en: text(.english), fr: text(.french))
    }
}

extension WorkerFacts {
    /// The container and the address.
    var place: String { container.map { "\($0) (\(address))" } ?? address }
}

extension HTTPFailure {
    var words: Phrase {
        switch self {
        case .refused: AnswerMessages.refused()
        case .unreachable(let reason): AnswerMessages.unreachable(["reason": reason])
        case .tls(let reason): AnswerMessages.noTLS(["reason": reason])
        case .timedOut: AnswerMessages.timedOut()
        case .silent: AnswerMessages.silent()
        case .notHTTP: AnswerMessages.notHTTP()
        case .closed: AnswerMessages.closed()
        }
    }
}

/// Why a request had no answer.
enum AnswerMessages {
    static let refused = Message(
        "answer.refused", en: "the connection is refused", fr: "la connexion est refusée")
    static let unreachable = Message(
        "answer.unreachable", en: "no connection ({reason})", fr: "pas de connexion ({reason})")
    static let noTLS = Message("answer.no_tls", en: "TLS fails ({reason})", fr: "TLS échoue ({reason})")
    static let timedOut = Message("answer.timed_out", en: "no connection in time", fr: "pas de connexion à temps")
    static let silent = Message(
        "answer.silent", en: "the connection is taken, and no answer comes in time",
        fr: "la connexion est acceptée, et aucune réponse ne vient à temps")
    static let notHTTP = Message("answer.not_http", en: "the answer is not HTTP", fr: "la réponse n’est pas du HTTP")
    static let closed = Message(
        "answer.closed", en: "the connection is closed without an answer", fr: "la connexion est fermée sans réponse")
    static let all = [refused, unreachable, noTLS, timedOut, silent, notHTTP, closed]
}
