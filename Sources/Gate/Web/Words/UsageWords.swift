internal import Basics

/// What jobs came to, and how near accounts are to their limits.
enum UsageWords {
    static let title = Message("usage.title", en: "Usage", fr: "Consommation")
    static let by = Message("usage.by_what", en: "Sums by", fr: "Sommes par")
    static let account = Message("usage.account", en: "Account", fr: "Compte")
    static let team = Message("usage.team", en: "Team", fr: "Équipe")
    static let workflow = Message("usage.workflow", en: "Workflow", fr: "Workflow")
    static let day = Message("usage.day", en: "Day", fr: "Jour")
    static let since = Message("usage.since", en: "First day", fr: "Premier jour")
    static let until = Message("usage.until", en: "Last day", fr: "Dernier jour")
    static let only = Message("usage.only", en: "Account (all without it)", fr: "Compte (tous sinon)")
    static let show = Message("usage.show", en: "Show", fr: "Afficher")
    static let list = Message("usage.list", en: "From {since} to {until}", fr: "Du {since} au {until}")
    static let none = Message(
        "usage.none",
        en: "No job has ended in these days. Choose other days, or wait until somebody’s job has ended.",
        fr: "Aucun job ne s’est terminé ces jours-là. Choisissez d’autres jours, ou attendez la fin d’un job.")
    static let jobs = Message("usage.jobs", en: "Jobs", fr: "Jobs")
    static let failed = Message("usage.failed", en: "Of them failed", fr: "Dont échoués")
    static let time = Message("usage.time", en: "GPU time", fr: "Temps GPU")
    static let bytes = Message("usage.bytes", en: "Files made", fr: "Fichiers produits")
    static let noTeam = Message("usage.no_team", en: "In no team", fr: "Sans équipe")
    static let sum = Message("usage.sum", en: "All together", fr: "En tout")
    static let teamsHint = Message(
        "usage.teams_hint", en: "Whoever is in several teams counts in each.",
        fr: "Qui est dans plusieurs équipes compte dans chacune.")
    static let limits = Message("usage.limits", en: "How near the limits are", fr: "À quelle distance des limites")
    static let limitsLead = Message(
        "usage.limits_lead",
        en: "The nearest first. Limits are set by the policies in comfygate.yaml; days and months are those of UTC.",
        fr:
            "Les plus proches d’abord. Les limites viennent des règles (policies) de comfygate.yaml ; jours et mois sont ceux d’UTC."
    )
    static let noLimits = Message(
        "usage.no_limits", en: "Nobody has used anything this month.", fr: "Personne n’a rien utilisé ce mois-ci.")
    static let policy = Message("usage.policy", en: "Policy", fr: "Règle")
    static let limit = Message("usage.limit", en: "Used of what is allowed", fr: "Utilisé sur permis")
    static let of = Message("usage.of", en: "{used} of {limit}", fr: "{used} sur {limit}")
    static let line = Message("usage.line", en: "{what}: {amount}", fr: "{what} : {amount}")
    static let badDay = Message(
        "usage.bad_day", en: "Write the day as 2026-12-31.", fr: "Écrivez le jour comme 2026-12-31.")
    static let behind = Message(
        "usage.behind", en: "The first day is behind the last one; choose an earlier one.",
        fr: "Le premier jour est après le dernier ; choisissez-en un plus tôt.")
    static let waitingJobs = Message("usage.waiting_jobs", en: "waiting jobs", fr: "jobs en attente")
    static let waitingBytes = Message(
        "usage.waiting_bytes", en: "size of waiting jobs", fr: "taille des jobs en attente")
    static let dayJobs = Message("usage.day_jobs", en: "jobs today", fr: "jobs aujourd’hui")
    static let dayTime = Message("usage.day_time", en: "GPU time today", fr: "temps GPU aujourd’hui")
    static let monthJobs = Message("usage.month_jobs", en: "jobs this month", fr: "jobs ce mois-ci")
    static let monthTime = Message("usage.month_time", en: "GPU time this month", fr: "temps GPU ce mois-ci")
    static let stored = Message("usage.stored", en: "files kept", fr: "fichiers gardés")
    static let near = Message("usage.near", en: "near", fr: "proche")
    static let reached = Message("usage.reached", en: "reached", fr: "atteinte")

    static let all = [
        title, by, account, team, workflow, day, since, until, only, show, list, none, jobs, failed, time, bytes,
        noTeam, sum, teamsHint, limits, limitsLead, noLimits, policy, limit, of, line, badDay, behind, waitingJobs,
        waitingBytes, dayJobs,
        dayTime, monthJobs, monthTime, stored, near, reached,
    ]
}

/// Files of all accounts.
enum FileWords {
    static let title = Message("files.title", en: "Files", fr: "Fichiers")
    static let disk = Message("files.disk", en: "Disk of the data folder", fr: "Disque du dossier de données")
    static let room = Message("files.room", en: "Free", fr: "Libre")
    static let roomText = Message("files.room_text", en: "{free} of {size}", fr: "{free} sur {size}")
    static let low = Message(
        "files.low",
        en: "The disk is nearly full: uploads and jobs are refused until there is room. Let go below, or make room.",
        fr:
            "Le disque est presque plein : envois et jobs sont refusés. Libérez de la place ci-dessous, ou ailleurs sur le disque."
    )
    static let list = Message("files.list", en: "Files by account", fr: "Fichiers par compte")
    static let inputs = Message("files.inputs", en: "Inputs", fr: "Entrées")
    static let outputs = Message("files.outputs", en: "Outputs", fr: "Sorties")
    static let previews = Message("files.previews", en: "Previews", fr: "Aperçus")
    static let bytes = Message("files.bytes", en: "Bytes", fr: "Octets")
    static let bytesHint = Message(
        "files.bytes_hint", en: "Equal files lie on the disk once only, however often they are counted here.",
        fr: "Des fichiers égaux ne sont qu’une fois sur le disque, même comptés plusieurs fois ici.")
    static let of = Message("files.of", en: "Newest files of {account}", fr: "Derniers fichiers de {account}")
    static let none = Message(
        "files.none", en: "{account} has no files. They come with uploads and with jobs.",
        fr: "{account} n’a pas de fichiers. Ils viennent des envois et des jobs.")
    static let name = Message("files.name", en: "Name", fr: "Nom")
    static let folder = Message("files.folder", en: "Folder", fr: "Dossier")
    static let size = Message("files.size", en: "Size", fr: "Taille")
    static let came = Message("files.came", en: "Came", fr: "Arrivée")
    static let toAll = Message("files.to_all", en: "Files of all accounts", fr: "Fichiers de tous les comptes")
    static let free = Message("files.free", en: "Let go what is not needed", fr: "Libérer l’inutile")
    static let freeLead = Message(
        "files.free_lead",
        en:
            "Policies say how long files and jobs are kept; bytes that nobody refers to any more can be freed. The gate does both each hour by itself.",
        fr:
            "Les règles disent combien de temps fichiers et jobs sont gardés ; les octets que plus rien ne désigne peuvent être libérés. Le portail fait les deux chaque heure."
    )
    static let count = Message("files.count", en: "Count what would go", fr: "Compter ce qui partirait")
    static let freeNow = Message("files.free_now", en: "Let it go now", fr: "Libérer maintenant")
    static let freeBecause = Message(
        "files.free_because",
        en: "Files and jobs that no policy keeps any more are gone afterwards, for their owners too.",
        fr: "Les fichiers et jobs qu’aucune règle ne garde plus auront disparu, pour leurs propriétaires aussi.")
    static let freeButton = Message("files.free_button", en: "Let go", fr: "Libérer")
    static let wouldGo = Message(
        "files.would_go",
        en:
            "{files} files of {bytes} and {jobs} jobs would no longer be kept; {assets} pieces of {freed} belong to nobody now.",
        fr:
            "{files} fichiers de {bytes} et {jobs} jobs ne seraient plus gardés ; {assets} contenus de {freed} ne sont plus à personne."
    )
    static let gone = Message(
        "files.gone",
        en: "{files} files of {bytes} and {jobs} jobs are no longer kept; {freed} in {assets} pieces are free.",
        fr: "{files} fichiers de {bytes} et {jobs} jobs ne sont plus gardés ; {freed} en {assets} contenus sont libres."
    )
    static let goneHint = Message(
        "files.gone_hint", en: "Bytes that came within the last day are freed later, by the gate itself.",
        fr: "Les octets arrivés depuis moins d’un jour seront libérés plus tard, par le portail lui-même.")
    static let verify = Message(
        "files.verify", en: "To read every byte and compare it with its hash: {command}",
        fr: "Pour relire chaque octet et le comparer à son empreinte : {command}")

    static let all = [
        title, disk, room, roomText, low, list, inputs, outputs, previews, bytes, bytesHint, of, none, name, folder,
        size, came, toAll, free, freeLead, count, freeNow, freeBecause, freeButton, wouldGo, gone, goneHint, verify,
    ]
}
