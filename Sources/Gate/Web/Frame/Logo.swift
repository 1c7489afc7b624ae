/// A gate with an open door and a picture's sun above a hill behind it.
enum Logo {
    static let text = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="ComfyGate">
        <rect width="64" height="64" rx="14" fill="#3b3fb6"/>
        <path d="M14 54V31a18 18 0 0 1 36 0v23z" fill="#f4f1ff"/>
        <circle cx="38" cy="29" r="5" fill="#f2a33a"/>
        <path d="M14 54v-5l11-13 10 12 6-6 9 9v3z" fill="#5f63d8"/>
        <path d="M32 13v41" stroke="#3b3fb6" stroke-width="2.5"/>
        <path d="M14 54V31a18 18 0 0 1 18-18v41z" fill="#f4f1ff"/>
        <circle cx="27" cy="37" r="2.4" fill="#3b3fb6"/>
        </svg>

        """
}
