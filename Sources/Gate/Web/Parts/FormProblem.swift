internal import Basics

/// What was wrong with one field of a form, or with all of it.
struct FormProblem: Sendable, Hashable {
    /// The field it leads to.
    let field: FieldName?
    let phrase: Phrase

    init(_ phrase: Phrase, at field: FieldName? = nil) { (self.phrase, self.field) = (phrase, field) }
    init(_ message: Message, at field: FieldName? = nil) { self.init(message(), at: field) }

    /// What a service said; in the reader's language when the sentence is known, else as it is.
    init(_ error: GateError, at field: FieldName? = nil) { self.init(ServiceWords.phrase(error), at: field) }

    static let wrongLogin = FormProblem(LoginWords.wrong, at: .username)
    static let wrongOldPassword = FormProblem(PasswordWords.wrongOld, at: .password)
    static let repeatedDiffers = FormProblem(PasswordWords.differ, at: .repeated)
    static let passwordMissing = FormProblem(PasswordWords.missing, at: .newPassword)
    static let nameMissing = FormProblem(FormWords.nameMissing, at: .username)
    static let labelMissing = FormProblem(TokenWords.labelMissing, at: .label)
    static let scopeMissing = FormProblem(TokenWords.scopeMissing, at: .scope)
}

extension FieldName {
    /// Where this field stands on a page with one form that has it.
    var id: ElementID { ElementID(self) }
}

extension ElementID: ExpressibleByStringLiteral {
    init(stringLiteral value: StaticString) { self.init(value) }
}

/// What a form has just done; travels as a code in the address, so that no stranger can put words on our pages.
enum Notice: String, Sendable, Hashable, CaseIterable {
    case passwordChanged = "password_changed"
    case tokenRevoked = "token_revoked"
    case sessionRevoked = "session_revoked"
    case sessionsRevoked = "sessions_revoked"
    case personAdded = "person_added"
    case personRemoved = "person_removed"
    case saved
    case disabled, enabled
    case invitationRevoked = "invitation_revoked"
    case teamAdded = "team_added"
    case teamRemoved = "team_removed"
    case jobCanceled = "job_canceled"
    case jobRepeated = "job_repeated"
    case jobMoved = "job_moved"
    case graphReleased = "graph_released"

    var message: Message {
        switch self {
        case .passwordChanged: NoticeWords.passwordChanged
        case .tokenRevoked: NoticeWords.tokenRevoked
        case .sessionRevoked: NoticeWords.sessionRevoked
        case .sessionsRevoked: NoticeWords.sessionsRevoked
        case .personAdded: NoticeWords.personAdded
        case .personRemoved: NoticeWords.personRemoved
        case .saved: NoticeWords.saved
        case .disabled: NoticeWords.disabled
        case .enabled: NoticeWords.enabled
        case .invitationRevoked: NoticeWords.invitationRevoked
        case .teamAdded: NoticeWords.teamAdded
        case .teamRemoved: NoticeWords.teamRemoved
        case .jobCanceled: NoticeWords.jobCanceled
        case .jobRepeated: NoticeWords.jobRepeated
        case .jobMoved: NoticeWords.jobMoved
        case .graphReleased: NoticeWords.graphReleased
        }
    }
}
