import Basics
import Secrets

/// What must hold for any bytes; tests and the fuzzer call it.
enum DotenvProperties {
    /// As the fuzzer hands it over: the length of a value in one byte, the value, the file.
    static func broken(_ input: [UInt8]) -> [String] {
        let value = input.dropFirst().prefix(Int(input.first ?? 0))
        return broken(Array(input.dropFirst(1 + value.count)), value: DotenvValue(value))
    }

    /// The properties that `bytes` break, in words; empty when all hold.
    static func broken(_ bytes: [UInt8], value: DotenvValue) -> [String] {
        guard let file = try? DotenvFile(bytes) else { return ["not read"] }
        var broken: [String] = []
        var end = 0
        for entry in file.entries {
            if entry.range.lowerBound != end || entry.range.isEmpty { broken.append("entries have gaps") }
            if entry.valueRange.lowerBound < end || entry.valueRange.upperBound > entry.range.upperBound {
                broken.append("a value lies outside its entry")
            }
            if entry.line != bytes[..<end].count(where: { $0 == 0x0A }) + 1 { broken.append("a wrong line number") }
            end = entry.range.upperBound
        }
        // A byte order mark alone has no entry.
        if end != bytes.count, bytes != [0xEF, 0xBB, 0xBF] { broken.append("entries end early") }
        for reader in DotenvReader.allCases { _ = reader.read(bytes, environment: ["A": "a", "X": ""]).keys }
        let keys = file.keys
        broken += keys.prefix(8).filter { !isAuditedAsRead($0, in: file) }.map { "an audit calls \($0) right" }
        if !keys.isEmpty { broken += setting(keys[bytes.count % keys.count], in: file, value) }
        broken += setting("NEW", in: file, value)
        return broken
    }

    /// An audit asks no reader about plain lines: where it finds nothing, the readers must have nothing to say.
    private static func isAuditedAsRead(_ key: String, in file: DotenvFile) -> Bool {
        guard case .value(let value) = file.value(of: key, .composeV2), let token = value.secret else { return true }
        let rule = LocationRule(path: ".env", kind: .dotenv, key: key, value: .raw)
        var truth = CredentialFile()
        truth.set(Credential(rawToken: token, locations: [rule]))
        var audit = Audit(OneFile(bytes: file.bytes))
        return audit.rows(of: truth).filter { $0.path == ".env" && $0.isOK && $0.notes.isEmpty }.allSatisfy { _ in
            file.objections(to: value, of: key).isEmpty
        }
    }

    private struct OneFile: FactSource {
        let bytes: [UInt8]

        func expand(_ pattern: String) -> [String] { [pattern] }
        func facts(of path: String) -> FileFacts { FileFacts(path == ".env" ? .bytes(bytes) : .missing) }
        func verify(_ token: Secret, against hash: Secret) -> Bool { false }
    }

    private static func setting(_ key: String, in file: DotenvFile, _ value: DotenvValue) -> [String] {
        var changed = file
        do {
            try changed.set(key, to: value)
        } catch {
            if changed.bytes != file.bytes { return ["a refused change changed \(key)"] }
            if "\(error)".utf8.count > 2_000 + key.utf8.count * 2 { return ["an error shows too much"] }
            return []
        }
        var broken: [String] = []
        let isNew = file.entries(of: key).isEmpty
        if isNew {
            if !changed.bytes.starts(with: file.bytes) { broken.append("a new key changed old lines") }
        } else if !onlyValuesDiffer(of: key, file, changed) {
            broken.append("bytes outside the values of \(key) changed")
        }
        if !isNew, changed.entries.count != file.entries.count { broken.append("entries came or went") }
        let compose = DotenvReader.composeV2.read(changed.bytes)
        if compose.refusal == nil, compose[key] != .value(value) {
            broken.append("Compose reads another value of \(key)")
        }
        var again = changed
        do {
            try again.set(key, to: value)
            if again.bytes != changed.bytes { broken.append("setting \(key) twice changes the file twice") }
        } catch {
            broken.append("\(key) cannot be set twice")
        }
        do {
            if try again.remove(key) != max(1, file.entries(of: key).count) {
                broken.append("not all of \(key) removed")
            }
            // Only the line end that the file lacked is left.
            let lacked = file.bytes.last.map { $0 != 0x0A } ?? false
            if isNew, !lacked, again.bytes != file.bytes { broken.append("removing \(key) does not undo setting it") }
        } catch {
            broken.append("\(key) cannot be removed")
        }
        return broken
    }

    /// Whether the bytes between the values of a key, as they lay before, are the same after.
    private static func onlyValuesDiffer(of key: String, _ before: DotenvFile, _ after: DotenvFile) -> Bool {
        var (old, new) = (0, 0)
        for (entry, changed) in zip(before.entries(of: key), after.entries(of: key)) {
            let lead = before.bytes[old..<entry.valueRange.lowerBound]
            guard after.bytes[new...].starts(with: lead) else { return false }
            old = entry.valueRange.upperBound
            new += lead.count + entry.valueRange.count + changed.range.count - entry.range.count
            guard new <= after.bytes.count else { return false }
        }
        return before.bytes[old...] == after.bytes[new...]
    }
}
