internal import Basics

/// How much accounts keep, room on the disk, and what may go.
struct FilesPage: WebPage {
    struct Row: Sendable, Hashable {
        let account: String
        let inputs: Int
        let outputs: Int
        let previews: Int
        let bytes: Int

        init(_ account: String, inputs: Int, outputs: Int, previews: Int, bytes: Int) {
            (self.account, self.inputs, self.outputs) = (account, inputs, outputs)
            (self.previews, self.bytes) = (previews, bytes)
        }

        init(_ json: JSON) {
            self.init(
                json["account"]?.string ?? "", inputs: json["inputs"]?.int ?? 0, outputs: json["outputs"]?.int ?? 0,
                previews: json["previews"]?.int ?? 0, bytes: json["bytes"]?.int ?? 0)
        }
    }

    struct Disk: Sendable, Hashable {
        let free: Int
        let size: Int
        let isLow: Bool
    }

    /// What was counted, or let go.
    struct Outcome: Sendable, Hashable {
        var isTrial: Bool
        var files = 0
        var bytes = 0
        var jobs = 0
        var assets = 0
        var freed = 0
    }

    var rows: [Row] = []
    /// Nil when nobody has looked, or the disk does not say.
    var disk: Disk?
    var outcome: Outcome?
    var problems: [FormProblem] = []

    func title(_ say: PageContext) -> String { say(FileWords.title) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        if let outcome { words(say, outcome) }
        if let disk {
            if disk.isLow { Tag.p(.class("notice bad"), .role("alert")) { say(FileWords.low) } }
            Tag.section {
                Tag.h2 { say(FileWords.disk) }
                say.facts([(say(FileWords.room), room(say, disk))])
            }
        }
        Tag.section {
            Tag.h2 { say(FileWords.list) }
            say.table(
                say(FileWords.bytesHint),
                [
                    .init(title: say(UsageWords.account)), .init(title: say(FileWords.inputs), isShort: true),
                    .init(title: say(FileWords.outputs), isShort: true),
                    .init(title: say(FileWords.previews), isShort: true),
                    .init(title: say(FileWords.bytes), isShort: true),
                ],
                rows.sorted { $0.bytes > $1.bytes }.map { row in
                    [
                        Tag.a(.class("row-link"), .href(say.link(.files, [(.account, row.account)]))) {
                            HTML.typed(row.account)
                        },
                        .text(String(row.inputs)), .text(String(row.outputs)), .text(String(row.previews)),
                        .text(say.bytes(row.bytes)),
                    ]
                })
        }
        Tag.section {
            Tag.h2 { say(FileWords.free) }
            Tag.p { say(FileWords.freeLead) }
            Tag.p { say.action(FileWords.count, .countFiles, about: say(FileWords.free)) }
            say.confirmed(
                FileWords.freeNow, .freeFiles, because: .text(say(FileWords.freeBecause)), FileWords.freeButton)
            Tag.p(.class("hint")) {
                say.rich(FileWords.verify, ["command": Tag.code { "comfygate assets verify" }])
            }
        }
    }

    private func room(_ say: PageContext, _ disk: Disk) -> HTML {
        let text = say(FileWords.roomText, ["free": say.bytes(disk.free), "size": say.bytes(disk.size)])
        let part = disk.size > 0 ? Double(disk.free) / Double(disk.size) : 0
        return .text("\(text) (\(say.percent(part)))")
    }

    @HTMLBuilder private func words(_ say: PageContext, _ outcome: Outcome) -> HTML {
        let message = outcome.isTrial ? FileWords.wouldGo : FileWords.gone
        Tag.div(outcome.isTrial ? .class("notice") : .class("notice good"), .role("status")) {
            Tag.p {
                say(
                    message,
                    [
                        "files": String(outcome.files), "bytes": say.bytes(outcome.bytes),
                        "jobs": String(outcome.jobs), "assets": String(outcome.assets),
                        "freed": say.bytes(outcome.freed),
                    ])
            }
            Tag.p { say(FileWords.goneHint) }
        }
    }
}

/// The newest files of one account: their names and sizes.
struct AccountFilesPage: WebPage {
    struct Row: Sendable, Hashable {
        let place: String
        let name: String
        let size: Int
        let created: Timestamp?

        init(_ json: JSON) {
            let file = JobDetailPage.File(json)
            (place, name, size) = (file.place, file.name, file.size)
            created = json["created"]?.string.flatMap { Timestamp(rfc3339: $0) }
        }
    }

    /// Of each folder.
    static let limit = 60

    let account: String
    var files: [Row] = []

    func title(_ say: PageContext) -> String { say(FileWords.of, ["account": account]) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        if files.isEmpty {
            Tag.p { say.rich(FileWords.none, ["account": .typed(account)]) }
        } else {
            say.table(
                say(JobWords.list),
                [
                    .init(title: say(FileWords.name)), .init(title: say(FileWords.folder), isShort: true),
                    .init(title: say(FileWords.size), isShort: true), .init(title: say(FileWords.came), isShort: true),
                ],
                files.map { file in
                    [
                        .typed(file.name), .typed(file.place), .text(say.bytes(file.size)),
                        file.created.map { say.distance($0) } ?? .text("–"),
                    ]
                })
        }
        Tag.p { Tag.a(.href(say.link(.files))) { say(FileWords.toAll) } }
    }
}
