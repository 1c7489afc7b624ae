/// What this build calls itself, on the status page and the command line.
public enum GateVersion {
    public static let current = "0.1.0"
}
