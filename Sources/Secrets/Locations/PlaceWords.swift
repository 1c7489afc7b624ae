internal import Basics

extension JSONPlace.Failure {
    var phrase: Phrase {
        switch self {
        case .notJSON(let error): PlaceMessages.notJSON(["detail": "\(error)"])
        case .badPointer: PlaceMessages.badPointer()
        case .missing: PlaceMessages.noPlace()
        case .notText: PlaceMessages.notText()
        case .repeated(let name): PlaceMessages.repeatedName(["name": name])
        }
    }
}

extension YAMLPlace.Failure {
    var phrase: Phrase {
        switch self {
        case .notYAML(let detail, let line): PlaceMessages.notYAML(["detail": detail, "line": "\(line)"])
        case .notUTF8: PlaceMessages.notUTF8()
        case .badPath: PlaceMessages.badPointer()
        case .missing: PlaceMessages.noPlace()
        case .notText: PlaceMessages.notText()
        case .repeated: PlaceMessages.repeatedPlace()
        case .notWritable: PlaceMessages.notWritable()
        }
    }
}

enum PlaceMessages {
    static let notJSON = Message("place.not_json", en: "No valid JSON: {detail}.", fr: "Pas du JSON valide : {detail}.")
    static let notYAML = Message(
        "place.not_yaml", en: "No valid YAML, line {line}: {detail}.",
        fr: "Pas du YAML valide, ligne {line} : {detail}.")
    static let notUTF8 = Message("place.not_utf", en: "It is not UTF-8.", fr: "Ce n’est pas de l’UTF-8.")
    static let badPointer = Message(
        "place.bad_pointer", en: "The location's key begins with / and has ~ only as ~0 or ~1.",
        fr: "La clé de l’emplacement commence par / et n’a de ~ que dans ~0 ou ~1.")
    static let noPlace = Message(
        "place.no_place", en: "The file has no such member.", fr: "Le fichier n’a pas un tel membre.")
    static let notText = Message(
        "place.not_text", en: "No plain text stands there.", fr: "Il n’y a pas là de texte simple.")
    static let repeatedName = Message(
        "place.repeated_name", en: "The member {name} stands there twice.", fr: "Le membre {name} y figure deux fois.")
    static let repeatedPlace = Message(
        "place.repeated_place", en: "The member stands there twice.", fr: "Le membre y figure deux fois.")
    static let notWritable = Message(
        "place.not_writable", en: "The value cannot be written there.", fr: "La valeur ne peut pas y être écrite.")

    static let all = [
        notJSON, notYAML, notUTF8, badPointer, noPlace, notText, repeatedName, repeatedPlace, notWritable,
    ]
}
