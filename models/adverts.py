"""Advertising in our own words, and talk of buying and of links that is none: what teaches SPAM beside the data.

Open data label spam under videos and in text messages. What a news site is sent is broader (work from home, rescue of
lost coins, cams, essays, referral codes), and its readers name shops, prices and links without selling anything. These
sentences say both. All are ours, made from small parts, with made-up names and addresses.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from models.attributes import ATTRIBUTES
from models.dataset import Dataset, is_kept_back

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SOURCE = "own-adverts"

_SYLLABLES = (
    "ba", "be", "bo", "ca", "co", "da", "de", "di", "do", "fa", "fi", "fo", "ga", "go", "ha", "jo", "ka", "ki", "ko",
    "la", "le", "lo", "ma", "me", "mi", "mo", "na", "ne", "no", "pa", "pe", "po", "ra", "re", "ri", "ro", "sa", "se",
    "si", "so", "ta", "te", "ti", "to", "va", "ve", "vi", "vo", "za", "ze", "zo", "net", "lex", "mart", "pro", "hub",
)  # fmt: skip
_ENDS = ("com", "com", "com", "net", "org", "info", "biz", "co", "io", "me", "xyz", "top", "club", "shop", "online",
         "site", "store", "ru", "cc", "tk", "ly", "blogspot.com", "wordpress.com", "tumblr.com")  # fmt: skip
_PATHS = ("", "", "/", "/{w}", "/{w}/{w}", "/{w}-{w}-{w}", "/{w}.html", "/?ref={n}", "/go/?id={w}{n}", "/{w}?a={n}",
          "/p/{n}", "/2026/{w}-{w}")  # fmt: skip
_SOURCES_OF_NEWS = (
    "https://en.wikipedia.org/wiki/{W}_{W}", "https://www.bbc.co.uk/news/{w}-{n}", "https://www.gov.uk/{w}/{w}",
    "https://www.reuters.com/world/{w}-{w}-{w}", "https://www.nytimes.com/2026/{w}-{w}.html",
    "https://doi.org/10.{n}/{n}",
    "https://www.theguardian.com/{w}/2026/{w}-{w}", "https://www.census.gov/{w}/{w}.pdf", "https://www.who.int/{w}/{w}",
    "https://www.youtube.com/watch?v={w}{n}", "https://apnews.com/{w}-{n}", "https://www.cbc.ca/news/{w}-{n}",
    "https://www.nature.com/articles/{w}-{n}", "https://{w}county.gov/{w}", "https://www.nhs.uk/{w}/{w}",
)  # fmt: skip
_NAMES = ("Amelia", "Brandon", "Carla", "Dylan", "Esther", "Fabian", "Greta", "Howard", "Irene", "Jasper", "Karina",
          "Leon", "Monique", "Nathan", "Olga", "Patrick", "Rosa", "Stefan", "Tamara", "Victor", "Wanda")  # fmt: skip
_PLACES = ("Leeds", "Dallas", "Toronto", "Pune", "Dubai", "Hamburg", "Perth", "Lagos", "Austin", "Madrid", "Manila",
           "Dublin", "Phoenix", "Cape Town", "Glasgow", "Seattle")  # fmt: skip
_GOODS = (
    "running shoes", "designer handbags", "replica watches", "phone cases", "wireless earbuds", "protein powder",
    "vape juice", "CBD oil", "diet pills", "hair extensions", "wedding dresses", "LED lamps", "gaming chairs",
    "car parts", "solar panels", "garden furniture", "handmade jewellery", "hoodies", "printed mugs", "sneakers",
    "perfume", "air fryers", "drones", "knives", "mattresses", "t-shirts", "sunglasses", "coffee beans",
)  # fmt: skip
_SERVICES = (
    "plumbing", "roof repair", "dental implants", "web design", "house cleaning", "tax advice", "removals",
    "essay writing", "translation", "escort", "limousine", "pest control", "car rental", "personal training",
    "search engine optimisation", "logo design", "visa", "debt relief", "locksmith", "photography", "carpet cleaning",
)  # fmt: skip
_EVENTS = ("tonight's match", "the cup final", "the title fight", "the grand prix", "the new series", "the full film",
           "the second season", "every game this weekend", "the derby", "the playoffs")  # fmt: skip
_SHOUT = ("", "", "", "", "Hi everyone, ", "Hello friends! ", "Hey guys, ", "WOW! ", "Attention: ", "Good news! ",
          "Nice article. ", "Great post, thanks for sharing. ", "Hello sir/madam, ", ">>> ", "** ", "Psst, ",
)  # fmt: skip
_CALL = ("", "", "", " Hurry!", " Limited time only.", " Don't miss it!!!", " Sign up today.", " Share with friends!",
         " Thank me later.", " 100% guaranteed.", " No scam.", " Tell them {N} sent you.", " DM for details.",
)  # fmt: skip
_BEFORE = ("", "", "", "", "", "Well, ", "To be fair, ", "Actually, ", "As I said before, ", "Hm. ", "@{N}: ",
           "Sorry, but ", "Thanks {N}. ")  # fmt: skip
_AFTER = ("", "", "", "", ".", " Just saying.", " Or am I wrong?", " Worth a look at least.", " That is all.",
          " The paper should have mentioned it.", " I have no stake in this.")  # fmt: skip

_ADVERTS = (
    "I make {m} a week working from home, just two hours a day. See how here: {u}",
    "My sister's friend earned {m} last month on her laptop and she had no job for half a year. Visit {u}",
    "Earn {m} daily without any experience, start now at {u}",
    "Are you looking for online jobs? Our site helps you: {u}",
    "Get paid for filling in surveys, {m} for each one: {u}", "Quit my job thanks to this system: {u}",
    "I lost {m} to a fake broker until {N} recovered every coin for me. Write to {e}",
    "Contact {N} on WhatsApp {t}, the best account manager, I made {m} profit in seven days",
    "Invest in Bitcoin with {N} and withdraw {m} every week. Telegram: @{w}{n}",
    "All thanks to Mrs {N} for helping me trade forex, my {m} turned into ten times as much. Her page: {u}",
    "Need a hacker? Phones, mail accounts, school grades, credit scores. Fast and discreet: {e}",
    "Spy on your husband's phone and read all his messages, ask {e}, he did a great job for me",
    "Doctor {N} brought my lover back in two days with his spell. Reach him on {e} or {t}",
    "I was cured by the herbal medicine of Dr {N}, no more diabetes. Order by mail at {e}",
    "Do you need an urgent loan at 2 percent? Apply now: {e}", "Cash loans up to {m}, no credit check: {u}",
    "Lose 20 pounds in three weeks with this one trick, doctors hate it {u}", "Cheap pills without prescription {u}",
    "Buy Viagra and Xanax online, shipped overnight, no questions asked: {u}",
    "Hot single women in {P} want to meet you tonight {u}", "watch me live on cam, free for the next ten minutes {u}",
    "find a hookup near you, no card needed {u}", "sexy ladies waiting for your call in {P}: {t}",
    "free porn videos every day {u}", "my naked pictures are here {u}", "nude ladies on webcam, click {u}",
    "[{N}, busty and lonely, in bed tonight]({u})", "horny wives in {P} write to strangers here {u}",
    "pick a hot lady to fuck near {P} {u}", "my pussy is wet for you, come and see {u}",
    "{d} . free sex with locals {n}",
    "{N} takes off her bikini for you at {u}", "big cock, tight body, all night: {u}",
    "amateur sex clip of the day {u}",
    "Best online casino, {m} welcome bonus, no deposit: {u}", "Sure betting tips, fixed games, contact {t}",
    "Play slots and win real money {u}", "I won {m} on this poker site, use code {C}",
    "Buy {g} at half price, free shipping worldwide: {u}", "We sell original {g}. Order now at {u}",
    "{g} from {m} only this week, visit our store {u}", "Check out my new shop for {g}: {u}",
    "Get 30% off {g} with my code {C} at {u}", "Wholesale {g}, factory price, contact us on WhatsApp {t}",
    "Use my referral link and we both get {m}: {u}", "Sign up with code {C} and receive {m} free credit {u}",
    "Claim your free gift card here before it is gone {u}",
    "Congratulations! You have won an iPhone, collect it at {u}",
    "Free {m} for everyone who joins through this link {u}", "Take this quiz and win {g}: {u}",
    "Looking for {s} in {P}? Call us on {t} for a free quote", "Professional {s} service in {P}, visit {u}",
    "We are the leading {s} company in {P} with twenty years of experience. Learn more: {u}",
    "Our agency offers {s} at affordable rates, contact {e}", "For the best {s} see {u}, five stars from all customers",
    "Need someone to write your essay? Plagiarism free, any deadline: {u}", "Get 10,000 real followers in a day {u}",
    "We bring your website to page one of Google, ask for our price list: {e}",
    "Check out my channel, I post new videos every day {u}", "Subscribe to me and I'll subscribe back",
    "plz like and subscribe to my channel, trying to reach 1000",
    "Please listen to my new single, link in my profile {u}",
    "I make music, give me a chance and check my page: {u}", "follow me on Instagram @{w}{n} for daily deals",
    "My new book is out now on Kindle, get your copy: {u}", "Download my free app here, no ads: {u}",
    "I wrote a blog post about this, click here to read it and don't forget to share: {u}",
    "Tickets for {v} at the lowest price, only here {u}", "Apartments for sale in {P} from {m}, book a viewing: {u}",
    "Luxury flats in {P} now launched, ask for the brochure {t}", "Cheap flights to {P}, book at {u}",
    "Welcome to {d}, your home of {g} and gifts. Shop now and save!", "{d} - {g} {g} {g} - best price",
    "[{g} best price]({u})", "click {u}", "visit {u} for more information", "look at this!! {u}",
    "{u} {u} {u}", "go to {u} now", "this site helped me a lot {u}", "I found this on {u} you will not believe it",
    "Copy and paste this under five articles and press F5, and {m} will be in your account by tomorrow",
    "Send this to ten people or your love life will end at midnight",
    "Only today: buy one, get one free on all {g}", "Text WIN to {n} to claim your prize, {m} guaranteed",
    "Learn how to trade, join our free webinar: {u}", "My mentor {N} shows you the way to financial freedom {u}",
    "Passports, driving licences and diplomas, registered, contact {e}",
    "Buy verified bank accounts on Telegram @{w}{n}",
    "Solar panels for free thanks to a new scheme, check whether your postcode qualifies: {u}",
    "Homeowners in {P} are switching to this, see if you qualify {u}", "Get your car insured for {m} a month at {u}",
)  # fmt: skip
_TALK = (
    "The figures are in the council's own report: {r}", "Here is the study they cite, page twelve: {r}",
    "Not true, see {r}", "The BBC had this last year already: {r}", "Source? I found only this: {r}",
    "There is a good explanation of the vote here {r}, it is longer than this article",
    "Watch the whole speech before you judge him: {r}", "You can read the court's ruling here: {r}",
    "[This report]({r}) says the opposite", "The same story with more detail: {r}",
    "I bought {g} there last year and they broke within a week", "Who can afford {g} at these prices?",
    "{m} for {g}? That is absurd", "They want {m} a month for a flat in {P} now, no wonder people leave",
    "My rent went up by {m} and nobody at the council cares", "I paid {m} for the ticket and saw half the match",
    "I work in {s} and can tell you the trade is short of people",
    "We waited four months for {s}, in {P} of all places",
    "My brother runs a small {s} firm and the new tax will finish him", "The shop that sold {g} closed in March",
    "Does anybody know where one still gets {g} repaired?", "What did the paper pay for this article?",
    "The article reads like an advert for {g}", "Please stop showing me adverts for {g} between paragraphs",
    "I cancelled my subscription over the price, {m} a month is too much", "The paywall is up again, I pay already",
    "Bitcoin is a bubble and those who say otherwise want your savings", "My neighbour lost {m} to a fake broker",
    "Never send money to somebody who promises to get your coins back", "These 'work from home' comments are a scam",
    "Moderators, please remove the casino spam above", "Why is there an advert for pills in this thread?",
    "The loan sharks in {P} charge forty percent and the bank looks away", "Payday loans should be capped",
    "Gambling sites sponsor half the league, it has to stop", "Free trade is not free for farmers",
    "Free school meals cost less than {m} a child, so do it", "The free bus pass is what my mother lives on",
    "Sign the petition at the town hall if you want the library kept", "Call your representative about this bill",
    "I'd buy the book, her last one was good", "The author's earlier book explains it better",
    "Her channel on YouTube covers the trial day by day", "I watched {v} on TV and the referee was blind",
    "{v} was the best I have seen in years", "Where can I watch {v} without paying for three services?",
    "The film is worth the ticket, the series is not", "I used to follow him on Instagram until he went mad",
    "I earn {m} a week as a nurse and cannot save anything", "Working from home is harder with children than they say",
    "The company promised {m} to the town and paid nothing", "Her salary is {m}, look it up",
    "We should invest in schools and not in another stadium", "The deal cost us {m} each and helped nobody",
    "Viagra was found by accident, funny that they leave it out", "Doctors hand out pills too easily",
    "Dating apps have made everyone lonelier", "Pornography is one click away for children and ministers do nothing",
    "If you have a tip for the newsroom, there is a form at the bottom of the page",
    "I emailed the editor and got an answer the same day", "The number to call in an emergency is on the fridge",
    "Follow the money and you will see who gains", "Click through the gallery, the third picture is not from {P}",
    "The link in the second paragraph is broken", "Thanks for the link, I had missed that one",
    "The stream for {v} was down again, try {r}", "{v} is shown here, no sound though: {r}",
    "Kick-off at eight, thread here: {r}",
    "Can someone post the link to the first part of this series?", "I shared this article with my whole family",
    "Subscribe to a local paper, they need you more than I do", "Like it or not, he won", "Check your facts",
    "Check out the comments below the original, they are worse", "Visit {P} once and you will change your mind",
    "Join a union", "Join the queue, we all wait", "Order your postal vote in time", "Win or lose, we go to {P} again",
    "Best article on the subject so far, thank you", "The offer on the table was generous and they turned it down",
    "Today only twelve members turned up to vote", "Guaranteed by whom?", "Limited government was the whole idea",
    "{N} has a point about the prices", "What {N} wrote is right", "Cheap flights are the problem, not the airport",
)  # fmt: skip
_N_EACH = 2000
_SEED = 20_261_123
_ODDS_OF_CAPITALS = 0.06


def add_to(data: Dataset) -> Dataset:
    """Give the data with these sentences behind them: English, and labelled for SPAM alone.

    Sentences of one frame are one group, so that held-out folds hold frames that were never learned from.
    """
    chance = random.Random(_SEED)  # noqa: S311  (no secret: the same sentences each time)
    made = [*_made(_ADVERTS, _SHOUT, _CALL, chance), *_made(_TALK, _BEFORE, _AFTER, chance)]
    texts = [one for one, _ in made]
    labels = np.full((len(made), len(ATTRIBUTES)), np.nan, dtype=np.float32)
    labels[:, ATTRIBUTES.index("SPAM")] = np.repeat([1.0, 0.0], _N_EACH)
    frames = {frame: number for number, frame in enumerate([*_ADVERTS, *_TALK], start=int(data.groups.max()) + 1)}
    return Dataset(
        texts=[*data.texts, *texts],
        languages=np.append(data.languages, np.repeat("en", len(made))),
        sources=np.append(data.sources, np.repeat(SOURCE, len(made))),
        licences=np.append(data.licences, np.repeat("as Ombuds", len(made))),
        groups=np.append(data.groups, [frames[frame] for _, frame in made]),
        labels=np.concatenate([data.labels, labels]),
        digest=data.digest,
        is_kept_back=np.append(data.is_kept_back, [is_kept_back(one) for one in texts]),
        titles=[*data.titles, *[None] * len(made)],
        parents=[*data.parents, *[None] * len(made)],
    )


def _made(
    frames: Sequence[str], before: Sequence[str], after: Sequence[str], chance: random.Random
) -> list[tuple[str, str]]:
    """Make sentences, each with the frame it was made from; every frame about equally often."""
    made = []
    for number in range(_N_EACH):
        frame = frames[number % len(frames)]
        comment = _fill(chance.choice(before) + frame + chance.choice(after), chance)
        if chance.random() < _ODDS_OF_CAPITALS:
            comment = comment.upper()
        elif chance.random() < 1 / 4:
            comment = comment.lower()
        made.append((comment, frame))
    return made


def _fill(frame: str, chance: random.Random) -> str:
    """Put parts into a frame's places, each drawn anew."""
    parts: dict[str, Callable[[], str]] = {
        "{u}": lambda: _address(chance),
        "{d}": lambda: f"{_word(chance)}.{chance.choice(_ENDS)}",
        "{r}": lambda: _fill(chance.choice(_SOURCES_OF_NEWS), chance),
        "{e}": lambda: (
            f"{_word(chance)}{chance.randrange(100)}@{chance.choice(('gmail', 'yahoo', 'proton', _word(chance)))}.com"
        ),
        "{t}": lambda: f"+{chance.randrange(1, 99)} {chance.randrange(100, 999)} {chance.randrange(1000000, 9999999)}",
        "{m}": lambda: (
            f"{chance.choice(('$', '£', '€', 'USD '))}{chance.choice((5, 45, 80, 120, 500, 950, 2500, 7800, 25000)):,}"
        ),
        "{C}": lambda: _word(chance).upper() + str(chance.randrange(10, 99)),
        "{g}": lambda: chance.choice(_GOODS),
        "{s}": lambda: chance.choice(_SERVICES),
        "{v}": lambda: chance.choice(_EVENTS),
        "{N}": lambda: chance.choice(_NAMES),
        "{P}": lambda: chance.choice(_PLACES),
        "{w}": lambda: _word(chance),
        "{W}": lambda: _word(chance).capitalize(),
        "{n}": lambda: str(chance.randrange(100, 100_000)),
    }
    for place, draw in parts.items():
        while place in frame:
            frame = frame.replace(place, draw(), 1)
    return frame


def _address(chance: random.Random) -> str:
    """Make up an address on the web, in one of the ways in which people write them."""
    scheme = chance.choice(("http://", "https://", "https://www.", "www.", ""))
    return f"{scheme}{_word(chance)}.{chance.choice(_ENDS)}{_fill(chance.choice(_PATHS), chance)}"


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randrange(2, 5)))
