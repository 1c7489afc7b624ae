/// What the command line asks for.
struct Options {
    var only: Set<String> = []
    var rounds = 12
    var seconds = 1.0
    /// For the whole run.
    var limit = 1_800
    var out: String?
    var gate = ".build/release/comfygate"
    /// A second build to be compared with the first; without one it is the same, as a control.
    var against: String?
    var peers = "Benchmarks/Peers"
    /// The counting allocator.
    var shim: String?
    /// The file of limits, for `costs`.
    var costs = "Benchmarks/costs.txt"
    var keepsFolder = false

    static let groups = [
        "P1", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "N1", "N2", "N3", "N4", "J1", "TLS",
    ]

    static let help = """
        usage: GateBench [bench|costs] [--only P1,P4] [--rounds 12] [--seconds 1] [--out FILE] [--gate PATH]
                         [--against PATH] [--peers FOLDER] [--shim FILE] [--costs FILE] [--limit SECONDS] [--keep]
          --only     some of: \(groups.joined(separator: ", "))
          --against  another build of the gate, whose cost is divided by the first one's in place of the control
          --limit    seconds for the whole run; everything is ended then
          --keep     leave the temporary folder with logs and configurations
        """

    init(_ words: [String]) throws(BenchError) {
        var words = words[...]
        while let word = words.popFirst() {
            if word == "--keep" {
                keepsFolder = true
                continue
            }
            guard let value = words.popFirst() else { throw BenchError("\(word): what? See --help.") }
            switch word {
            case "--only":
                only = Set(value.split(separator: ",").map { $0.uppercased() })
                if let other = only.first(where: { !Self.groups.contains($0) }) {
                    throw BenchError("--only: there is no \(other); there are \(Self.groups.joined(separator: ", "))")
                }
            case "--rounds": rounds = try Self.number(word, value, 1...1_000)
            case "--seconds":
                guard let number = Double(value), (0.1...60).contains(number) else {
                    throw BenchError("--seconds: 0.1 to 60")
                }
                seconds = number
            case "--limit": limit = try Self.number(word, value, 1...100_000)
            case "--out": out = value
            case "--gate": gate = value
            case "--against": against = value
            case "--peers": peers = value
            case "--shim": shim = value
            case "--costs": costs = value
            default: throw BenchError("unknown argument \(word). See --help.")
            }
        }
    }

    func wants(_ group: String) -> Bool { only.isEmpty || only.contains(group) }

    private static func number(_ word: String, _ value: String, _ range: ClosedRange<Int>) throws(BenchError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw BenchError("\(word): \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
