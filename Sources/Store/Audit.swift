public import Basics

/// Who did it.
public enum AuditActor: Sendable, Hashable, CustomStringConvertible {
    /// The trail holds no names: whose account is erased stays in it as a number that is nobody's any more.
    case account(UUID)
    /// The command line on the gate's own host.
    case console(uid: Int)
    /// The program itself: sweeps, guests, bootstrap.
    case system
    /// Somebody without a credential, as at a login.
    case anonymous(address: String)

    public var description: String {
        switch self {
        case .account(let id): "account:\(id)"
        case .console(let uid): "console:\(uid)"
        case .system: "system"
        case .anonymous(let address): "anonymous:\(address)"
        }
    }
}

/// What a caller says about a change; the store numbers and seals it.
public struct AuditEntry: Sendable, Hashable {
    public let time: Timestamp
    public let actor: String
    /// A stable dotted name such as `account.create`.
    public let action: String
    /// What was changed: a kind and an id or name. Never a secret.
    public let subject: String
    public let detail: JSON

    public init(
        time: Timestamp, actor: AuditActor, action: String, subject: String, detail: JSON = .object(JSONObject())
    ) {
        (self.time, self.actor, self.action) = (time, actor.description, action)
        (self.subject, self.detail) = (subject, detail)
    }
}

/// A sealed record.
public struct AuditRecord: Sendable, Hashable {
    /// Counts from 1 without gaps.
    public let sequence: Int
    public let time: Timestamp
    public let actor: String
    public let action: String
    public let subject: String
    /// JSON text, kept as bytes because the code covers bytes.
    public let detail: String
    /// HMAC-SHA-256 over the record before and this one.
    public let mac: Digest32

    public init(
        sequence: Int, time: Timestamp, actor: String, action: String, subject: String, detail: String, mac: Digest32
    ) {
        (self.sequence, self.time, self.actor, self.action) = (sequence, time, actor, action)
        (self.subject, self.detail, self.mac) = (subject, detail, mac)
    }
}

/// Where the trail ended at some moment: `COUNT:MAC` in text.
public struct AuditHead: Sendable, Hashable, LosslessStringConvertible {
    public let count: Int
    public let mac: Digest32

    public init(count: Int, mac: Digest32) { (self.count, self.mac) = (count, mac) }

    public static let empty = AuditHead(count: 0, mac: .zero)

    /// Reads what `description` writes; nil for anything else.
    public init?(_ description: String) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), count >= 0, let bytes = Hex.decode(parts[1]),
            let mac = Digest32(bytes)
        else { return nil }
        self.init(count: count, mac: mac)
    }

    public var description: String { "\(count):\(mac)" }
}

/// What a walk over the trail found.
public enum AuditVerdict: Sendable, Hashable {
    /// Every record is as it was written, up to this head.
    case intact(AuditHead)
    /// The record with this number is changed, moved, inserted, or was sealed with another key.
    case altered(sequence: Int)
    /// Records from this number on are not there although later ones are.
    case missing(sequence: Int)
    /// The trail ends before the head that was noted earlier.
    case cut(count: Int, expected: Int)
    /// The trail is sound in itself but is not the one the head was taken from: it was rewritten.
    case replaced(sequence: Int)
}

/// The arithmetic of the audit trail: each record's code covers the code before it, with a key outside the store.
///
/// An unkeyed chain could be recomputed by whoever edits the file; this one needs the key, and a head noted elsewhere
/// shows a cut tail.
public struct AuditChain: Sendable {
    private let key: [UInt8]

    /// - Parameter key: 32 random bytes.
    public init(key: [UInt8]) {
        precondition(key.count == 32, "the audit key has 32 bytes")
        self.key = key
    }

    /// The record that follows `head`.
    public func seal(_ entry: AuditEntry, after head: AuditHead) -> AuditRecord {
        let detail = String(decoding: entry.detail.encoded(), as: UTF8.self)
        let draft = AuditRecord(
            sequence: head.count + 1, time: entry.time, actor: entry.actor, action: entry.action,
            subject: entry.subject, detail: detail, mac: .zero)
        return AuditRecord(
            sequence: draft.sequence, time: draft.time, actor: draft.actor, action: draft.action,
            subject: draft.subject, detail: draft.detail, mac: mac(of: draft, after: head.mac))
    }

    /// The code a record must carry.
    public func mac(of record: AuditRecord, after previous: Digest32) -> Digest32 {
        var bytes = previous.bytes
        append(UInt64(record.sequence), to: &bytes)
        append(UInt64(bitPattern: record.time.milliseconds), to: &bytes)
        // Lengths in front, so that no two records have the same bytes.
        for field in [record.actor, record.action, record.subject, record.detail] {
            append(UInt64(field.utf8.count), to: &bytes)
            bytes.append(contentsOf: field.utf8)
        }
        return Digest32(Digest.hmacSHA256(key: key, bytes)) ?? .zero
    }

    private func append(_ value: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// Judges a trail that is fed in order of the numbers it claims.
    public struct Verifier: Sendable {
        private let chain: AuditChain
        private let expected: AuditHead?
        private var head = AuditHead.empty
        private var fault: AuditVerdict?

        public init(_ chain: AuditChain, expected: AuditHead?) { (self.chain, self.expected) = (chain, expected) }

        /// Returns false once the verdict is sure.
        public mutating func add(_ record: AuditRecord) -> Bool {
            guard fault == nil else { return false }
            if record.sequence > head.count + 1 {
                fault = .missing(sequence: head.count + 1)
            } else if record.sequence <= head.count || chain.mac(of: record, after: head.mac) != record.mac {
                fault = .altered(sequence: record.sequence)
            } else {
                head = AuditHead(count: record.sequence, mac: record.mac)
                if let expected, expected.count == head.count, expected.mac != head.mac {
                    fault = .replaced(sequence: head.count)
                }
            }
            return fault == nil
        }

        public func verdict() -> AuditVerdict {
            if let fault { return fault }
            if let expected, expected.count > head.count { return .cut(count: head.count, expected: expected.count) }
            return .intact(head)
        }
    }
}
