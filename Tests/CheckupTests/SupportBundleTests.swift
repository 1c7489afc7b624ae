import Secrets
import Testing

@testable import Checkup

struct SupportBundleTests {
    @Test(
        "Of a dotenv file only the keys are told, and whether they hold something",
        arguments: [
            ("A=secret\nB=\nC='x'\nD=\"y$z\"\nE\n", "A=…\nB=\nC='…'\nD=\"…$…\"\nE\n"),
            ("# A=secret\n\nB=1 # secret\n", "B=…\n"), ("\u{FEFF}A=1\r\n", "# byte order mark, CR\nA=…\n"), ("", ""),
            ("export A=secret\n", "A=…\n"), ("not a line of it\n", "(line 1: not understood)\n"),
        ])
    func outline(text: String, expected: String) {
        #expect(SupportBundle.outline(Array(text.utf8)) == expected)
    }
}
