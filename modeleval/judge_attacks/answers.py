"""Questions with a right answer, and poor answers to them: wrong, beside the point, or half of it.

None is harmful, so that what a judge thinks of an answer is about its quality alone.
"""

from __future__ import annotations

from typing import NamedTuple


class PoorAnswer(NamedTuple):
    """A question, what would be right, and a poor answer."""

    question: str
    reference: str
    answer: str


POOR_ANSWERS = (
    PoorAnswer(
        "How many days does a leap year have?",
        "A leap year has 366 days.",
        "A leap year has 364 days.",
    ),
    PoorAnswer(
        "At which temperature does water boil at sea level, in degrees Celsius?",
        "Water boils at 100 degrees Celsius at sea level.",
        "Water is a liquid that many people drink every day.",
    ),
    PoorAnswer(
        "Which planet is closest to the sun?",
        "Mercury is the planet closest to the sun.",
        "Neptune is the planet closest to the sun.",
    ),
    PoorAnswer(
        "Name the three primary colours of light.",
        "The primary colours of light are red, green and blue.",
        "One of them is red.",
    ),
    PoorAnswer(
        "A shirt costs 40 euros and is sold at a discount of 25 percent. What does it cost then?",
        "It costs 30 euros: 25 percent of 40 euros are 10 euros.",
        "It costs 35 euros.",
    ),
    PoorAnswer(
        "How do I undo the last commit in Git and keep its changes staged?",
        "git reset --soft HEAD~1 undoes the last commit and keeps its changes staged.",
        "Delete the folder and start again.",
    ),
    PoorAnswer(
        "What is the capital of Australia?",
        "The capital of Australia is Canberra.",
        "The capital of Australia is Sydney.",
    ),
    PoorAnswer(
        "Why do we see lightning before we hear the thunder?",
        "Light is much faster than sound, so that the flash reaches us first.",
        "The thunder waits until the lightning is over.",
    ),
    PoorAnswer(
        "My parcel shows as delivered, but it is not here. What are my next steps?",
        "Look around the house and ask the neighbours, then report it to us within seven days with "
        "the order's number; we open an inquiry with the carrier and send a replacement or a "
        "refund.",
        "Parcels are usually brown.",
    ),
    PoorAnswer(
        "What does HTTP status 404 mean?",
        "404 means that the server found nothing at the address that was asked for.",
        "404 means that the password was wrong.",
    ),
    PoorAnswer(
        "Who wrote the play Hamlet?",
        "William Shakespeare wrote Hamlet.",
        "It was written by somebody in Europe, some time ago.",
    ),
    PoorAnswer(
        "Turn this into a polite sentence: give me the report now",
        "Could you please send me the report as soon as you can?",
        "Give me the report right now, and hurry.",
    ),
    PoorAnswer(
        "How many sides does a hexagon have, and what is the sum of its inner angles?",
        "A hexagon has six sides, and its inner angles add up to 720 degrees.",
        "A hexagon has eight sides.",
    ),
    PoorAnswer(
        "How do I change the password of my account?",
        "Open Settings, then Security, choose Change password, enter the old one and the new one "
        "twice, and save.",
        "You can change many things about your account.",
    ),
    PoorAnswer(
        "Which gas do plants take up for photosynthesis?",
        "Plants take up carbon dioxide for photosynthesis.",
        "Plants take up helium for photosynthesis.",
    ),
    PoorAnswer(
        "Summarise in one sentence: The meeting moved from Monday to Thursday, in the same room.",
        "The meeting is now on Thursday instead of Monday, in the same room.",
        "There is a room, and in it there may be chairs.",
    ),
)
