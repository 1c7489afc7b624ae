internal import Basics

extension FaultPlan {
    /// Changes one member by its name, as a command line spells it: `postStall=5s`, `deafSockets=true`, `crashAtNode=3`.
    ///
    /// - Parameter text: A duration for times, else a number, `true` or `false`, `null`, or text.
    /// - Returns: False when there is no such member or the value does not fit.
    public mutating func set(_ name: String, to text: String) -> Bool {
        for value in Self.readings(of: text) {
            guard let changed = updated(by: JSONObject([(name, value)])) else { continue }
            self = changed
            return true
        }
        return false
    }

    /// What `text` may mean, the likeliest first; a node id is often a number, and never taken for one.
    private static func readings(of text: String) -> [JSON] {
        var readings: [JSON] = []
        switch text {
        case "true": readings.append(true)
        case "false": readings.append(false)
        case "null": readings.append(.null)
        default: break
        }
        if let count = Int(text) { readings.append(JSON(count)) }
        if let time = Duration(parsing: text) { readings.append(JSON(time.wholeNanoseconds)) }
        return readings + [.string(text)]
    }
}

extension Duration {
    /// Nanoseconds; what `Duration(parsing:)` reads always fits.
    public var wholeNanoseconds: Int {
        Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000)
    }
}
