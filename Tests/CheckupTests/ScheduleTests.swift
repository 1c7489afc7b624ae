import Testing

@testable import Checkup

struct ScheduleTests {
    @Test(
        "A time in the words of systemd and cron",
        arguments: [
            ("hourly", "hourly", "@hourly"), ("daily", "daily", "@daily"), ("weekly", "weekly", "@weekly"),
            ("03:30", "*-*-* 03:30:00", "30 3 * * *"), ("3:05", "*-*-* 03:05:00", "5 3 * * *"),
            ("23:59", "*-*-* 23:59:00", "59 23 * * *"),
        ])
    func times(text: String, calendar: String, cron: String) throws {
        let schedule = try #require(CheckSchedule(text))
        #expect(schedule.calendar == calendar)
        #expect(schedule.cron == cron)
    }

    @Test(
        "What is no time",
        arguments: ["", "off", "Daily", "24:00", "12:60", "12", ":", "1:2:3", "-1:00", "+1:00", "003:00", "1٢:00"])
    func noTime(text: String) { #expect(CheckSchedule(text) == nil) }

    static let odd = ["/opt/a b/comfygate", "check", "--root", "/srv/it's 100% \"mine\" \\ $HOME"]

    @Test("A unit runs the words as they are")
    func unit() throws {
        let command = try #require(ScheduledCommand(Self.odd, environment: ["PATH": "/bin:/a%b \"c\" $d"]))
        let lines = command.service("ComfyGate: 100%").split(separator: "\n").map(String.init)
        #expect(
            lines.contains(
                #"ExecStart="/opt/a b/comfygate" "check" "--root" "/srv/it's 100%% \"mine\" \\ $$HOME""#))
        #expect(lines.contains(#"Environment="PATH=/bin:/a%%b \"c\" $d""#))
        #expect(lines.contains("Description=ComfyGate: 100%%"))
    }

    @Test("A crontab's line is one for the shell, and has no bare percent sign")
    func cron() throws {
        let command = try #require(ScheduledCommand(Self.odd, environment: ["A": "x y"]))
        #expect(
            command.cronLine(.at(hour: 3, minute: 30), mark: "m-1")
                == #"30 3 * * * A='x y' '/opt/a b/comfygate' check "#
                + #"--root '/srv/it'\''s 100\% "mine" \ $HOME' # m-1"# + "\n")
        #expect(ScheduledCommand(["a\nb"], environment: [:]) == nil)
        #expect(ScheduledCommand(["a"], environment: ["B": "\u{7F}"]) == nil)
    }

    @Test("Of a crontab only the check's own line goes")
    func table() {
        func without(_ table: String, _ mark: String) -> String {
            String(decoding: ScheduledCommand.crontab(Array(table.utf8), without: mark), as: UTF8.self)
        }
        let table = "# mine\nMAILTO=a\n0 1 * * * a # m-1\n0 2 * * * b # m-10\n\n5 5 * * * c"
        #expect(without(table, "m-1") == "# mine\nMAILTO=a\n0 2 * * * b # m-10\n\n5 5 * * * c")
        #expect(without("", "m-1") == "")
        #expect(without("a # m-1\n", "m-1") == "")
        #expect(without("x\r\na # m-1\r\n", "m-1") == "x\r\n")
        let latin: [UInt8] = [0x23, 0xE9, 0x0A]
        #expect(ScheduledCommand.crontab(latin, without: "m-1") == latin)
    }
}
