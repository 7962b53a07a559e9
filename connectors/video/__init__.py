"""The reference renderer: real videos from the feed's brief. It knows Minta only over HTTP, and a feed key.

plan        the shapes that the parts hand to each other: formats, scenes, layers
planes      pictures as a decoder keeps them: brightness and colour, BT.709
motion      a picture that glides below its window, by parts of a pixel
overlays    layers that come, stay and go
frames      a storyboard as frames, one after the other
sound       a quiet bed, made of sines
encode      frames and sound as an MP4; a frame as a poster
landing     a file that comes into its place whole or not at all
inspection  what a finished video is, read from its file
"""
