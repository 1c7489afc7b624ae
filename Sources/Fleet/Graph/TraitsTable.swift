internal import Basics
internal import ComfyAPI

/// The traits of classes, worked out when they are asked for first.
final class TraitsTable: Sendable {
    private let info: ObjectInfo
    private let unmarkable: [NamePattern]
    private let known = Locked<[String: ClassTraits]>([:])
    private static let limit = 256

    init(_ info: ObjectInfo, unmarkable: [NamePattern]) { (self.info, self.unmarkable) = (info, unmarkable) }

    subscript(name: String) -> ClassTraits? {
        if let found = known.withLock({ $0[name] }) { return found }
        guard let made = fresh(name) else { return nil }
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[name] = made
        }
        return made
    }

    /// The same for who asks for each class once.
    func fresh(_ name: String) -> ClassTraits? {
        info[name].map { ClassTraits($0, unmarkable: unmarkable) }
    }
}
