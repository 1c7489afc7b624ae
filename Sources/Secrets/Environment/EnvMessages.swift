internal import Basics

/// What people read about one dotenv file: keys, lines and reasons, never a value.
enum EnvMessages {
    // MARK: What is wrong with a value

    static let empty = Message(
        "env.empty", en: "It is empty: fill it in.", fr: "La valeur est vide : remplissez-la.")
    static let placeholder = Message(
        "env.placeholder", en: "A text from an example stands where the value belongs.",
        fr: "Un texte d’exemple se trouve à la place de la valeur.")
    static let hashForRaw = Message(
        "env.hash_for_raw", en: "A bcrypt hash stands where the raw token belongs.",
        fr: "Une empreinte bcrypt se trouve à la place du jeton lui-même.")
    static let noBoolean = Message(
        "env.no_boolean", en: "Neither true nor false stands here.", fr: "Il faut ici true ou false.")
    static let noURL = Message(
        "env.no_url", en: "An address with its scheme belongs here, such as http://localhost:8188.",
        fr: "Il faut ici une adresse avec son protocole, par exemple http://localhost:8188.")
    static let noPort = Message(
        "env.no_port", en: "A port from 1 to 65535 belongs here.", fr: "Il faut ici un port de 1 à 65535.")
    static let noText = Message(
        "env.no_text", en: "The value holds bytes that are not UTF-8 text.",
        fr: "La valeur contient des octets qui ne sont pas du texte UTF-8.")
    static let notOneOf = Message(
        "env.not_one_of", en: "One of these belongs here: {values}.", fr: "Il faut ici l’une de ces valeurs : {values}."
    )

    // MARK: What is wrong with a file

    static let missing = Message(
        "env.missing", en: "The key is missing: 'comfygate env rebuild' adds it.",
        fr: "La clé manque : « comfygate env rebuild » l’ajoute.")
    static let missingBut = Message(
        "env.missing_but", en: "The key is missing; {alias} is there, which older programs call it: both are needed.",
        fr: "La clé manque ; {alias}, son nom dans d’anciens programmes, est là : il faut les deux.")
    static let fromEnvironment = Message(
        "env.from_environment", en: "The key has no '=': its value is whatever the environment holds.",
        fr: "La clé n’a pas de « = » : sa valeur est celle de l’environnement.")
    static let different = Message(
        "env.different", en: "It is not what the source of truth says: see 'comfygate secrets audit'.",
        fr: "Ce n’est pas ce que dit la source de vérité : voir « comfygate secrets audit ».")
    static let repeated = Message(
        "env.repeated",
        en: "It stands at lines {lines} with different values, and readers differ in which one they take: keep one.",
        fr: "La clé figure aux lignes {lines} avec des valeurs différentes, et les lecteurs ne prennent pas tous "
            + "la même : n’en gardez qu’une.")
    static let repeatedEqual = Message(
        "env.repeated_equal", en: "It stands at lines {lines} with the same value: one of them is enough.",
        fr: "La clé figure aux lignes {lines} avec la même valeur : une seule suffit.")
    static let refused = Message(
        "env.refused", en: "Docker Compose v2 refuses the whole file for this line: {obstacle}.",
        fr: "Docker Compose v2 refuse tout le fichier à cause de cette ligne : {obstacle}.")
    static let bareAtEnd = Message(
        "env.bare_at_end", en: "A key without '=' and without line end: Docker Compose v2 does not see it.",
        fr: "Une clé sans « = » ni fin de ligne : Docker Compose v2 ne la voit pas.")
    static let loneReturn = Message(
        "env.lone_return", en: "A carriage return that ends no line: Python begins a new line there, others do not.",
        fr: "Un retour chariot qui ne termine pas une ligne : Python y commence une ligne, les autres non.")
    static let quoteIt = Message(
        "env.quote_it", en: "Put the value in single quotes.", fr: "Mettez la valeur entre apostrophes.")
    static let dropMark = Message(
        "env.drop_mark", en: "Save the file as UTF-8 without a mark, or begin it with a comment.",
        fr: "Enregistrez le fichier en UTF-8 sans marque, ou commencez-le par un commentaire.")
    static let notForShells = Message(
        "env.not_for_shells",
        en: "Shells cannot read this file: {reason}. That matters only to scripts that source it.",
        fr: "Les shells ne peuvent pas lire ce fichier : {reason}. Cela ne concerne que les scripts qui le sourcent.")
    static let nearMiss = Message(
        "env.near_miss", en: "Nobody asks for this key. Is {name} meant, which is missing?",
        fr: "Personne ne demande cette clé. Est-ce {name}, qui manque ?")
    static let sourceUnsound = Message(
        "env.source_unsound",
        en: "The credential {name} of the source of truth is not right itself, so nothing was compared with it: "
            + "see 'comfygate secrets audit'.",
        fr: "Le secret {name} de la source de vérité est lui-même à revoir ; rien ne lui a été comparé : "
            + "voir « comfygate secrets audit ».")

    static let notText = Message(
        "env.not_text",
        en:
            "The file is torn, or not UTF-8 text (PowerShell's '>' writes UTF-16): 'comfygate env rebuild' salvages it.",
        fr: "Le fichier est abîmé, ou n’est pas du texte UTF-8 (le « > » de PowerShell écrit en UTF-16) : "
            + "« comfygate env rebuild » en sauve ce qui peut l’être.")

    // MARK: The place of a file

    static let noFolder = Message(
        "env.no_folder", en: "its folder is not there: make it first", fr: "son dossier n’existe pas : créez-le d’abord"
    )
    static let outside = Message(
        "env.outside", en: "it is not below {root}: name its project's folder with --root",
        fr: "il n’est pas sous {root} : indiquez le dossier de son projet par --root")
    static let noName = Message(
        "env.no_name", en: "this names no file", fr: "ceci ne désigne pas un fichier")

    // MARK: The schema file

    static let schemaNotJSON = Message(
        "env.schema.no_json", en: "The schema is no valid JSON: {detail}.",
        fr: "Le schéma n’est pas du JSON valide : {detail}.")
    static let schemaNotADocument = Message(
        "env.schema.no_object", en: "A schema is an object in braces, with keys and extends.",
        fr: "Un schéma est un objet entre accolades, avec keys et extends.")
    static let schemaTooLarge = Message(
        "env.schema.too_large", en: "The schema has more than {limit} bytes.", fr: "Le schéma dépasse {limit} octets.")
    static let schemaUnknownMember = Message(
        "env.schema.unknown_member", en: "{place}: there is no member {name}; there are {known}.",
        fr: "{place} : il n’y a pas de membre {name} ; il y a {known}.")
    static let schemaUnknownTop = Message(
        "env.schema.unknown_top", en: "There is no member {name}; there are {known}.",
        fr: "Il n’y a pas de membre {name} ; il y a {known}.")
    static let schemaBadName = Message(
        "env.schema.bad_name", en: "{place}: a key has letters, digits and _, and no digit first.",
        fr: "{place} : une clé a des lettres, des chiffres et _, sans chiffre au début.")
    static let schemaNoList = Message(
        "env.schema.no_list", en: "{place}: a list of texts in brackets belongs here, with one at least.",
        fr: "{place} : il faut ici une liste de textes entre crochets, avec un au moins.")

    static let all = [
        empty, placeholder, hashForRaw, noBoolean, noURL, noPort, noText, notOneOf, missing, missingBut,
        fromEnvironment, different, repeated, repeatedEqual, refused, bareAtEnd, loneReturn, quoteIt, dropMark,
        notForShells, nearMiss, sourceUnsound, notText, noFolder, outside, noName, schemaNotJSON, schemaNotADocument,
        schemaTooLarge, schemaUnknownMember,
        schemaUnknownTop, schemaBadName, schemaNoList,
    ]
}
