import Basics
import Foundation
import Identity
import Store
import Testing

@testable import Gate

struct WordsTests {
    @Test func everyMessageIsWholeInBothLanguages() { #expect(Message.faults(in: WebWords.all) == []) }

    @Test func theListsHoldEveryMessageInTheSources() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Gate/Web/Words")
        var written: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /Message\(\s*"([a-z_.]+)"/) { written.insert(String(match.1)) }
        }
        #expect(written == Set(WebWords.all.map(\.key)))
        #expect(written.count > 200)
    }

    @Test func frenchIsNotEnglish() {
        // Words that both languages share.
        let shared: Set = [
            "web.navigation", "web.invitations", "form.action", "people.machine", "status.version", "status.python",
            "session.gate", "people.pages", "session.console", "invitation.code", "web.jobs", "jobs.title", "jobs.one",
            "jobs.number",
            "jobs.workflow", "usage.workflow", "usage.jobs",
        ]
        for message in WebWords.all where !shared.contains(message.key) {
            #expect(message.text(in: .english) != message.text(in: .french), "\(message.key)")
        }
    }

    @Test(arguments: [
        StoreRules.accountExists, StoreRules.teamExists, StoreRules.noAccount, StoreRules.noTeam, StoreRules.noToken,
        StoreRules.noSession, StoreRules.noInvitation, StoreRules.noBootstrap, StoreRules.lastAdministrator,
    ])
    func whatTheStoreRefusesIsSaidInFrench(error: GateError) {
        #expect(ServiceWords.phrase(error).text(in: .english) == error.message)
        #expect(ServiceWords.phrase(error).text(in: .french) != error.message)
    }

    @Test(arguments: ["", String(repeating: "x", count: 65), "-x", "a b"])
    func faultsOfNamesAreSaidInFrench(name: String) {
        #expect {
            try AccountName(name)
        } throws: { error in
            (error as? GateError).map { ServiceWords.phrase($0).text(in: .french) != $0.message } ?? false
        }
    }

    @Test(
        arguments: [PasswordScheme.bcrypt, .yescrypt],
        ["a\0bcdefgh", String(repeating: "x", count: 600), "short", "Maria-Maria"])
    func faultsOfPasswordsAreSaidInFrench(scheme: PasswordScheme, password: String) {
        #expect {
            try PasswordHasher(scheme: scheme).check(Secret(password), for: "maria-maria")
        } throws: { error in
            (error as? GateError).map { ServiceWords.phrase($0).text(in: .french) != $0.message } ?? false
        }
    }

    @Test(arguments: [Decision.Reason.role, .scope, .passwordChangeDue])
    func reasonsOfThePolicyAreSaidInFrench(reason: Decision.Reason) {
        let error = GateError(.forbidden, from: .client, reason.rawValue)
        #expect(ServiceWords.phrase(error).text(in: .french) != reason.rawValue)
    }

    @Test func unknownSentencesStayAsTheyAre() {
        let error = GateError(.invalidArgument, from: .client, "Something {new}.")
        #expect(ServiceWords.phrase(error).text(in: .french) == "Something {new}.")
    }

    @Test(arguments: [
        ("Quoi ?", "Quoi\u{202F}?"), ("Ici : là ; oui !", "Ici\u{A0}: là\u{202F}; oui\u{202F}!"),
        ("« mot »", "«\u{A0}mot\u{A0}»"), ("http://x:8288", "http://x:8288"), (" ", " "), ("", ""),
    ])
    func frenchPunctuationNeverStandsAlone(text: String, expected: String) {
        #expect(FrenchSpacing.applied(to: text) == expected)
    }

    @Test func everyNoticeHasItsCode() {
        for notice in Notice.allCases { #expect(Notice(rawValue: notice.rawValue) == notice) }
        #expect(Notice(rawValue: "<b>") == nil)
    }
}
