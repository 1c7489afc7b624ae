internal import Basics

/// What the commands that change secrets say.
enum SecretsMessages {
    // MARK: Options

    static let dryRun = Message(
        "secrets.option.dry_run", en: "Say what would change, and change nothing",
        fr: "Dire ce qui changerait, sans rien changer")
    static let noBackup = Message(
        "secrets.option.no_backup", en: "Keep neither what is there nor what comes",
        fr: "Ne garder ni ce qu’il y a, ni ce qui vient")
    static let credential = Message(
        "secrets.option.credential", en: "The credential's name; `default` otherwise",
        fr: "Le nom du secret ; sinon `default`")
    static let name = Message("secrets.option.name", en: "The credential's name", fr: "Le nom du secret")
    static let tokenInput = Message(
        "secrets.option.token_stdin", en: "Read the raw token from standard input",
        fr: "Lire le jeton brut sur l’entrée standard")
    static let tokenPrompt = Message(
        "secrets.option.token_prompt", en: "Ask for the raw token at the terminal",
        fr: "Demander le jeton brut dans le terminal")
    static let tokenQuestion = Message("secrets.token_question", en: "Raw token: ", fr: "Jeton brut : ")
    static let tokenFile = Message(
        "secrets.option.token_file", en: "Read the raw token from a file", fr: "Lire le jeton brut dans un fichier")
    static let tokenFrom = Message(
        "secrets.option.from",
        en: "Take what stands in this location, PATH or PATH:KEY, be it a raw token or its hash",
        fr: "Prendre ce que contient cet emplacement, PATH ou PATH:KEY, jeton brut ou empreinte")
    static let tokenGenerate = Message(
        "secrets.option.generate", en: "Make a new random token", fr: "Tirer un nouveau jeton au hasard")
    static let tokenShown = Message(
        "secrets.option.token", en: "The raw token itself; it stays in the shell's history",
        fr: "Le jeton brut lui-même ; il reste dans l’historique du shell")
    static let oneSource = Message(
        "secrets.one_source", en: "Two sources of a token are given.", fr: "Deux sources de jeton sont données.")
    static let keepOne = Message("secrets.keep_one", en: "Keep one of them.", fr: "Gardez-en une.")

    // MARK: Sources of a token

    static let inHistory = Message(
        "secrets.in_history",
        en: "--token stays in the shell's history, and process lists show it: --token-stdin does not.",
        fr: "--token reste dans l’historique du shell, et la liste des processus le montre : pas --token-stdin.")
    static let short = Message(
        "secrets.short",
        en: "The token has fewer than {limit} characters and could be guessed: `--generate` makes one.",
        fr: "Le jeton a moins de {limit} caractères et pourrait être deviné : `--generate` en fait un.")
    static let unfit = Message(
        "secrets.unfit", en: "bcrypt takes tokens of 1 to 72 bytes without NUL: give another one, or --generate.",
        fr: "bcrypt prend des jetons de 1 à 72 octets sans NUL : donnez-en un autre, ou --generate.")
    static let placeholder = Message(
        "secrets.placeholder", en: "That is a text from an example, not a token.",
        fr: "C’est un texte d’exemple, pas un jeton.")
    static let controls = Message(
        "secrets.controls",
        en: "The token has a line end or another control character in it: no program could send it.",
        fr:
            "Le jeton contient une fin de ligne ou un autre caractère de contrôle : aucun programme ne pourrait l’envoyer."
    )
    static let nothingThere = Message(
        "secrets.nothing_there", en: "Nothing stands there.", fr: "Il n’y a rien à cet endroit.")
    static let nothingThereRemedy = Message(
        "secrets.nothing_there_remedy", en: "Name a place as `comfygate secrets audit` lists it: PATH or PATH:KEY.",
        fr: "Indiquez une place comme `comfygate secrets audit` la donne : PATH ou PATH:KEY.")
    static let brokenHash = Message(
        "secrets.broken_hash", en: "What stands there is no hash that anybody could log in with. {reason}",
        fr: "Ce qui s’y trouve n’est pas une empreinte utilisable. {reason}")
    static let noToken = Message(
        "secrets.no_token", en: "The credential {name} has no raw token.", fr: "Le secret {name} n’a pas de jeton brut."
    )
    static let noTokenRemedy = Message(
        "secrets.no_token_remedy", en: "Give one by --token-stdin, --token-file or --from, or let --generate make one.",
        fr: "Donnez-en un par --token-stdin, --token-file ou --from, ou laissez --generate en faire un.")
    static let rawDropped = Message(
        "secrets.raw_dropped",
        en:
            "The raw token in the source of truth is not this hash's and was taken out: places that want it need the right one.",
        fr:
            "Le jeton brut de la source de vérité n’est pas celui de cette empreinte et en a été retiré : les places qui le veulent ont besoin du bon."
    )
    static let disagree = Message(
        "secrets.disagree", en: "These places hold different values, so they were left alone: {places}.",
        fr: "Ces places contiennent des valeurs différentes, et sont restées telles quelles : {places}.")
    static let disagreeRemedy = Message(
        "secrets.disagree_remedy", en: "Say which one is right: `unify --credential {name} --from PATH:KEY`.",
        fr: "Dites laquelle est la bonne : `unify --credential {name} --from PATH:KEY`.")
    static let unknownCredential = Message(
        "secrets.unknown_credential", en: "There is no credential {name}.", fr: "Il n’y a pas de secret {name}.")
    static let knownCredentials = Message(
        "secrets.known_credentials", en: "There are: {names}.", fr: "Il y a : {names}.")
    static let badName = Message(
        "secrets.bad_name", en: "A name has up to 64 lower-case letters, digits, - and _.",
        fr: "Un nom a jusqu’à 64 lettres minuscules, chiffres, - et _.")

    // MARK: What happens

    static let undone = Message(
        "secrets.undone", en: "An earlier change was stopped half-way; these files are as before it: {paths}",
        fr: "Un changement antérieur a été interrompu ; ces fichiers sont comme avant : {paths}")
    static let finished = Message(
        "secrets.finished", en: "An earlier change was stopped at its end; it stands: {paths}",
        fr: "Un changement antérieur a été interrompu à la fin ; il est fait : {paths}")
    static let refused = Message(
        "secrets.refused", en: "Nothing was changed.", fr: "Rien n’a été changé.")
    static let asBefore = Message(
        "secrets.as_before", en: "All files are as before.", fr: "Tous les fichiers sont comme avant.")
    static let nothingToDo = Message(
        "secrets.nothing_to_do", en: "Every location holds what it should; nothing was written.",
        fr: "Chaque emplacement contient ce qu’il doit ; rien n’a été écrit.")
    static let wouldChange = Message(
        "secrets.would_change", en: (one: "1 file would change.", other: "{count} files would change."),
        fr: (one: "{count} fichier changerait.", other: "{count} fichiers changeraient."))
    static let changed = Message(
        "secrets.changed", en: (one: "1 file was changed.", other: "{count} files were changed."),
        fr: (one: "{count} fichier a été changé.", other: "{count} fichiers ont été changés."))
    static let recreate = Message(
        "secrets.recreate",
        en: "Containers read their environment only when they are made: recreate those of a changed .env "
            + "(docker compose up -d --force-recreate), restart those of a changed file. "
            + "`comfygate secrets validate` then asks them.",
        fr: "Un conteneur ne lit son environnement qu’à sa création : recréez ceux d’un .env changé "
            + "(docker compose up -d --force-recreate), redémarrez ceux d’un fichier changé. "
            + "`comfygate secrets validate` les interroge ensuite.")
    static let stillOff = Message(
        "secrets.still_off",
        en: (
            one: "1 location still needs a hand: see `comfygate secrets audit`.",
            other: "{count} locations still need a hand: see `comfygate secrets audit`."
        ),
        fr: (
            one: "{count} emplacement reste à revoir : voyez `comfygate secrets audit`.",
            other: "{count} emplacements restent à revoir : voyez `comfygate secrets audit`."
        ))

    // MARK: Words of tables

    static let set = Message("secrets.step.set", en: "set", fr: "corrigé")
    static let added = Message("secrets.step.added", en: "added", fr: "ajouté")
    static let narrowed = Message("secrets.step.narrowed", en: "mode {old} → {new}", fr: "mode {old} → {new}")
    static let written = Message("secrets.step.written", en: "written", fr: "écrit")

    static let all = [
        dryRun, noBackup, credential, name, tokenInput, tokenPrompt, tokenQuestion, tokenFile, tokenFrom, tokenGenerate,
        tokenShown, oneSource,
        keepOne,
        inHistory,
        short, unfit, placeholder, controls, nothingThere, nothingThereRemedy, brokenHash, noToken, noTokenRemedy,
        rawDropped,
        disagree,
        disagreeRemedy,
        unknownCredential, knownCredentials, badName, undone, finished, refused, asBefore, nothingToDo, wouldChange,
        changed,
        recreate, stillOff, set, added, narrowed, written,
    ]
}
