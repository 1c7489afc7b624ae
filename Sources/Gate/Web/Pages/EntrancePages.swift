internal import Basics
internal import Store
internal import Wire

/// Name and password; on the console, too.
///
/// Never says who has an account here, unlike ComfyUI-Login's page.
struct LoginPage: WebPage {
    enum Fault: Sendable, Hashable {
        case wrong
        /// Whole seconds, rounded up, when known.
        case throttled(seconds: Int?)
        /// Too many logins are under way.
        case busy
        /// Only the right password finds this out.
        case disabled
        /// The cookie has ended; not the visitor's fault.
        case ended
    }

    /// Where to go afterwards.
    var next: LocalPath?
    /// What was typed before.
    var name: String?
    var fault: Fault?
    var guestsAllowed = false
    var notice: Notice?

    var layout: PageLayout { .card }

    var problems: [FormProblem] {
        switch fault {
        case .wrong: [.wrongLogin]
        case .throttled(nil): [FormProblem(LoginWords.throttled)]
        case .throttled(let seconds?): [FormProblem(LoginWords.throttledFor(count: max(1, seconds)))]
        case .busy: [FormProblem(LoginWords.busy)]
        case .disabled: [FormProblem(LoginWords.disabled)]
        case .ended, nil: []
        }
    }

    func title(_ say: PageContext) -> String {
        say(say.surface == .gate ? LoginWords.title : LoginWords.consoleTitle)
    }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        if fault == .ended { Tag.p(.class("notice"), .role("status")) { say(LoginWords.ended) } }
        say.form(to: .login) {
            if let next { say.hidden(.next, next.text) }
            // What is wrong stands above, once: it is never about one field alone.
            say.field(
                FormField(
                    .username, say(FormWords.userName), value: name, autocomplete: .username,
                    hasFocus: problems.isEmpty && name == nil))
            say.field(
                FormField(
                    .password, say(FormWords.password), type: .password, autocomplete: .currentPassword,
                    hasFocus: problems.isEmpty && name != nil))
            say.button(LoginWords.button)
        }
        if guestsAllowed, say.surface == .gate {
            say.form(to: .login, .class("guest")) {
                say.hidden(.guestMode, "1")
                if let next { say.hidden(.next, next.text) }
                Tag.p(.class("hint")) { say(LoginWords.guestHint) }
                Tag.div(.class("actions")) {
                    Tag.button(.submit, .class("quiet")) { say(LoginWords.guest) }
                }
            }
        }
        Tag.p(.class("muted")) { say(LoginWords.forgotten) }
    }
}

/// Asks before a login ends because of a link from elsewhere, or says that it has ended.
struct LogoutPage: WebPage {
    enum State: Sendable, Hashable { case ask, done }

    var state: State
    var layout: PageLayout { .card }

    func title(_ say: PageContext) -> String { say(state == .ask ? LogoutWords.askTitle : LogoutWords.doneTitle) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        switch state {
        case .ask:
            Tag.p { say(LogoutWords.ask) }
            say.form(to: .logout) { say.button(FrameWords.logout) }
            Tag.p { Tag.a(.href(say.home)) { say(LogoutWords.stay) } }
        case .done:
            Tag.p { say(LogoutWords.done) }
            Tag.p { Tag.a(.class("button"), .href(say.link(.login))) { say(LogoutWords.again) } }
        }
    }
}

/// Makes an account with an invitation.
struct InvitationPage: WebPage {
    enum State: Sendable, Hashable {
        case form
        /// Unknown, used or ended: one answer for all three.
        case gone
        case done(name: String)
    }

    var state = State.form
    /// The invitation as it stood in the address; nil asks for it.
    var code: Secret?
    var ends: Timestamp?
    /// A name that cannot be chosen.
    var fixedName: String?
    /// What was typed before.
    var name: String?
    /// Characters.
    var leastPassword = 8
    var problems: [FormProblem] = []

    var layout: PageLayout { .card }

    func title(_ say: PageContext) -> String {
        switch state {
        case .form: say(InvitationWords.title)
        case .gone: say(InvitationWords.goneTitle)
        case .done: say(InvitationWords.doneTitle)
        }
    }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        switch state {
        case .form: form(say)
        case .gone:
            Tag.p { say(InvitationWords.gone) }
            Tag.p { Tag.a(.href(say.link(.login))) { say(LoginWords.button) } }
        case .done(let name):
            Tag.p { say.rich(InvitationWords.done, ["name": Tag.strong { HTML.typed(name) }]) }
            Tag.p { Tag.a(.class("button"), .href(say.link(.login))) { say(LoginWords.button) } }
        }
    }

    @HTMLBuilder private func form(_ say: PageContext) -> HTML {
        Tag.p {
            if let ends {
                say.rich(InvitationWords.lead, ["end": say.moment(ends)])
            } else {
                say(InvitationWords.leadOpen)
            }
        }
        say.form(to: .invitation) {
            if let code {
                say.hidden(.code, code.reveal())
            } else {
                say.field(
                    FormField(
                        .code, say(InvitationWords.code), hint: say(InvitationWords.codeHint), hasFocus: true),
                    problems: problems)
            }
            if let fixedName {
                say.facts([(say(FormWords.userName), .typed(fixedName))])
                say.hiddenName(fixedName)
            } else {
                say.field(
                    FormField(
                        .username, say(FormWords.userName), value: name, hint: say(FormWords.nameHint),
                        autocomplete: .username, hasFocus: code != nil, maximum: 64),
                    problems: problems)
            }
            say.newPassword(PasswordWords.choose, least: leastPassword, problems: problems)
            say.button(InvitationWords.button)
        }
    }
}

/// Before there is an administrator: on the console the form that makes one, on the gate where to look for it.
struct FirstStartPage: WebPage {
    /// Shown on the gate when visitors may know it.
    var consoleAddress: HTTPURL?
    var name: String?
    /// Characters.
    var leastPassword = 8
    var problems: [FormProblem] = []

    var layout: PageLayout { .card }

    func title(_ say: PageContext) -> String {
        say(say.surface == .console ? StartWords.title : StartWords.gateTitle)
    }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        if say.surface == .gate {
            Tag.p { say(StartWords.gate) }
            if let consoleAddress, let link = Link(consoleAddress) {
                Tag.p {
                    say.rich(StartWords.address, ["address": Tag.a(.href(link)) { consoleAddress.description }])
                }
            }
        } else {
            Tag.p { say(StartWords.lead) }
            say.form(to: .start) {
                // Never filled in again after a mistake: it is a secret.
                say.field(
                    FormField(.code, say(StartWords.secret), hint: say(StartWords.secretHint), hasFocus: true),
                    problems: problems)
                say.field(
                    FormField(
                        .username, say(FormWords.userName), value: name, hint: say(FormWords.nameHint),
                        autocomplete: .username, maximum: 64),
                    problems: problems)
                say.newPassword(PasswordWords.choose, least: leastPassword, problems: problems)
                say.button(StartWords.button)
            }
        }
    }
}

extension PageContext {
    /// A new password, twice.
    @HTMLBuilder func newPassword(_ label: Message, least: Int, problems: [FormProblem]) -> HTML {
        field(
            FormField(
                .newPassword, self(label), type: .password, hint: self(PasswordWords.rules, ["least": String(least)]),
                autocomplete: .newPassword),
            problems: problems)
        field(
            FormField(.repeated, self(PasswordWords.again), type: .password, autocomplete: .newPassword),
            problems: problems)
    }

    /// Tells password managers whose password this is.
    func hiddenName(_ name: String) -> HTML {
        Tag.input(
            .class("unseen"), .type(.text), .name(.username), .autocomplete(.username), .value(name), .hidden,
            .focusable)
    }
}
