print("comfygate")
