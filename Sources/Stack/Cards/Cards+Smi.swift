extension Cards {
    /// What is asked of nvidia-smi, in this order.
    static let query =
        "index,uuid,name,pci.bus_id,memory.total,memory.used,temperature.gpu,utilization.gpu,power.draw,power.limit,"
        + "compute_cap,driver_version"

    /// Reads nvidia-smi's answer to `--query-gpu=…  --format=csv,noheader,nounits`; nil when it is none.
    ///
    /// A column that an old nvidia-smi does not know makes it refuse the whole question; `[N/A]` and `[Not Supported]` stand for
    /// what a card does not tell.
    init?(smi text: String) {
        var driver: String?
        var cards: [Card] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { field -> String? in
                let word = field.split(separator: " ").joined(separator: " ")
                return word.isEmpty || word.hasPrefix("[") || word == "N/A" ? nil : word
            }
            guard fields.count == 12, let index = fields[0].flatMap({ Int($0) }) else { return nil }
            func mebibytes(_ field: String?) -> Int? { field.flatMap { Int($0) }.map { $0 << 20 } }
            cards.append(
                Card(
                    index: index, uuid: fields[1], name: fields[2], bus: fields[3], memory: mebibytes(fields[4]),
                    memoryUsed: mebibytes(fields[5]), temperature: fields[6].flatMap { Int($0) },
                    load: fields[7].flatMap { Int($0) }, power: fields[8].flatMap { Double($0) },
                    powerLimit: fields[9].flatMap { Double($0) }, compute: fields[10]))
            driver = driver ?? fields[11]
        }
        guard !cards.isEmpty else { return nil }
        self.init(.nvidiaSmi, driver: driver, cuda: nil, cards)
    }
}
