internal import Basics
public import Secrets
internal import Stack

extension Survey {
    /// Of every secret that was met: in files, and in what containers are given.
    public var redaction: Redaction {
        let given = containers.flatMap(\.environment).filter(\.isSecret).compactMap(\.value.secret)
        return Redaction(given + (files.value?.findings ?? []).compactMap(\.secret))
    }
}

extension Redaction {
    func callAsFunction(_ text: String) -> String { self.text(Array(text.utf8)) }

    /// What was filled in; the words around it are ours.
    func callAsFunction(_ phrase: Phrase) -> Phrase {
        Phrase(phrase.message, phrase.arguments.mapValues { self($0) }, count: phrase.count)
    }
}

extension ContainerFacts.Variable {
    /// Its name or its form says that it is a secret, and it is no example.
    var isSecret: Bool {
        if case .secret = ValueJudgement(name: name, value.reveal()) { true } else { false }
    }
}
