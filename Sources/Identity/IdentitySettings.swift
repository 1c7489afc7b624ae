/// What an installation may choose.
public struct IdentitySettings: Sendable, Hashable {
    public var sessions = SessionLimits()
    public var guestsAllowed = false
    /// Guests alive at the same time.
    public var maximumGuests = 100
    public var guestSeconds: Int64 = 86_400
    public var tokensPerAccount = 50
    public var invitationSeconds: Int64 = 7 * 86_400
    public var bootstrapSeconds: Int64 = 3_600
    /// Between `remove` and the end of an account's things.
    public var removalGraceSeconds: Int64 = 7 * 86_400
    /// Farthest end of a ComfyUI-Login credential.
    public var migrationSeconds: Int64 = 90 * 86_400

    public init() {}
}
