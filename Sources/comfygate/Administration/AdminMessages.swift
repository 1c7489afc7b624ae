internal import Basics

/// What the commands of administration say to people.
enum AdminMessages {
    static let data = Message("admin.data", en: "The data folder of the gate", fr: "Le dossier des données du portail")
    static let name = Message("admin.name", en: "The account's name or id", fr: "Le nom ou l’identifiant du compte")
    static let team = Message("admin.team", en: "The team's name or id", fr: "Le nom ou l’identifiant de l’équipe")
    static let role = Message("admin.role", en: "What the account may do", fr: "Ce que le compte peut faire")
    static let teams = Message("admin.teams", en: "A team the account is in", fr: "Une équipe du compte")

    static let passwordInput = Message(
        "admin.password_stdin", en: "Read the password from standard input",
        fr: "Lit le mot de passe sur l’entrée standard")
    static let passwordFile = Message(
        "admin.password_file", en: "Read the password from a file", fr: "Lit le mot de passe dans un fichier")
    static let passwordMustChange = Message(
        "admin.must_change", en: "The password serves once, to choose another on the console",
        fr: "Le mot de passe sert une fois, pour en choisir un autre sur la console")
    static let passwordPrompt = Message(
        "admin.password_prompt", en: "Password of {name}: ", fr: "Mot de passe de {name} : ")
    static let passwordAgain = Message("admin.password_again", en: "Once more: ", fr: "Encore une fois : ")
    static let passwordsDiffer = Message(
        "admin.passwords_differ", en: "the two passwords differ", fr: "les deux mots de passe diffèrent")
    static let passwordTwoSources = Message(
        "admin.password_two_sources", en: "--password-stdin and --password-file are both given",
        fr: "--password-stdin et --password-file sont tous deux donnés")
    static let keepOne = Message("admin.keep_one", en: "Keep one of them.", fr: "N’en gardez qu’un.")

    static let added = Message(
        "admin.added", en: "{name} was added with the role {role}.", fr: "{name} a été ajouté avec le rôle {role}.")
    static let changed = Message("admin.changed", en: "{name} was changed.", fr: "{name} a été modifié.")
    static let sessionsEnded = Message(
        "admin.sessions_ended", en: "{name} was changed; all browser sessions of the account have ended.",
        fr: "{name} a été modifié ; toutes les sessions de navigateur du compte sont terminées.")
    static let removedLater = Message(
        "admin.removed_later",
        en: "{name} can do nothing from now on and goes with its things on {day}; account enable takes it back.",
        fr: "{name} ne peut plus rien faire et disparaîtra avec ses données le {day} ; account enable l’annule.")
    static let removed = Message("admin.removed", en: "{name} was removed.", fr: "{name} a été supprimé.")
    static let revoked = Message("admin.revoked", en: "{name} was revoked.", fr: "{name} a été révoqué.")
    static let imported = Message(
        "admin.imported", en: (one: "1 account was added.", other: "{count} accounts were added."),
        fr: (one: "{count} compte a été ajouté.", other: "{count} comptes ont été ajoutés."))
    static let shownOnce = Message(
        "admin.shown_once", en: "Keep it now: it is shown this once.",
        fr: "Conservez-le maintenant : il n’est affiché qu’une fois.")
    static let goodUntil = Message(
        "admin.good_until", en: "It is good until {time} and serves once, on the console.",
        fr: "Il est valable jusqu’au {time} et sert une fois, sur la console.")
    static let invited = Message(
        "admin.invited", en: "It is good until {time} and serves once, at {place}.",
        fr: "Elle est valable jusqu’au {time} et sert une fois, à l’adresse {place}.")
    static let migrated = Message(
        "admin.migrated", en: "{name} accepts the old credential of ComfyUI-Login until {day}.",
        fr: "{name} accepte l’ancien secret de ComfyUI-Login jusqu’au {day}.")

    static let intact = Message(
        "admin.audit_intact", en: "The audit trail is intact up to {head}.",
        fr: "Le journal d’audit est intact jusqu’à {head}.")
    static let altered = Message(
        "admin.audit_altered", en: "record {sequence} is changed, moved or forged",
        fr: "l’enregistrement {sequence} est modifié, déplacé ou falsifié")
    static let missing = Message(
        "admin.audit_missing", en: "records from {sequence} on are missing before later ones",
        fr: "des enregistrements manquent à partir de {sequence}, avant d’autres plus récents")
    static let cut = Message(
        "admin.audit_cut", en: "the trail ends at record {count}, although {expected} were there",
        fr: "le journal finit à l’enregistrement {count}, alors qu’il y en avait {expected}")
    static let replaced = Message(
        "admin.audit_replaced", en: "the trail is not the one that the head was taken from",
        fr: "ce journal n’est pas celui dont la tête a été relevée")
    static let auditRemedy = Message(
        "admin.audit_remedy", en: "Compare it with a backup, and find out who can write the data folder.",
        fr: "Comparez-le avec une sauvegarde, et cherchez qui peut écrire dans le dossier des données.")

    static let noStore = Message(
        "admin.no_store", en: "there is no store of a gate here", fr: "il n’y a pas ici de données d’un portail")
    static let noStoreRemedy = Message(
        "admin.no_store_remedy", en: "Name the data folder with --data, or begin with account add.",
        fr: "Indiquez le dossier avec --data, ou commencez par account add.")
    static let otherOwner = Message(
        "admin.other_owner", en: "the folder belongs to user id {owner}, and no gate runs to be asked",
        fr: "le dossier appartient à l’utilisateur {owner}, et aucun portail ne tourne pour répondre")
    static let otherOwnerRemedy = Message(
        "admin.other_owner_remedy", en: "Run this as that user, or start the gate first.",
        fr: "Lancez la commande sous cet utilisateur, ou démarrez d’abord le portail.")
    static let inUse = Message(
        "admin.in_use", en: "a gate uses this folder, but its console socket {socket} does not answer",
        fr: "un portail utilise ce dossier, mais son socket de console {socket} ne répond pas")
    static let inUseRemedy = Message(
        "admin.in_use_remedy", en: "Check console_listen.socket in its configuration, or stop it.",
        fr: "Vérifiez console_listen.socket dans sa configuration, ou arrêtez-le.")
    static let noAnswer = Message("admin.no_answer", en: "no answer: {reason}", fr: "pas de réponse : {reason}")

    static let all = [
        data, name, team, role, teams, passwordInput, passwordFile, passwordMustChange, passwordPrompt, passwordAgain,
        passwordsDiffer, passwordTwoSources, keepOne, added, changed, sessionsEnded, removedLater, removed, revoked,
        imported, shownOnce, goodUntil, invited, migrated, intact, altered, missing, cut, replaced, auditRemedy,
        noStore,
        noStoreRemedy, otherOwner, otherOwnerRemedy, inUse, inUseRemedy, noAnswer,
    ]
}
