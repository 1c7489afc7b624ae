internal import Basics

/// `.wslconfig` in a Windows user's folder: what all of WSL 2 may have.
///
/// Source: learn.microsoft.com/windows/wsl/wsl-config. What is written there counts from the next `wsl --shutdown` on.
public struct WSLConfig: Sendable, Hashable {
    public enum Fault: Sendable, Hashable {
        /// It is UTF-16, as `>` in PowerShell 5 writes, and WSL reads UTF-8.
        case notUTF8
        /// A key that counts only in the section `wsl2`.
        case outside(key: String)
        /// Neither a number of bytes that a machine could have, nor one with KB, MB, GB.
        case badSize(key: String, value: String)
    }

    /// On this side: `/mnt/c/Users/anna/.wslconfig`.
    public let path: String
    /// Bytes; nil leaves half of the machine.
    public private(set) var memory: Int?
    /// `nat`, `mirrored`, `virtioproxy`, `none`, in lower case.
    public private(set) var networking: String?
    /// With the line, from 1.
    public private(set) var faults: [Numbered] = []

    public struct Numbered: Sendable, Hashable {
        public let line: Int
        public let fault: Fault
    }

    private static let keys: Set<String> = ["memory", "swap", "processors", "networkingmode", "localhostforwarding"]
    /// No distribution of Linux starts with less.
    private static let least = 64 << 20

    public init(_ bytes: [UInt8], path: String) {
        self.path = path
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            faults = [Numbered(line: 1, fault: .notUTF8)]
            return
        }
        var section = ""
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = Self.trimmed(line.drop { $0 == "\u{FEFF}" })
            if words.hasPrefix("[") {
                section = Self.trimmed(words.dropFirst().prefix { $0 != "]" }).lowercased()
                continue
            }
            guard !words.hasPrefix("#"), let sign = words.firstIndex(of: "=") else { continue }
            let key = Self.trimmed(words[..<sign])
            // A comment may stand behind a value.
            let value = Self.trimmed(words[words.index(after: sign)...].prefix { $0 != "#" })
            take(key, value, in: section, line: index + 1)
        }
    }

    private mutating func take(_ key: String, _ value: String, in section: String, line: Int) {
        let name = key.lowercased()
        guard Self.keys.contains(name) else { return }
        guard section == "wsl2" else {
            faults.append(Numbered(line: line, fault: .outside(key: key)))
            return
        }
        switch name {
        case "networkingmode": networking = value.lowercased()
        case "memory", "swap":
            let bytes = Self.size(value)
            // A swap of 0 switches it off.
            if bytes.map({ $0 < Self.least && !(name == "swap" && $0 == 0) }) ?? true {
                faults.append(Numbered(line: line, fault: .badSize(key: key, value: value)))
            } else if name == "memory" {
                memory = bytes
            }
        default: break
        }
    }

    private static func size(_ text: String) -> Int? {
        let number = text.prefix { $0.isNumber }
        let unit = text[number.endIndex...].lowercased()
        let shifts = ["": 0, "b": 0, "k": 10, "kb": 10, "m": 20, "mb": 20, "g": 30, "gb": 30, "t": 40, "tb": 40]
        guard let count = Int(number), let shift = shifts[unit], count < 1 << 20 || shift < 40 else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        text.trimmed { $0 == " " || $0 == "\t" }
    }
}
