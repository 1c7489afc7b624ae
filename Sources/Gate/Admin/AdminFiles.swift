internal import Basics
internal import Fleet
internal import Identity
internal import Store
internal import Wire

/// Files and bytes of all accounts: what there is, what may go, and everything of one account to take along.
struct AdminFiles: Sendable {
    private let surface: AdminSurface
    private let work: GateWork

    init(_ surface: AdminSurface, _ work: GateWork) { (self.surface, self.work) = (surface, work) }

    /// Files of an account, or how much each account has.
    func list(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        guard let name = request.query["account"] else {
            let counts = try await work.files.counts()
            let rows = try await surface.identity.accounts().map { Self.json(counts[$0.id] ?? [:], of: $0) }
            return .ok(["accounts": .array(rows), "disk": disk])
        }
        let account = try await surface.account(name)
        let limit = min(try AdminJobs.number(request.query["limit"], "limit") ?? 1_000, 100_000)
        var types = FolderType.allCases
        if let word = request.query["type"] {
            guard let type = FolderType(rawValue: word) else {
                throw AdminMembers.invalid("type is input, output or temp.")
            }
            types = [type]
        }
        var rows: [JSON] = []
        for type in types {
            let files = try await work.files.files(account: account.id, type, subfolder: nil, limit: limit)
            rows += files.map(Self.json)
        }
        return .ok(["files": .array(rows)])
    }

    /// Null when no gate runs.
    private var disk: JSON {
        guard let (room, isLow) = work.fleet?.ports.disk.last, let room else { return .null }
        return ["free": JSON(room.free), "size": JSON(room.total), "low": .bool(isLow)]
    }

    static func json(_ file: AccountFile) -> JSON {
        [
            "type": .string(file.place.type.rawValue), "subfolder": .string(file.place.subfolder),
            "name": .string(file.place.name), "hash": .string(file.asset.hash.description),
            "size": JSON(file.asset.size), "media_type": .string(file.asset.mediaType),
            "created": AdminRecords.time(file.created),
        ]
    }

    private static func json(_ counts: [FolderType: FileCount], of account: Account) -> JSON {
        var sum = FileCount()
        for count in counts.values { sum += count }
        return [
            "account": .string(account.name.text), "inputs": JSON(counts[.input]?.files ?? 0),
            "outputs": JSON(counts[.output]?.files ?? 0), "previews": JSON(counts[.temp]?.files ?? 0),
            "bytes": JSON(sum.bytes),
        ]
    }

    func asset(_ text: String) async throws(GateError) -> AdminAnswer {
        guard let bytes = Hex.decode(text), let hash = Digest32(bytes),
            let asset = try await work.files.asset(hash)
        else { throw GateError(.notFound, from: .client, "There is no such asset.") }
        return AdminAnswer(.ok, .null, asset: asset)
    }

    // MARK: What may go

    func retain(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["dry_run", "account"])
        var account: UUID?
        if let name = try members.string("account") { account = try await surface.account(name).id }
        let isTrial = try members.bool("dry_run")
        let report = try await Retention(surface.identity, work).run(account, isTrial: isTrial)
        return .ok([
            "dry_run": .bool(isTrial), "files": JSON(report.files.files), "bytes": JSON(report.files.bytes),
            "jobs": JSON(report.jobs),
        ])
    }

    /// One step: what the store no longer needs, or a 256th of the bytes that it does not know.
    func collect(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["dry_run", "part", "grace"])
        let isTrial = try members.bool("dry_run")
        let grace = try members.string("grace").map { text throws(GateError) in
            guard let span = Duration(parsing: text), span >= .seconds(60) else {
                throw AdminMembers.invalid("grace is a time such as 1h, at least a minute.")
            }
            return span.wholeMilliseconds
        }
        let time = work.clock().advanced(byMilliseconds: -(grace ?? Int64(AssetCollector.grace)))
        let collector = AssetCollector(files: work.files, assets: work.assets)
        let freed =
            if let part = try Self.part(members) {
                try await collector.sweep(part, before: time, isTrial: isTrial)
            } else {
                try await collector.collect(before: time, isTrial: isTrial)
            }
        return .ok(["dry_run": .bool(isTrial), "assets": JSON(freed.files), "bytes": JSON(freed.bytes)])
    }

    /// Reads a 256th of all bytes.
    func verify(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["part"])
        guard let part = try Self.part(members) else { throw AdminMembers.invalid("part is missing.") }
        let (right, wrong) = try await AssetCollector(files: work.files, assets: work.assets).verify(part)
        return .ok([
            "assets": JSON(right.files), "bytes": JSON(right.bytes),
            "damaged": .array(wrong.map { .string($0.hash.description) }),
        ])
    }

    private static func part(_ members: AdminMembers) throws(GateError) -> UInt8? {
        guard let text = try members.string("part") else { return nil }
        guard let part = UInt8(text, radix: 16) else { throw AdminMembers.invalid("part is 00 to ff.") }
        return part
    }

    // MARK: Everything of one account

    func export(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        let account = try await surface.account(name)
        let teams = try await surface.identity.teams()
        var files: [JSON] = []
        for type in FolderType.allCases {
            let own = try await work.files.files(account: account.id, type, subfolder: nil, limit: .max)
            files += own.map(Self.json)
        }
        let usage = try await work.jobs.usage(
            of: account.id, UsageDay(number: 0)...UsageDay(work.clock())
        )
        .map { record -> JSON in
            [
                "day": .string(String(record.day.start.rfc3339.prefix(10))), "workflow": .string(record.workflow),
                "jobs": JSON(record.jobs), "failed": JSON(record.failed),
                "gpu_seconds": .number(JSONNumber(Double(record.gpuMilliseconds) / 1_000)),
                "bytes": JSON(record.bytes),
            ]
        }
        let userFiles = try await work.userData.userFiles(of: account.id, below: .root) ?? []
        return .ok([
            "account": AdminRecords(teams: teams).json(account), "files": .array(files), "usage": .array(usage),
            "userdata": .array(userFiles.map { .string($0.path.text) }),
        ])
    }

    /// Jobs with all they were given and came to, newest first, in parts.
    func exportJobs(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        let account = try await surface.account(name)
        let before = try AdminJobs.number(request.query["before"], "before")
        let jobs = try await work.jobs.jobs(JobFilter(account: account.id, before: before, limit: Self.exportStep))
        var items: [JSON] = []
        for job in jobs {
            guard let record = try await work.jobs.record(of: job.sequence) else { continue }
            items.append(Self.json(record))
        }
        return .ok([
            "jobs": .array(items),
            "next": jobs.count == Self.exportStep ? jobs.last.map { JSON($0.sequence) } ?? .null : .null,
        ])
    }

    private static let exportStep = 20

    static func json(_ record: JobRecord) -> JSON {
        func document(_ bytes: [UInt8]?) -> JSON { bytes.flatMap { try? JSON(parsing: $0, dialect: .python) } ?? .null }
        return [
            "id": .string(record.job.publicID), "state": .string(record.job.state.rawValue),
            "submitted": AdminRecords.time(record.job.submitted), "started": AdminRecords.time(record.job.started),
            "ended": AdminRecords.time(record.job.ended), "prompt": document(record.request.prompt),
            "extra_data": document(record.request.extraData), "outputs": document(record.result?.outputs),
            "status": document(record.result?.status), "meta": document(record.result?.meta),
        ]
    }

    func exportUserFile(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        let account = try await surface.account(name)
        guard let path = try? UserPath(request.query["path"] ?? ""),
            let found = try await work.userData.userFile(of: account.id, at: path)
        else { throw GateError(.notFound, from: .client, "There is no such file.") }
        return .ok(["base64": .string(Base64.encode(found.bytes))])
    }
}
