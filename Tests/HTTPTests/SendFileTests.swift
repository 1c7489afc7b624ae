import Basics
import Glibc
import HTTP
import Loop
import TestSupport
import Testing
import Wire

/// Every case may ask at the same moment.
private let lane = Lane("files", threads: 1, capacity: 256)

private final class Files: Responder {
    let path: String
    private(set) var hasOpened = false
    init(_ path: String) { self.path = path }
    func respond(to exchange: Exchange) async throws {
        let path = path
        let file = try await lane.run { try ServedFile(opening: path, tag: EntityTag("v1")) }
        hasOpened = true
        try await exchange.sendFile(file, ["Content-Type": "text/plain"], lane: lane)
    }
}

private func makeFile(_ size: Int, in folder: TemporaryFolder) -> String {
    folder.file("file", numberedBytes(size))
}

struct SendFileTests {
    private let folder = TemporaryFolder()

    @Test(arguments: [
        ("GET", "", "200 OK", "0123456789"), ("HEAD", "", "200 OK", ""),
        ("GET", "Range: bytes=2-4\r\n", "206 Partial Content", "234"),
        ("GET", "Range: bytes=-3\r\n", "206 Partial Content", "789"),
        ("GET", "Range: bytes=8-\r\n", "206 Partial Content", "89"),
        ("GET", "Range: bytes=9-99\r\n", "206 Partial Content", "9"),
        ("GET", "Range: bytes=10-\r\n", "416 Range Not Satisfiable", ""),
        ("GET", "Range: bytes=1-2,4-5\r\n", "200 OK", "0123456789"),
        ("GET", "Range: lines=1-2\r\n", "200 OK", "0123456789"),
        ("GET", "Range: bytes=1-2\r\nRange: bytes=3-4\r\n", "200 OK", "0123456789"),
        ("HEAD", "Range: bytes=1-2\r\n", "200 OK", ""),
        ("GET", "Range: bytes=1-2\r\nIf-Range: \"v1\"\r\n", "206 Partial Content", "12"),
        ("GET", "Range: bytes=1-2\r\nIf-Range: \"v0\"\r\n", "200 OK", "0123456789"),
        ("GET", "If-None-Match: \"v0\", \"v1\"\r\n", "304 Not Modified", ""),
        ("GET", "If-None-Match: \"v0\"\r\n", "200 OK", "0123456789"),
        ("GET", "If-Match: \"v0\"\r\n", "412 Precondition Failed", ""),
        ("GET", "If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT\r\n", "304 Not Modified", ""),
        ("GET", "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n", "412 Precondition Failed", ""),
    ])
    func conditionsAndRanges(method: String, lines: String, status: String, body: String) async throws {
        let path = folder.file("file", "0123456789".utf8)
        try await withRig { rig in
            rig.application.respond = Files(path)
            let client = try rig.client(
                "\(method) /local HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(lines)\r\n")
            let answer = await client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n" + body))
            #expect(answer.contains("ETag: \"v1\"\r\n"))
            #expect(answer.contains("Accept-Ranges: bytes\r\n"))
            #expect(answer.contains("Last-Modified: "))
            #expect(answer.contains("Content-Range: ") == (status.hasPrefix("206") || status.hasPrefix("416")))
            if method == "HEAD" { #expect(answer.contains("Content-Length: 10\r\n")) }
        }
    }

    @Test(arguments: [
        0, 1, FileRelay.threshold - 1, FileRelay.threshold, FileRelay.threshold + 1, Exchange.fileWindow - 1,
        Exchange.fileWindow, Exchange.fileWindow + 1, FileRelay.window - 1, FileRelay.window,
        FileRelay.window + 1, FileRelay.window + FileRelay.threshold, 3_000_000,
    ])
    func aFileArrivesWhole(_ size: Int) async throws {
        let path = makeFile(size, in: folder)
        try await withRig { rig in
            rig.application.respond = Files(path)
            let client = try rig.client("GET /local HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = await client.bytesToEnd()
            #expect(answer.ends(with: numberedBytes(size)))
        }
    }

    @Test func whoTakesABreakGetsTheRest() async throws {
        let size = 16 << 20
        let path = makeFile(size, in: folder)
        try await withRig { rig in
            rig.application.respond = Files(path)
            let client = try rig.client("GET /local HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            client.reads = false
            await rig.settle()
            client.reads = true
            let answer = await client.bytesToEnd()
            #expect(answer.ends(with: numberedBytes(size)))
        }
    }

    @Test func theConnectionTakesTheNextRequestBehindAFile() async throws {
        let path = makeFile(200_000, in: folder)
        try await withRig { rig in
            rig.application.respond = Files(path)
            let client = try rig.client(
                "GET /local HTTP/1.1\r\nHost: x\r\n\r\nGET /local HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = await client.bytesToEnd()
            #expect(answer.ends(with: numberedBytes(200_000)))
            #expect(answer.count > 400_000)
        }
    }

    @Test func aFileThatShrinksBreaksTheAnswer() async throws {
        let path = makeFile(32 << 20, in: folder)
        try await withRig { rig in
            let files = Files(path)
            rig.application.respond = files
            let client = try rig.client("GET /local HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            client.reads = false
            client.onlyCounts = true
            // Or the kernel might take all of the file.
            var room: Int32 = 65_536
            _ = unsafe setsockopt(client.descriptor, SOL_SOCKET, SO_RCVBUF, &room, 4)
            while !files.hasOpened { await rig.settle() }
            await rig.settle()
            _ = unsafe truncate(path, 1 << 20)
            client.reads = true
            while !client.isEnded { await client.event() }
            #expect(client.receivedByteCount < 32 << 20)
        }
    }

    @Test func whatIsNoFileIsNotFound() {
        #expect(throws: GateError.self) { try ServedFile(opening: "/tmp") }
        #expect(throws: GateError.self) { try ServedFile(opening: "/dev/null") }
        #expect(throws: GateError.self) { try ServedFile(opening: "/tmp/none/none") }
    }
}
