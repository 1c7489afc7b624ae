internal import Basics
public import Secrets
internal import Stack

extension Survey {
    /// Of every secret that was met: in files, and in what containers are given.
    ///
    /// Who takes `postgres` for a password would have no report left: a secret that is a name of the installation, or too short
    /// to be told from other words, is taken out only where its place tells it.
    public var redaction: Redaction {
        let given = containers.flatMap(\.environment).filter(\.isSecret).compactMap(\.value.secret)
        let names = containers.flatMap { [$0.name, $0.service ?? "", $0.project ?? "", $0.image] }.joined(
            separator: " "
        )
        .lowercased()
        return Redaction(
            (given + (files.value?.findings ?? []).compactMap(\.secret)).filter { secret in
                secret.reveal().utf8.count >= Self.shortest && !names.contains(secret.reveal().lowercased())
            })
    }

    /// Bytes of a secret that is looked for wherever it stands.
    private static let shortest = 4
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
