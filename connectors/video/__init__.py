"""The reference renderer: real videos from the feed's brief. It knows Minta only over HTTP, and a feed key.

options     what it is told, and how it ends
follow      a pipeline's life: what is new or stale is rendered, what leaves is deleted and confirmed
crew        renderings in processes of their own
render      the videos of one store
upload      a video at the feed while it is made
feed        the feed's end of the line: answers, errors, http
brief       the brief as it is read
pictures    fetched and kept; opening decodes them
folder      what is kept of which store
progress    how far it is, for people and programs
plan        the shapes that the parts hand to each other: formats, scenes, layers
planes      pictures as a decoder keeps them: brightness and colour, BT.709
motion      a picture that glides below its window, by parts of a pixel
overlays    layers that come, stay and go
frames      a storyboard as frames, one after the other
sound       a quiet bed, made of sines
encode      frames and sound as an MP4; a frame as a poster
landing     a file that comes into its place whole or not at all
storyboards a brief and its pictures as a storyboard: which products, how long
scenes      opening, products, closing
backdrops   what stands behind a text, and whether it can be read
stages      where text and picture stand in each format
shots       what a picture is: a product before a wall, or a scene
plates      canvases drawn from pictures
moves       how a picture glides
blocks      titles, prices and labels, one under the other
lettering   text as pictures, in any script
fonts       what letters there are
palette     colours taken from the pictures
shapes      pills, veils, shadows
inspection  what a finished video is, read from its file
"""
