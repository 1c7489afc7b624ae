internal import Basics
internal import Store

/// One's own account: password, tokens, logins. Console only.
struct AccountPage: WebPage {
    /// What was typed into the form for a new token.
    struct TokenDraft: Sendable, Hashable {
        var label = ""
        var scopes: Scopes = [.generate, .read]
        /// Nil for no end.
        var days: Int? = 90
        var isLikeLogin = false
    }

    let name: String
    let role: Role
    /// Then there is nothing but the form for it.
    var mustChangePassword = false
    /// Characters.
    var leastPassword = 8
    var tokens: [TokenRow] = []
    var sessions: [SessionRow] = []
    /// What a token of this account may do: `Policy.grantableScopes`.
    var grantable: Scopes = []
    /// Tokens of one account.
    var tokenLimit = 50
    var draft = TokenDraft()
    var problems: [FormProblem] = []
    var notice: Notice?

    static let lifetimes: [Int?] = [7, 30, 90, 365, nil]

    func title(_ say: PageContext) -> String {
        say(mustChangePassword ? PasswordWords.title : AccountWords.title)
    }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        if mustChangePassword {
            Tag.p(.class("notice warn")) { say(PasswordWords.due) }
            passwordForm(say)
        } else {
            Tag.p {
                say.rich(
                    AccountWords.signedIn,
                    ["name": Tag.strong { HTML.typed(name) }, "role": .text(say.role(role))])
            }
            if !grantable.isEmpty { tokenSection(say) }
            Tag.section {
                Tag.h2 { say(SessionWords.title) }
                say.sessions(sessions, SessionWords.list) { .revokeSession($0) }
                if sessions.contains(where: { !$0.isCurrent }) {
                    say.form(to: .otherSessions) {
                        Tag.div(.class("actions")) {
                            Tag.button(.submit, .class("quiet")) { say(SessionWords.endOthers) }
                        }
                    }
                }
            }
            Tag.section {
                Tag.h2 { say(PasswordWords.title) }
                passwordForm(say)
            }
        }
    }

    private func passwordForm(_ say: PageContext) -> HTML {
        say.form(to: .password, .class("narrow")) {
            say.hiddenName(name)
            say.field(
                FormField(
                    .password, say(PasswordWords.old), type: .password, autocomplete: .currentPassword,
                    hasFocus: mustChangePassword),
                problems: problems)
            say.newPassword(PasswordWords.new, least: leastPassword, problems: problems)
            Tag.p(.class("hint")) { say(PasswordWords.ends) }
            say.button(PasswordWords.button)
        }
    }

    private func tokenSection(_ say: PageContext) -> HTML {
        Tag.section {
            Tag.h2 { say(TokenWords.title) }
            Tag.p { say(TokenWords.lead) }
            say.tokens(tokens, TokenWords.list) { .revokeToken($0) }
            Tag.h3 { say(TokenWords.createTitle) }
            if tokens.count < tokenLimit {
                tokenForm(say)
            } else {
                Tag.p(.class("notice warn")) { say(TokenWords.limit, count: tokens.count) }
            }
        }
    }

    private func tokenForm(_ say: PageContext) -> HTML {
        say.form(to: .tokens, .class("narrow")) {
            say.field(
                FormField(
                    .label, say(TokenWords.label), value: draft.label, hint: say(TokenWords.labelHint), maximum: 100),
                problems: problems)
            say.boxes(
                .scope, say(TokenWords.scopes),
                grantable.names.compactMap { name in Scopes(name: name).map { (name, $0) } }.map { name, scope in
                    let words = PageContext.words(of: scope)
                    return PageContext.Box(
                        value: name, text: .text(say(words.name)), hint: say(words.hint),
                        isChecked: draft.scopes.contains(scope))
                }, problems: problems)
            say.days(Self.lifetimes, selected: draft.days, TokenWords.lifetime)
            say.checkbox(
                .likeLogin,
                PageContext.Box(
                    value: "1", text: .text(say(TokenWords.likeLogin)), hint: say(TokenWords.likeLoginHint),
                    isChecked: draft.isLikeLogin))
            say.button(TokenWords.button)
        }
    }
}
