public import Basics
public import Store

/// A list of accounts as spreadsheets export it (RFC 4180, UTF-8).
///
/// The first line names the columns: `name` and, in any order, `role` (`user` when empty), `teams` (names with `;`
/// between), `password` (a password, or a hash this program verifies; when empty one is made up). Every mistake is
/// reported with its line, and one mistake means that nothing is imported.
public struct AccountCSV: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        public let line: Int
        public let name: AccountName
        public let role: Role
        public let teams: [AccountName]
        public let password: Secret?
    }

    public static let maximumBytes = 1 << 20
    public static let maximumRows = 5_000

    public let rows: [Row]

    /// - Throws: `invalidArgument` with all mistakes, at most 20 of them spelled out.
    public init(parsing text: String) throws(GateError) {
        guard text.utf8.count <= Self.maximumBytes else { throw Self.error(["The list is larger than 1 MiB."]) }
        var records = Self.records(Array(text.utf8))
        guard !records.isEmpty else { throw Self.error(["The list is empty."]) }
        let header = records.removeFirst().fields.map { $0.lowercased() }
        guard records.count <= Self.maximumRows else { throw Self.error(["The list has more than 5000 accounts."]) }
        let unknown = header.filter { !["name", "role", "teams", "password"].contains($0) }
        guard header.contains("name"), unknown.isEmpty, Set(header).count == header.count else {
            throw Self.error(["Line 1 must name the columns: name, role, teams, password."])
        }
        var mistakes: [String] = []
        var rows: [Row] = []
        var lines: [AccountName: Int] = [:]
        for record in records {
            do throws(GateError) {
                let row = try Self.row(record, header)
                if let first = lines.updateValue(row.line, forKey: row.name) {
                    throw Self.error(["this name stands in line \(first) too"])
                }
                rows.append(row)
            } catch {
                mistakes.append("line \(record.line): \(error.message)")
            }
        }
        guard mistakes.isEmpty else { throw Self.error(mistakes) }
        self.rows = rows
    }

    private static func row(_ record: Record, _ header: [String]) throws(GateError) -> Row {
        guard record.fields.count == header.count else { throw error(["this line has not as many fields as line 1"]) }
        let values = Dictionary(uniqueKeysWithValues: zip(header, record.fields))
        let word = values["role"].flatMap { $0.isEmpty ? nil : $0 } ?? Role.user.rawValue
        guard let role = Role(rawValue: word.lowercased()), role != .guest else {
            throw error(["the role is user, operator or admin"])
        }
        var teams: [AccountName] = []
        for name in (values["teams"] ?? "").split(separator: ";") { teams.append(try AccountName(String(name))) }
        let password = values["password"].flatMap { $0.isEmpty ? nil : Secret($0) }
        return Row(
            line: record.line, name: try AccountName(values["name"] ?? ""), role: role, teams: teams, password: password
        )
    }

    static func error(_ mistakes: [String]) -> GateError {
        let more = mistakes.count > 20 ? ["… and \(mistakes.count - 20) more"] : []
        return GateError(.invalidArgument, from: .client, (mistakes.prefix(20) + more).joined(separator: "; "))
    }

    private struct Record {
        let line: Int
        var fields: [String]
    }

    /// Splits at commas and line ends; quotes keep both, a doubled quote is one. Empty lines are passed over.
    private static func records(_ bytes: [UInt8]) -> [Record] {
        var records: [Record] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var (line, start, isQuoted) = (1, 1, false)
        func endField() {
            fields.append(String(decoding: field, as: UTF8.self))
            field = []
        }
        func endRecord() {
            endField()
            if fields != [""] { records.append(Record(line: start, fields: fields)) }
            fields = []
        }
        // Spreadsheets put a byte order mark in front.
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0A { line += 1 }
            if isQuoted {
                if byte != 0x22 {
                    field.append(byte)
                } else if index < bytes.count, bytes[index] == 0x22 {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case 0x22: isQuoted = true
            case 0x2C: endField()
            case 0x0D: continue
            case 0x0A:
                endRecord()
                start = line
            default: field.append(byte)
            }
        }
        if !field.isEmpty || !fields.isEmpty { endRecord() }
        return records
    }
}

extension IdentityService {
    /// Makes all accounts of a list, or none.
    ///
    /// Teams that do not exist are made. Passwords from the list serve for one login only, hashes stay as they are.
    /// - Returns: The accounts in the list's order, each with the password that was made up for it, if one was.
    /// - Throws: `invalidArgument` with every mistake and its line.
    public func importCSV(
        _ text: String, by actor: AuditActor
    ) async throws(GateError) -> [(account: Account, password: Secret?)] {
        let list = try AccountCSV(parsing: text)
        var mistakes: [String] = []
        let taken = Set(try await store.accounts().map(\.name))
        for row in list.rows {
            if taken.contains(row.name) {
                mistakes.append("line \(row.line): there is an account of this name already")
            }
            guard let password = row.password, Self.importedHash(password) == nil else { continue }
            do throws(GateError) { try passwords.hasher.check(password, for: row.name.text) } catch {
                mistakes.append("line \(row.line): \(error.message)")
            }
        }
        guard mistakes.isEmpty else { throw AccountCSV.error(mistakes) }
        var secrets: [(hash: String, made: Secret?, mustChange: Bool)] = []
        for row in list.rows {
            if let password = row.password, let hash = Self.importedHash(password) {
                secrets.append((hash, nil, false))
            } else {
                let made = row.password == nil ? Self.makePassword() : nil
                let hash = try await passwords.hash(row.password ?? made ?? Self.makePassword())
                secrets.append((hash, made, true))
            }
        }
        return try await change { change throws(GateError) in
            let now = clock()
            var teams: [AccountName: UUID] = [:]
            for team in try await store.teams() { teams[team.name] = team.id }
            for name in list.rows.flatMap(\.teams) where teams[name] == nil {
                let team = Team(name: name, created: now)
                teams[name] = team.id
                change.steps.append(.insertTeam(team))
            }
            var made: [(account: Account, password: Secret?)] = []
            for (row, secret) in zip(list.rows, secrets) {
                let account = Account(
                    name: row.name, role: row.role, teams: Set(row.teams.compactMap { teams[$0] }),
                    passwordHash: secret.hash, mustChangePassword: secret.mustChange, created: now)
                change.steps.append(.insertAccount(account))
                change.items.append(.account(account))
                made.append((account, secret.made))
            }
            let ids = JSON.array(made.map { .string($0.account.id.description) })
            change.audit = entry("account.import", "accounts", by: actor, ["accounts": ids])
            return made
        }
    }

    private static func importedHash(_ password: Secret) -> String? {
        (try? PasswordHash(validating: password.reveal())).map(\.text)
    }

    /// 12 letters and digits that look unlike one another: 60 bits, good for one login.
    public static func makePassword() -> Secret {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
        let letters = RandomBytes.make(12).map { alphabet[Int($0) % alphabet.count] }
        let groups = [letters[0..<4], letters[4..<8], letters[8..<12]].map { String(decoding: $0, as: UTF8.self) }
        return Secret(groups.joined(separator: "-"))
    }
}
