internal import Basics
internal import CommandLineKit

/// Heads of the tables about secrets.
enum SecretsHeads {
    static let credential = Message("secrets.head.credential", en: "CREDENTIAL", fr: "SECRET")
    static let key = Message("secrets.head.key", en: "KEY", fr: "CLÉ")
    static let value = Message("secrets.head.value", en: "VALUE", fr: "VALEUR")
    static let toldBy = Message("secrets.head.told_by", en: "TOLD BY", fr: "RECONNU À")
    static let state = Message("secrets.head.state", en: "STATE", fr: "ÉTAT")
    static let token = Message("secrets.head.token", en: "TOKEN", fr: "JETON")
    static let hash = Message("secrets.head.hash", en: "HASH", fr: "EMPREINTE")
    static let locations = Message("secrets.head.locations", en: "LOCATIONS", fr: "EMPLACEMENTS")
    static let consumers = Message("secrets.head.consumers", en: "CONSUMERS", fr: "CONSOMMATEURS")
    static let changed = Message("secrets.head.changed", en: "CHANGED", fr: "CHANGÉ")
    static let description = Message("secrets.head.description", en: "DESCRIPTION", fr: "DESCRIPTION")
    static let holds = Message("secrets.head.holds", en: "HOLDS", fr: "CONTIENT")
    static let change = Message("secrets.head.change", en: "CHANGE", fr: "CHANGEMENT")
    static let backup = Message("secrets.head.backup", en: "BACKUP", fr: "SAUVEGARDE")
    static let before = Message("secrets.head.before", en: "BEFORE", fr: "AVANT")
    static let files = Message("secrets.head.files", en: "FILES", fr: "FICHIERS")
    static let file = Message("secrets.head.file", en: "FILE", fr: "FICHIER")
    static let now = Message("secrets.head.now", en: "NOW", fr: "MAINTENANT")
    static let keys = Message("secrets.head.keys", en: "KEYS", fr: "CLÉS")
    static let consumer = Message("secrets.head.consumer", en: "CONSUMER", fr: "CONSOMMATEUR")
    static let url = Message("secrets.head.url", en: "URL", fr: "URL")
    static let verdict = Message("secrets.head.verdict", en: "VERDICT", fr: "VERDICT")
    static let then = Message("secrets.head.then", en: "THEN", fr: "ENSUITE")
    static let from = Message("secrets.head.from", en: "FROM", fr: "VENANT DE")

    static let all = [
        credential, key, value, toldBy, state, token, hash, locations, consumers, changed, description, holds, change,
        backup, before, files, file, now, keys, consumer, url, verdict, then, from,
    ]
}

extension Terminal {
    /// A column with its head in the reader's language.
    func column(_ head: Message, canShrink: Bool = false) -> Table.Column {
        Table.Column(text(head), canShrink: canShrink)
    }
}
