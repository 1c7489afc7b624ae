import Glibc
import TestSupport
import Testing

/// Replays what the fuzzers were given and found; see Fuzz/README.md.
struct CorpusTests {
    @Test(arguments: FuzzTargets.all.map(\.name))
    func everyStoredInputKeepsTheProperties(name: String) throws {
        let target = try #require(FuzzTargets.all.first { $0.name == name })
        let files = try Self.files(name)
        #expect(!files.isEmpty)
        for file in files { target.run(try Self.read(file)) }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SplitMix(state: 42)
        // Bytes that the grammars care about come more often.
        let alphabet = Array("/%2F.:;=&?+\"\\-, \r\n\tabc019[]b=bytes".utf8) + [0, 0x7F, 0xC3, 0xA9, 0xFF]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...60, using: &generator)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            for target in FuzzTargets.all { target.run(bytes) }
        }
    }

    private static func files(_ name: String) throws -> [String] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/Corpus/\(name)"
        let directory = unsafe try #require(opendir(path))
        defer { unsafe _ = closedir(directory) }
        var files: [String] = []
        while let entry = unsafe readdir(directory) {
            let length = unsafe Int(entry.pointee.d_reclen)
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: length) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { files.append("\(path)/\(name)") }
        }
        return files.sorted()
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = unsafe try #require(fopen(path, "r"))
        defer { unsafe _ = fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
        return Array(bytes.prefix(count))
    }
}

/// A generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
