"""The count elsewhere: an element for any page, a frame, a badge, oEmbed, a share card."""
