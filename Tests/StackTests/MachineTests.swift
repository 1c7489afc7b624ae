import Testing

@testable import Stack

struct MachineTests {
    @Test(
        "WSL is told by its kernel",
        arguments: [
            ("6.6.87.2-microsoft-standard-WSL2", 2), ("5.10.16.3-microsoft-standard", 2), ("4.4.0-19041-Microsoft", 1),
            ("6.1.0-28-amd64", nil), ("", nil),
        ])
    func wsl(kernel: String, expected: Int?) { #expect(Machine.wsl(kernel: kernel) == expected) }

    @Test("Memory is told in bytes")
    func memory() {
        let table = MemoryTable("MemTotal:       24684092 kB\nMemAvailable:   23565948 kB\nHugePages_Total:       3\n")
        #expect(table["MemTotal"] == 24_684_092 << 10)
        #expect(table["HugePages_Total"] == 3)
        #expect(table["SwapTotal"] == nil)
    }

    @Test("Listening sockets of both kinds, each once")
    func sockets() {
        let v4 = """
              sl  local_address rem_address   st tx_queue rx_queue
               0: 0100007F:1FFC 00000000:0000 0A 00000000:00000000
               1: 00000000:1FFC 00000000:0000 0A 00000000:00000000
               2: 0100007F:1FFC 0100007F:C000 01 00000000:00000000
               3: 00000000:1FFC 00000000:0000 0A 00000000:00000000
            """
        #expect(
            SocketTable.listening(v4, isV6: false) == [
                Machine.Listening(address: "127.0.0.1", port: 8_188),
                Machine.Listening(address: "0.0.0.0", port: 8_188),
            ])
        let v6 = """
              sl  local_address                         remote_address                        st
               0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A
               1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A
            """
        #expect(
            SocketTable.listening(v6, isV6: true) == [
                Machine.Listening(address: "::1", port: 8_080), Machine.Listening(address: "::", port: 80),
            ])
        #expect(SocketTable.listening("rubbish\n: : : 0A\nx 1:2 3 0A", isV6: false).isEmpty)
    }

    @Test("Mounts of what is gone, with blanks in their names")
    func mounts() {
        let text = """
            100 90 0:40 / /proc rw,nosuid - proc proc rw
            101 90 254:1 /srv/a\\040b/token//deleted /run/a\\040token ro - ext4 /dev/vda rw
            102 90 254:1 /srv/data /data rw - ext4 /dev/vda rw
            rubbish
            """
        #expect(MountTable(text).stale == ["/run/a token"])
    }

    @Test("This machine tells of itself")
    func here() {
        let machine = Machine.look()
        #expect(machine.memory ?? 0 > 0)
        #expect(machine.cores > 0)
        #expect(!machine.kernel.isEmpty)
        #expect(DiskFacts.look("/").map { $0.size >= $0.free } == true)
        #expect(DiskFacts.look("/no/such/place") == nil)
    }

    @Test("What nvidia-smi does not tell is nil")
    func smi() throws {
        let text = """
            0, GPU-1, NVIDIA GeForce RTX 3090, 00000000:01:00.0, 24576, 1024, 61, 97, 348.50, 350.00, 8.6, 550.54.14
            1, GPU-2, NVIDIA A, 00000000:02:00.0, 16384, [N/A], [Not Supported], N/A, [Unknown Error], , 8.6, 550.54.14
            """
        let cards = try #require(Cards(smi: text))
        #expect(cards.driver == "550.54.14")
        #expect(cards.all.map(\.memory) == [24_576 << 20, 16_384 << 20])
        #expect(cards.all[0].power == 348.5)
        #expect([cards.all[1].memoryUsed, cards.all[1].temperature, cards.all[1].load] == [nil, nil, nil])
        #expect(cards.all[1].power == nil && cards.all[1].powerLimit == nil)
        #expect(Cards(smi: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.") == nil)
        #expect(Cards(smi: "") == nil)
    }
}
