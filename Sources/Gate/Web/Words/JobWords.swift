internal import Basics

/// Jobs, and graphs under which workers stopped.
enum JobWords {
    static let title = Message("jobs.title", en: "Jobs", fr: "Jobs")
    static let one = Message("jobs.one", en: "Job {number}", fr: "Job {number}")
    static let filter = Message("jobs.filter", en: "Show", fr: "Afficher")
    static let account = Message("jobs.account_name", en: "Account", fr: "Compte")
    static let state = Message("jobs.state", en: "State", fr: "État")
    static let since = Message("jobs.since", en: "Submitted since", fr: "Envoyé depuis")
    static let everything = Message("jobs.all", en: "All", fr: "Tous")
    static let open = Message("jobs.open", en: "Not ended", fr: "Non terminés")
    static let ended = Message("jobs.ended_all", en: "Ended", fr: "Terminés")
    static let counts = Message("jobs.counts", en: "How many there are", fr: "Combien il y en a")
    static let list = Message("jobs.list", en: "Newest first", fr: "Du plus récent au plus ancien")
    static let noneYet = Message(
        "jobs.none_yet",
        en: "No job has been kept yet. They appear here as soon as somebody runs a workflow at {address}.",
        fr: "Aucun job n’est encore conservé. Ils apparaîtront ici dès que quelqu’un exécutera un workflow à {address}."
    )
    static let noneFits = Message(
        "jobs.none_fits", en: "No job fits this filter.", fr: "Aucun job ne correspond à ce filtre.")
    static let showAll = Message("jobs.show_all", en: "Show all jobs", fr: "Afficher tous les jobs")
    static let older = Message("jobs.older", en: "Older", fr: "Plus anciens")
    static let newest = Message("jobs.newest", en: "Newest", fr: "Les plus récents")
    static let pages = Message("jobs.pages", en: "Pages of the list", fr: "Pages de la liste")
    static let number = Message("jobs.number", en: "Job", fr: "Job")
    static let submitted = Message("jobs.submitted", en: "Submitted", fr: "Envoyé")
    static let ran = Message("jobs.ran", en: "Ran for", fr: "Durée")
    static let failure = Message("jobs.failure", en: "Failure", fr: "Échec")

    // States and what jobs at workers are at.
    static let queued = Message("jobs.state.queued", en: "waiting", fr: "en attente")
    static let dispatched = Message("jobs.state.dispatched", en: "at a worker", fr: "chez un serveur de calcul")
    static let succeeded = Message("jobs.state.succeeded", en: "done", fr: "réussi")
    static let failed = Message("jobs.state.failed", en: "failed", fr: "échoué")
    static let canceled = Message("jobs.state.canceled", en: "canceled while it ran", fr: "annulé en cours de route")
    static let withdrawn = Message("jobs.state.withdrawn", en: "canceled before it ran", fr: "annulé avant son début")
    static let expired = Message("jobs.state.expired", en: "waited too long", fr: "a trop attendu")
    static let dispatching = Message("jobs.phase.dispatching", en: "being handed over", fr: "en cours de remise")
    static let running = Message("jobs.phase.running", en: "running", fr: "en cours")
    static let finishing = Message(
        "jobs.phase.finishing", en: "fetching its files", fr: "ses fichiers sont récupérés")
    static let canceling = Message("jobs.phase.canceling", en: "being stopped", fr: "en cours d’arrêt")
    static let unknown = Message(
        "jobs.phase.unknown", en: "its worker does not answer", fr: "son serveur de calcul ne répond pas")

    // One job.
    static let why = Message("jobs.why_title", en: "Why it is where it is", fr: "Pourquoi il en est là")
    static let actions = Message("jobs.actions", en: "What can be done", fr: "Ce qu’on peut faire")
    static let started = Message("jobs.started", en: "Begun", fr: "Commencé")
    static let finished = Message("jobs.finished", en: "Ended", fr: "Terminé")
    static let waited = Message("jobs.waited", en: "Waited for", fr: "A attendu")
    static let expires = Message("jobs.expires", en: "Gives up", fr: "Abandon")
    static let cancelAsked = Message("jobs.cancel_asked", en: "Cancel asked for", fr: "Annulation demandée")
    static let id = Message("jobs.id", en: "Id", fr: "Identifiant")
    static let workflow = Message("jobs.workflow", en: "Workflow", fr: "Workflow")
    static let signature = Message("jobs.signature", en: "Signature of the graph", fr: "Signature du graphe")
    static let size = Message("jobs.size", en: "Size of the graph", fr: "Taille du graphe")
    static let repeats = Message("jobs.repeats", en: "Repeats", fr: "Refait")
    static let tries = Message("jobs.tries", en: "Tries", fr: "Essais")
    static let noTries = Message(
        "jobs.no_tries", en: "No worker has had it.", fr: "Aucun serveur de calcul ne l’a eu.")
    static let oldestFirst = Message("jobs.oldest_first", en: "Oldest first", fr: "Du plus ancien au plus récent")
    static let byName = Message("jobs.by_name", en: "By name", fr: "Par nom")
    static let outcome = Message("jobs.outcome", en: "Outcome", fr: "Issue")
    static let underWay = Message("jobs.under_way", en: "under way", fr: "en cours")
    static let files = Message("jobs.files", en: "Files it made", fr: "Fichiers produits")
    static let noFiles = Message("jobs.no_files", en: "It has made no file.", fr: "Il n’a produit aucun fichier.")
    static let cancel = Message("jobs.cancel", en: "Cancel it", fr: "L’annuler")
    static let cancelBecause = Message(
        "jobs.cancel_because", en: "Job {number} of {account} ends without a result. What it has computed is lost.",
        fr: "Le job {number} de {account} se termine sans résultat. Ce qu’il a calculé est perdu.")
    static let cancelButton = Message("jobs.cancel_button", en: "Cancel the job", fr: "Annuler le job")
    static let retry = Message("jobs.retry", en: "Do it again", fr: "Le refaire")
    static let retryHint = Message(
        "jobs.retry_hint", en: "A new job does the same, outside its owner’s quota.",
        fr: "Un nouveau job fait la même chose, hors du quota de son propriétaire.")
    static let first = Message("jobs.first", en: "Put it first", fr: "Le mettre en premier")
    static let last = Message("jobs.last", en: "Put it last", fr: "Le mettre en dernier")
    static let moveHint = Message(
        "jobs.move_hint", en: "First or last in its account’s line; accounts still take turns.",
        fr: "En tête ou en fin de la file de son compte ; les comptes passent toujours à tour de rôle.")
    static let toList = Message("jobs.to_list", en: "To the jobs", fr: "Vers les jobs")

    // Quarantine.
    static let quarantine = Message("quarantine.title", en: "Quarantine", fr: "Quarantaine")
    static let quarantineLink = Message(
        "quarantine.link", en: "Graphs under which workers stopped",
        fr: "Graphes sous lesquels des serveurs de calcul se sont arrêtés")
    static let quarantineLead = Message(
        "quarantine.lead",
        en:
            "A graph under which a worker stopped twice runs no more, whoever sends it: its jobs fail. One success clears a graph, and so does its release here.",
        fr:
            "Un graphe sous lequel un serveur de calcul s’est arrêté deux fois ne s’exécute plus, quel que soit l’expéditeur : ses jobs échouent. Une réussite le blanchit, et sa libération ici aussi."
    )
    static let quarantineNone = Message(
        "quarantine.none", en: "No worker has stopped under a graph. There is nothing to do here.",
        fr: "Aucun serveur de calcul ne s’est arrêté sous un graphe. Il n’y a rien à faire ici.")
    static let deaths = Message("quarantine.deaths", en: "Stops", fr: "Arrêts")
    static let lastDeath = Message("quarantine.last", en: "Last", fr: "Dernier")
    static let held = Message("quarantine.held", en: "quarantined", fr: "en quarantaine")
    static let free = Message("quarantine.free", en: "still runs", fr: "s’exécute encore")
    static let release = Message("quarantine.release", en: "Release", fr: "Libérer")
    static let releaseBecause = Message(
        "quarantine.release_because",
        en: "Jobs with this graph run again. If the worker stops once more, look at its memory and its log first.",
        fr:
            "Les jobs avec ce graphe s’exécuteront de nouveau. Si le serveur de calcul s’arrête encore, regardez d’abord sa mémoire et son journal."
    )
    static let releaseButton = Message("quarantine.release_button", en: "Release the graph", fr: "Libérer le graphe")

    static let all = [
        title, one, filter, account, state, since, everything, open, ended, counts, list, noneYet, noneFits, showAll,
        older,
        newest, pages, number, submitted, ran, failure, queued, dispatched, succeeded, failed, canceled, withdrawn,
        expired, dispatching, running, finishing, canceling, unknown, why, actions, started, finished, waited, expires,
        cancelAsked, id, workflow, signature, size, repeats, tries, noTries, oldestFirst, byName, outcome, underWay,
        files, noFiles, cancel,
        cancelBecause, cancelButton, retry, retryHint, first, last, moveHint, toList, quarantine, quarantineLink,
        quarantineLead, quarantineNone, deaths, lastDeath, held, free, release, releaseBecause, releaseButton,
    ]
}
