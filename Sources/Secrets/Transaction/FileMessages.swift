internal import Basics

/// Why a file stops a change, and what holds then.
enum FileMessages {
    static let unchanged = Message(
        "file.failure.unchanged",
        en: "Nothing was changed.",
        fr: "Rien n’a été changé.")
    static let unread = Message(
        "file.failure.unread",
        en: "Nothing was read.",
        fr: "Rien n’a été lu.")
    static let noBackup = Message(
        "file.failure.no_backup",
        en: "No backup was made.",
        fr: "Aucune sauvegarde n’a été faite.")
    static let otherBackups = Message(
        "file.failure.other_backups",
        en: "The other backups stay.",
        fr: "Les autres sauvegardes restent.")
    static let noRecovery = Message(
        "file.failure.no_recovery",
        en: "Recovery has not begun.",
        fr: "Le rétablissement n’a pas commencé.")
    static let otherTemporaries = Message(
        "file.failure.other_temporaries",
        en: "The other temporary files are still there.",
        fr: "Les autres fichiers temporaires sont toujours là.")
    static let partlyUndone = Message(
        "file.failure.partly_undone",
        en: "The change is only partly undone: recover it once this is mended.",
        fr: "Le changement n’est défait qu’en partie : relancez une commande une fois ceci réparé.")
    static let staysAsItIs = Message(
        "file.failure.stays_as_it_is",
        en: "The change it is about stays as it is.",
        fr: "Le changement dont il s’agit reste tel quel.")
    static let othersAsBefore = Message(
        "file.failure.others_as_before",
        en: "All other files are as before.",
        fr: "Tous les autres fichiers sont comme avant.")
    static let cleanupLeft = Message(
        "file.failure.cleanup_left",
        en: "All is changed; the next recovery removes the temporary files.",
        fr: "Tout est changé ; la prochaine commande supprime les fichiers temporaires.")
    static let changeDone = Message(
        "file.failure.change_done",
        en: "The change itself is done.",
        fr: "Le changement lui-même est fait.")
    static let changed = Message(
        "file.failure.changed",
        en: "{path} has changed since the change was planned: plan it again.",
        fr: "{path} a changé depuis que le changement a été préparé : recommencez.")
    static let verification = Message(
        "file.failure.verification",
        en: "{path} does not hold what was written: see who else writes it, and try again.",
        fr: "{path} ne contient pas ce qui a été écrit : voyez qui d’autre l’écrit, et recommencez.")
    static let notAFile = Message(
        "file.failure.not_a_file",
        en: "{path} is not a plain file: name the file itself.",
        fr: "{path} n’est pas un fichier ordinaire : nommez le fichier lui-même.")
    static let outsideRoot = Message(
        "file.failure.outside_root",
        en: "{path} leads out of the root folder: choose a root that holds the file, or make its link relative.",
        fr:
            "{path} mène hors du dossier racine : choisissez une racine qui contient le fichier, ou rendez son lien relatif."
    )
    static let linkLoop = Message(
        "file.failure.link_loop",
        en: "{path} is a link to itself: mend the link.",
        fr: "{path} est un lien vers lui-même : réparez le lien.")
    static let badPath = Message(
        "file.failure.bad_path",
        en: "{path} is no path of a file: correct the location.",
        fr: "{path} n’est pas le chemin d’un fichier : corrigez l’emplacement.")
    static let readOnly = Message(
        "file.failure.read_only",
        en: "{path} is read-only: allow its owner to write it (chmod u+w), or remove the location.",
        fr:
            "{path} est en lecture seule : permettez à son propriétaire de l’écrire (chmod u+w), ou retirez l’emplacement."
    )
    static let tooLarge = Message(
        "file.failure.too_large",
        en: "{path} is larger than {limit} bytes: is it the right file?",
        fr: "{path} dépasse {limit} octets : est-ce le bon fichier ?")
    static let tooMany = Message(
        "file.failure.too_many",
        en: "{path} is larger than the limit of {limit} files: make it in several.",
        fr: "{path} dépasse la limite de {limit} fichiers : faites-le en plusieurs fois.")
    static let tooMuch = Message(
        "file.failure.too_much",
        en: "With {path} the change is larger than {limit} bytes: make it in several.",
        fr: "Avec {path} le changement dépasse {limit} octets : faites-le en plusieurs fois.")
    static let twice = Message(
        "file.failure.twice",
        en: "{path} is named twice, or by two of its names: name it once.",
        fr: "{path} est nommé deux fois, ou par deux de ses noms : nommez-le une fois.")
    static let deletionInPlace = Message(
        "file.failure.deletion_in_place",
        en: "{path} is mounted by itself and cannot be deleted: take it out of the compose file first.",
        fr: "{path} est monté seul et ne peut être supprimé : retirez-le d’abord du fichier compose.")
    static let full = Message(
        "file.failure.full",
        en: "The disk of {path} is full: free space on it and try again.",
        fr: "Le disque de {path} est plein : faites de la place et recommencez.")
    static let readOnlyDisk = Message(
        "file.failure.read_only_disk",
        en: "{path} lies on a file system that is mounted read-only: mount it for writing.",
        fr: "{path} est sur un système de fichiers monté en lecture seule : montez-le en écriture.")
    static let notAllowed = Message(
        "file.failure.not_allowed",
        en: "{path} may not be written: run this as the owner of the file and its folder.",
        fr: "{path} ne peut être écrit : lancez ceci en tant que propriétaire du fichier et de son dossier.")
    static let immutable = Message(
        "file.failure.immutable",
        en: "{path} may not be changed: run this as its owner, and take its immutable flag away (chattr -i).",
        fr:
            "{path} ne peut être changé : lancez ceci en tant que propriétaire, et ôtez son attribut immuable (chattr -i)."
    )
    static let mounted = Message(
        "file.failure.mounted",
        en: "{path} is mounted by itself: mark the location to be written in place.",
        fr: "{path} est monté seul : marquez l’emplacement à écrire sur place.")
    static let noFolder = Message(
        "file.failure.no_folder",
        en: "The folder of {path} is not there: make it, or mount its disk.",
        fr: "Le dossier de {path} n’existe pas : créez-le, ou montez son disque.")
    static let made = Message(
        "file.failure.made",
        en: "{path} has been made by somebody else meanwhile: plan the change again.",
        fr: "{path} a été créé par un autre entre-temps : recommencez.")
    static let disk = Message(
        "file.failure.disk",
        en: "{path} could not be written: check its disk.",
        fr: "{path} n’a pas pu être écrit : vérifiez son disque.")
    static let inUse = Message(
        "file.failure.in_use",
        en: "Another change is being made by process {process}: wait until it has ended, and try again.",
        fr: "Un autre changement est en cours par le processus {process} : attendez sa fin et recommencez.")
    static let halfWay = Message(
        "file.failure.half_way",
        en: "An earlier change was stopped half-way: recover it first. Nothing was changed.",
        fr: "Un changement antérieur a été interrompu : rétablissez-le d’abord. Rien n’a été changé.")
    static let keyThere = Message(
        "file.failure.key_there",
        en: "{path} is there already: keys are never replaced. Move it away first, or name another file.",
        fr: "{path} existe déjà : une clé n’est jamais remplacée. Déplacez-la d’abord, ou nommez un autre fichier.")
    static let newerJournal = Message(
        "file.failure.newer_journal",
        en: "The journal {path} is of version {version}, made by a newer program: recover with that one.",
        fr: "Le journal {path} est de la version {version}, d’un programme plus récent : rétablissez avec celui-là.")

    static let all = [
        unchanged, unread, noBackup, otherBackups, noRecovery, otherTemporaries, partlyUndone, staysAsItIs,
        othersAsBefore, cleanupLeft, changeDone, changed, verification, notAFile, outsideRoot, linkLoop, badPath,
        readOnly, tooLarge, tooMany, tooMuch, twice, deletionInPlace, full, readOnlyDisk, notAllowed, immutable,
        mounted, noFolder, made, disk, inUse, halfWay, keyThere, newerJournal,
    ]
}
