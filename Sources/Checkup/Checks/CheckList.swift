public import Basics
internal import Stack

/// Every check there is.
public enum CheckList {
    public static let all: [Check] =
        Check.ofFiles + Check.ofWorkers + Check.ofContainers + Check.ofHardening + Check.ofCertificates + Check.ofCards
        + Check.ofModels
        + Check.ofMachine

    /// With an installation's own behind them.
    public static func all(and own: [OwnCheck]) -> [Check] { all + own.map(\.check) }

    /// For the test of the catalogue.
    public static var messages: [Message] {
        all.flatMap(\.messages) + AnswerMessages.all + Check.reasonMessages + Check.modelMessages + Check.cardMessages
            + Check.wslMessages + Check.workerMessages + Check.hardeningMessages + Check.fileMessages
            + ComposeMessages.all + RepairMessages.all
    }
}
