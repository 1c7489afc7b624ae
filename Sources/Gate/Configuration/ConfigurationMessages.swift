internal import Basics

/// What reading a configuration can say.
enum ConfigurationMessages {
    static let unknownKey = Message("config.unknown_key", en: "there is no such key", fr: "cette clé n’existe pas")
    static let didYouMean = Message("config.did_you_mean", en: "Did you mean {key}?", fr: "Vouliez-vous dire {key} ?")
    static let seeKeys = Message(
        "config.see_keys", en: "'comfygate config keys' lists all keys.",
        fr: "« comfygate config keys » donne toutes les clés.")
    static let unknownVariable = Message(
        "config.unknown_variable", en: "no key has this environment variable; it is ignored",
        fr: "aucune clé ne correspond à cette variable ; elle est ignorée")
    static let noValue = Message("config.no_value", en: "has no value", fr: "n’a pas de valeur")
    static let giveValue = Message(
        "config.give_value", en: "Give it a value or remove the line.",
        fr: "Donnez-lui une valeur ou supprimez la ligne.")
    static let isGroup = Message(
        "config.is_group", en: "is a group of keys, not a value", fr: "est un groupe de clés, pas une valeur")
    static let groupOf = Message(
        "config.group_of", en: "Write its keys below it: {keys}.", fr: "Écrivez ses clés en dessous : {keys}.")
    static let notList = Message(
        "config.not_list", en: "takes one value, not a list", fr: "attend une seule valeur, pas une liste")
    static let keepOne = Message("config.keep_one", en: "Keep one of them.", fr: "N’en gardez qu’une.")
    static let notText = Message(
        "config.not_text", en: "takes a value, not a group of keys", fr: "attend une valeur, pas un groupe de clés")
    static let secretInline = Message(
        "config.secret_inline", en: "a secret does not stand in this file",
        fr: "un secret n’a pas sa place dans ce fichier")
    static let secretElsewhere = Message(
        "config.secret_elsewhere", en: "Put it into a file of its own and name that in {key}_file, or set {variable}.",
        fr: "Mettez-le dans un fichier à part indiqué par {key}_file, ou définissez {variable}.")
    static let secretBad = Message(
        "config.secret_bad", en: "its content is empty, longer than 64 KB or not text",
        fr: "son contenu est vide, dépasse 64 Ko ou n’est pas du texte")
    static let secretRemedy = Message(
        "config.secret_remedy", en: "Write the secret alone into the file, as one line of UTF-8.",
        fr: "Écrivez le secret seul dans le fichier, sur une ligne en UTF-8.")
    static let bothSet = Message(
        "config.both_set", en: "{first} and {second} are both set", fr: "{first} et {second} sont toutes deux définies")
    static let unreadable = Message(
        "config.unreadable", en: "{path} cannot be read: {reason}", fr: "{path} est illisible : {reason}")
    static let checkFile = Message(
        "config.check_file", en: "Check the path and who may read the file.",
        fr: "Vérifiez le chemin et les droits de lecture.")
    static let badValue = Message("config.bad_value", en: "'{value}' does not fit", fr: "« {value} » ne convient pas")
    static let tooMany = Message(
        "config.too_many", en: "there are more mistakes than these {limit}", fr: "il y a plus d’erreurs que ces {limit}"
    )
    static let fixFirst = Message("config.fix_first", en: "Correct these first.", fr: "Corrigez d’abord celles-ci.")

    static let writeText = Message(
        "config.write_text", en: "Write some text without control characters.",
        fr: "Écrivez un texte sans caractère de contrôle.")
    static let writePath = Message(
        "config.write_path", en: "Write the path of a file or folder.",
        fr: "Écrivez le chemin d’un fichier ou d’un dossier.")
    static let writeBoolean = Message("config.write_boolean", en: "Write true or false.", fr: "Écrivez true ou false.")
    static let writeCount = Message(
        "config.write_count", en: "Write a whole number from {least} to {most}.",
        fr: "Écrivez un nombre entier de {least} à {most}.")
    static let writeSize = Message(
        "config.write_size", en: "Write a size from {least} to {most}, such as 32MB.",
        fr: "Écrivez une taille de {least} à {most}, par exemple 32MB.")
    static let writeRate = Message(
        "config.write_rate", en: "Write a rate from {least}/s to {most}/s, such as 1KB/s.",
        fr: "Écrivez un débit de {least}/s à {most}/s, par exemple 1KB/s.")
    static let writeDuration = Message(
        "config.write_duration", en: "Write a duration from {least} to {most}, such as 30s, 15m or 90d.",
        fr: "Écrivez une durée de {least} à {most}, par exemple 30s, 15m ou 90d.")
    static let writeChoice = Message(
        "config.write_choice", en: "Write one of: {choices}.", fr: "Écrivez l’une de ces valeurs : {choices}.")
    static let writeListen = Message(
        "config.write_listen", en: "Write an address and a port, such as 127.0.0.1:8288, [::1]:8288 or *:8288.",
        fr: "Écrivez une adresse et un port, par exemple 127.0.0.1:8288, [::1]:8288 ou *:8288.")
    static let writeURL = Message(
        "config.write_url", en: "Write http://host:port or https://host, without user, query and fragment.",
        fr: "Écrivez http://hôte:port ou https://hôte, sans utilisateur, requête ni fragment.")
    static let writeURLPath = Message(
        "config.write_url_path", en: "Write / and plain segments, such as /comfy.",
        fr: "Écrivez / et des segments simples, par exemple /comfy.")
    static let writeHost = Message(
        "config.write_host", en: "Write a host name, such as forge.example.org.",
        fr: "Écrivez un nom d’hôte, par exemple forge.example.org.")
    static let writeNetwork = Message(
        "config.write_network",
        en: "Write an address or a range such as 10.0.0.0/8 whose bits behind the prefix are zero.",
        fr: "Écrivez une adresse ou une plage comme 10.0.0.0/8, dont les bits après le préfixe sont nuls.")
    static let writeDate = Message(
        "config.write_date", en: "Write a day, such as 2027-01-31.", fr: "Écrivez un jour, par exemple 2027-01-31.")
    static let writeField = Message(
        "config.write_field", en: "Write the name of a header field, such as Authorization.",
        fr: "Écrivez le nom d’un champ d’en-tête, par exemple Authorization.")
    static let writeName = Message(
        "config.write_name", en: "Write 1 to 63 lower-case letters, digits and hyphens.",
        fr: "Écrivez 1 à 63 lettres minuscules, chiffres et tirets.")

    static let writeLimit = Message(
        "config.write_limit", en: "Write a number from {least} to {most}, or none.",
        fr: "Écrivez un nombre de {least} à {most}, ou none (aucune limite).")
    static let writePattern = Message(
        "config.write_pattern", en: "Write a name; a star may stand for its end.",
        fr: "Écrivez un nom ; une étoile peut en remplacer la fin.")
    static let policyHidden = Message(
        "config.policy_hidden", en: "no account comes to it: {other} holds for everybody",
        fr: "aucun compte n’y arrive : {other} vaut pour tout le monde")
    static let policyEarlier = Message(
        "config.policy_earlier", en: "Move it further up, or give the other one roles or teams.",
        fr: "Placez-la plus haut, ou donnez à l’autre des rôles ou des équipes.")

    static let needs = Message("config.needs", en: "needs {key} beside it", fr: "exige aussi {key}")
    static let addKey = Message("config.add_key", en: "Set both or neither.", fr: "Définissez les deux ou aucune.")
    static let plainReachable = Message(
        "config.plain_reachable", en: "{address} can be reached by others, and there is no TLS",
        fr: "{address} est accessible à d’autres, et sans TLS")
    static let plainRemedy = Message(
        "config.plain_remedy",
        en:
            "Set tls.certificate and tls.key, or say why plain HTTP is right here: listen.plain: container (only a proxy reaches it) or lan.",
        fr:
            "Définissez tls.certificate et tls.key, ou dites pourquoi HTTP en clair convient : listen.plain: container (seul un mandataire y accède) ou lan."
    )
    static let fewDescriptors = Message(
        "config.few_descriptors",
        en: "{wanted} connections do not fit into {descriptors} descriptors; {most} are taken at a time",
        fr: "{wanted} connexions ne tiennent pas dans {descriptors} descripteurs ; {most} sont prises à la fois")
    static let raiseDescriptors = Message(
        "config.raise_descriptors",
        en:
            "Raise the limit (LimitNOFILE in a systemd unit, ulimits.nofile in Compose, ulimit -n), or lower the number.",
        fr:
            "Relevez la limite (LimitNOFILE d’une unité systemd, ulimits.nofile de Compose, ulimit -n), ou baissez le nombre."
    )
    static let consoleRemedy = Message(
        "config.console_remedy",
        en: "Keep the console on 127.0.0.1 or its socket, or set TLS; listen.plain: container permits it too.",
        fr: "Gardez la console sur 127.0.0.1 ou son socket, ou activez TLS ; listen.plain: container le permet aussi.")
    static let addressTwice = Message(
        "config.address_twice", en: "{address} is listed twice", fr: "{address} figure deux fois")
    static let takeOther = Message(
        "config.take_other", en: "Choose another port for one of them.",
        fr: "Choisissez un autre port pour l’une d’elles.")
    static let onlySecure = Message(
        "config.only_secure", en: "has no effect without https in {key}", fr: "est sans effet sans https dans {key}")
    static let useSecure = Message(
        "config.use_secure", en: "Write https:// there or remove this key.",
        fr: "Écrivez-y https:// ou supprimez cette clé.")
    static let serviceWhere = Message(
        "config.service_where", en: "needs either path or host", fr: "exige soit path, soit host")
    static let giveOne = Message(
        "config.give_one", en: "Give it exactly one of them.", fr: "Donnez-lui exactement l’une des deux.")
    static let serviceUpstream = Message("config.service_upstream", en: "needs an upstream", fr: "exige upstream")
    static let serviceTwice = Message(
        "config.service_twice", en: "{other} is found at the same place", fr: "{other} se trouve au même endroit")
    static let chooseOther = Message("config.choose_other", en: "Choose another one.", fr: "Choisissez-en un autre.")
    static let migrationEnd = Message(
        "config.migration_end", en: "a migration credential needs an end within 90 days",
        fr: "un accès de migration doit prendre fin sous 90 jours")
    static let migrationRemedy = Message(
        "config.migration_remedy", en: "Set migration.until to a day before {day}.",
        fr: "Fixez migration.until à un jour avant le {day}.")
    static let migrationOver = Message(
        "config.migration_over", en: "this day is over: the migration credential is refused",
        fr: "ce jour est passé : l’accès de migration est refusé")
    static let removeMigration = Message(
        "config.remove_migration", en: "Remove the migration keys.", fr: "Supprimez les clés migration.")
    static let notAbove = Message(
        "config.not_above", en: "is larger than {key} ({value})", fr: "dépasse {key} ({value})")
    static let changeOne = Message("config.change_one", en: "Change one of them.", fr: "Modifiez l’une des deux.")
    static let urlPath = Message("config.url_path", en: "{value} has a path", fr: "{value} contient un chemin")
    static let useBasePath = Message(
        "config.use_base_path", en: "Write the path into base_path.", fr: "Écrivez le chemin dans base_path.")
    static let leavePathOut = Message(
        "config.leave_path_out", en: "Leave the path out.", fr: "N’indiquez pas de chemin.")
    static let sameOrigin = Message(
        "config.same_origin", en: "{value} is an address of the gate, whose pages nobody vouches for",
        fr: "{value} est une adresse du portail, dont personne ne garantit les pages")
    static let otherOrigin = Message(
        "config.other_origin", en: "Give the console a host or a port of its own.",
        fr: "Donnez à la console un hôte ou un port à elle.")
    static let socketLong = Message(
        "config.socket_long", en: "the path of a Unix socket has at most {limit} bytes",
        fr: "le chemin d’un socket Unix a au plus {limit} octets")
    static let shorterPath = Message(
        "config.shorter_path", en: "Choose a shorter one.", fr: "Choisissez-en un plus court.")
    static let proxyUnknown = Message(
        "config.proxy_unknown", en: "needs trusted_proxies, or anybody could claim any address",
        fr: "exige trusted_proxies, sinon n’importe qui pourrait prétendre à n’importe quelle adresse")
    static let setProxies = Message(
        "config.set_proxies", en: "Name the addresses of your proxies there.",
        fr: "Indiquez-y les adresses de vos mandataires.")

    static let all = [
        fewDescriptors, raiseDescriptors,
        unknownKey, didYouMean, seeKeys, unknownVariable, noValue, giveValue, isGroup, groupOf, notList, keepOne,
        notText,
        secretInline, secretElsewhere, secretBad, secretRemedy, bothSet, unreadable, checkFile, badValue, tooMany,
        fixFirst,
        writeText, writePath, writeBoolean, writeCount, writeSize, writeRate, writeDuration, writeChoice, writeListen,
        writeURL, writeURLPath, writeHost, writeNetwork, writeDate, writeField, writeName, writeLimit, writePattern,
        policyHidden, policyEarlier, needs, addKey, plainReachable, plainRemedy, consoleRemedy,
        addressTwice,
        takeOther, onlySecure, useSecure, serviceWhere, giveOne, serviceUpstream, serviceTwice, chooseOther,
        migrationEnd,
        migrationRemedy, migrationOver, removeMigration, notAbove, changeOne, urlPath, useBasePath, leavePathOut,
        sameOrigin, otherOrigin, socketLong,
        shorterPath,
        proxyUnknown, setProxies,
    ]
}
