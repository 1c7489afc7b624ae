internal import Basics

/// The audit trail.
enum AuditWords {
    static let title = Message("audit.title", en: "Audit trail", fr: "Journal d’audit")
    static let lead = Message(
        "audit.lead", en: "The newest changes, sealed one after the other.",
        fr: "Les derniers changements, scellés l’un après l’autre.")
    static let list = Message("audit.list", en: "Newest first", fr: "Du plus récent au plus ancien")
    static let none = Message("audit.none", en: "Nothing has been changed yet.", fr: "Rien n’a encore été changé.")
    static let number = Message("audit.number", en: "No.", fr: "Nº")
    static let time = Message("audit.time", en: "Time", fr: "Moment")
    static let actor = Message("audit.actor", en: "Who", fr: "Qui")
    static let action = Message("audit.action", en: "What", fr: "Quoi")
    static let subject = Message("audit.subject", en: "To what", fr: "Sur quoi")
    static let detail = Message("audit.detail", en: "Details", fr: "Détails")
    static let show = Message("audit.show", en: "Show", fr: "Afficher")
    static let entries = Message("audit.entries", en: "Entries", fr: "Entrées")
    static let head = Message(
        "audit.head", en: "Head of the trail; compare it with the log, or with: comfygate audit verify --head",
        fr: "Tête du journal ; comparez-la avec les traces, ou avec : comfygate audit verify --head")
    static let intact = Message(
        "audit.intact", en: "Every record is as it was written.", fr: "Chaque entrée est telle qu’elle a été écrite.")
    static let altered = Message(
        "audit.altered", en: "Record {number} is not as it was written. Keep a copy of the store and look into it.",
        fr: "L’entrée {number} n’est pas telle qu’elle a été écrite. Gardez une copie des données et cherchez pourquoi."
    )
    static let missing = Message(
        "audit.missing", en: "Records are missing from number {number} on. Keep a copy of the store and look into it.",
        fr: "Des entrées manquent à partir du numéro {number}. Gardez une copie des données et cherchez pourquoi.")

    static let all = [
        title, lead, list, none, number, time, actor, action, subject, detail, show, entries, head, intact, altered,
        missing,
    ]
}

/// How the gate and its worker are.
enum StatusWords {
    static let title = Message("status.title", en: "Status", fr: "État")
    static let worker = Message("status.worker", en: "Worker", fr: "Serveur de calcul")
    static let gate = Message("status.gate", en: "Gate", fr: "Portail")
    static let noWorker = Message(
        "status.no_worker", en: "No worker is configured: set worker.url in comfygate.yaml.",
        fr: "Aucun serveur de calcul n’est configuré : renseignez worker.url dans comfygate.yaml.")
    static let up = Message("status.up", en: "answers", fr: "répond")
    static let down = Message("status.down", en: "does not answer", fr: "ne répond pas")
    static let unknown = Message("status.unknown", en: "not asked yet", fr: "pas encore interrogé")
    static let state = Message("status.state", en: "State", fr: "État")
    static let reason = Message("status.reason", en: "Reason", fr: "Raison")
    static let address = Message("status.address", en: "Address", fr: "Adresse")
    static let version = Message("status.version", en: "Version", fr: "Version")
    static let python = Message("status.python", en: "Python", fr: "Python")
    static let devices = Message("status.devices", en: "Devices", fr: "Processeurs")
    static let queue = Message("status.queue", en: "Queue", fr: "File d’attente")
    static let queueText = Message(
        "status.queue_text", en: "{running} running, {pending} waiting", fr: "{running} en cours, {pending} en attente")
    static let asked = Message("status.asked", en: "Asked", fr: "Interrogé")
    static let around = Message(
        "status.around",
        en:
            "The worker can be reached around the gate, at {address}, without any account. Bind it to 127.0.0.1, or to a network that only the gate is in.",
        fr:
            "Le serveur de calcul est joignable sans passer par le portail, à {address}, sans aucun compte. Faites-le écouter sur 127.0.0.1, ou sur un réseau réservé au portail."
    )
    static let refuses = Message(
        "status.refuses",
        en: "The worker answers {status} to the gate. If it wants a password, give it in worker.bearer_file.",
        fr:
            "Le serveur de calcul répond {status} au portail. S’il exige un mot de passe, donnez-le dans worker.bearer_file."
    )
    static let since = Message("status.since", en: "Since", fr: "Depuis")
    static let plain = Message(
        "status.plain",
        en:
            "The gate speaks plain HTTP on an address that others can reach: passwords and pictures travel readable. Give it a certificate.",
        fr:
            "Le portail parle HTTP en clair sur une adresse que d’autres peuvent atteindre : mots de passe et images circulent lisibles. Donnez-lui un certificat."
    )
    static let noPublicURL = Message(
        "status.no_public_url", en: "public_url is not set: only addresses in numbers and localhost are answered.",
        fr: "public_url n’est pas défini : seules les adresses numériques et localhost reçoivent une réponse.")
    static let migration = Message(
        "status.migration",
        en: "The old ComfyUI-Login hash is still accepted, until {end}. Give those scripts tokens of their own.",
        fr:
            "L’ancienne empreinte de ComfyUI-Login est encore acceptée, jusqu’au {end}. Donnez à ces scripts leurs propres jetons."
    )
    static let diskLow = Message(
        "status.disk_low", en: "The disk is nearly full: uploads and jobs are refused until there is room.",
        fr: "Le disque est presque plein : envois et tâches sont refusés tant qu’il n’y a pas de place.")
    static let started = Message("status.started", en: "Started", fr: "Démarré")
    static let connections = Message("status.connections", en: "Connections", fr: "Connexions ouvertes")
    static let accounts = Message("status.accounts", en: "Accounts", fr: "Comptes")
    static let sessions = Message("status.sessions", en: "Logins", fr: "Sessions")
    static let addresses = Message("status.addresses", en: "Addresses", fr: "Adresses")

    static let all = [
        title, worker, gate, noWorker, up, down, unknown, state, reason, address, version, python, devices, queue,
        queueText, asked, since, refuses, around, plain, noPublicURL, migration, diskLow, started, connections,
        accounts, sessions,
        addresses,
    ]
}

/// Every catalogue of the pages.
enum WebWords {
    static let all =
        FrameWords.all + TimeWords.all + FormWords.all + RoleWords.all + NoticeWords.all + LoginWords.all
        + LogoutWords.all + PasswordWords.all + InvitationWords.all + StartWords.all + ErrorWords.all + AccountWords.all
        + TokenWords.all + SessionWords.all + PeopleWords.all + GroupWords.all + AuditWords.all + StatusWords.all
        + ServiceWords.all + JobWords.all + JobReasons.all + UsageWords.all + FileWords.all
}
