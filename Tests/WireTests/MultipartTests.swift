import TestSupport
import Testing
import Wire

struct MultipartReaderTests {
    private static let disposition = "Content-Disposition: form-data; name=\"a\""

    private func read(_ body: String, slice: Int = .max / 2) -> Result<
        [MultipartReader.Action], MultipartReader.Failure
    > {
        let bytes = Array(body.utf8)
        return FuzzTargets.parts(of: bytes, slice: min(slice, max(1, bytes.count)))
    }

    @Test(arguments: [
        ("", ""), ("x", "x"), ("\r\n", "\r\n"), ("\r", "\r"), ("\r\n-", "\r\n-"), ("\r\n--", "\r\n--"),
        ("\r\r\n--a\r\n-", "\r\r\n--a\r\n-"),
        ("\r\n\r\n--\r\r\n", "\r\n\r\n--\r\r\n"), ("--b", "--b"), ("--b--\r", "--b--\r"),
        ("\u{0}\u{1}é", "\u{0}\u{1}é"), ("\n--b", "\n--b"),
    ])
    func keepsEveryByteOfAPart(content: String, expected: String) throws {
        let body = "--b\r\n\(Self.disposition)\r\n\r\n\(content)\r\n--b--\r\n"
        var actions: [MultipartReader.Action] = [.begin(MultipartPart(name: "a"))]
        if !expected.isEmpty { actions.append(.bytes(Array(expected.utf8))) }
        actions += [.endPart, .end]
        for slice in 1...body.utf8.count { #expect(read(body, slice: slice) == .success(actions)) }
    }

    @Test func readsABrowsersUpload() throws {
        let body =
            "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"ü \\\"1\\\".png\"\r\n"
            + "Content-Type: image/png\r\n\r\nPNG\r\n"
            + "--b\r\ncontent-disposition:form-data;name=type\r\nX-Other: 1\r\n\r\ninput\r\n--b--"
        #expect(
            read(body)
                == .success([
                    .begin(MultipartPart(name: "image", fileName: "ü \"1\".png", contentType: "image/png")),
                    .bytes(Array("PNG".utf8)), .endPart,
                    .begin(MultipartPart(name: "type")), .bytes(Array("input".utf8)), .endPart, .end,
                ]))
    }

    @Test(arguments: ["--b--", "--b--\r\n", "\r\n--b--", "preamble\r\n--b--epilogue --b\r\n", "--x\r\n--b--"])
    func aFormMayBeEmptyAndHaveText(body: String) { #expect(read(body) == .success([.end])) }

    @Test(arguments: [
        ("--b \t \r\n", true), ("--b\r\n", true), ("--bx\r\n", false), ("--b\n", false), ("--b\rx", false),
        ("--b-x", false), ("--b - -", false), ("--b\u{0}\r\n", false),
    ])
    func onlySpacesFollowABoundary(line: String, isAllowed: Bool) {
        let result = read(line + Self.disposition + "\r\n\r\n\r\n--b--")
        #expect(result == .failure(.invalidLine) ? !isAllowed : isAllowed)
    }

    @Test(arguments: [
        "", "Content-Type: text/plain\r\n", "Content-Disposition: form-data\r\n",
        "Content-Disposition: attachment; name=a\r\n", "Content-Disposition: form-datax; name=a\r\n",
        "Content-Disposition: form-data; name=\"a\r\n", "Content-Disposition: form-data; name\r\n",
        "Content-Disposition: form-data; name=a b\r\n",
        "Content-Disposition: form-data name=a\r\n", "Content-Disposition: form-data; name=a; name=b\r\n",
        "Content-Disposition: form-data; name=a; filename=x; filename=y\r\n",
        "Content-Disposition: form-data; name=\"a\u{0}\"\r\n",
        "Content-Disposition: form-data; name=a; filename=\"x\ty\"\r\n",
        "Content-Disposition: form-data; name=a; filename*=latin1''x\r\n",
        "Content-Disposition: form-data; name=a; filename*=UTF-8'x\r\n",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''%zz\r\n",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''%FF\r\n",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''%00\r\n",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''%0D%0A\r\n",
        "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n",
        "Content-Disposition: form-data; name=a\r\nContent-Type: x/y\r\nContent-Type: x/z\r\n",
        "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n",
        "Content-Disposition: form-data; name=a\r\n folded\r\n",
        "Content-Disposition: form-data; name=a\r\nno colon\r\n", "Content-Disposition: form-data; name=a\r\n: x\r\n",
        "Content-Disposition : form-data; name=a\r\n",
    ])
    func refusesPartsWithBadHeaders(header: String) {
        #expect(read("--b\r\n\(header)\r\nx\r\n--b--") == .failure(.invalidPartHeader))
    }

    @Test(arguments: ["\n", "\r", "\rX", "\n\n"]) func refusesLoneLineEndsAmongHeaders(end: String) {
        #expect(read("--b\r\n\(Self.disposition)\(end)X: y\r\n\r\n\r\n--b--") == .failure(.invalidLine))
    }

    @Test(arguments: [
        "", "x", "--b", "--b-", "--b\r", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b",
        "--B--",
    ])
    func refusesATruncatedBody(body: String) { #expect(read(body) == .failure(.truncated)) }

    @Test(arguments: [
        ("filename=\"a\\\"b\"", "a\"b"), ("filename=\"a\\\\b\"", "a\\b"),
        ("filename=\"C:\\dir\\x.png\"", "C:\\dir\\x.png"), ("filename=\"\"", ""), ("filename=x.png", "x.png"),
        ("filename=x; filename*=UTF-8''%e2%82%ac", "€"), ("filename*=utf-8'en'a%20b; filename=x", "a b"),
        ("filename=\"%22\"", "%22"), ("FileName=x", "x"),
        ("filename=\"../x\"", "../x"),
    ])
    func decodesFileNames(parameter: String, expected: String) throws {
        let actions = try read("--b\r\nContent-Disposition: form-data; name=a; \(parameter)\r\n\r\n\r\n--b--").get()
        #expect(actions.first == .begin(MultipartPart(name: "a", fileName: expected)))
    }

    @Test(arguments: [3, 4, 5]) func limitsTheParts(count: Int) {
        let body = String(repeating: "--b\r\n\(Self.disposition)\r\n\r\nx\r\n", count: count) + "--b--"
        #expect(read(body) == .failure(.tooManyParts(limit: 4)) ? count == 5 : count <= 4)
    }

    @Test(arguments: [127, 128, 129], [1, 7, 1_000]) func limitsAPartsHeaders(count: Int, slice: Int) {
        let fixed = "\(Self.disposition)\r\nX: \r\n\r\n"
        let header = "\(Self.disposition)\r\nX: \(String(repeating: "x", count: count - fixed.utf8.count))\r\n\r\n"
        let result = read("--b\r\n\(header)\r\n--b--", slice: slice)
        #expect(result == .failure(.headerTooLong(limit: 128)) ? count == 129 : count <= 128)
    }

    @Test(arguments: [127, 128, 129], [1, 7, 1_000]) func limitsThePreamble(count: Int, slice: Int) {
        let result = read(String(repeating: "x", count: count) + "\r\n--b--", slice: slice)
        #expect(result == .failure(.headerTooLong(limit: 128)) ? count == 129 : result == .success([.end]))
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", true), ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", true),
        ("multipart/form-data", false), ("multipart/mixed; boundary=a", false),
        ("multipart/form-data; boundary=", false), ("multipart/form-data; boundary=\"\"", false),
        ("multipart/form-data; boundary=\"a \"", false),
        ("multipart/form-data; boundary=\"a\tb\"", false), ("multipart/form-data; boundary=a; boundary=b", false),
        ("multipart/form-data; boundary=\"a@\"", false),
        ("application/json", false), ("", false), ("multipart/form-data; boundary=\"é\"", false),
    ])
    func takesTheBoundaryFromTheContentType(contentType: String, isAllowed: Bool) {
        #expect(((try? MultipartReader(contentType: contentType)) != nil) == isAllowed)
    }

    @Test(arguments: [69, 70, 71]) func limitsTheBoundary(count: Int) {
        #expect(((try? MultipartReader(boundary: String(repeating: "x", count: count))) != nil) == (count <= 70))
    }

    @Test func staysFailed() throws {
        var reader = try MultipartReader(boundary: "b")
        #expect(throws: MultipartReader.Failure.invalidLine) { try reader.feed(Array("--b\n".utf8).span) }
        #expect(throws: MultipartReader.Failure.invalidLine) { try reader.feed(Array("--b--".utf8).span) }
        #expect(throws: MultipartReader.Failure.invalidLine) { try reader.finish() }
    }

    @Test func anySlicesGiveTheSameParts() throws {
        var generator = SeededGenerator(seed: 7)
        let pieces = ["\r\n--b", "\r\n", "--b", "--", "\r", "x", Self.disposition, "\r\n\r\n", "é", "-"]
        for _ in 0..<300 {
            var content = ""
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                content += pieces.randomElement(using: &generator) ?? ""
            }
            let body = "--b\r\n\(Self.disposition)\r\n\r\n\(content)\r\n--b--\r\n"
            let whole = read(body)
            for slice in [1, 2, 3, 5, 8, 13] { #expect(read(body, slice: slice) == whole) }
        }
    }
}

struct MultipartWriterTests {
    @Test func writesWhatTheReaderReads() throws {
        let boundary = "----gate0123456789abcdef"
        let writer = try MultipartWriter(boundary: boundary)
        let content = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var body = try writer.fileHead("image", fileName: "a \"b\" \\ é;=.png", contentType: "image/png")
        body += content + writer.fileEnd
        body += try writer.field("overwrite", "true")
        body += writer.end
        _ = try MultipartReader(contentType: writer.contentType)
        let expected: [MultipartReader.Action] = [
            .begin(MultipartPart(name: "image", fileName: "a \"b\" \\ é;=.png", contentType: "image/png")),
            .bytes(content), .endPart,
            .begin(MultipartPart(name: "overwrite")), .bytes(Array("true".utf8)), .endPart, .end,
        ]
        #expect(FuzzTargets.parts(of: body, slice: 17, boundary: boundary) == .success(expected))
    }

    @Test func refusesInjection() throws {
        #expect(throws: MultipartWriter.Failure.invalidBoundary) { try MultipartWriter(boundary: "a\r\nb") }
        let writer = try MultipartWriter(boundary: "b")
        #expect(throws: MultipartWriter.Failure.invalidHeader) { try writer.field("a\r\nX: y", "v") }
        #expect(throws: MultipartWriter.Failure.invalidHeader) { try writer.fileHead("a", fileName: "a\nb") }
        #expect(throws: MultipartWriter.Failure.invalidHeader) {
            try writer.fileHead("a", fileName: "a", contentType: "x\r\ny")
        }
    }
}
