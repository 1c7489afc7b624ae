public import Basics

/// Why Compose would refuse a file that is YAML.
public enum ComposeComplaint: Sendable, Hashable {
    /// `${X:?}` without a value: the variables.
    case noValue([String])
    /// A text with a `$` that begins nothing, from there on; what stands around it may be a secret.
    case noTemplate(String)
    /// A service with neither `image` nor `build`.
    case noImage(service: String)
    /// `services` is no mapping of names.
    case noServices
    case badPort(String)
    /// `include`, `extends` or `COMPOSE_FILE` names a file that is not there.
    case noFile(String)
    /// A service names something under a key, and no file defines it.
    case undefined(service: String, key: String, name: String)
    /// A key of a service that has to be a list.
    case noList(service: String, key: String)
    /// A key of a service, or of the file, that Compose refuses, and the one that was probably meant.
    case misspelt(String, service: String?, meant: String)
    /// The file itself cannot be read.
    case unreadable
    /// Something beside compose files that has to be there: what `env_file` names, and the files of secrets and configs.
    case noOtherFile(String, key: String)

    public var phrase: Phrase {
        switch self {
        case .noValue(let names): ComposeMessages.noValue(["names": names.joined(separator: ", ")])
        case .noTemplate(let text): ComposeMessages.noTemplate(["text": text])
        case .noImage(let service): ComposeMessages.noImage(["name": service])
        case .noServices: ComposeMessages.noServices()
        case .badPort(let text): ComposeMessages.badPort(["text": String(text.prefix(80))])
        case .noFile(let path): ComposeMessages.noFile(["path": path])
        case .undefined(let service, let key, let name):
            ComposeMessages.undefined(["service": service, "key": key, "name": name])
        case .noList(let service, let key): ComposeMessages.noList(["service": service, "key": key])
        case .misspelt(let key, let service?, let meant):
            ComposeMessages.misspeltOfService(["service": service, "key": key, "meant": meant])
        case .misspelt(let key, nil, let meant): ComposeMessages.misspelt(["key": key, "meant": meant])
        case .unreadable: ComposeMessages.unreadable()
        case .noOtherFile(let path, let key): ComposeMessages.noOtherFile(["path": path, "key": key])
        }
    }
}

/// What is said of compose files.
public enum ComposeMessages {
    static let noValue = Message(
        "compose.no_value", en: "{names} must have a value, and neither .env nor the environment here has one",
        fr: "{names} doit avoir une valeur, et ni le .env ni l’environnement d’ici n’en a")
    static let noTemplate = Message(
        "compose.no_template", en: "{text} is nothing that Compose can fill in; a dollar sign itself is $$",
        fr: "{text} n’est rien que Compose puisse remplir ; un dollar seul s’écrit $$")
    static let noImage = Message(
        "compose.no_image", en: "the service {name} has neither image nor build",
        fr: "le service {name} n’a ni image ni build")
    static let noServices = Message(
        "compose.no_services", en: "services has to be a mapping of names to services",
        fr: "services doit associer des noms à des services")
    static let badPort = Message(
        "compose.bad_port", en: "{text} is no port: [ADDRESS:][PORT:]PORT",
        fr: "{text} n’est pas un port : [ADRESSE:][PORT:]PORT")
    static let noFile = Message(
        "compose.no_file", en: "it names the compose file {path}, which is not there or cannot be read",
        fr: "il nomme le fichier compose {path}, qui n’est pas là ou ne peut être lu")

    static let undefined = Message(
        "compose.undefined", en: "`{key}` of the service {service} names {name}, which no file defines",
        fr: "`{key}` du service {service} nomme {name}, qu’aucun fichier ne définit")
    static let noList = Message(
        "compose.no_list", en: "`{key}` of the service {service} has to be a list",
        fr: "`{key}` du service {service} doit être une liste")
    static let misspelt = Message(
        "compose.misspelt", en: "`{key}` is no key that Compose knows; probably `{meant}` is meant",
        fr: "`{key}` n’est pas une clé que Compose connaît ; sans doute s’agit-il de `{meant}`")
    static let misspeltOfService = Message(
        "compose.misspelt_of_service",
        en: "`{key}` of the service {service} is no key that Compose knows; probably `{meant}` is meant",
        fr: "`{key}` du service {service} n’est pas une clé que Compose connaît ; sans doute s’agit-il de `{meant}`")
    static let unreadable = Message(
        "compose.unreadable", en: "this user may not read it, so that nothing in it was judged",
        fr: "cet utilisateur ne peut pas le lire : rien de ce qu’il contient n’a été jugé")
    static let noOtherFile = Message(
        "compose.no_other_file", en: "its {key} names {path}, which is not there",
        fr: "son {key} nomme {path}, qui n’est pas là")

    public static let all = [
        noValue, noTemplate, noImage, noServices, badPort, noFile, undefined, noList, misspelt,
        misspeltOfService, unreadable, noOtherFile,
    ]
}
