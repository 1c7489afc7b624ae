public import Basics

/// Why a backup cannot be written, found or read; holds nothing of its content.
public enum BackupError: Error, Sendable, Hashable {
    /// A file or folder fails; the error names it and the remedy.
    case file(GateError)
    case seal(AgeError)
    case archive(TarError)
    /// The archive does not begin with a `BACKUP.json` that this program reads.
    case manifest
    /// A newer program wrote it.
    case unknownVersion
    /// There is no backup of this name.
    case notFound(String)
    /// As many backups within one second as there are milliseconds.
    case tooManyAtOnce
    /// Neither `HOME` nor the XDG variable is an absolute path.
    case noHome(String)
    /// The identity that opens backups is not where it should be.
    case noIdentity(String)
    /// It is not there, but backups are that only it opens.
    case identityLost(String, folder: String)
    /// It does not open the newest backup.
    case identityForeign(String, folder: String)

    public var phrase: Phrase {
        switch self {
        case .file(let error): error.phrase
        case .seal(let error): error.phrase
        case .archive(let error): error.phrase
        case .manifest: BackupMessages.manifest()
        case .unknownVersion: BackupMessages.unknownVersion()
        case .notFound(let name): BackupMessages.notFound(["name": name])
        case .tooManyAtOnce: BackupMessages.tooManyAtOnce()
        case .noIdentity(let path): BackupMessages.noIdentity(["path": path])
        case .identityLost(let path, let folder): BackupMessages.identityLost(["path": path, "folder": folder])
        case .identityForeign(let path, let folder):
            BackupMessages.identityForeign(["path": path, "folder": folder])
        case .noHome(let variable): BackupMessages.noHome(["variable": variable])
        }
    }
}

enum BackupMessages {
    static let manifest = Message(
        "backup.manifest", en: "The archive is no backup of comfygate: BACKUP.json is missing or damaged. Use tar.",
        fr: "L’archive n’est pas une sauvegarde de comfygate : BACKUP.json manque ou est abîmé. Utilisez tar.")
    static let unknownVersion = Message(
        "backup.version", en: "A newer program made this backup: restore it with that one.",
        fr: "Un programme plus récent a fait cette sauvegarde : rétablissez-la avec celui-là.")
    static let notFound = Message(
        "backup.not_found", en: "There is no backup {name}: `comfygate secrets history` lists them.",
        fr: "Il n’y a pas de sauvegarde {name} : `comfygate secrets history` les liste.")
    static let tooManyAtOnce = Message(
        "backup.too_many_at_once", en: "Too many backups are being made at once: wait a moment and try again.",
        fr: "Trop de sauvegardes se font en même temps : attendez un peu et recommencez.")
    static let noHome = Message(
        "backup.no_home", en: "There is no place for backups: set HOME or {variable} to an absolute path.",
        fr: "Il n’y a pas de place pour les sauvegardes : donnez à HOME ou à {variable} un chemin absolu.")

    static let noIdentity = Message(
        "backup.no_identity",
        en:
            "There is no identity {path}, without which no backup can be opened: bring its copy back, or name it with --identity.",
        fr:
            "Il n’y a pas d’identité {path}, sans laquelle aucune sauvegarde ne s’ouvre : remettez sa copie, ou nommez-la par --identity."
    )

    static let identityLost = Message(
        "backup.identity_lost",
        en:
            "The backups in {folder} are sealed for an identity that is no longer {path}: bring its copy back, or name it "
            + "with --identity. --new-identity makes a new one; the older backups then stay closed for ever.",
        fr: "Les sauvegardes de {folder} sont scellées pour une identité qui n’est plus {path} : remettez sa copie, ou "
            + "nommez-la par --identity. --new-identity en crée une autre ; les anciennes restent alors fermées à jamais."
    )
    static let identityForeign = Message(
        "backup.identity_foreign",
        en:
            "The identity {path} does not open the newest backup in {folder}: bring the right one back, or name it with "
            + "--identity. --new-identity goes on with this one; the older backups then stay closed without the other.",
        fr: "L’identité {path} n’ouvre pas la sauvegarde la plus récente de {folder} : remettez la bonne, ou nommez-la "
            + "par --identity. --new-identity garde celle-ci ; les anciennes restent alors fermées sans l’autre.")

    static let all = [
        manifest, unknownVersion, notFound, tooManyAtOnce, noHome, noIdentity, identityLost, identityForeign,
    ]
}
