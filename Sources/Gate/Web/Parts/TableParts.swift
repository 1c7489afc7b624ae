internal import Basics
internal import Store

extension PageContext {
    struct Column {
        let title: String
        /// Kept on one line where there is room.
        var isShort = false
    }

    /// A table that becomes a list of cards on narrow screens. The roles are written out because styles that change
    /// `display` take them from browsers' accessibility trees.
    ///
    /// - Parameters:
    ///   - rows: Each with as many cells as there are columns; the first names its row.
    ///   - limit: Rows shown; of the others only the number.
    @HTMLBuilder func table(
        _ caption: String, _ columns: [Column], _ rows: [[HTML]], limit: Int = PageContext.rowLimit
    ) -> HTML {
        Tag.table(.role("table")) {
            Tag.caption { caption }
            Tag.thead(.role("rowgroup")) {
                Tag.tr(.role("row")) {
                    for column in columns { Tag.th(.role("columnheader"), .columnHead) { column.title } }
                }
            }
            Tag.tbody(.role("rowgroup")) {
                for row in rows.prefix(limit) {
                    Tag.tr(.role("row")) {
                        for (index, cell) in row.enumerated() { self.cell(cell, columns[index], isFirst: index == 0) }
                    }
                }
            }
        }
        if rows.count > limit { Tag.p(.class("muted")) { self(FormWords.more, count: rows.count - limit) } }
    }

    /// Rows of a table that is not cut into pages.
    static let rowLimit = 200

    private func cell(_ content: HTML, _ column: Column, isFirst: Bool) -> HTML {
        let width: Attribute? = column.isShort ? .class("short") : nil
        return isFirst
            ? Tag.th(.role("rowheader"), .rowHead, width) { content }
            : Tag.td(.role("cell"), .column(column.title), width) { Tag.div { content } }
    }

    /// Names and values.
    func facts(_ pairs: [(String, HTML)]) -> HTML {
        Tag.dl {
            for (name, value) in pairs {
                Tag.div {
                    Tag.dt { name }
                    Tag.dd { value }
                }
            }
        }
    }

    /// Text to be copied: one click selects all of it.
    func copyable(_ text: String, label: String) -> HTML {
        Tag.pre(text.contains("\n") ? .class("copy") : .class("copy line"), .tabStop, .role("group"), .label(label)) {
            Tag.code { text }
        }
    }

    // MARK: Words for values

    func role(_ role: Role) -> String {
        switch role {
        case .guest: self(RoleWords.guest)
        case .user: self(RoleWords.user)
        case .operator: self(RoleWords.operator)
        case .admin: self(RoleWords.admin)
        }
    }

    func scopes(_ scopes: Scopes) -> String {
        scopes.names.compactMap { Scopes(name: $0) }.map { self(Self.words(of: $0).name) }.joined(separator: ", ")
    }

    static func words(of scope: Scopes) -> (name: Message, hint: Message) {
        switch scope {
        case .generate: (TokenWords.generate, TokenWords.generateHint)
        case .read: (TokenWords.read, TokenWords.readHint)
        case .manage: (TokenWords.manage, TokenWords.manageHint)
        default: (TokenWords.admin, TokenWords.adminHint)
        }
    }

    /// Days until the end of something that is made now.
    func days(_ choices: [Int?], selected: Int?, _ label: Message, id: ElementID? = nil) -> HTML {
        select(
            .days, self(label), id: id,
            choices.map { days in
                Choice(
                    value: days.map(String.init) ?? "",
                    text: days.map { self(TimeWords.days, count: $0) } ?? self(TimeWords.noEnd),
                    isSelected: days == selected)
            })
    }
}
