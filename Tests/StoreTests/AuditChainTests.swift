import Basics
import Store
import Testing

struct AuditChainTests {
    static let chain = AuditChain(key: [UInt8](repeating: 1, count: 32))

    static func trail(_ count: Int) -> [AuditRecord] {
        var head = AuditHead.empty
        return (0..<count).map { number in
            let record = chain.seal(entry("step.\(number)"), after: head)
            head = AuditHead(count: record.sequence, mac: record.mac)
            return record
        }
    }

    static func verdict(_ records: [AuditRecord], head: AuditHead? = nil, chain: AuditChain = chain) -> AuditVerdict {
        var verifier = AuditChain.Verifier(chain, expected: head)
        for record in records where !verifier.add(record) { break }
        return verifier.verdict()
    }

    static func head(_ records: [AuditRecord]) -> AuditHead {
        records.last.map { AuditHead(count: $0.sequence, mac: $0.mac) } ?? .empty
    }

    static func edited(_ record: AuditRecord, field: Int) -> AuditRecord {
        AuditRecord(
            sequence: record.sequence, time: field == 0 ? record.time.advanced(byMilliseconds: 1) : record.time,
            actor: field == 1 ? record.actor + "x" : record.actor,
            action: field == 2 ? "" : record.action, subject: field == 3 ? "y" : record.subject,
            detail: field == 4 ? "{}" : record.detail, mac: field == 5 ? .zero : record.mac)
    }

    @Test func anUntouchedTrailIsIntact() {
        for count in [0, 1, 7] {
            let trail = Self.trail(count)
            #expect(Self.verdict(trail) == .intact(Self.head(trail)))
            #expect(Self.verdict(trail, head: Self.head(Array(trail.prefix(3)))) == .intact(Self.head(trail)))
        }
    }

    @Test(arguments: 0..<6) func anEditedFieldIsFound(field: Int) {
        for index in 0..<5 {
            var trail = Self.trail(5)
            trail[index] = Self.edited(trail[index], field: field)
            #expect(Self.verdict(trail) == .altered(sequence: index + 1))
        }
    }

    @Test func fieldsCannotFlowIntoOneAnother() {
        let record = Self.trail(1)[0]
        let moved = AuditRecord(
            sequence: 1, time: record.time, actor: record.actor + "s", action: String(record.action.dropFirst()),
            subject: record.subject, detail: record.detail, mac: record.mac)
        #expect(Self.verdict([moved]) == .altered(sequence: 1))
    }

    @Test func aRemovedRecordIsFound() {
        for index in 0..<4 {
            var trail = Self.trail(5)
            trail.remove(at: index)
            #expect(Self.verdict(trail) == .missing(sequence: index + 1))
        }
    }

    @Test func aRemovedRecordIsFoundAfterRenumbering() {
        var trail = Self.trail(5)
        trail.remove(at: 1)
        let renumbered = trail.enumerated().map { index, record in
            AuditRecord(
                sequence: index + 1, time: record.time, actor: record.actor, action: record.action,
                subject: record.subject, detail: record.detail, mac: record.mac)
        }
        #expect(Self.verdict(renumbered) == .altered(sequence: 2))
    }

    @Test func exchangedRecordsAreFound() {
        var trail = Self.trail(5)
        let (second, third) = (trail[1], trail[2])
        func record(_ source: AuditRecord, at sequence: Int) -> AuditRecord {
            AuditRecord(
                sequence: sequence, time: source.time, actor: source.actor, action: source.action,
                subject: source.subject, detail: source.detail, mac: source.mac)
        }
        (trail[1], trail[2]) = (record(third, at: 2), record(second, at: 3))
        #expect(Self.verdict(trail) == .altered(sequence: 2))
    }

    @Test func aRepeatedRecordIsFound() {
        var trail = Self.trail(3)
        trail.append(trail[2])
        #expect(Self.verdict(trail) == .altered(sequence: 3))
    }

    @Test func aCutTailIsFoundWithAHeadOnly() {
        let trail = Self.trail(5)
        for kept in 0..<5 {
            let cut = Array(trail.prefix(kept))
            #expect(Self.verdict(cut, head: Self.head(trail)) == .cut(count: kept, expected: 5))
            #expect(Self.verdict(cut) == .intact(Self.head(cut)))
        }
    }

    @Test func aTrailSealedWithAnotherKeyIsFound() {
        let other = AuditChain(key: [UInt8](repeating: 2, count: 32))
        #expect(Self.verdict(Self.trail(2), chain: other) == .altered(sequence: 1))
    }

    @Test func aHeadReadsWhatItWrites() throws {
        let head = Self.head(Self.trail(3))
        #expect(AuditHead(head.description) == head)
        for bad in ["", "3", "3:", "x:\(head.mac)", "-1:\(head.mac)", "3:\(head.mac)0", "3:\(head.mac):"] {
            #expect(AuditHead(bad) == nil, "\(bad)")
        }
    }
}
