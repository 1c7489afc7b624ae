import Gate

PictureChild.runIfAsked()
