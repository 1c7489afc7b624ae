internal import Basics

enum SyncMessages {
    static let source = Message(
        "sync.source",
        en: "The source of truth holds no bcrypt hash of its raw token: `comfygate secrets unify` makes one.",
        fr: "La source de vérité n’a pas d’empreinte bcrypt de son jeton : `comfygate secrets unify` en fait une.")
    static let noHash = Message(
        "sync.no_hash",
        en:
            "The location wants the bcrypt hash, and the source of truth has none: `comfygate secrets unify` makes one.",
        fr:
            "L’emplacement veut l’empreinte bcrypt, et la source de vérité n’en a pas : `comfygate secrets unify` en fait une."
    )
    static let noToken = Message(
        "sync.no_token",
        en: "The location wants the raw token, and the source of truth has none.",
        fr: "L’emplacement veut le jeton brut, et la source de vérité n’en a pas.")
    static let sealed = Message(
        "sync.sealed",
        en: "The location wants the raw token, which is sealed: give its key file by --key-file, or its passphrase by "
            + "COMFYGATE_SEAL_PASSPHRASE_FILE.",
        fr: "L’emplacement veut le jeton brut, qui est scellé : donnez son fichier de clé par --key-file, ou sa phrase "
            + "secrète par COMFYGATE_SEAL_PASSPHRASE_FILE.")
    static let token = Message(
        "sync.token", en: "The location wants a token of the gate: name the gate with --config or --data.",
        fr: "L’emplacement veut un jeton du portail : indiquez le portail par --config ou --data.")
    static let contested = Message(
        "sync.contested", en: "Two credentials want this place: take it out of one's locations.",
        fr: "Deux secrets veulent cette place : retirez-la des emplacements de l’un d’eux.")
    static let reserved = Message(
        "sync.reserved",
        en: "The location is a file of this program or of Git, which it would overwrite: take it out of the locations.",
        fr: "L’emplacement est un fichier de ce programme ou de Git, qu’il écraserait : retirez-le des emplacements.")
    static let nameTheKey = Message(
        "sync.name_the_key",
        en: "The file holds none of the known keys: say in the location which key belongs into it.",
        fr: "Le fichier n’a aucune des clés connues : indiquez dans l’emplacement quelle clé doit s’y trouver.")

    static let all = [source, noHash, noToken, sealed, token, contested, reserved, nameTheKey]
}
