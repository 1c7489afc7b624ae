public import Basics

extension YAMLError {
    /// What is wrong, for people.
    public var phrase: Phrase {
        switch reason {
        case .tooLarge(let limit): YAMLMessages.tooLarge(["limit": "\(ByteCount(bytes: limit))"])
        case .notUTF8: YAMLMessages.notUTF8()
        case .syntax(let words): YAMLMessages.syntax(["words": words])
        case .alias: YAMLMessages.alias()
        case .tag: YAMLMessages.tag()
        case .secondDocument: YAMLMessages.second()
        case .complexKey: YAMLMessages.complexKey()
        case .unknownAlias(let name): YAMLMessages.unknownAlias(["name": name])
        case .tooDeep(let limit): YAMLMessages.tooDeep(["limit": "\(limit)"])
        case .tooMany(let limit): YAMLMessages.tooMany(["limit": "\(limit)"])
        case .duplicateKey(_, let first): YAMLMessages.duplicate(["line": "\(first.line)"])
        case .notMapping: YAMLMessages.notMapping()
        }
    }

    /// What helps; nil where what is wrong says it.
    public var remedy: Phrase? {
        switch reason {
        case .notUTF8: YAMLMessages.saveUTF8()
        case .syntax: YAMLMessages.indent()
        case .alias, .tag: YAMLMessages.writeOut()
        case .secondDocument: YAMLMessages.remove()
        case .duplicateKey: YAMLMessages.keepOne()
        case .tooLarge, .complexKey, .unknownAlias, .tooDeep, .tooMany, .notMapping: nil
        }
    }
}

/// What is said of documents.
public enum YAMLMessages {
    static let tooLarge = Message(
        "yaml.too_large", en: "the file is larger than {limit}", fr: "le fichier dépasse {limit}")
    static let notUTF8 = Message("yaml.not_unicode", en: "this is not UTF-8", fr: "ce n’est pas de l’UTF-8")
    static let saveUTF8 = Message(
        "yaml.save_unicode", en: "Save the file as UTF-8.", fr: "Enregistrez le fichier en UTF-8.")
    static let syntax = Message(
        "yaml.syntax", en: "this is not YAML: {words}", fr: "ce n’est pas du YAML : {words}")
    static let indent = Message(
        "yaml.indent", en: "Check indentation, colons and quotes on this line and the one before it.",
        fr: "Vérifiez l’indentation, les deux-points et les guillemets de cette ligne et de la précédente.")
    static let alias = Message(
        "yaml.alias", en: "aliases are not read here", fr: "les alias ne sont pas acceptés ici")
    static let tag = Message(
        "yaml.tag", en: "tags are not read here", fr: "les étiquettes ne sont pas acceptées ici")
    static let writeOut = Message(
        "yaml.write_out", en: "Write the value itself.", fr: "Écrivez la valeur elle-même.")
    static let second = Message(
        "yaml.second_document", en: "a second document begins here", fr: "un second document commence ici")
    static let remove = Message(
        "yaml.remove_document", en: "Remove the line '---' and what follows.",
        fr: "Supprimez la ligne « --- » et la suite.")
    static let complexKey = Message("yaml.complex_key", en: "a key is plain text", fr: "une clé est un simple texte")
    static let unknownAlias = Message(
        "yaml.unknown_alias", en: "no anchor before this line is called {name}",
        fr: "aucune ancre avant cette ligne ne s’appelle {name}")
    static let tooDeep = Message(
        "yaml.too_deep", en: "the nesting is deeper than {limit}", fr: "l’imbrication dépasse {limit} niveaux")
    static let tooMany = Message(
        "yaml.too_many", en: "aliases make more than {limit} values of it",
        fr: "les alias en font plus de {limit} valeurs")
    static let duplicate = Message(
        "yaml.duplicate", en: "this key stands on line {line} already", fr: "cette clé figure déjà à la ligne {line}")
    static let keepOne = Message("yaml.keep_one", en: "Keep one of them.", fr: "N’en gardez qu’une.")
    static let notMapping = Message(
        "yaml.not_mapping", en: "the file is a list of 'key: value' lines",
        fr: "le fichier est une suite de lignes « clé: valeur »")

    public static let all = [
        tooLarge, notUTF8, saveUTF8, syntax, indent, alias, tag, writeOut, second, remove, complexKey, unknownAlias,
        tooDeep,
        tooMany, duplicate, keepOne, notMapping,
    ]
}
