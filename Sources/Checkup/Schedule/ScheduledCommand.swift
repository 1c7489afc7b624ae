/// A command that the system is to run by itself, in the words of those who can.
public struct ScheduledCommand: Sendable, Hashable {
    /// The program's path and its arguments.
    public let words: [String]
    /// In the order of the names.
    public let environment: [Variable]

    public struct Variable: Sendable, Hashable {
        public let name: String
        public let value: String
    }

    /// Nil where a word has a line end or another control character, which none of the files below can hold.
    public init?(_ words: [String], environment: [String: String]) {
        let texts = words + environment.flatMap { [$0.key, $0.value] }
        guard !words.isEmpty, texts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else { return nil }
        self.words = words
        self.environment = environment.sorted { $0.key < $1.key }.map { Variable(name: $0.key, value: $0.value) }
    }

    // MARK: - systemd

    /// The unit that runs it once. A warning is no failure of the unit: what has failed is what `systemctl --failed` shows.
    ///
    /// Source: systemd.service(5), "Command lines"; systemd.exec(5).
    ///
    /// - Parameter name: What it is, for people.
    public func service(_ name: String) -> String {
        let lines = environment.map {
            "Environment=" + Self.unitQuoted("\($0.name)=\($0.value)", isCommand: false) + "\n"
        }
        let command = words.map { Self.unitQuoted($0, isCommand: true) }.joined(separator: " ")
        return """
            [Unit]
            Description=\(Self.doubled("%", in: name))

            [Service]
            Type=oneshot
            Nice=10
            SuccessExitStatus=3
            \(lines.joined())ExecStart=\(command)

            """
    }

    /// The unit that says when; what a sleeping machine has missed is made up for.
    public static func timer(_ name: String, _ schedule: CheckSchedule) -> String {
        """
        [Unit]
        Description=\(doubled("%", in: name))

        [Timer]
        OnCalendar=\(schedule.calendar)
        Persistent=true

        [Install]
        WantedBy=timers.target

        """
    }

    /// A percent sign begins a specifier everywhere, a dollar sign a variable in commands only.
    private static func unitQuoted(_ word: String, isCommand: Bool) -> String {
        var text = ""
        for character in doubled("%", in: isCommand ? doubled("$", in: word) : word) {
            if character == "\\" || character == "\"" { text.append("\\") }
            text.append(character)
        }
        return "\"\(text)\""
    }

    private static func doubled(_ sign: Character, in text: String) -> String {
        String(text.flatMap { $0 == sign ? [$0, $0] : [$0] })
    }

    // MARK: - cron

    /// A line of crontab(5) with its line end.
    ///
    /// - Parameter mark: A word that tells the line from others.
    public func cronLine(_ schedule: CheckSchedule, mark: String) -> String {
        let assignments = environment.map { "\($0.name)=\($0.value.shellQuoted)" }
        let command = (assignments + words.map(\.shellQuoted)).joined(separator: " ")
        // A bare percent sign is a line end to cron, in quotes or not.
        let line = command.flatMap { $0 == "%" ? ["\\", $0] : [$0] }
        return "\(schedule.cron) \(String(line)) # \(mark)\n"
    }

    /// A crontab without the lines that have the mark; of the others every byte stays.
    public static func crontab(_ table: [UInt8], without mark: String) -> [UInt8] {
        let end = Array("# \(mark)".utf8)
        let lines = table.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).filter { line in
            let bare = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return !(bare.count >= end.count && bare.suffix(end.count).elementsEqual(end))
        }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}

extension String {
    /// One word to a shell, in apostrophes where it needs them.
    var shellQuoted: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "/._-:,=+@".utf8.contains(byte)
                }
            }
        return isPlain ? self : "'" + flatMap { $0 == "'" ? Array("'\\''") : [$0] } + "'"
    }
}
