"""What every model card says: what the weights are for, what they cannot do, and their misuse."""

USE = """\
## Intended use

Research on facial expression: describing what faces in pictures and films show, as a start for
one's own coding, and for comparison. Check a sample by hand before you rely on the values.

## What it cannot do

* It was not tested on people, cameras, light and head poses beyond those named above. Values of
  small, blurred, covered or strongly turned faces are not to be trusted.
* It does not know what a person feels, thinks or intends, nor whether somebody tells the truth.
  An action unit is a movement, and an emotion is what a picture looks like to others.
* A redrawn face is no anonymized one: it may still tell who the original was.
* Errors may differ between groups of people. No audit of that was made.

## Misuse

Do not use it to judge, score, rank or watch people, for hiring, education, policing, border
control, insurance or medical decisions, nor on anybody who did not agree to it. Inferring emotions
at work or in education is forbidden in the European Union (Regulation 2024/1689, Article 5).
"""
