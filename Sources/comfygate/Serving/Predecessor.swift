internal import Basics
internal import CommandLineKit
internal import Gate

/// The gate that runs with the same data folder, and whose place this process takes.
enum Predecessor {
    private static let none = Message(
        "predecessor.none", en: "No gate runs with this data folder",
        fr: "Aucun portail ne tourne avec ce dossier de données")
    private static let noneRemedy = Message(
        "predecessor.none.remedy", en: "Start without --takeover.", fr: "Démarrez sans --takeover.")
    private static let elsewhere = Message(
        "predecessor.elsewhere", en: "The running gate listens at other addresses than this configuration names",
        fr: "Le portail en marche écoute à d’autres adresses que celles de cette configuration")
    private static let elsewhereRemedy = Message(
        "predecessor.elsewhere.remedy", en: "End it and start without --takeover.",
        fr: "Arrêtez-le et démarrez sans --takeover.")
    private static let silent = Message(
        "predecessor.silent", en: "The running gate did not hand over: {reason}",
        fr: "Le portail en marche n’a pas cédé sa place : {reason}")
    private static let waiting = Message(
        "predecessor.waiting", en: "Waiting for the running gate to answer what is under way.",
        fr: "En attente du portail en marche, qui répond à ce qui est en cours.")
    static let messages = [none, noneRemedy, elsewhere, elsewhereRemedy, silent, waiting]

    /// Has the running gate leave; its store is free when this returns. Blocks: it is the start of the program.
    ///
    /// All that can be judged without the store is judged before the running gate stops to accept.
    static func leave(
        _ configuration: Configuration, _ terminal: Terminal
    ) throws -> (channel: HandOverChannel, sockets: [ListeningSocket]) {
        guard let channel = HandOverChannel.toGate(in: configuration.data) else {
            throw CommandFailure(at: configuration.data, none(), noneRemedy())
        }
        do {
            let sockets = try channel.requestSockets()
            guard GateServer.matches(sockets, configuration) else {
                throw CommandFailure(at: configuration.data, elsewhere(), elsewhereRemedy())
            }
            try GateServer.check(configuration)
            terminal.say(waiting())
            try channel.awaitStore()
            return (channel, sockets)
        } catch let failure as HandOverChannel.Failure {
            let reason =
                switch failure {
                case .lost: "it closed the connection"
                case .refused(let words): words
                }
            throw CommandFailure(at: configuration.data, silent(["reason": reason]))
        }
    }
}
