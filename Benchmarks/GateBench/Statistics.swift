/// Median and quartiles of a few numbers.
struct Spread {
    let values: [Double]

    init(_ values: [Double]) { self.values = values.sorted() }

    var median: Double { quantile(0.5) }
    var lower: Double { quantile(0.25) }
    var upper: Double { quantile(0.75) }
    var least: Double { values.first ?? .nan }

    /// Between two values the line through them.
    func quantile(_ part: Double) -> Double {
        guard let last = values.last else { return .nan }
        let place = part * Double(values.count - 1)
        let index = Int(place)
        guard index + 1 < values.count else { return last }
        return values[index] + (values[index + 1] - values[index]) * (place - Double(index))
    }
}

extension Double {
    /// With so many digits behind the point.
    func spelled(_ digits: Int) -> String {
        guard isFinite else { return "-" }
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let whole = Int((magnitude * factor).rounded())
        var text = String(whole)
        if digits > 0 {
            while text.count <= digits { text = "0" + text }
            text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
        }
        return (self < 0 && whole != 0 ? "-" : "") + text
    }
}
