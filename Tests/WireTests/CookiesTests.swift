import Basics
import Testing
import Wire

struct CookiesTests {
    @Test(arguments: [
        ("", []), ("a=1", ["a|1"]), ("a=1; b=2;c=3", ["a|1", "b|2", "c|3"]), (" a = 1 ;\t b=2 ; ", ["a|1", "b|2"]),
        ("a=1; a=2", ["a|1", "a|2"]),
        ("x; =y; ;a=1", ["a|1"]), ("a=b=c==", ["a|b=c=="]), ("a=", ["a|"]), ("t=\"dark, mode\"", ["t|\"dark, mode\""]),
        ("u=é", ["u|é"]),
        ("a=1\u{1}; b=2", ["b|2"]), ("a=x\ty; b=2", ["b|2"]),
    ])
    func readsWhatBrowsersSend(header: String, expected: [String]) {
        #expect(Cookies(header).pairs.map { "\($0.name)|\($0.value)" } == expected)
    }

    @Test func findsEveryValueOfAName() {
        let cookies = Cookies("s=1; S=2; ss=3; s=4")
        #expect(cookies.all("s") == ["1", "4"])
        #expect(cookies["s"] == "1")
        #expect(cookies["x"] == nil)
        #expect(Cookies(nil)["s"] == nil)
        #expect(Cookies(headers: ["a=1", "b=2"]).all("b") == ["2"])
        #expect(Cookies.all("s", in: Array("s=1;s=2".utf8).span) == ["1", "2"])
    }

    @Test func skipsValuesThatAreNotUTF8() {
        #expect(Cookies.all("s", in: (Array("s=".utf8) + [0xFF] + Array("; s=2".utf8)).span) == ["2"])
    }

    @Test func removesNamesBeforeForwarding() {
        #expect(Cookies("a=1; s=2; b=3; s=4").removing(["s"]) == "a=1; b=3")
        #expect(Cookies("s=2").removing(["s"]) == nil)
    }
}

struct SetCookieTests {
    @Test func writesEveryAttribute() throws {
        let cookie = SetCookie(
            "__Host-gate", "abc-_.~", isSecure: true, sameSite: .strict, maximumAge: 60,
            expires: Timestamp(seconds: 784_111_777))
        #expect(
            try cookie.serialized()
                == "__Host-gate=abc-_.~; Path=/; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT"
                + "; HttpOnly; Secure; SameSite=Strict"
        )
        #expect(
            try SetCookie("a", "", path: "/x", isHTTPOnly: false, isSecure: false).serialized()
                == "a=; Path=/x; SameSite=Lax")
        #expect(
            try cookie.deleting.serialized().contains("=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"))
    }

    @Test(
        arguments: [
            ("", "v", "/", .invalidName), ("a b", "v", "/", .invalidName), ("a=b", "v", "/", .invalidName),
            ("a\r\n", "v", "/", .invalidName), ("é", "v", "/", .invalidName),
            ("a;", "v", "/", .invalidName), ("a", "v;x", "/", .invalidValue), ("a", "v\r\nX: y", "/", .invalidValue),
            ("a", " ", "/", .invalidValue),
            ("a", "\"v\"", "/", .invalidValue), ("a", "v,w", "/", .invalidValue), ("a", "v\\", "/", .invalidValue),
            ("a", "é", "/", .invalidValue), ("a", "\u{0}", "/", .invalidValue),
            ("a", "v", "", .invalidPath), ("a", "v", "x", .invalidPath), ("a", "v", "/;Domain=x", .invalidPath),
            ("a", "v", "/\n", .invalidPath), ("a", "v", "/é", .invalidPath),
            ("__Host-a", "v", "/x", .droppedByBrowsers), ("__host-a", "v", "/x", .droppedByBrowsers),
        ] as [(String, String, String, SetCookie.Failure)])
    func refusesInjection(name: String, value: String, path: String, failure: SetCookie.Failure) {
        #expect(throws: failure) { try SetCookie(name, value, path: path, isSecure: true).serialized() }
    }

    @Test(arguments: ["__Secure-a", "__Host-a", "__host-a"]) func prefixesNeedSecure(name: String) {
        #expect(throws: SetCookie.Failure.droppedByBrowsers) { try SetCookie(name, "v", isSecure: false).serialized() }
    }

    @Test func crossSiteNeedsSecure() {
        #expect(throws: SetCookie.Failure.droppedByBrowsers) {
            try SetCookie("a", "v", isSecure: false, sameSite: .none).serialized()
        }
    }

    @Test(arguments: [4_095, 4_096, 4_097]) func limitsTheSize(count: Int) {
        let cookie = SetCookie("a", String(repeating: "v", count: count - 1), isSecure: true)
        #expect((try? cookie.serialized()) == nil ? count == 4_097 : count <= 4_096)
    }
}
