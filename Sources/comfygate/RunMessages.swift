internal import Basics

/// What `run` and its relatives say.
enum RunMessages {
    static let oneToken = Message(
        "connection.one_token", en: "--token-file and --token-stdin are both given",
        fr: "--token-file et --token-stdin sont tous deux donnés")
    static let badToken = Message("connection.bad_token", en: "holds no token", fr: "ne contient pas de jeton")
    static let badTokenRemedy = Message(
        "connection.bad_token.remedy", en: "Write the token alone, or JSON with bcrypt_hash or raw_token.",
        fr: "Écrivez le jeton seul, ou du JSON avec bcrypt_hash ou raw_token.")
    static let badAddress = Message(
        "connection.bad_address", en: "this is not the address of a server", fr: "ce n’est pas l’adresse d’un serveur")
    static let badAddressRemedy = Message(
        "connection.bad_address.remedy", en: "Write http://host:port or https://host/path, without a query.",
        fr: "Écrivez http://hôte:port ou https://hôte/chemin, sans requête.")
    static let unreachable = Message(
        "connection.unreachable", en: "the server cannot be reached: {reason}",
        fr: "le serveur est injoignable : {reason}")
    static let unreachableRemedy = Message(
        "connection.unreachable.remedy", en: "Start it, or name it by --url; ComfyUI itself listens on port 8188.",
        fr: "Démarrez-le, ou nommez-le par --url ; ComfyUI lui-même écoute sur le port 8188.")
    static let unreachableSecure = Message(
        "connection.unreachable.secure", en: "If its certificate is your own, name its authority by --ca.",
        fr: "Si le certificat est le vôtre, indiquez son autorité par --ca.")
    static let unauthorized = Message(
        "connection.unauthorized", en: "the server refuses the token from {source}",
        fr: "le serveur refuse le jeton de {source}")
    static let unauthorizedRemedy = Message(
        "connection.unauthorized.remedy", en: "It may have expired or been replaced: get a new one and store it there.",
        fr: "Il a pu expirer ou être remplacé : obtenez-en un nouveau et rangez-le là.")
    static let noToken = Message(
        "connection.no_token", en: "the server wants a token", fr: "le serveur demande un jeton")
    static let noTokenRemedy = Message(
        "connection.no_token.remedy", en: "Put one into COMFYGATE_TOKEN_FILE, or give --token-file or --token-stdin.",
        fr: "Mettez-en un dans COMFYGATE_TOKEN_FILE, ou donnez --token-file ou --token-stdin.")
    static let forbidden = Message(
        "connection.forbidden", en: "the server forbids this: {message}", fr: "le serveur l’interdit : {message}")
    static let tooLarge = Message(
        "connection.too_large", en: "the server does not take a request of {count} bytes",
        fr: "le serveur n’accepte pas une requête de {count} octets")
    static let tooLargeRemedy = Message(
        "connection.too_large.remedy", en: "Send a smaller file, or raise --max-upload-size of ComfyUI.",
        fr: "Envoyez un fichier plus petit, ou augmentez --max-upload-size de ComfyUI.")
    static let busy = Message(
        "connection.busy", en: "the server is busy ({status}) {message}",
        fr: "le serveur est occupé ({status}) {message}")
    static let busyRemedy = Message(
        "connection.busy.remedy", en: "Try again later, or wait longer with --timeout.",
        fr: "Réessayez plus tard, ou attendez plus avec --timeout.")
    static let redirected = Message(
        "connection.redirected", en: "the server sends clients on to {place}",
        fr: "le serveur renvoie les clients vers {place}")
    static let redirectedRemedy = Message(
        "connection.redirected.remedy", en: "Use that address with --url, or give a token.",
        fr: "Donnez cette adresse à --url, ou donnez un jeton.")
    static let notComfyUIRemedy = Message(
        "connection.not_comfyui.remedy", en: "Check that --url names a ComfyUI or a gate, with its path.",
        fr: "Vérifiez que --url nomme un ComfyUI ou un portail, avec son chemin.")
    static let missing = Message(
        "run.missing_file", en: "the file {file} of node {node} is not on the server any more",
        fr: "le fichier {file} du nœud {node} n’est plus sur le serveur")
    static let truncated = Message(
        "run.truncated", en: "the file {file} broke off after {received} of {expected} bytes",
        fr: "le fichier {file} s’est interrompu après {received} octets sur {expected}")
    static let truncatedRemedy = Message(
        "run.truncated.remedy", en: "Nothing was kept of it; run again, finished work is reused.",
        fr: "Rien n’en a été gardé ; relancez, le travail fini est réutilisé.")
    static let brokeOff = Message(
        "connection.broke_off", en: "the server broke off its answer", fr: "le serveur a interrompu sa réponse")
    static let timedOut = Message(
        "connection.timed_out", en: "the server did not answer in time", fr: "le serveur n’a pas répondu à temps")
    static let runTimedOut = Message(
        "run.timed_out", en: "the run took longer than --timeout", fr: "l’exécution a dépassé --timeout")
    static let runTimedOutRemedy = Message(
        "run.timed_out.remedy", en: "It was canceled on the server.", fr: "Elle a été annulée sur le serveur.")
    static let lost = Message(
        "run.lost", en: "the server does not know the run {id} any more: it was deleted from the queue",
        fr: "le serveur ne connaît plus l’exécution {id} : elle a été retirée de la file")
    static let lostAfterDrop = Message(
        "run.lost_after_drop", en: "the server does not know the run {id} any more: it was restarted",
        fr: "le serveur ne connaît plus l’exécution {id} : il a été redémarré")
    static let lostRemedy = Message("run.lost.remedy", en: "Run it again.", fr: "Relancez-la.")
    static let cancelled = Message("run.cancelled", en: "canceled", fr: "annulé")
    static let rejected = Message(
        "run.rejected", en: "the server refuses the workflow: {message}",
        fr: "le serveur refuse le workflow : {message}")
    static let partly = Message(
        "run.partly",
        en: (one: "an output was dropped by the server", other: "{count} outputs were dropped by the server"),
        fr: (one: "une sortie a été écartée par le serveur", other: "{count} sorties ont été écartées par le serveur"))
    static let interrupted = Message(
        "run.interrupted", en: "the run was interrupted", fr: "l’exécution a été interrompue")
    static let failed = Message("run.failed", en: "the run failed", fr: "l’exécution a échoué")
    static let outOfMemory = Message(
        "run.out_of_memory", en: "the graphics card has not enough memory for this node",
        fr: "la carte graphique n’a pas assez de mémoire pour ce nœud")
    static let outOfMemoryRemedy = Message(
        "run.out_of_memory.remedy", en: "Use a smaller picture, batch or model, or free memory on the server.",
        fr: "Réduisez l’image, le lot ou le modèle, ou libérez de la mémoire sur le serveur.")
    static let waiting = Message(
        "run.waiting", en: (one: "Waiting: 1 run ahead", other: "Waiting: {count} runs ahead"),
        fr: (one: "En attente : {count} exécution avant", other: "En attente : {count} exécutions avant"))
    static let dropped = Message(
        "run.connection_lost", en: "The connection was lost ({reason}); the run goes on, its end is asked for.",
        fr: "Connexion perdue ({reason}) ; l’exécution continue, sa fin sera demandée.")
    static let noFiles = Message(
        "run.no_files", en: "The run succeeded and made no files.", fr: "L’exécution a réussi sans produire de fichier."
    )
    static let item = Message(
        "run.item", en: "Run {number} of {total}: {label}", fr: "Exécution {number} sur {total} : {label}")
    static let summary = Message(
        "run.summary", en: "{good} of {total} runs succeeded.", fr: "{good} exécutions réussies sur {total}.")
    static let noSeed = Message(
        "run.no_seed", en: "The workflow has no seed to count up: every run makes the same.",
        fr: "Le workflow n’a pas de graine à incrémenter : chaque exécution donne la même chose.")
    static let noFileInput = Message(
        "run.no_file_input", en: "the node has no input for a file", fr: "ce nœud n’a pas d’entrée pour un fichier")
    static let noFileInputRemedy = Message(
        "run.no_file_input.remedy", en: "Write NODE.INPUT=PATH.", fr: "Écrivez NŒUD.ENTRÉE=CHEMIN.")
    static let badTable = Message(
        "run.bad_table", en: "row {row} has {count} cells, the first row has {expected}",
        fr: "la ligne {row} a {count} cellules, la première en a {expected}")
    static let openQuote = Message(
        "run.open_quote", en: "a quote is not closed", fr: "un guillemet n’est pas fermé")
    static let emptyTable = Message("run.empty_table", en: "there are no rows", fr: "il n’y a pas de lignes")
    static let emptyTableRemedy = Message(
        "run.empty_table.remedy", en: "Write NODE.INPUT names in the first row, one run in each other.",
        fr: "Écrivez les noms NŒUD.ENTRÉE sur la première ligne, puis une exécution par ligne.")

    static let done = Message("run.done", en: "Done", fr: "Terminé")
    static let badRepeat = Message(
        "run.bad_repeat", en: "--repeat cannot be {count}", fr: "--repeat ne peut pas être {count}")
    static let badRepeatRemedy = Message(
        "run.bad_repeat.remedy", en: "Write a number from 1 to 10000.", fr: "Écrivez un nombre de 1 à 10000.")

    static let all = [
        done, badRepeat, badRepeatRemedy,
        oneToken, badToken, badTokenRemedy, badAddress, badAddressRemedy, unreachable, unreachableRemedy,
        unreachableSecure, unauthorized, unauthorizedRemedy, noToken, noTokenRemedy, forbidden, tooLarge,
        tooLargeRemedy, busy, busyRemedy, redirected, redirectedRemedy, notComfyUIRemedy, missing, truncated,
        truncatedRemedy, brokeOff, timedOut, runTimedOut, runTimedOutRemedy, lost, lostAfterDrop, lostRemedy,
        cancelled, rejected, partly, interrupted, failed, outOfMemory, outOfMemoryRemedy, waiting, dropped, noFiles,
        item, summary, noSeed, noFileInput, noFileInputRemedy, badTable, openQuote, emptyTable, emptyTableRemedy,
    ]
}
