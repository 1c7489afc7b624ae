import Foundation
import Testing

@testable import Stack

struct WSLConfigTests {
    static func config(_ text: String) -> WSLConfig { WSLConfig(Array(text.utf8), path: "w") }

    @Test("What WSL takes")
    func takes() {
        let text =
            "\u{FEFF}# mine\r\n[wsl2]\r\n memory = 48GB # half\r\nswap=0\r\nnetworkingMode=Mirrored\r\nother=1\r\n"
        let config = Self.config(text)
        #expect(config.memory == 48 << 30)
        #expect(config.networking == "mirrored")
        #expect(config.faults == [])
        #expect(Self.config("[experimental]\nsparseVhd=true\n").faults == [])
        #expect(Self.config("").memory == nil)
    }

    @Test(
        "What WSL passes over, with its line",
        arguments: [
            ("memory=8GB", 1, WSLConfig.Fault.outside(key: "memory")),
            ("[wsl]\n\nmemory=8GB", 3, .outside(key: "memory")),
            ("[wsl2]\nmemory=8", 2, .badSize(key: "memory", value: "8")),
            ("[wsl2]\nmemory=50%", 2, .badSize(key: "memory", value: "50%")),
            ("[wsl2]\nmemory=99999999999999999999GB", 2, .badSize(key: "memory", value: "99999999999999999999GB")),
            ("[wsl2]\nmemory=9999999999999GB", 2, .badSize(key: "memory", value: "9999999999999GB")),
            ("[wsl2]\nmemory=", 2, .badSize(key: "memory", value: "")),
        ])
    func passedOver(text: String, line: Int, fault: WSLConfig.Fault) {
        let config = Self.config(text)
        #expect(config.faults == [WSLConfig.Numbered(line: line, fault: fault)])
        #expect(config.memory == nil)
    }

    @Test("PowerShell 5 writes UTF-16")
    func encoding() {
        let bytes: [UInt8] = [0xFF, 0xFE] + "[wsl2]".utf8.flatMap { [$0, 0] }
        #expect(WSLConfig(bytes, path: "w").faults.map(\.fault) == [.notUTF8])
    }

    @Test("Windows' drives among the mounts, and the files of their users")
    func found() throws {
        let mounts = """
            90 70 0:63 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\;uid=1000
            91 70 0:64 / /mnt/d rw - 9p drvfs rw,aname=drvfs;path=D:\\
            92 70 0:65 / /usr/lib/wsl/drivers ro - 9p none ro,aname=drivers
            93 70 8:32 / / rw - ext4 /dev/sdc rw
            rubbish - 9p
            """
        #expect(WSLConfig.drives(mounts) == ["/mnt/c", "/mnt/d"])
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("wsl-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        for folder in ["proc/self", "proc/sys/kernel", "mnt/c/Users/anna", "mnt/c/Users/Public"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        try mounts.write(toFile: root + "/proc/self/mountinfo", atomically: true, encoding: .utf8)
        try "6.6.87.2-microsoft-standard-WSL2\n".write(
            toFile: root + "/proc/sys/kernel/osrelease", atomically: true, encoding: .utf8)
        for name in ["anna", "Public"] {
            try "[wsl2]\nmemory=20GB\n".write(
                toFile: root + "/mnt/c/Users/\(name)/.wslconfig", atomically: true, encoding: .utf8)
        }
        let machine = Machine.look(root: root)
        #expect(machine.wsl == 2)
        #expect(machine.wslConfigs.map(\.memory) == [20 << 30])
        #expect(machine.wslConfigs.first?.path.hasSuffix("/mnt/c/Users/anna/.wslconfig") == true)
    }
}
