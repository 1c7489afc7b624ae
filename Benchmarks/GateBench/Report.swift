/// One figure with its goal.
struct Goal {
    enum Direction: String {
        case atMost = "<="
        case atLeast = ">="
    }

    let id: String
    let title: String
    /// Not finite when it could not be measured.
    let value: Double
    var spread: Spread?
    let direction: Direction
    let goal: Double
    var digits = 2
    var note = ""

    var holds: Bool { value.isFinite && (direction == .atMost ? value <= goal : value >= goal) }
}

/// What a run found; printed for people, written for programs.
struct Report {
    private(set) var goals: [Goal] = []
    private(set) var facts: [String] = []
    private(set) var remarks: [String] = []
    /// Median and quartiles of the two equal gates.
    var control: Spread?

    mutating func add(_ goal: Goal) {
        goals.append(goal)
        print(Self.line(goal))
    }

    /// A figure without a goal.
    mutating func tell(_ fact: String) {
        facts.append(fact)
        print("    " + fact)
    }

    mutating func remark(_ text: String) {
        guard !remarks.contains(text) else { return }
        remarks.append(text)
        print("    ! " + text)
    }

    mutating func remark(_ table: RoundTable) {
        if let first = table.faults.first { remark("\(table.faults.count) void: \(first)") }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func line(_ goal: Goal) -> String {
        var value = goal.value.spelled(goal.digits)
        if let spread = goal.spread, spread.values.count > 1 {
            value += " (\(spread.lower.spelled(goal.digits))-\(spread.upper.spelled(goal.digits)))"
        }
        return padded(goal.id, 18) + padded(goal.title, 58) + padded(value, 24)
            + padded("\(goal.direction.rawValue) \(goal.goal.spelled(goal.digits))", 12)
            + (goal.holds ? "holds" : goal.value.isFinite ? "MISSED" : "not measured")
            + (goal.note.isEmpty ? "" : "  (\(goal.note))")
    }

    func printAll() {
        print("\ngoal              what                                                      value (quartiles)")
        for goal in goals { print(Self.line(goal)) }
        print("\n\(goals.filter(\.holds).count) of \(goals.count) goals hold.")
        if let control {
            let isQuiet = (0.97...1.03).contains(control.median)
            print(
                "control: two gates of one build, ratio \(control.median.spelled(3)) "
                    + "(\(control.lower.spelled(3))-\(control.upper.spelled(3)))"
                    + (isQuiet ? "" : ": TOO NOISY, ratios of this run say little"))
        }
        for remark in remarks { print("! " + remark) }
    }

    func json(machine: String, date: String, rounds: Int) -> String {
        let rows = goals.map { goal in
            var row =
                "{\"id\":\(Self.quoted(goal.id)),\"value\":\(Self.number(goal.value)),\"goal\":\(Self.number(goal.goal)),"
            row +=
                "\"holds\":\(goal.holds),\"comparison\":\(Self.quoted(goal.direction.rawValue)),\"title\":\(Self.quoted(goal.title))"
            if let spread = goal.spread {
                row +=
                    ",\"quartiles\":[\(Self.number(spread.lower)),\(Self.number(spread.upper))],\"pairs\":\(spread.values.count)"
            }
            return row + "}"
        }
        var out = "{\"goals\":[\n" + rows.joined(separator: ",\n") + "\n],\n"
        if let control {
            out += "\"control\":{\"median\":\(Self.number(control.median)),\"quartiles\":"
            out += "[\(Self.number(control.lower)),\(Self.number(control.upper))]},\n"
        }
        out += "\"facts\":[\(facts.map(Self.quoted).joined(separator: ",\n"))],\n"
        out += "\"remarks\":[\(remarks.map(Self.quoted).joined(separator: ","))],\n"
        out += "\"machine\":\(Self.quoted(machine)),\"date\":\(Self.quoted(date)),\"rounds\":\(rounds)}\n"
        return out
    }

    private static func number(_ value: Double) -> String { value.isFinite ? value.spelled(4) : "null" }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            case "\n": out += "\\n"
            default: out += scalar.value < 0x20 ? " " : String(scalar)
            }
        }
        return out + "\""
    }
}
