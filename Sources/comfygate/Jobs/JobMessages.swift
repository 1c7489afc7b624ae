internal import Basics

/// What the commands about jobs and files say to people.
enum JobMessages {
    static let job = Message(
        "jobs.job", en: "The job's number, or the id its owner sees",
        fr: "Le numéro du job, ou l’identifiant vu par son propriétaire")
    static let account = Message("jobs.account", en: "The account whose job it is", fr: "Le compte propriétaire du job")
    static let onlyAccount = Message(
        "jobs.only_account", en: "Only those of this account", fr: "Ceux de ce compte seulement")
    static let dryRun = Message(
        "jobs.dry_run", en: "Show what would go, and change nothing", fr: "Montre ce qui partirait, sans rien changer")

    static let canceled = Message(
        "jobs.canceled", en: "Job {number} is canceled.", fr: "Le job {number} est annulé.")
    static let canceling = Message(
        "jobs.canceling", en: "Job {number} is being stopped at its worker.",
        fr: "Le job {number} est en cours d’arrêt chez son worker.")
    static let retried = Message(
        "jobs.retried", en: "Job {number} does it again, as {id}.", fr: "Le job {number} le refait, sous {id}.")
    static let moved = Message("jobs.moved", en: "Job {number} was moved.", fr: "Le job {number} a été déplacé.")
    static let released = Message(
        "jobs.released", en: "Such graphs run again.", fr: "De tels graphes peuvent de nouveau s’exécuter.")
    static let written = Message(
        "jobs.written", en: (one: "1 file was written to {folder}.", other: "{count} files were written to {folder}."),
        fr: (one: "{count} fichier a été écrit dans {folder}.", other: "{count} fichiers ont été écrits dans {folder}.")
    )

    static let damaged = Message(
        "assets.damaged", en: "the bytes of {hash} are lost or damaged",
        fr: "les octets de {hash} sont perdus ou abîmés")
    static let damagedRemedy = Message(
        "assets.damaged_remedy", en: "Restore the assets folder from a backup.",
        fr: "Restaurez le dossier assets d’une sauvegarde.")
    static let intact = Message(
        "assets.intact", en: (one: "1 asset is whole, {bytes}.", other: "{count} assets are whole, {bytes}."),
        fr: (one: "{count} fichier est intact, {bytes}.", other: "{count} fichiers sont intacts, {bytes}."))
    static let freed = Message(
        "assets.freed", en: "{bytes} in {count} assets are free.", fr: "{bytes} dans {count} fichiers sont libérés.")
    static let wouldFree = Message(
        "assets.would_free", en: "{bytes} in {count} assets would be freed.",
        fr: "{bytes} dans {count} fichiers seraient libérés.")
    static let retained = Message(
        "assets.retained", en: "{count} files of {bytes} and {jobs} jobs are no longer kept.",
        fr: "{count} fichiers de {bytes} et {jobs} jobs ne sont plus gardés.")
    static let wouldRetain = Message(
        "assets.would_retain", en: "{count} files of {bytes} and {jobs} jobs would no longer be kept.",
        fr: "{count} fichiers de {bytes} et {jobs} jobs ne seraient plus gardés.")

    static let exported = Message(
        "account.exported", en: "{file}: {files} files, {jobs} jobs, {bytes}.",
        fr: "{file} : {files} fichiers, {jobs} jobs, {bytes}.")
    static let lostAsset = Message(
        "account.export_lost", en: "the bytes of {name} are lost; the archive is without them",
        fr: "les octets de {name} sont perdus ; l’archive ne les contient pas")
    static let fileExists = Message(
        "jobs.file_exists", en: "there is a file of this name", fr: "un fichier porte déjà ce nom")
    static let otherName = Message(
        "jobs.other_name", en: "Choose another name, or take it away.",
        fr: "Choisissez un autre nom, ou supprimez-le.")
    static let erased = Message(
        "account.erased", en: "{name} is gone with all it had; the bytes of its files go with the next collection.",
        fr: "{name} a disparu avec tout ce qu’il avait ; les octets de ses fichiers partiront au prochain nettoyage.")
    static let eraseConfirm = Message(
        "account.erase.confirm", en: "--confirm does not name the account again",
        fr: "--confirm ne répète pas le nom du compte")
    static let eraseRemedy = Message(
        "account.erase.remedy", en: "Export it first if anything may be wanted, then give --confirm {name}.",
        fr: "Exportez-le d’abord si quelque chose peut servir, puis donnez --confirm {name}.")
    static let waitEnded = Message("jobs.wait.ended", en: "Job {number}: {state}.", fr: "Job {number} : {state}.")
    static let waitNoGate = Message(
        "jobs.wait.no_gate", en: "no gate runs, so no job ends",
        fr: "aucun portail ne tourne, donc aucun job ne se termine")
    static let startGate = Message(
        "jobs.wait.start", en: "Start it with comfygate serve.", fr: "Lancez-le avec comfygate serve.")

    static let all = [
        job, account, onlyAccount, dryRun, canceled, canceling, retried, moved, released, written, damaged,
        damagedRemedy, intact, freed, wouldFree, retained, wouldRetain, exported, lostAsset, fileExists,
        otherName, erased, eraseConfirm, eraseRemedy, waitEnded, waitNoGate, startGate,
    ]
}
