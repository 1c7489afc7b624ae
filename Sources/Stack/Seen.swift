public import Basics

/// A fact, or why it could not be seen: nothing that was not looked at is ever taken for zero or for fine.
public enum Seen<Value: Sendable>: Sendable {
    case seen(Value)
    case unseen(Phrase)

    public var value: Value? { if case .seen(let value) = self { value } else { nil } }
    public var reason: Phrase? { if case .unseen(let reason) = self { reason } else { nil } }
}
