internal import Basics

/// What is wrong with a hash or with the source of truth, in every language the program speaks.
enum CredentialMessages {
    static let hashEmpty = Message("hash.empty", en: "It is empty.", fr: "C’est vide.")
    static let hashPlaceholder = Message(
        "hash.placeholder", en: "It is a placeholder from an example, not a hash.",
        fr: "C’est un texte d’exemple à remplacer, pas une empreinte.")
    static let hashMark = Message(
        "hash.mark", en: "A byte order mark (BOM) stands before the hash.",
        fr: "Une marque d’ordre des octets (BOM) précède l’empreinte.")
    static let hashReturn = Message(
        "hash.return", en: "A carriage return (CRLF) ends the hash: readers that do not drop it see another value.",
        fr: "Un retour chariot (CRLF) termine l’empreinte : les lecteurs qui le gardent voient une autre valeur.")
    static let hashQuotes = Message(
        "hash.quotes", en: "The quotes around the hash are part of the value here.",
        fr: "Les guillemets autour de l’empreinte font ici partie de la valeur.")
    static let hashSpaces = Message(
        "hash.spaces", en: "White space stands around the hash.", fr: "Des blancs entourent l’empreinte.")
    static let hashEatenByCompose = Message(
        "hash.eaten.compose",
        en: "A hash with a hole: Compose took the `$` of the salt and the letters behind it for a variable. "
            + "Put the value in single quotes.",
        fr: "Une empreinte trouée : Compose a pris le `$` du sel et les lettres suivantes pour une variable. "
            + "Mettez la valeur entre apostrophes.")
    static let hashEatenByShell = Message(
        "hash.eaten.shell",
        en: "The rest of a hash that a shell has read: it took each `$` for a parameter. "
            + "Put the value in single quotes.",
        fr: "Le reste d’une empreinte lue par un shell : il a pris chaque `$` pour un paramètre. "
            + "Mettez la valeur entre apostrophes.")
    static let hashWord = Message(
        "hash.word", en: "A plain word stands where the bcrypt hash belongs.",
        fr: "Un simple mot se trouve à la place de l’empreinte bcrypt.")
    static let hashLength = Message(
        "hash.length",
        en: ("It has {count} character; a bcrypt hash has 60.", "It has {count} characters; a bcrypt hash has 60."),
        fr: (
            "Il a {count} caractère ; une empreinte bcrypt en a 60.",
            "Il a {count} caractères ; une empreinte bcrypt en a 60."
        ))
    static let hashPrefix = Message(
        "hash.prefix", en: "It does not begin with $2a$, $2b$ or $2y$.",
        fr: "Il ne commence pas par $2a$, $2b$ ou $2y$.")
    static let hashCost = Message(
        "hash.cost", en: "Its cost is not two digits from 04 to 16 between `$` signs.",
        fr: "Son coût n’est pas un nombre de deux chiffres de 04 à 16 entre des signes `$`.")
    static let hashAlphabet = Message(
        "hash.alphabet", en: "Character {place} is none that bcrypt writes.",
        fr: "Le caractère {place} n’est pas de ceux que bcrypt écrit.")
    static let hashSaltEnd = Message(
        "hash.salt_end",
        en: "Its salt is invalid: the last of its 22 characters is none that bcrypt writes there (. O e u), so no "
            + "password can match. It was made up, not computed.",
        fr: "Son sel est invalide : le dernier de ses 22 caractères n’est pas de ceux que bcrypt y écrit (. O e u) ; "
            + "aucun mot de passe ne peut correspondre. Il a été inventé, pas calculé.")
    static let hashEnd = Message(
        "hash.end", en: "Its last character is none that bcrypt writes there: no password can match.",
        fr: "Son dernier caractère n’est pas de ceux que bcrypt y écrit : aucun mot de passe ne peut correspondre.")

    // MARK: The source of truth

    static let fileNotJSON = Message(
        "file.not_json", en: "The source of truth is no valid JSON: {detail}.",
        fr: "La source de vérité n’est pas du JSON valide : {detail}.")
    static let fileNotAnObject = Message(
        "file.no_object", en: "{place}: an object in braces belongs here.",
        fr: "{place} : il faut ici un objet entre accolades.")
    static let fileNoObject = Message(
        "file.no_document", en: "The whole file has to be an object in braces: bring it back from a backup.",
        fr: "Tout le fichier doit être un objet entre accolades : remettez-le d’une sauvegarde.")
    static let fileTooLarge = Message(
        "file.too_large", en: "The source of truth has more than {limit} bytes.",
        fr: "La source de vérité dépasse {limit} octets.")
    static let fileUnknownVersion = Message(
        "file.version", en: "version: this program reads 1.x; a newer one wrote the file.",
        fr: "version : ce programme lit 1.x ; un programme plus récent a écrit le fichier.")
    static let fileNotText = Message(
        "file.no_text", en: "{place}: a text in quotes belongs here.",
        fr: "{place} : il faut ici un texte entre guillemets.")
    static let fileBadName = Message(
        "file.bad_name", en: "{place}: a name has up to 64 lower-case letters, digits, - and _.",
        fr: "{place} : un nom a jusqu’à 64 lettres minuscules, chiffres, - et _.")
    static let fileDoubleDefault = Message(
        "file.double_default",
        en: "credentials.default: the members at the top of the file are the credential default already.",
        fr: "credentials.default : les membres en tête du fichier sont déjà le secret default.")
    static let fileNoList = Message(
        "file.no_list", en: "{place}: a list in brackets belongs here.",
        fr: "{place} : il faut ici une liste entre crochets.")
    static let fileNoLocation = Message(
        "file.no_location", en: "{place}: a path, or an object with path, kind, key and value, belongs here.",
        fr: "{place} : il faut ici un chemin, ou un objet avec path, kind, key et value.")
    static let filePathMissing = Message(
        "file.path_missing", en: "{place}: path is missing.", fr: "{place} : il manque path.")
    static let fileBadPath = Message(
        "file.bad_path",
        en: "{place}: a path is relative to the project's folder, with / between names and without `.` and `..`",
        fr: "{place} : un chemin part du dossier du projet, avec / entre les noms, sans `.` ni `..`")
    static let fileKeyMissing = Message(
        "file.key_missing", en: "{place}: key is missing: which member of the file holds the value?",
        fr: "{place} : il manque key : quel membre du fichier contient la valeur ?")
    static let fileKeyNotWanted = Message(
        "file.key_not_wanted", en: "{place}: such a file holds one value and has no keys.",
        fr: "{place} : un tel fichier contient une seule valeur et n’a pas de clés.")
    static let fileValueMissing = Message(
        "file.value_missing", en: "{place}: value is missing: raw, hash or token.",
        fr: "{place} : il manque value : raw, hash ou token.")
    static let fileLoginHoldsHash = Message(
        "file.login_holds_hash", en: "{place}: ComfyUI-Login's PASSWORD holds the hash.",
        fr: "{place} : le PASSWORD de ComfyUI-Login contient l’empreinte.")
    static let fileUnknownMember = Message(
        "file.unknown_member", en: "{place}: there is no member {name}; there are path, kind, key, value and in_place.",
        fr: "{place} : il n’y a pas de membre {name} ; il y a path, kind, key, value et in_place.")
    static let fileNotTruth = Message(
        "file.no_truth", en: "{place}: true or false belongs here.", fr: "{place} : il faut ici true ou false.")
    static let fileNotOneOf = Message(
        "file.not_one_of", en: "{place}: one of {words} belongs here.", fr: "{place} : il faut ici l’un de {words}.")
    static let fileOpenAndSealed = Message(
        "file.open_and_sealed",
        en: "{place}: a raw token stands beside the sealed one: remove the one that is not right.",
        fr: "{place} : un jeton en clair accompagne le jeton scellé : supprimez celui qui n’est pas le bon.")

    static let consumerName = Message(
        "file.consumer_name", en: "{place}: name is missing: what is this consumer called?",
        fr: "{place} : il manque name : comment s’appelle ce consommateur ?")
    static let consumerURL = Message(
        "file.consumer_url", en: "{place}: an address with http:// or https:// belongs here.",
        fr: "{place} : il faut ici une adresse en http:// ou https://.")
    static let consumerContainer = Message(
        "file.consumer_container", en: "{place}: container is missing: in which one are variable and file looked for?",
        fr: "{place} : il manque container : dans lequel chercher variable et file ?")
    static let consumerUnknownMember = Message(
        "file.consumer_unknown_member",
        en:
            "{place}: there is no member {name}; there are name, url, path, value, account, container, variable, file, after_env "
            + "and after_file.",
        fr:
            "{place} : il n’y a pas de membre {name} ; il y a name, url, path, value, account, container, variable, file, "
            + "after_env et after_file.")
    static let noCommand = Message(
        "file.no_command", en: "{place}: a command belongs here: a line for a shell, or a list of words.",
        fr: "{place} : il faut ici une commande : une ligne pour un shell, ou une liste de mots.")

    static let badPolicy = Message(
        "file.bad_policy",
        en: "{place}: it is written as `every 90d`, at least a day, and `grace` as `24h`.",
        fr: "{place} : il s’écrit `every 90d`, un jour au moins, et `grace` s’écrit `24h`.")
    static let notTime = Message(
        "file.no_time", en: "{place}: a time such as 2026-11-21T03:42:53Z belongs here.",
        fr: "{place} : il faut ici une date comme 2026-11-21T03:42:53Z.")

    static let tokenAccount = Message(
        "file.token_account", en: "{place}: account is missing: whose token of the gate stands there?",
        fr: "{place} : il manque account : à qui est le jeton du portail qui s’y trouve ?")
    static let tokenPattern = Message(
        "file.token_pattern", en: "{place}: each token has a place of its own: no wildcards here.",
        fr: "{place} : chaque jeton a sa propre place : pas de jokers ici.")
    static let notAToken = Message(
        "file.not_a_token", en: "{place}: {name} belongs to a location whose value is token.",
        fr: "{place} : {name} va avec un emplacement dont value est token.")

    static let all = [
        hashEmpty, hashPlaceholder, hashMark, hashReturn, hashQuotes, hashSpaces, hashEatenByCompose, hashEatenByShell,
        hashWord, hashLength, hashPrefix, hashCost, hashAlphabet, hashSaltEnd, hashEnd, fileNotJSON, fileNotAnObject,
        fileNoObject,
        fileTooLarge, fileUnknownVersion, fileNotText, fileBadName, fileDoubleDefault, fileNoList, fileNoLocation,
        filePathMissing, fileBadPath, fileKeyMissing, fileKeyNotWanted, fileValueMissing, fileLoginHoldsHash,
        fileUnknownMember, fileNotTruth, fileNotOneOf, fileOpenAndSealed, consumerName, consumerURL, consumerContainer,
        consumerUnknownMember, noCommand, badPolicy, notTime, tokenAccount, tokenPattern, notAToken,
    ]
}
