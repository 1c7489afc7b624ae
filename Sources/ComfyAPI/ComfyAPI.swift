// ComfyAPI
